"""schemas/worker-protocol.schema.json against the page that explains it and a worker that speaks it."""

import copy
import json
import pathlib
import re
import sys
import unittest

import jsonschema

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
sys.path.insert(0, str(HERE.parent))

from scripted_origin import Origin  # noqa: E402
from worker_driver import make_job, run_job  # noqa: E402

COMMAND = [sys.executable, str(ROOT / "src/clients/python/requests_client.py")]
SCHEMA = json.loads((ROOT / "schemas/worker-protocol.schema.json").read_text())
TYPES = ("job", "ready", "error", "go", "done")


def examples():
    """The messages shown in docs/worker-protocol.md."""
    page = (ROOT / "docs/worker-protocol.md").read_text()
    return [json.loads(block) for block in re.findall(r"```json\n(.*?)```", page, re.DOTALL)]


def problem(message):
    """What the schema has against a message, looked at as the type it says it is; None if nothing."""
    schema = {"$schema": SCHEMA["$schema"], "$defs": SCHEMA["$defs"],
              "$ref": f"#/$defs/{message['type']}"}
    return jsonschema.exceptions.best_match(jsonschema.Draft202012Validator(schema).iter_errors(message))


class Messages(unittest.TestCase):
    def assert_valid(self, message):
        self.assertIsNone(problem(message), message)
        jsonschema.Draft202012Validator(SCHEMA).validate(message)

    def test_the_schema_is_a_schema(self):
        jsonschema.Draft202012Validator.check_schema(SCHEMA)

    def test_each_example_of_the_page_is_valid_and_each_type_has_one(self):
        for message in examples():
            with self.subTest(message["type"]):
                self.assert_valid(message)
        self.assertEqual({message["type"] for message in examples()}, set(TYPES))

    def test_each_required_key_is_missed(self):
        for message in examples():
            for key in SCHEMA["$defs"][message["type"]]["required"]:
                if key == "type":
                    continue
                with self.subTest(message["type"], key=key):
                    lacking = {name: value for name, value in message.items() if name != key}
                    self.assertIn(key, problem(lacking).message)

    def test_each_key_of_the_wrong_type_is_refused(self):
        for message in examples():
            for key in SCHEMA["$defs"][message["type"]]["properties"]:
                if key == "type" or key not in message:
                    continue
                with self.subTest(message["type"], key=key):
                    self.assertIsNotNone(problem({**message, key: -1.5}))

    def test_unknown_keys_are_allowed_everywhere(self):
        for message in examples():
            self.assert_valid({**message, "a_later_version": {"says": "more"}})

    def test_what_could_break_out_of_a_request_is_refused(self):
        job = next(message for message in examples() if message["type"] == "job")
        for changes in ({"method": "GET /\r\n"}, {"url": "file:///etc/passwd"},
                        {"headers": [["X", "a\nB: c"]]}, {"headers": [["X Y", "a"]]},
                        {"headers": [["X"]]}, {"body_path": "relative"}):
            with self.subTest(changes):
                broken = copy.deepcopy(job)
                broken["requests"][0].update(changes)
                self.assertIsNotNone(problem(broken))

    def test_a_worker_says_what_the_schema_allows(self):
        origin = Origin()
        self.addCleanup(origin.close)
        job = make_job("requests", "sync", origin.url("/ok"), max_requests=3)
        self.assert_valid(job)
        result = run_job(COMMAND, job, 2)
        self.assert_valid(result.ready)
        self.assert_valid(result.done)
        refusal = run_job(COMMAND, {**job, "http": "2"}).ready
        self.assertEqual((refusal["type"], refusal["class"]), ("error", "unsupported"))
        self.assert_valid(refusal)


if __name__ == "__main__":
    unittest.main()
