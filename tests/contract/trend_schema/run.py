#!/usr/bin/env python3
"""An independent validator agrees that trends are what schemas/trend.schema.json says.

Usage: run.py SOURCE_DIR HTTP_BENCHMARK LARGE_STORE. The nights are drawn (tests/e2e/bin/make-nights); see
schema_check.py.
"""

import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from schema_check import check, output_of, spoil  # noqa: E402

SPOILT = {
    "no version": lambda t: t.pop("schema_version"),
    "another version": lambda t: t.update(schema_version=2),
    "a series without figures": lambda t: t["series"][0].pop("figures"),
    "a metric that is none": lambda t: t["series"][0].update(metric="speed"),
    "a cell without a server": lambda t: [s for s in t["series"] if not s["rollup"]][0].pop("server"),
    "an annotation that is none": lambda t: [p for s in t["series"] for p in s["points"]][0].update(state="fine"),
    "a point without an id": lambda t: [p for s in t["series"] for p in s["points"]][0].pop("id"),
}


def make_trend(source, program, large_store, place):
    database = place / "results.db"
    subprocess.run([large_store, database, "4", "2", "2", "1"], check=True)
    report = output_of(program, "report", "--db", database, "--format", "json")
    client = sorted({cell["client"] for cell in report["cells"]})[0]
    subprocess.run([source / "tests/e2e/bin/make-nights", database, "20", client, "10", "1.2"], check=True)
    return output_of(program, "trend", "--db", database, "--format", "json")


def main():
    source = pathlib.Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as place:
        trend = make_trend(source, sys.argv[2], sys.argv[3], pathlib.Path(place))
    return check(source / "schemas/trend.schema.json", {"a trend": trend}, spoil(trend, SPOILT))


if __name__ == "__main__":
    sys.exit(main())
