#!/usr/bin/env python3
"""Does a gate cry wolf, and does it catch? On runs that were made, not drawn.

Collects pairs of short runs by `http-benchmark run`: base against itself, and against a head that burns so much more CPU
(libexec/hb-handicap.so, as `calibrate --inject` uses it), in sweeps that take turns, so that whatever happens to the
machine meanwhile happens to all kinds. They stay in databases in a folder; called again with it, the tool goes on where it
stopped. Then this machine is calibrated, and real gates are made, of a head that is the base and of the slowest. Last,
gate_resampling draws stretches of the collected pairs that were made one after the other, and leads the product's own
planner, procedure and judge through them.
"""
import argparse
import contextlib
import json
import os
import sqlite3
import subprocess
import sys
import time

from bench_support import print_command, print_table

# Percent of CPU that the head is told to burn. It burns more, by what it takes to look at every send and at the clock: what
# it really was, is measured over all pairs.
BURNS = (5, 8, 10)
CLIENT, WINDOW, WARMUP = "epoll", "80ms", "20ms"
PAIRS_A_SWEEP = 250
FINISHED = (0, 6)  # 6: finished, a run's figures are doubtful or some requests failed


def handicap(percent):
    if percent == 0:
        return {}
    return {"command": ["/usr/bin/env", "LD_PRELOAD={libexec}/hb-handicap.so", f"HB_HANDICAP_CPU={percent / 100}",
                        "{command}"]}


def scenario(percent, seed):
    """Concurrency 1: with more, a client that is held up handles fewer responses at once, and burns more than it was told."""
    return {"name": f"slower-by-{percent}",
            "matrix": {"clients": [CLIENT], "urls": ["/get"], "concurrency": [1], "duration": [WINDOW]},
            "run": {"rounds": PAIRS_A_SWEEP, "seed": seed, "warmup": WARMUP, "cooldown": "0s", "wire": "none", "yardstick": False},
            "subjects": {"base": {}, "head": handicap(percent)}}


def sweeps(database):
    """How many are finished, and whether one is not."""
    if not os.path.exists(database):
        return 0, False
    with contextlib.closing(sqlite3.connect(database)) as connection:
        complete = [row[0] for row in connection.execute("SELECT status = 'complete' FROM sweeps")]
    return sum(complete), not all(complete)


def sweep(program, percent, arguments, until):
    """One sweep more, or the rest of one; False when the time is over."""
    path = os.path.join(arguments.work, f"slower-by-{percent}.yaml")
    database = os.path.join(arguments.work, f"slower-by-{percent}.db")
    complete, begun = sweeps(database)
    with open(path, "w", encoding="utf-8") as file:
        json.dump(scenario(percent, complete + 1), file)  # JSON is YAML
    command = [program, "run", path, "--db", database, "--out", os.path.join(arguments.work, "reports"), "--quiet"]
    process = subprocess.Popen(command + ["--resume"] * begun, stdout=subprocess.DEVNULL)
    try:
        code = process.wait(timeout=max(until - time.monotonic(), 0))
    except subprocess.TimeoutExpired:
        process.terminate()
        process.wait()
        return False
    if code not in FINISHED:
        sys.exit(f"{' '.join(command)}: exit code {code}")
    return True


def collect(program, arguments):
    """Kind after kind, a sweep each, in an order that turns."""
    until = time.monotonic() + arguments.minutes * 60
    for cycle in range(-(-arguments.pairs // PAIRS_A_SWEEP)):
        for turn in range(len(arguments.kinds)):
            percent = arguments.kinds[(cycle + turn) % len(arguments.kinds)]
            database = os.path.join(arguments.work, f"slower-by-{percent}.db")
            if sweeps(database)[0] > cycle:
                continue
            if not sweep(program, percent, arguments, until):
                return
            print(f"{time.strftime('%H:%M:%S')} cycle {cycle + 1}, +{percent} %, load {os.getloadavg()[0]:.1f}",
                  file=sys.stderr, flush=True)


def gate_scenario(percent):
    """The cell of the collected pairs; how many there are is the planner's. A run that did not get the processor ends no gate."""
    return {"name": f"gate-{percent}",
            "matrix": {"clients": [CLIENT], "urls": ["/get"], "concurrency": [1], "duration": [WINDOW]},
            "run": {"warmup": WARMUP, "cooldown": "0s", "wire": "none", "yardstick": False, "allow_failed": "5%"},
            "subjects": {"base": {}, "head": handicap(percent)}}


def command_of(program, words, percent, work):
    path = os.path.join(work, f"gate-{percent}.yaml")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(gate_scenario(percent), file)
    return [program, *words, path, "--db", os.path.join(work, "gates.db")]


def calibrate(program, arguments):
    """What gates are planned by, unless a gate was made already."""
    if not os.path.exists(os.path.join(arguments.work, "gates.db")):
        subprocess.run(command_of(program, ["calibrate", "--aa", "--pairs", "100"], 0, arguments.work), check=True)
        subprocess.run(command_of(program, ["gate", "--plan"], 0, arguments.work), check=True)


def made_gates(work, kinds):
    """Of each kind, the exit codes of those that are made, as they were noted down."""
    path = os.path.join(work, "gates.json")
    if not os.path.exists(path):
        return {str(percent): [] for percent in kinds}
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def make_gates(program, arguments):
    """Real ones, of the kinds in turn."""
    kinds = (0, arguments.kinds[-1])
    made = made_gates(arguments.work, kinds)
    for _ in range(arguments.gates):
        for percent in kinds:
            if len(made[str(percent)]) >= arguments.gates:
                continue
            command = command_of(program, ["gate", "--budget", arguments.budget, "--quiet"], percent, arguments.work)
            result = subprocess.run(command + ["--out", os.path.join(arguments.work, "reports")], stdout=subprocess.DEVNULL)
            made[str(percent)].append(result.returncode)
            with open(os.path.join(arguments.work, "gates.json"), "w", encoding="utf-8") as file:
                json.dump(made, file)
            print(f"{time.strftime('%H:%M:%S')} gate +{percent} %: exit code {result.returncode}, load "
                  f"{os.getloadavg()[0]:.1f}", file=sys.stderr, flush=True)
    return made


def print_gates(made, budget):
    meanings = {0: "passed", 3: "regressed", 7: "contaminated"}
    rows = [[f"+{percent} %", len(codes), *(codes.count(code) for code in meanings),
             sum(code not in meanings for code in codes)] for percent, codes in made.items()]
    print(f"\nReal gates of one cell, budget {budget}:\n")
    print_table(["told to burn", "gates", *meanings.values(), "other exit codes"], rows)


def resample(arguments):
    databases = [os.path.join(arguments.work, name)
                 for name in ["gates.db", *(f"slower-by-{percent}.db" for percent in arguments.kinds)]]
    program = os.path.join(arguments.build, "tests", "bench", "gate_resampling")
    sys.stdout.flush()
    subprocess.run([program, str(arguments.resampled), *databases], check=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", help="folder for the databases; kept")
    parser.add_argument("--build", default="build/release")
    parser.add_argument("--burn", type=int, nargs="+", default=BURNS, help="percent, ascending")
    parser.add_argument("--pairs", type=int, default=3000, help="of each kind")
    parser.add_argument("--minutes", type=float, default=75, help="for collecting, at most")
    parser.add_argument("--gates", type=int, default=10, help="real ones, of each kind")
    parser.add_argument("--resampled", type=int, default=10000, help="gates drawn from the pairs, of each kind")
    parser.add_argument("--budget", default="2m", help="of each of them")
    arguments = parser.parse_args()
    arguments.kinds = (0, *arguments.burn)
    program = os.path.abspath(os.path.join(arguments.build, "bin", "http-benchmark"))
    os.makedirs(arguments.work, exist_ok=True)
    collect(program, arguments)
    calibrate(program, arguments)
    made = make_gates(program, arguments)
    resample(arguments)
    print_gates(made, arguments.budget)
    print_command()


if __name__ == "__main__":
    main()
