#!/usr/bin/env python3
"""What a run costs beyond warm-up and window, and a sweep beyond its runs.

Before: from nothing to the first request that may be sent (keeper, worker, its libraries, its job, ready). After: from
the end of the window to the result (the rest of the load, what is in flight, the end of the worker). Between: storing
the result and looking at the machine, without the cool-down that the scenario asks for. Least and median of the rounds.

And what as many threads cost without any client library, for a client that has a thread a task (thread_floor.c).
"""
import argparse
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from bench_support import Server, cores, median, print_command, print_table  # noqa: E402

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "contract", "measurement"))
from sweeps import Program, measured  # noqa: E402

CLIENTS = ["noop", "epoll", "libcurl/async", "libcurl/sync"]
CONCURRENCY = [1, 64, 1000]
ROUNDS, WARMUP_MS, WINDOW_MS = 15, 100, 200


def scenario(clients, concurrency):
    return {"matrix": {"clients": clients, "urls": ["/get"], "concurrency": [concurrency], "duration": [f"{WINDOW_MS}ms"]},
            "run": {"rounds": ROUNDS, "warmup": f"{WARMUP_MS}ms", "cooldown": "0s", "yardstick": False}}


def milliseconds(ns):
    return ns / 1e6


def parts(run):
    """Before, after and all of it, in ms."""
    monotonic = run.ended_wall_ns - run.ended_ns
    before = run.start_ns + monotonic - run.started_wall_ns
    after = run.ended_ns - run.window_end_ns
    warmup = run.window_start_ns - run.start_ns
    return {"before": milliseconds(before), "after": milliseconds(after),
            "beyond": milliseconds(before + after + max(0, warmup - WARMUP_MS * 1e6))}


def least_and_median(values):
    return f"{min(values):.1f} / {median(values):.1f}"


def print_thread_floor(build, threads):
    client_core, server_core = cores()
    with Server(build, server_core) as server:
        subprocess.run([os.path.join(build, "tests", "bench", "thread_floor"), str(server.ready["port"]), str(threads)],
                       check=True, preexec_fn=lambda: os.sched_setaffinity(0, {client_core}))


def read_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", nargs="?", default=os.path.join("build", "release"), help="the build tree")
    parser.add_argument("--client", action="append", help="one of these only; may be given again")
    parser.add_argument("--concurrency", type=int, action="append", help="this many at once only; may be given again")
    return parser.parse_args()


def main():
    arguments = read_arguments()
    program = Program(os.path.join(os.path.abspath(arguments.build), "bin", "http-benchmark"))
    rows, gaps = [], []
    for concurrency in arguments.concurrency or CONCURRENCY:
        runs = measured(program.sweep(scenario(arguments.client or CLIENTS, concurrency)))
        gaps += [milliseconds(b.started_wall_ns - a.ended_wall_ns) for a, b in zip(runs, runs[1:]) if a.round == b.round]
        for client in sorted({run.client for run in runs}):
            found = [parts(run) for run in runs if run.client == client and run.status == "ok"]
            columns = [[part[name] for part in found] for name in ("before", "after", "beyond")]
            rows.append([client, concurrency, *map(least_and_median, columns)])
    print_table(["client", "at once", "before, ms", "after, ms", "beyond warm-up and window, ms"], rows)
    if gaps:  # two runs of one round
        print(f"\nbetween two runs: {least_and_median(gaps)} ms")
    print(flush=True)
    print_thread_floor(arguments.build, max(arguments.concurrency or CONCURRENCY))
    print_command()


if __name__ == "__main__":
    main()
