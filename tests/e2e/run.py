#!/usr/bin/env python3
"""Run one end-to-end case: a folder that a person can read (README.md describes its files).

Usage: run.py --bin DIRECTORY CASE…     DIRECTORY holds http-benchmark
Exit code: 0 passed, 1 failed, 77 skipped (the case's cmd said what is missing).
"""

import argparse
import ctypes
import difflib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
CASE_FILES = {"cmd", "stdout", "stderr", "exit", "check.py"}
LOCK_FILES = ("/run/lock/http-benchmark.lock", "/tmp/http-benchmark.lock")
TIME_LIMIT_S = 100
SKIPPED = 77
PR_SET_CHILD_SUBREAPER = 36


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True, type=Path)
    parser.add_argument("cases", nargs="+", type=Path, metavar="CASE")
    options = parser.parse_args()
    # Whatever a case leaves behind becomes our child: so we see it, and so does the case's author.
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    results = [run_case(case.resolve(), options.bin.resolve()) for case in options.cases]
    sys.exit(1 if 1 in results else results[0] if len(results) == 1 else 0)


def run_case(case, program_directory):
    """A sweep of somebody else's that takes the machine in the middle of a case is no fault of the case."""
    deadline = time.monotonic() + 60
    code, spoilt, told = try_case(case, program_directory)
    while spoilt and time.monotonic() < deadline:
        code, spoilt, told = try_case(case, program_directory)
    print(told)
    sys.stdout.flush()
    return code


def try_case(case, program_directory):
    """(exit code, whether another sweep was in the way, what to say)"""
    with tempfile.TemporaryDirectory(prefix="hb-e2e-") as name:
        place = Path(name)
        wait_for_the_machine()
        started = time.monotonic()
        code = run_command(case, place, environment(place, program_directory))
        problems = []
        if code == SKIPPED and expected_exit(case) != SKIPPED:
            end_what_is_left()
            return SKIPPED, False, f"SKIP {case.name}: {(place / 'stderr').read_text().strip()}"
        problems += compare_exit(code, expected_exit(case))
        problems += compare_output(case / "stdout", place / "stdout")
        problems += compare_output(case / "stderr", place / "stderr")
        problems += [f"left running: {what}" for what in end_what_is_left()]
        problems += run_check(case, place, program_directory)
        if problems:
            problems += said(place)
        told = [f"{'FAIL' if problems else 'ok'} {case.name} ({time.monotonic() - started:.1f} s)", *problems]
        spoilt = bool(problems) and refused_by_another(place)
        return int(bool(problems)), spoilt, "\n".join(told).replace("\n", "\n  ")


def refused_by_another(place):
    texts = [path.read_bytes() for path in place.rglob("*") if path.is_file() and path.stat().st_size < 100_000]
    return any(b"runs a benchmark on this machine" in text for text in texts)


def said(place):
    texts = [(name, (place / name).read_text(errors="replace")) for name in ("stdout", "stderr")]
    return [f"--- {name} ---\n{text[-4000:]}" for name, text in texts if text]


# The command


def environment(place, program_directory):
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("HTTP_BENCHMARK_") or name == "HTTP_BENCHMARK_ENV_DIR"
    }
    kept.pop("TERM", None)
    return kept | {
        "PATH": f"{HERE / 'bin'}:{program_directory}:{kept['PATH']}",
        "PYTHONPATH": str(HERE / "support"),
        "PYTHONDONTWRITEBYTECODE": "1",
        "HB_E2E_OUTPUT": str(place),
        "HB_E2E_SOURCE": str(HERE.parent.parent),
        "TMPDIR": str(place / "tmp"),
        "HOME": str(place / "home"),
        "LC_ALL": "C.UTF-8",
    } | ({"HTTP_BENCHMARK_ENV_DIR": user_environments()} if user_environments() else {})


def user_environments():
    """Where the foreign clients are installed; a case has a home directory of its own."""
    told = os.environ.get("HTTP_BENCHMARK_ENV_DIR")
    data = os.environ.get("XDG_DATA_HOME", os.path.expanduser("~/.local/share"))
    return told or os.path.join(data, "http-benchmark", "env")


def run_command(case, place, variables):
    for name in ("work", "tmp", "home"):
        (place / name).mkdir()
    for path in case.iterdir():
        if path.name not in CASE_FILES:
            (shutil.copytree if path.is_dir() else shutil.copy)(path, place / "work" / path.name)
    with open(place / "stdout", "wb") as out, open(place / "stderr", "wb") as err:
        process = subprocess.Popen(
            ["sh", "-eu", case / "cmd"],
            cwd=place / "work",
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            start_new_session=True,
        )
        try:
            return process.wait(TIME_LIMIT_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            return f"nothing: it was ended after {TIME_LIMIT_S} s"


def wait_for_the_machine():
    """One sweep at a time: a sweep of somebody else's would make every `run` fail."""
    deadline = time.monotonic() + 60
    while machine_is_taken() and time.monotonic() < deadline:
        time.sleep(0.1)


def machine_is_taken():
    inodes = {str(os.stat(path).st_ino) for path in LOCK_FILES if os.path.exists(path)}
    with open("/proc/locks", encoding="ascii") as locks:
        held = {line.split()[5].rsplit(":", 1)[1] for line in locks if "FLOCK" in line and "->" not in line}
    return bool(inodes & held)


# What it left


def children():
    """(pid, name) of processes whose parent is this one."""
    found = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            stat = Path("/proc", entry, "stat").read_text(errors="replace")
        except OSError:
            continue
        name, rest = stat[stat.index("(") + 1 : stat.rindex(")")], stat[stat.rindex(")") + 2 :].split()
        if int(rest[1]) == os.getpid():
            found.append((int(entry), rest[0], name))
    return found


def end_what_is_left():
    """Processes are given two seconds to end by themselves; the names of those that did not."""
    deadline = time.monotonic() + 2
    while running := reap():
        if time.monotonic() > deadline:
            for pid, _ in running:
                os.kill(pid, signal.SIGKILL)
            return [f"{name} (process {pid})" for pid, name in running] + end_what_is_left()
        time.sleep(0.02)
    return []


def reap():
    running = []
    for pid, state, name in children():
        if state != "Z":
            running.append((pid, name))
            continue
        try:
            os.waitpid(pid, os.WNOHANG)
        except ChildProcessError:
            pass
    return running


# Comparisons


def expected_exit(case):
    path = case / "exit"
    return int(path.read_text()) if path.exists() else 0


def compare_exit(code, expected):
    return [] if code == expected else [f"exit code: expected {expected}, got {code}"]


def compare_output(expected_path, actual_path):
    if not expected_path.exists():
        return []
    expected = expected_path.read_text().splitlines()
    actual = actual_path.read_text(errors="backslashreplace").splitlines()
    if matches(expected, actual):
        return []
    return [f"{expected_path.name} differs:\n" + "\n".join(difference(expected, actual))]


def matches(expected, actual):
    """Line by line; `*` stands for any characters, a line `...` for any number of lines."""
    pattern = "".join(
        r"(?:.*\n)*?" if line == "..." else re.escape(line).replace(r"\*", ".*") + "\n" for line in expected
    )
    return re.fullmatch(pattern, "".join(line + "\n" for line in actual)) is not None


def difference(expected, actual):
    """A diff in which a line that its glob matches counts as equal."""
    shown = []
    for line in actual:
        same = [glob for glob in expected if glob != "..." and matches([glob], [line])]
        shown.append(same[0] if same else line)
    return difflib.unified_diff(expected, shown, "expected", "got", lineterm="", n=2)


def run_check(case, place, program_directory):
    if not (case / "check.py").exists():
        return []
    done = subprocess.run(
        [sys.executable, case / "check.py"],
        cwd=place / "work",
        env=environment(place, program_directory),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=TIME_LIMIT_S,
        check=False,
    )
    return [] if done.returncode == 0 else [f"check.py:\n{done.stdout}"]


if __name__ == "__main__":
    main()
