#!/usr/bin/env python3
"""xmllint agrees that JUnit XML of comparisons has the shape that Jenkins, Ant and GitLab read.

Usage: check_junit.py SOURCE_DIR PRINT_SAMPLE. Counts must be those of the test cases, and spoilt documents
must be refused. Without xmllint the test is skipped (77).
"""

import pathlib
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree

SKIPPED = 77
# sample: tests, failures, errors, skipped
EXPECTED = {
    "ordinary": (12, 2, 1, 6),  # every verdict, one unchanged besides, and all cells together
    "nasty": (12, 2, 1, 6),
    "empty": (1, 0, 1, 0),      # nothing compared is no success
    "stored": (12, 2, 1, 6),
    "green": (5, 0, 0, 0),
    "suite": (5, 1, 0, 0),      # no cell, but all together
    "contaminated": (12, 2, 1, 6),
}
SPOILT = {
    "properties of a test case": ("</testcase>", "<properties/></testcase>"),
    "no properties of the suite": ("<properties>", "<attributes>"),
    "a second outcome": ("</testcase>", "<skipped type='x'/></testcase>"),
    "a time that is none": ('id="0"', 'id="first"'),
    "a test case without a name": ("<testcase ", "<testcase nom='x' "),
    "an outcome that is none": ("<failure ", "<flaky "),
}


def judge(schema, text, place):
    path = place / "junit.xml"
    path.write_bytes(text)
    run = subprocess.run(["xmllint", "--nonet", "--noout", "--schema", str(schema), str(path)],
                         capture_output=True, text=True, timeout=60, check=False)
    return run.returncode == 0, run.stderr[:2000]


def counted(root):
    suite = root.find("testsuite")
    cases = suite.findall("testcase")
    found = (len(cases), *(sum(case.find(kind) is not None for case in cases)
                           for kind in ("failure", "error", "skipped")))
    said = tuple(int(suite.get(name)) for name in ("tests", "failures", "errors", "skipped"))
    return found, said


def main():
    schema = pathlib.Path(__file__).with_name("junit.xsd")
    problems = []
    if shutil.which("xmllint") is None:
        print("skipped: there is no xmllint")
        return SKIPPED
    with tempfile.TemporaryDirectory() as name:
        place = pathlib.Path(name)
        for sample, expected in EXPECTED.items():
            text = subprocess.run([sys.argv[2], sample, "junit"], check=True, capture_output=True).stdout
            good, said = judge(schema, text, place)
            if not good:
                problems.append(f"{sample} is refused: {said}")
                continue
            for counts in counted(ElementTree.fromstring(text)):
                if counts != expected:
                    problems.append(f"{sample}: expected {expected}, got {counts}")
        text = subprocess.run([sys.argv[2], "ordinary", "junit"], check=True, capture_output=True).stdout
        for what, (old, new) in SPOILT.items():
            assert old.encode() in text, what
            if judge(schema, text.replace(old.encode(), new.encode(), 1), place)[0]:
                problems.append(f"accepted: {what}")
    print("\n".join(problems) or f"agreed on {len(EXPECTED)} documents")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
