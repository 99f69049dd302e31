#!/usr/bin/env python3
"""An independent validator agrees that JSON reports are what schemas/results.schema.json says.

Usage: run.py SOURCE_DIR HTTP_BENCHMARK LARGE_STORE. Reports are made of drawn figures. Every key of
a report must be described; and the schema must refuse reports that were spoilt, or it would say
nothing. The validator is check-jsonschema: $HB_CHECK_JSONSCHEMA names its program; without it only
the keys are checked, and the test is skipped (77).
"""

import copy
import json
import os
import pathlib
import subprocess
import sys
import tempfile

SKIPPED = 77


def make_report(program, large_store, place):
    database = place / "results.db"
    subprocess.run([large_store, database, "3", "2", "2", "2"], check=True)
    made = subprocess.run([program, "report", "--db", database, "--format", "json"],
                          check=True, capture_output=True, text=True)
    return json.loads(made.stdout)


def resolve(schema, part):
    """The object schema behind a reference, or the object among alternatives."""
    while "$ref" in part:
        part = schema["$defs"][part["$ref"].removeprefix("#/$defs/")]
    for choice in part.get("anyOf", []):
        if resolve(schema, choice).get("type") == "object":
            return resolve(schema, choice)
    return part


def undescribed(schema, part, value, path):
    """Keys of a report that the schema does not name."""
    part = resolve(schema, part)
    if isinstance(value, list):
        for item in value:
            yield from undescribed(schema, part.get("items", {}), item, f"{path}[]")
    if isinstance(value, dict) and "properties" in part:
        for key, inner in value.items():
            if key not in part["properties"]:
                yield f"{path}.{key}"
            else:
                yield from undescribed(schema, part["properties"][key], inner, f"{path}.{key}")


def spoilt(report):
    """Name and report of what must be refused."""
    changes = {
        "no version": lambda r: r.pop("schema_version"),
        "another version": lambda r: r.update(schema_version=2),
        "a cell without flags": lambda r: r["cells"][0].pop("flags"),
        "a flag that is none": lambda r: r["cells"][0]["flags"].append("fast"),
        "confidence in percent": lambda r: r["cells"][0]["requests_per_second"].update(confidence=95),
        "a figure as text": lambda r: r["runs"][0].update(response_p99_ns="12 ms"),
        "a run without a figure": lambda r: r["runs"][0].pop("client_cpu_ns"),
        "a status that is none": lambda r: r["runs"][0].update(status="fine"),
        "negative rounds": lambda r: r["sweep"].update(rounds=-1),
    }
    for name, change in changes.items():
        other = copy.deepcopy(report)
        change(other)
        yield name, other


def accepts(validator, schema_path, report, place):
    path = place / "report.json"
    path.write_text(json.dumps(report), encoding="utf-8")
    run = subprocess.run([validator, "--schemafile", str(schema_path), str(path)],
                         capture_output=True, text=True, timeout=300, check=False)
    if run.returncode not in (0, 1):
        sys.exit(f"the validator failed:\n{run.stdout}{run.stderr}")
    return run.returncode == 0, run.stdout


def main():
    schema_path = pathlib.Path(sys.argv[1]) / "schemas/results.schema.json"
    schema = json.loads(schema_path.read_text(encoding="utf-8"))
    validator = os.environ.get("HB_CHECK_JSONSCHEMA", "")
    with tempfile.TemporaryDirectory() as name:
        place = pathlib.Path(name)
        report = make_report(sys.argv[2], sys.argv[3], place)
        problems = [f"not described: {key}" for key in sorted(set(undescribed(schema, schema, report, "")))]
        if not problems and not os.access(validator, os.X_OK):
            print("skipped: HB_CHECK_JSONSCHEMA does not name the check-jsonschema program")
            return SKIPPED
        if not problems:
            good, said = accepts(validator, schema_path, report, place)
            problems += [] if good else [f"a report is refused:\n{said}"]
            problems += [f"accepted: {what}" for what, other in spoilt(report)
                         if accepts(validator, schema_path, other, place)[0]]
    print("\n".join(problems) or f"agreed on a report of {len(report['cells'])} cells")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
