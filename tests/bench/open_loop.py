#!/usr/bin/env python3
"""How well clients keep a given rate: open_loop.py [BUILD-DIRECTORY] [CLIENT…]

Every client in every mode that is installed, or those that are named. Each is asked for half of what it reaches in a closed loop with as many connections; epoll for fixed rates up to
20,000/s, too. Achieved is what was verified of what was due in the window; lag is the response time less the service
time, by percentiles. The best of three runs of two seconds, since a neighbour can only make them worse, after a warm-up
in which a runtime that compiles as it goes (Node) comes up to speed: what it has not sent till then, it sends late.
"""
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from bench_support import print_command, print_table  # noqa: E402

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "contract", "measurement"))
from sweeps import Program, measured  # noqa: E402

CONNECTIONS, FIXED, ROUNDS, WARMUP = 32, [1000, 5000, 10000, 20000], 3, "4s"


def sweep(program, client, rate, rounds):
    return [run for run in measured(program.sweep({
        "matrix": {"clients": [client], "urls": ["/get"], "concurrency": [CONNECTIONS], "rate": [rate], "duration": ["2s"]},
        "run": {"rounds": rounds, "warmup": WARMUP, "cooldown": "100ms", "yardstick": False}})) if run.status == "ok"]


def share(run):
    return run.verified / run.scheduled


def row(program, client, rate):
    best = max(sweep(program, client, f"{rate}/s", ROUNDS), key=share)
    lags = [1e6 * (best.response(quantile) - best.service(quantile)) for quantile in (0.5, 0.99)]
    return [client, f"{rate:,}/s", f"{100 * share(best):.2f} %", f"{lags[0]:.0f} / {lags[1]:.0f}",
            f"{1e6 * best.response(0.99):.0f}"]


def installed(path):
    """Their names, as scenarios have them; not of the one that sends nothing."""
    listed = json.loads(subprocess.run([path, "list", "clients", "--json"], stdout=subprocess.PIPE, check=True).stdout)
    return [f"{client['name']}/{mode}" for client in listed if client["available"] and client["name"] != "noop"
            for mode in client["modes"]]


def main():
    build = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else os.path.join("build", "release"))
    path = os.path.join(build, "bin", "http-benchmark")
    program = Program(path)
    rows = [row(program, "epoll", rate) for rate in FIXED]
    for client in sys.argv[2:] or installed(path):
        peak = max(run.verified / run.window_s for run in sweep(program, client, "closed", 1))
        rows.append(row(program, client, int(round(peak / 2, -2))))
    print_table(["client", "rate", "achieved", "lag p50 / p99, µs", "p99, µs"], rows)
    print_command()


if __name__ == "__main__":
    main()
