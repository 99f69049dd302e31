#!/usr/bin/env python3
"""An independent validator agrees that JSON reports are what schemas/results.schema.json says.

Usage: run.py SOURCE_DIR HTTP_BENCHMARK LARGE_STORE. Reports are made of drawn figures; see schema_check.py.
"""

import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from schema_check import check, output_of, spoil  # noqa: E402

SPOILT = {
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


def main():
    source, program, large_store = sys.argv[1:4]
    with tempfile.TemporaryDirectory() as place:
        database = pathlib.Path(place) / "results.db"
        subprocess.run([large_store, database, "3", "2", "2", "2"], check=True)
        report = output_of(program, "report", "--db", database, "--format", "json")
    return check(pathlib.Path(source) / "schemas/results.schema.json", {"a report": report}, spoil(report, SPOILT))


if __name__ == "__main__":
    sys.exit(main())
