"""What the tests of published schemas share: an independent validator, and the proof that a schema says something.

Every key of a document must be described, the validator must accept the document, and it must refuse each document that
was spoilt. The validator is check-jsonschema: $HB_CHECK_JSONSCHEMA names its program; without it only the keys are
checked, and the test is skipped (77).
"""

import copy
import json
import os
import pathlib
import subprocess
import sys
import tempfile

SKIPPED = 77


def output_of(*command):
    """The JSON that a command prints."""
    made = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    return json.loads(made.stdout.decode("utf-8"))


def spoil(document, changes):
    """Name and document of what must be refused: the document, changed in one way each."""
    for name, change in changes.items():
        other = copy.deepcopy(document)
        change(other)
        yield name, other


def resolve(schema, part):
    """The object schema behind a reference, or the object among alternatives."""
    while "$ref" in part:
        part = schema["$defs"][part["$ref"].removeprefix("#/$defs/")]
    for choice in part.get("anyOf", []):
        if resolve(schema, choice).get("type") == "object":
            return resolve(schema, choice)
    return part


def undescribed(schema, part, value, path=""):
    """Keys of a document that the schema does not name. An object of which it says nothing may hold any."""
    part = resolve(schema, part)
    if isinstance(value, list):
        for item in value:
            yield from undescribed(schema, part.get("items", {}), item, f"{path}[]")
    if isinstance(value, dict) and not part.keys().isdisjoint({"properties", "additionalProperties"}):
        for key, inner in value.items():
            described = part.get("properties", {}).get(key, part.get("additionalProperties"))
            if isinstance(described, dict):
                yield from undescribed(schema, described, inner, f"{path}.{key}")
            elif not described:
                yield f"{path}.{key}"


def accepts(validator, schema_path, document, place):
    path = place / "document.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    run = subprocess.run([validator, "--schemafile", str(schema_path), str(path)],
                         capture_output=True, text=True, timeout=300, check=False)
    if run.returncode not in (0, 1):
        sys.exit(f"the validator failed:\n{run.stdout}{run.stderr}")
    return run.returncode == 0, run.stdout


def ask_validator(validator, schema_path, documents, spoilt):
    """What the validator and we do not agree on."""
    with tempfile.TemporaryDirectory() as name:
        place = pathlib.Path(name)
        for what, document in documents.items():
            good, said = accepts(validator, schema_path, document, place)
            if not good:
                yield f"{what} is refused:\n{said}"
        for what, document in spoilt:
            if accepts(validator, schema_path, document, place)[0]:
                yield f"accepted: {what}"


def check(schema_path, documents, spoilt, problems=()):
    """The test's exit code. `documents` by name; `spoilt` as spoil() yields them; `problems` found elsewhere."""
    schema = json.loads(pathlib.Path(schema_path).read_text(encoding="utf-8"))
    validator = os.environ.get("HB_CHECK_JSONSCHEMA", "")
    unknown = {key for document in documents.values() for key in undescribed(schema, schema, document)}
    problems = [*problems, *(f"not described: {key}" for key in sorted(unknown))]
    if not problems and not os.access(validator, os.X_OK):
        print("skipped: HB_CHECK_JSONSCHEMA does not name the check-jsonschema program")
        return SKIPPED
    problems = problems or list(ask_validator(validator, schema_path, documents, spoilt))
    print("\n".join(problems) or f"agreed on {', '.join(documents)}")
    return 1 if problems else 0
