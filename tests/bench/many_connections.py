#!/usr/bin/env python3
"""What a request costs the client at 64 connections and at 10,000: CPU between two instants of a steady run.

Refused by the worker, with the limit's name, where the machine does not allow that many.
"""
import argparse
import os
import struct
import sys
import time

from bench_support import (Server, Worker, cores, make_job, median, print_command, print_table, process_cpu_ns,
                           program)

WORKERS = {"epoll": ("epoll", "async"), "libcurl/async": ("libcurl", "async")}


def sleep_until(instant_ns):
    time.sleep(max(0, (instant_ns - time.monotonic_ns()) / 1e9))


def count_window(raw, begin_ns, end_ns):
    """Requests that ended in the window, and failures anywhere."""
    inside = failures = 0
    for _, ended_ns, _, _, _, _, kind, outcome in struct.iter_unpack("<QQIIIHBB", raw):
        if kind == 0:
            inside += begin_ns <= ended_ns < end_ns
            failures += outcome != 0
    return inside, failures


def measure(name, concurrency, url, arguments, core):
    client, mode = WORKERS[name]
    ramp_s = concurrency * arguments.ramp_us / 1e6
    warmup_s = ramp_s + arguments.warmup
    job = make_job(client, mode, url, concurrency=concurrency, ramp_ns=arguments.ramp_us * 1000,
                   timeout_ns=30_000_000_000, connect_timeout_ns=30_000_000_000)
    with Worker([program(arguments.build, f"hb-client-{client}")],
                preexec=lambda: os.sched_setaffinity(0, {core})) as worker:
        answer = worker.job(job)
        if answer["type"] != "ready":
            return None, answer["message"]
        worker.go(warmup_s + arguments.seconds, drain_s=10)
        sleep_until(worker.result.start_ns + int(warmup_s * 1e9))
        begin_ns, begin_cpu_ns = time.monotonic_ns(), process_cpu_ns(worker.process.pid)
        sleep_until(worker.result.stop_ns - 50_000_000)
        end_ns, end_cpu_ns = time.monotonic_ns(), process_cpu_ns(worker.process.pid)
        result = worker.finish(timeout_s=60)
    requests, failures = count_window(result.raw, begin_ns, end_ns)
    return ((end_cpu_ns - begin_cpu_ns) / requests / 1000, requests / (end_ns - begin_ns) * 1e9,
            failures + result.done["unfinished"], result.done["connections"]), None


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", default="build/release")
    parser.add_argument("--connections", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--warmup", type=float, default=2)
    parser.add_argument("--ramp-us", type=int, default=200, help="between the starts of two tasks")
    parser.add_argument("--path", default="/get")
    parser.add_argument("--only", action="append", choices=list(WORKERS))
    arguments = parser.parse_args()
    client_core, server_core = cores()
    names = arguments.only or list(WORKERS)
    sizes = [64, arguments.connections]
    results = {(name, size): [] for name in names for size in sizes}
    with Server(arguments.build, server_core) as server:
        for number in range(arguments.rounds):
            for name, size in results:
                figures, refusal = measure(name, size, server.url(arguments.path), arguments, client_core)
                if refusal is not None:
                    sys.exit(f"{name} at {size}: {refusal}")
                results[name, size].append(figures)
            print(f"round {number + 1} of {arguments.rounds}", file=sys.stderr)
    rows = []
    for (name, size), runs in results.items():
        cpu, rate, failures, connections = zip(*runs)
        few = median([run[0] for run in results[name, 64]])
        rows.append((name, f"{size:,}", f"{median(cpu):.1f}", f"{median(cpu) / few:.2f}", f"{median(rate):,.0f}",
                     sum(failures), f"{max(connections):,}"))
    print_table(["client", "connections", "CPU µs a request", "ratio to 64", "requests/s", "failures", "opened"],
                rows)
    print(f"\nGET {arguments.path}, median of {arguments.rounds} interleaved rounds of {arguments.seconds} s")
    print_command()


if __name__ == "__main__":
    main()
