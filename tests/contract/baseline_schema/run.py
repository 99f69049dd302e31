#!/usr/bin/env python3
"""An independent validator agrees that baselines are what schemas/baseline.schema.json says.

Usage: run.py SOURCE_DIR HTTP_BENCHMARK LARGE_STORE; see schema_check.py. What the schema refuses, `baseline show` must
refuse, too.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from schema_check import check, output_of, spoil  # noqa: E402

SPOILT = {
    "no version": lambda b: b.pop("schema_version"),
    "another version": lambda b: b.update(schema_version=2),
    "no fingerprint": lambda b: b.pop("fingerprint"),
    "no cells": lambda b: b.update(cells=[]),
    "a cell without a client": lambda b: b["cells"][0].pop("client"),
    "a figure as text": lambda b: b["cells"][0]["metrics"].update(cpu=["12 us"]),
    "a negative figure": lambda b: b["cells"][0]["metrics"].update(cpu=[-1, 1]),
    "a metric that is none": lambda b: b["cells"][0]["metrics"].update(speed=[1, 1]),
    "a key that is none": lambda b: b["cells"][0].update(colour="red"),
    "more runs than are read": lambda b: b["cells"][0].update(runs=5000),
}


def program_accepts(program, baseline, place):
    path = place / "spoilt.baseline"
    path.write_text(json.dumps(baseline), encoding="utf-8")
    shown = subprocess.run([program, "baseline", "show", path], capture_output=True, timeout=60, check=False)
    if shown.returncode not in (0, 5):
        sys.exit(f"baseline show ended with {shown.returncode}: {shown.stderr}")
    return shown.returncode == 0


def main():
    source, program, large_store = sys.argv[1:4]
    with tempfile.TemporaryDirectory() as name:
        place = pathlib.Path(name)
        subprocess.run([large_store, place / "results.db", "3", "2", "2", "2"], check=True)
        baseline = output_of(program, "baseline", "save", "--db", place / "results.db", "-o", "-")
        problems = [f"shown: {what}" for what, other in spoil(baseline, SPOILT) if program_accepts(program, other, place)]
    return check(pathlib.Path(source) / "schemas/baseline.schema.json", {"a baseline": baseline},
                 spoil(baseline, SPOILT), problems)


if __name__ == "__main__":
    sys.exit(main())
