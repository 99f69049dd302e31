#!/usr/bin/env python3
"""What recording costs: instructions a request of the libcurl client with it and without, under callgrind.

"Without" is the same source compiled with HB_RECORDING=0: no clock reading, no curl_easy_getinfo, no sample.
Two lengths of run are compared, so that start and end cancel out. Client and server share one core, so that a
response never arrives before the client waits for it and the same path is taken each time. Valgrind replaces the vDSO's clock_gettime,
so its instructions are added here as counted by single-stepping.
"""
import argparse
import os
import re
import sys

from bench_support import Server, Worker, cores, make_job, print_command, print_table, program

VDSO_CLOCK_INSTRUCTIONS = 90  # x86-64, Linux 6
# Clock readings a request that only recording needs.
CLOCK_READINGS = {"sync": 2, "async": 1}


def instructions(command, mode, url, requests):
    job = make_job("libcurl", mode, url, concurrency=1, tick_ns=0, max_requests=requests, timeout_ns=60_000_000_000)
    prefix = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    with Worker([command], prefix=prefix, preexec=lambda: os.sched_setaffinity(0, {cores()[1]})) as worker:
        answer = worker.job(job)
        if answer is None or answer["type"] != "ready":
            sys.exit(f"{command}: {answer}")
        worker.go(300)
        result = worker.finish(timeout_s=300)
    if result.done["requests"] != requests:
        sys.exit(f"{command}: {result.done}")
    return int(re.search(r"Collected : (\d+)", result.stderr)[1])


def a_request(command, mode, url, arguments):
    """From the smallest figures of a few runs: what disturbs a run adds instructions."""
    short, long = arguments.requests, arguments.requests * 5
    fewest = [min(instructions(command, mode, url, count) for _ in range(arguments.rounds)) for count in (short, long)]
    return (fewest[1] - fewest[0]) / (long - short)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", default="build/release")
    parser.add_argument("--requests", type=int, default=500, help="of the shorter run; the longer has five times more")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--path", default="/get")
    arguments = parser.parse_args()
    with_recording = program(arguments.build, "hb-client-libcurl")
    without = os.path.abspath(os.path.join(arguments.build, "src", "clients", "hb-client-libcurl-unrecorded"))
    rows = []
    with Server(arguments.build, cores()[1]) as server:
        for mode in ("sync", "async"):
            base = a_request(without, mode, server.url(arguments.path), arguments)
            measured = a_request(with_recording, mode, server.url(arguments.path), arguments)
            measured += CLOCK_READINGS[mode] * VDSO_CLOCK_INSTRUCTIONS
            rows.append((f"libcurl/{mode}", f"{base:,.0f}", f"{measured - base:,.0f}",
                         f"{(measured / base - 1) * 100:.2f} %"))
    print_table(["client", "instructions a request", "for recording", "share"], rows)
    print_command()


if __name__ == "__main__":
    main()
