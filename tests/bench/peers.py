#!/usr/bin/env python3
"""Our clients beside wrk, h2load, ab, hey and oha: requests/s, CPU a request, and the truth of their p99.

Client and server each have a core, on the loopback. The tools take turns: one pass over all of them is a round, and the
medians over the rounds are compared. CPU is that of the whole client process, from its start to its end.

Then the server stalls once in each run for a known time. Of requests that arrive evenly, whatever the server does, those
that arrive while it stalls wait for its end: the slowest hundredth begins at stall - duration / 100. That is the truth.
A tool that can be told a rate is told the same; one that cannot sends its next request after the last one's answer, and
what it says is held against what users who do not wait for each other would have seen.

A tool that is not installed is left out. hey and oha are no packages of Debian, and are looked for in --tools, too:
GOBIN=$PWD/build/peers-bin/bin go install github.com/rakyll/hey@v0.1.4 and
cargo install oha --version 1.16.0 --locked --root build/peers-bin, which takes some minutes.
"""
import argparse
import os
import resource
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time

from bench_support import Server, Worker, cores, make_job, median, print_command, print_table, program
from tools import TOOLS, Load, Said, installed

WORKERS = {"epoll": ("epoll", "async"), "libcurl/async": ("libcurl", "async"), "libcurl/sync": ("libcurl", "sync")}
LIMIT_S = 30  # of a run beyond its load
QUANTILE = 0.99


def cpu_of_children():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def run_tool(tool, load, core):
    done = subprocess.run(tool.command(load), capture_output=True, text=True, check=True, timeout=load.seconds + LIMIT_S,
                          preexec_fn=lambda: os.sched_setaffinity(0, {core}))
    return tool.read(done.stdout, load)


def p99_of(raw):
    """Of the response times: from when a request was due to its end."""
    times = sorted(end - start + lag * 1000 for start, end, lag, _, _, _, kind, _ in struct.iter_unpack("<QQIIIHBB", raw)
                   if kind == 0)
    return times[int(len(times) * QUANTILE)] / 1e9


def run_worker(name, load, core, build):
    client, mode = WORKERS[name]
    job = make_job(client, mode, load.url, concurrency=load.concurrency)
    job["requests"][0]["headers"] = []
    with Worker([program(build, f"hb-client-{client}")], preexec=lambda: os.sched_setaffinity(0, {core})) as worker:
        if load.rate:
            job["schedule"] = worker.schedule_file([i * 10**9 // load.rate for i in range(load.rate * load.seconds)])
        answer = worker.job(job)
        if answer["type"] != "ready":
            sys.exit(answer["message"])
        worker.go(load.seconds)
        result = worker.finish(timeout_s=load.seconds + LIMIT_S)
    if any(outcome != 0 for outcome in result.raw[31::32]):
        sys.exit(f"{name} met errors")
    return Said(result.done["requests"], (result.stop_ns - result.start_ns) / 1e9, p99_of(result.raw) if load.rate else None)


def run(name, load, core, build):
    return run_worker(name, load, core, build) if name in WORKERS else run_tool(TOOLS[name], load, core)


def stall(process, begin_s, seconds, truth):
    """Stops the server's process, and notes for how long it was in truth."""
    time.sleep(begin_s)
    began = time.monotonic()
    process.send_signal(signal.SIGSTOP)
    try:
        time.sleep(seconds)
    finally:
        process.send_signal(signal.SIGCONT)
    truth.append(time.monotonic() - began)


def interleaved(names, rounds, measure):
    """What each name measured, round by round; each round begins with another name."""
    results = {name: [] for name in names}
    for number in range(rounds):
        for i in range(len(names)):
            name = names[(number + i) % len(names)]
            with tempfile.TemporaryDirectory(prefix="peers-") as folder:
                results[name].append(measure(name, os.path.join(folder, "log")))
        print(f"round {number + 1} of {rounds}", file=sys.stderr)
    return results


def compare_speed(names, url, arguments, core):
    def measure(name, log):
        before = cpu_of_children()
        said = run(name, Load(url, arguments.seconds, arguments.concurrency, log), core, arguments.build)
        return said.requests / said.seconds, (cpu_of_children() - before) / said.requests * 1e6

    results = interleaved(names, arguments.rounds, measure)
    rows = []
    for name in sorted(names, key=lambda one: median([cpu for _, cpu in results[one]])):
        rates, cpus = zip(*results[name])
        rows.append((name, f"{median(rates):,.0f}", f"{median(cpus):.2f}", f"{min(cpus):.2f} – {max(cpus):.2f}"))
    print_table(["client", "requests/s", "CPU µs a request", "its range"], rows)
    print(f"\n{arguments.concurrency} connections, GET {arguments.path}, median of {arguments.rounds} interleaved "
          f"rounds of {arguments.seconds} s, client on core {core}, server on another where there is one\n")


def is_paced(name):
    return name in WORKERS or TOOLS[name].paced


def compare_truth(names, url, server, arguments, core):
    def measure(name, log):
        rate = arguments.rate if is_paced(name) else 0
        lasted = []
        staller = threading.Thread(target=stall, args=(server, arguments.stall_seconds / 3, arguments.stall, lasted))
        staller.start()
        try:
            said = run(name, Load(url, arguments.stall_seconds, arguments.stall_connections, log, rate), core, arguments.build)
        finally:
            staller.join()
        return said.p99_s, lasted[0] - (1 - QUANTILE) * arguments.stall_seconds

    results = interleaved(names, arguments.stall_rounds, measure)
    rows = []
    for name in names:
        said, truth = (median(column) for column in zip(*results[name]))
        pace = f"{arguments.rate:,}/s" if is_paced(name) else "closed loop"
        rows.append((name, pace, f"{said * 1e3:.1f}", f"{truth * 1e3:.1f}", f"{(said / truth - 1) * 100:+.1f} %"))
    print_table(["client", "pace", "p99 it says, ms", "p99 in truth, ms", "off by"], rows)
    print(f"\nthe server stalls for {arguments.stall:g} s of {arguments.stall_seconds}, {arguments.stall_connections} "
          f"connections, median of {arguments.stall_rounds} interleaved rounds; h2load prints no p99: that of its log\n")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default="build/release", help="build tree with the programs")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=int, default=1, help="of each run")
    parser.add_argument("--concurrency", type=int, default=64)
    parser.add_argument("--path", default="/get")
    parser.add_argument("--only", action="append", help="epoll, wrk, …; repeatable")
    parser.add_argument("--tools", default="build/peers-bin/bin", help="a folder that is searched before PATH")
    parser.add_argument("--rate", type=int, default=1000, help="requests/s while the server stalls")
    parser.add_argument("--stall", type=float, default=0.3, help="seconds that the server stalls")
    parser.add_argument("--stall-connections", type=int, default=16)
    parser.add_argument("--stall-rounds", type=int, default=3, help="0: the server does not stall")
    parser.add_argument("--stall-seconds", type=int, default=3, help="of each run in which it does")
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    os.environ["PATH"] = os.path.abspath(arguments.tools) + ":" + os.environ["PATH"]
    names = arguments.only or [name for name in [*WORKERS, *TOOLS] if name in WORKERS or installed(name)]
    client_core, server_core = cores()
    with Server(arguments.build, server_core) as server:
        url = server.url(arguments.path)
        unpaced = [name for name in names if name in WORKERS or not TOOLS[name].corrected]
        if arguments.rounds:
            compare_speed(unpaced, url, arguments, client_core)
        if arguments.stall_rounds:
            compare_truth(names, url, server.process, arguments, client_core)
    missing = sorted({name.split()[0] for name in TOOLS if not installed(name)})
    if missing:
        print(f"not installed here: {', '.join(missing)}")
    print_command()


if __name__ == "__main__":
    main()
