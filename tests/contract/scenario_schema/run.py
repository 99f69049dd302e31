#!/usr/bin/env python3
"""An independent validator agrees with our parser on the shape of every scenario of the corpus.

Usage: run.py SOURCE_DIR. The validator is check-jsonschema: $HB_CHECK_JSONSCHEMA names its program;
without it the test is skipped (77). What only our parser can see is marked "(semantic)" in the
first line of a file of tests/corpus/scenarios/invalid; the unit test scenario_corpus shows that
our parser refuses those, too.
"""

import json
import os
import pathlib
import subprocess
import sys

SKIPPED = 77


def refused(validator, schema, files):
    """Names of the files that the validator does not accept, by their report."""
    run = subprocess.run(
        [validator, "--output-format", "json", "--schemafile", str(schema), *map(str, files)],
        capture_output=True, text=True, timeout=300, check=False)
    if run.returncode not in (0, 1):
        sys.exit(f"the validator failed:\n{run.stdout}{run.stderr}")
    report = json.loads(run.stdout)
    return {pathlib.Path(error["filename"]).name: error.get("message", "not YAML")
            for error in report.get("errors", []) + report.get("parse_errors", [])}


def is_semantic(path):
    with open(path, encoding="utf-8") as file:
        return "(semantic) =>" in file.readline()


def main():
    source = pathlib.Path(sys.argv[1])
    validator = os.environ.get("HB_CHECK_JSONSCHEMA", "")
    if not os.access(validator, os.X_OK):
        print("skipped: HB_CHECK_JSONSCHEMA does not name the check-jsonschema program")
        return SKIPPED
    schema = source / "schemas/scenario.schema.json"
    corpus = source / "tests/corpus/scenarios"
    valid = sorted((corpus / "valid").glob("*.yaml")) + sorted((source / "scenarios").glob("*.yaml"))
    invalid = sorted((corpus / "invalid").glob("*.yaml"))
    problems = []

    for name, message in refused(validator, schema, valid).items():
        problems.append(f"valid/{name}: refused by the validator: {message}")
    found = refused(validator, schema, invalid)
    for path in invalid:
        if is_semantic(path) and path.name in found:
            problems.append(f"invalid/{path.name}: marked semantic, but the validator sees it: "
                            f"{found[path.name]}")
        if not is_semantic(path) and path.name not in found:
            problems.append(f"invalid/{path.name}: accepted by the validator")
    print("\n".join(problems) or f"agreed on {len(valid)} valid and {len(invalid)} invalid scenarios")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
