#!/usr/bin/env python3
"""Limits on functions, from pmccabe: at most 80 lines and a complexity of 15, no exceptions.

Usage: functions.py SOURCE_ROOT
"""
import pathlib
import statistics
import subprocess
import sys

MAX_LINES, MAX_COMPLEXITY = 80, 15


def main() -> int:
    root = pathlib.Path(sys.argv[1])
    files = sorted(str(path) for path in (root / "src").rglob("*.c"))
    output = subprocess.run(["pmccabe", *files], check=True, capture_output=True, text=True).stdout
    wrong, lengths = [], []
    for line in output.splitlines():
        # modified complexity, traditional complexity, statements, first line, lines, place, name
        complexity, _, _, _, lines, place, name = line.split(None, 6)
        lengths.append(int(lines))
        if int(complexity) > MAX_COMPLEXITY or int(lines) > MAX_LINES:
            wrong.append(f"{place} {name}: {lines} lines, complexity {complexity}")
    lengths.sort()
    print(f"{len(lengths)} functions, median {statistics.median(lengths):.0f} lines, "
          f"90th percentile {lengths[len(lengths) * 9 // 10]}")
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
