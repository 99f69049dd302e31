"""What the benchmarks of the native clients share: a server on its own core, clients on another, tables.

Python's standard library only. Nothing here runs longer than it is told to.
"""
import json
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "contract"))
from worker_driver import Worker, make_job  # noqa: E402, F401

LIBEXEC = os.path.join("libexec", "http-benchmark")


def program(build, name):
    path = os.path.abspath(os.path.join(build, LIBEXEC, name))
    if not os.access(path, os.X_OK):
        sys.exit(f"{path} is not there: build it first (cmake --build {build} --target {name})")
    return path


def cores():
    """The client's core and the server's; the same one twice where there is only one."""
    available = sorted(os.sched_getaffinity(0))
    return available[0], available[-1]


class Server:
    """hb-server-builtin on a core of its own; use as a context manager."""

    def __init__(self, build, core):
        self.process = subprocess.Popen([program(build, "hb-server-builtin")], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE,
                                        preexec_fn=lambda: os.sched_setaffinity(0, {core}))
        self.ready = json.loads(self.process.stdout.readline())

    def url(self, path):
        return f"http://{self.ready['host']}:{self.ready['port']}{path}"

    def cpu_ns(self):
        return process_cpu_ns(self.process.pid)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(timeout=10)
        self.process.stdout.close()


def process_cpu_ns(pid):
    """CPU of a running process, from outside (clock_getcpuclockid)."""
    return time.clock_gettime_ns((~pid << 3) | 2)


def median(values):
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def print_table(heads, rows):
    print("| " + " | ".join(heads) + " |")
    print("|" + "|".join("---" if i == 0 else "---:" for i in range(len(heads))) + "|")
    for row in rows:
        print("| " + " | ".join(str(cell) for cell in row) + " |")


def print_command():
    print(f"\n`{' '.join(['python3', *sys.argv])}`")
