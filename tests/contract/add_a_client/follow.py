"""Follows docs/add-a-client.md in an empty folder: follow.py FOLDER-WITH-HTTP-BENCHMARK

A block whose fence names a file is written to it, a block of `sh` is run; any other is only to be read.
All must end with exit code 0, and what the page promises must be there.
"""

import json
import os
import pathlib
import re
import sqlite3
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests/e2e"))

from run import wait_for_the_machine  # noqa: E402

PAGE = ROOT / "docs/add-a-client.md"
TAKEN = "two at a time would spoil each other's figures"
MOST_LINES = 80  # of the worker without a kit: "a page" is a promise


def blocks():
    """(language, file or "", text) in the order of the page."""
    return re.findall(r"^```(\w+) ?(\S*)\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def run(script, place, environment):
    print(f"$ {script}", flush=True)
    for _ in range(5):
        wait_for_the_machine()
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", script], cwd=place, env=environment, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        if done.returncode == 0 or TAKEN not in done.stdout:
            break
    print(done.stdout, flush=True)
    assert done.returncode == 0, f"exit code {done.returncode}"
    return done.stdout


def follow(place, environment):
    told = ""
    for language, name, text in blocks():
        if name:
            path = place / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        elif language == "sh":
            told += run(text, place, environment)
    return told


def check(place, told):
    assert re.search(r"^httpclient +Python 3", told, re.MULTILINE), "it is not listed with its version"
    done = re.search(r'^worker: ({"type": ?"done".*)$', told, re.MULTILINE)
    assert done and json.loads(done[1])["requests"] == 5, "the replay did not send five requests"
    lines = (place / "clients/httpclient.py").read_text(encoding="utf-8").count("\n")
    assert lines < MOST_LINES, f"the worker without a kit has {lines} lines"
    with sqlite3.connect(place / "benchmark_results.db") as database:
        rows = database.execute("SELECT client_library, SUM(requests_count), SUM(error_count) FROM benchmark_results "
                                "GROUP BY client_library").fetchall()
    figures = {client: (requests, errors) for client, requests, errors in rows}
    for client in ("httpclient", "urlopen"):
        assert client in figures, f"{client} was not measured: {figures}"
        assert figures[client][0] > 0 and figures[client][1] == 0, f"{client}: {figures[client]}"


def main():
    program = pathlib.Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory(prefix="add-a-client-") as name:
        place = pathlib.Path(name)
        environment = {**os.environ, "SOURCE": str(ROOT), "PATH": f"{program}:{os.environ['PATH']}", "NO_COLOR": "1"}
        check(place, follow(place, environment))


if __name__ == "__main__":
    main()
