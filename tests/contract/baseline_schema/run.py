#!/usr/bin/env python3
"""An independent validator agrees that baselines are what schemas/baseline.schema.json says.

Usage: run.py SOURCE_DIR HTTP_BENCHMARK LARGE_STORE, as results_schema/run.py, whose parts it uses. What the schema
refuses, `baseline show` must refuse, too.
"""

import copy
import importlib.util
import json
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent


def load_neighbour():
    spec = importlib.util.spec_from_file_location("results", HERE.parent / "results_schema/run.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def spoilt(baseline):
    """Name and baseline of what must be refused."""
    changes = {
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
    for name, change in changes.items():
        other = copy.deepcopy(baseline)
        change(other)
        yield name, other


def program_accepts(program, baseline, place):
    path = place / "spoilt.baseline"
    path.write_text(json.dumps(baseline), encoding="utf-8")
    shown = subprocess.run([program, "baseline", "show", path], capture_output=True, timeout=60, check=False)
    if shown.returncode not in (0, 5):
        sys.exit(f"baseline show ended with {shown.returncode}: {shown.stderr}")
    return shown.returncode == 0


def main():
    results = load_neighbour()
    program = sys.argv[2]
    schema_path = pathlib.Path(sys.argv[1]) / "schemas/baseline.schema.json"
    schema = json.loads(schema_path.read_text(encoding="utf-8"))
    validator = os.environ.get("HB_CHECK_JSONSCHEMA", "")
    with tempfile.TemporaryDirectory() as name:
        place = pathlib.Path(name)
        subprocess.run([sys.argv[3], place / "results.db", "3", "2", "2", "2"], check=True)
        made = subprocess.run([program, "baseline", "save", "--db", place / "results.db", "-o", "-"],
                              check=True, capture_output=True, text=True)
        baseline = json.loads(made.stdout)
        problems = [f"not described: {key}" for key in sorted(set(results.undescribed(schema, schema, baseline, "")))]
        problems += [f"shown: {what}" for what, other in spoilt(baseline) if program_accepts(program, other, place)]
        if not problems and not os.access(validator, os.X_OK):
            print("skipped: HB_CHECK_JSONSCHEMA does not name the check-jsonschema program")
            return results.SKIPPED
        if not problems:
            good, said = results.accepts(validator, schema_path, baseline, place)
            problems += [] if good else [f"a baseline is refused:\n{said}"]
            problems += [f"accepted: {what}" for what, other in spoilt(baseline)
                         if results.accepts(validator, schema_path, other, place)[0]]
    print("\n".join(problems) or f"agreed on a baseline of {len(baseline['cells'])} cells")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
