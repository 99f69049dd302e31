#!/usr/bin/env python3
"""An independent validator agrees that comparisons are what schemas/comparison.schema.json says.

Usage: check_json.py SOURCE_DIR PRINT_SAMPLE; see schema_check.py.
"""

import os
import pathlib
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from schema_check import check, output_of, spoil  # noqa: E402

SAMPLES = ("ordinary", "nasty", "empty", "stored", "green", "suite", "contaminated")
SPOILT = {
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


def main():
    comparisons = {name: output_of(sys.argv[2], name, "json") for name in SAMPLES}
    return check(pathlib.Path(sys.argv[1]) / "schemas/comparison.schema.json", comparisons,
                 spoil(comparisons["ordinary"], SPOILT))


if __name__ == "__main__":
    sys.exit(main())
