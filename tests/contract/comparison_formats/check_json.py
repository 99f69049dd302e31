#!/usr/bin/env python3
"""An independent validator agrees that comparisons are what schemas/comparison.schema.json says.

Usage: check_json.py SOURCE_DIR PRINT_SAMPLE. Every key must be described, and spoilt comparisons must be
refused, or the schema would say nothing. check-jsonschema is named by $HB_CHECK_JSONSCHEMA; without
it only the keys are checked, and the test is skipped (77).
"""

import copy
import json
import os
import pathlib
import subprocess
import sys
import tempfile

SKIPPED = 77
SAMPLES = ("ordinary", "nasty", "empty", "stored", "green", "suite", "contaminated")


def sample(program, name):
    made = subprocess.run([program, name, "json"], check=True, capture_output=True)
    return json.loads(made.stdout.decode("utf-8"))


def undescribed(schema, part, value, path):
    """Keys that the schema does not name."""
    while "$ref" in part:
        part = schema["$defs"][part["$ref"].removeprefix("#/$defs/")]
    if isinstance(value, list):
        for item in value:
            yield from undescribed(schema, part["items"], item, f"{path}[]")
    if isinstance(value, dict):
        for key, inner in value.items():
            described = part.get("properties", {}).get(key, part.get("additionalProperties"))
            if described is None:
                yield f"{path}.{key}"
            else:
                yield from undescribed(schema, described, inner, f"{path}.{key}")


def spoilt(report):
    """Name and comparison of what must be refused."""
    changes = {
        "no version": lambda r: r.pop("schema_version"),
        "another version": lambda r: r.update(schema_version=2),
        "a verdict that is none": lambda r: r.update(verdict="slower"),
        "a count of no verdict": lambda r: r["counts"].update(slower=1),
        "counts without a verdict": lambda r: r["counts"].pop("regressed"),
        "a cell without a verdict": lambda r: r["cells"][0].pop("verdict"),
        "a reason that is none": lambda r: r["cells"][0].update(reason="unlucky"),
        "a flag that is none": lambda r: r["cells"][0]["flags"].append("fast"),
        "a metric that is none": lambda r: r["cells"][1]["metrics"].update(speed=r["cells"][1]["metrics"]["cpu"]),
        "confidence in percent": lambda r: r["cells"][1]["metrics"]["cpu"].update(confidence=98),
        "a ratio as text": lambda r: r["cells"][1]["metrics"]["cpu"].update(ratio="+9 %"),
        "a metric without n": lambda r: r["cells"][1]["metrics"]["cpu"].pop("n"),
        "fewer than no cells": lambda r: r["suites"][0].update(cells=-1),
    }
    for name, change in changes.items():
        other = copy.deepcopy(report)
        change(other)
        yield name, other


def accepts(validator, schema_path, report, place):
    path = place / "comparison.json"
    path.write_text(json.dumps(report), encoding="utf-8")
    run = subprocess.run([validator, "--schemafile", str(schema_path), str(path)],
                         capture_output=True, text=True, timeout=60, check=False)
    if run.returncode not in (0, 1):
        sys.exit(f"the validator failed:\n{run.stdout}{run.stderr}")
    return run.returncode == 0, run.stdout


def main():
    schema_path = pathlib.Path(sys.argv[1]) / "schemas/comparison.schema.json"
    schema = json.loads(schema_path.read_text(encoding="utf-8"))
    validator = os.environ.get("HB_CHECK_JSONSCHEMA", "")
    reports = {name: sample(sys.argv[2], name) for name in SAMPLES}
    problems = [f"not described: {key}"
                for key in sorted({key for report in reports.values()
                                   for key in undescribed(schema, schema, report, "")})]
    if not problems and not os.access(validator, os.X_OK):
        print("skipped: HB_CHECK_JSONSCHEMA does not name the check-jsonschema program")
        return SKIPPED
    with tempfile.TemporaryDirectory() as name:
        place = pathlib.Path(name)
        for sample_name, report in reports.items():
            good, said = accepts(validator, schema_path, report, place)
            problems += [] if good else [f"{sample_name} is refused:\n{said}"]
        problems += [f"accepted: {what}" for what, other in spoilt(reports["ordinary"])
                     if accepts(validator, schema_path, other, place)[0]]
    print("\n".join(problems) or f"agreed on {len(reports)} comparisons")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
