#!/usr/bin/env python3
"""An independent validator agrees that bisections are what schemas/bisection.schema.json says.

Usage: run.py SOURCE_DIR HTTP_BENCHMARK. Two commits of the end-to-end case's toy client are compared: one that is slower,
and, the other way of ending, one that is not; see schema_check.py.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from schema_check import SKIPPED, check, output_of, spoil  # noqa: E402

SPOILT = {
    "no version": lambda b: b.pop("schema_version"),
    "another version": lambda b: b.update(schema_version=2),
    "a verdict that is none": lambda b: b["tried"][0].update({"is": "fine"}),
    "a comparison without its sweep": lambda b: b["tried"][0].pop("sweep"),
    "a ratio of nothing": lambda b: b["tried"][0].update(ratio=0),
    "a first bad one without a name": lambda b: b["first_bad"].pop("name"),
    "candidates of another kind": lambda b: b.update(candidates="branches"),
}
GIT_ENVIRONMENT = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null", "PIP_NO_INDEX": "1",
                   **{f"GIT_{who}_{what}": "a@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}}


def git(repository, *arguments):
    subprocess.run(["git", "-C", str(repository), *arguments], check=True)


def commit(repository, message, turns=None):
    module = repository / "toy.py"
    if turns is not None:
        lines = module.read_text(encoding="utf-8").splitlines(keepends=True)
        module.write_text("".join(f"TURNS = {turns}\n" if line.startswith("TURNS = ") else line for line in lines),
                          encoding="utf-8")
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--allow-empty", "--message", message)


def bisect(program, place, scenario, clients, good, bad):
    """What is printed; 4, that the bad end is not shown to be worse, is a result too."""
    cells = output_of(program, "expand", str(scenario), "--clients", str(clients), "--filter", "client=toy/sync",
                      "--format", "json")["runs"]
    run = subprocess.run([program, "bisect", cells[0]["cell"], "--scenario", str(scenario), "--clients", str(clients),
                          "--repo", str(place / "toy"), "--metric", "cpu", "--good", good, "--bad", bad, "--json", "--quiet",
                          "--db", str(place / "results.db")], stdout=subprocess.PIPE, check=False)
    if run.returncode not in (0, 4):
        sys.exit(f"bisect ended with {run.returncode}")
    return json.loads(run.stdout.decode("utf-8"))


def main():
    source, program = pathlib.Path(sys.argv[1]), sys.argv[2]
    case = source / "tests/e2e/cases/bisect-commits"
    if shutil.which("git") is None:
        print("skipped: needs git")
        return SKIPPED
    with tempfile.TemporaryDirectory() as name:
        place = pathlib.Path(name)
        os.environ.update(GIT_ENVIRONMENT, HTTP_BENCHMARK_ENV_DIR=str(place / "env"))
        shutil.copytree(case / "toy", place / "toy")
        git(place, "init", "--quiet", "toy")
        commit(place / "toy", "Begin")
        commit(place / "toy", "Say nothing")
        commit(place / "toy", "Take more care", turns=30000)
        common = (program, place, case / "scenario.yaml", case / "mine")
        found = bisect(*common, "HEAD~1", "HEAD")
        not_shown = bisect(*common, "HEAD~2", "HEAD~1")
    problems = [] if found["first_bad"] and not not_shown["first_bad"] else ["the slower commit was not told apart"]
    return check(source / "schemas/bisection.schema.json", {"a finding": found, "an end that is no worse": not_shown},
                 spoil(found, SPOILT), problems)


if __name__ == "__main__":
    sys.exit(main())
