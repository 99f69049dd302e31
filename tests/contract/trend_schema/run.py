#!/usr/bin/env python3
"""An independent validator agrees that trends are what schemas/trend.schema.json says.

Usage: run.py SOURCE_DIR HTTP_BENCHMARK LARGE_STORE, as results_schema/run.py, whose parts it uses. The nights are drawn
(tests/e2e/bin/make-nights).
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


def make_trend(source, program, large_store, place):
    database = place / "results.db"
    subprocess.run([large_store, database, "4", "2", "2", "1"], check=True)
    shown = subprocess.run([program, "report", "--db", database, "--format", "json"],
                           check=True, capture_output=True, text=True)
    client = sorted({cell["client"] for cell in json.loads(shown.stdout)["cells"]})[0]
    subprocess.run([source / "tests/e2e/bin/make-nights", database, "20", client, "10", "1.2"], check=True)
    made = subprocess.run([program, "trend", "--db", database, "--format", "json"],
                          check=True, capture_output=True, text=True)
    return json.loads(made.stdout)


def spoilt(trend):
    """Name and trend of what must be refused."""
    changes = {
        "no version": lambda t: t.pop("schema_version"),
        "another version": lambda t: t.update(schema_version=2),
        "a series without figures": lambda t: t["series"][0].pop("figures"),
        "a metric that is none": lambda t: t["series"][0].update(metric="speed"),
        "a cell without a server": lambda t: [s for s in t["series"] if not s["rollup"]][0].pop("server"),
        "an annotation that is none": lambda t: [p for s in t["series"] for p in s["points"]][0].update(state="fine"),
        "a point without an id": lambda t: [p for s in t["series"] for p in s["points"]][0].pop("id"),
    }
    for name, change in changes.items():
        other = copy.deepcopy(trend)
        change(other)
        yield name, other


def main():
    results = load_neighbour()
    source = pathlib.Path(sys.argv[1])
    schema_path = source / "schemas/trend.schema.json"
    schema = json.loads(schema_path.read_text(encoding="utf-8"))
    validator = os.environ.get("HB_CHECK_JSONSCHEMA", "")
    with tempfile.TemporaryDirectory() as name:
        place = pathlib.Path(name)
        trend = make_trend(source, sys.argv[2], sys.argv[3], place)
        problems = [f"not described: {key}" for key in sorted(set(results.undescribed(schema, schema, trend, "")))]
        if not problems and not os.access(validator, os.X_OK):
            print("skipped: HB_CHECK_JSONSCHEMA does not name the check-jsonschema program")
            return results.SKIPPED
        if not problems:
            good, said = results.accepts(validator, schema_path, trend, place)
            problems += [] if good else [f"a trend is refused:\n{said}"]
            problems += [f"accepted: {what}" for what, other in spoilt(trend)
                         if results.accepts(validator, schema_path, other, place)[0]]
    print("\n".join(problems) or f"agreed on a trend of {len(trend['series'])} series")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
