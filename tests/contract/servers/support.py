"""What the tests of servers share: the program, what is installed, processes below one of ours."""

import json
import os
import pathlib
import subprocess
import sys
import time

SKIPPED = 77


def require(program, server):
    """End the test as skipped when the server is not installed; else its entry of the list."""
    listed = json.loads(subprocess.run([program, "list", "servers", "--json"], check=True,
                                       capture_output=True, text=True).stdout)
    entry = {item["name"]: item for item in listed}[server]
    if not entry["available"]:
        print(f"{server} is missing: {entry['reason']}; to get it: {entry['remedy']}")
        sys.exit(SKIPPED)
    return entry


def wait_until(condition, seconds, what):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.02)


def children(pid):
    """{pid: program name} of what a process has started."""
    found = {}
    for listing in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            numbers = [int(word) for word in listing.read_text().split()]
        except OSError:
            continue
        for number in numbers:
            try:
                found[number] = os.path.basename(os.readlink(f"/proc/{number}/exe"))
            except OSError:
                continue
    return found


def descendants(pid):
    """The same of everything below a process."""
    found = children(pid)
    for child in list(found):
        found.update(descendants(child))
    return found


def is_alive(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


class Sweeps:
    """A folder with a scenario and a database in it."""

    def __init__(self, program, folder, scenario):
        self.program = program
        self.folder = pathlib.Path(folder)
        (self.folder / "scenario.yaml").write_text(json.dumps(scenario))

    def run(self, seconds, disturb=None):
        """One sweep, and its report as JSON; `disturb` gets its process. Waits while another sweep holds the machine."""
        deadline = time.monotonic() + seconds
        while True:
            sweep = subprocess.Popen([self.program, "run", "scenario.yaml", "--db", "r.db", "--out", "reports", "--quiet"],
                                     cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            if disturb:
                disturb(sweep)
            _, errors = sweep.communicate(timeout=seconds)
            if sweep.returncode in (0, 6):
                return self.report()
            if "runs a benchmark" not in errors or time.monotonic() > deadline:
                raise AssertionError(errors)
            time.sleep(0.5)

    def report(self):
        """The newest sweep as JSON."""
        return json.loads(subprocess.run([self.program, "report", "--db", "r.db", "--format", "json", "-o", "-"],
                                         cwd=self.folder, check=True, capture_output=True, text=True).stdout)
