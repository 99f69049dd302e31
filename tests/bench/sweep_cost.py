#!/usr/bin/env python3
"""What a sweep takes beyond its parts, and whether the runner's memory depends on how long a run is.

Wall time: the process of a sweep of real clients, from its start to its end, against the warm-ups and windows of all its
runs, those for floor and ceiling included. Once as sweeps are by default, and once without looking at what each client
sends, which takes two short runs a client, once a sweep, one of them under strace. Memory: the peak of the runner's
process itself over a short and over a long run of the client that sends nothing, so that samples come as fast as they can.
"""
import argparse
import contextlib
import json
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
import time

from bench_support import print_command, print_table

FINISHED = (0, 6)  # 6: finished, a run's figures are doubtful or some requests failed


def peak_kb(pid):
    """Of a process that still runs; None when it has just ended."""
    with contextlib.suppress(OSError, TypeError):
        with open(f"/proc/{pid}/status", encoding="ascii") as file:
            return int(re.search(r"VmHWM:\s+(\d+) kB", file.read())[1])
    return None


def sweep(program, scenario):
    """Seconds that the process took, its peak memory in KB, and the runs it left."""
    with tempfile.TemporaryDirectory(prefix="sweep-cost-") as folder:
        path, database = os.path.join(folder, "scenario.yaml"), os.path.join(folder, "results.db")
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"name": "cost"} | scenario, file)  # JSON is YAML
        began, peak = time.monotonic(), 0
        process = subprocess.Popen([program, "run", path, "--db", database, "--out", folder, "--quiet"],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        while process.poll() is None:
            peak = peak_kb(process.pid) or peak
            time.sleep(0.01)
        seconds = time.monotonic() - began
        with process.stderr as file:
            if process.returncode not in FINISHED:
                sys.exit(f"{file.read()}\nexit code {process.returncode}")
        with contextlib.closing(sqlite3.connect(database)) as connection:
            connection.row_factory = sqlite3.Row
            runs = connection.execute("SELECT * FROM runs WHERE status = 'ok'").fetchall()
    return seconds, peak, runs


def compare_wall_time(program, arguments):
    clients = ["epoll", "libcurl/async", "libcurl/sync"]
    rows = []
    for wire in ("system_calls", "none"):
        seconds, _, runs = sweep(program, {
            "matrix": {"clients": clients, "urls": ["/get"], "concurrency": [64], "duration": [f"{arguments.window}s"]},
            "run": {"rounds": arguments.rounds, "warmup": f"{arguments.warmup}s", "cooldown": "0s", "wire": wire}})
        parts = sum(run["window_end_ns"] - run["start_ns"] for run in runs) / 1e9
        rows.append((", ".join(clients), wire, len(runs), f"{parts:.2f}", f"{seconds:.2f}",
                     f"{(seconds / parts - 1) * 100:.2f} %"))
    print_table(["sweep", "wire profiles", "runs", "its parts, s", "wall, s", "more"], rows)
    print(f"\nwarm-up {arguments.warmup} s, window {arguments.window} s, no cool-down, {arguments.rounds} rounds; "
          "runs for ceiling and floor are parts, too\n")


def compare_memory(program, arguments):
    rows = []
    for window in (arguments.short, arguments.long):
        _, peak, runs = sweep(program, {
            "matrix": {"clients": ["noop"], "urls": ["/get"], "concurrency": [64], "duration": [f"{window}s"]},
            "run": {"rounds": 1, "warmup": "100ms", "cooldown": "0s", "yardstick": False}})
        rows.append((f"{window} s", f"{sum(run['verified'] for run in runs) / 1e6:,.1f}", f"{peak / 1024:.1f}"))
    print_table(["run of", "million samples", "peak memory of the runner, MiB"], rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default="build/release")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--warmup", type=int, default=1)
    parser.add_argument("--window", type=int, default=4)
    parser.add_argument("--short", type=int, default=5)
    parser.add_argument("--long", type=int, default=60)
    arguments = parser.parse_args()
    program = os.path.abspath(os.path.join(arguments.build, "bin", "http-benchmark"))
    compare_wall_time(program, arguments)
    compare_memory(program, arguments)
    print_command()


if __name__ == "__main__":
    main()
