"""Runs a contract test under an interpreter that has a package, or skips it (exit code 77).

    HB_PYTHON_CLIENTS=…/bin/python run.py PACKAGE SCRIPT [ARGUMENT…]

That interpreter is the one of the variable, which must have what requirements.txt lists, or that of the
client's own environment, as `http-benchmark install` makes it. In the arguments, {python} stands for it.
"""

import os
import pathlib
import subprocess
import sys

SKIPPED = 77


def candidates(package):
    if "HB_PYTHON_CLIENTS" in os.environ:
        yield os.environ["HB_PYTHON_CLIENTS"]
    data = os.environ.get("XDG_DATA_HOME") or pathlib.Path.home() / ".local/share"
    environments = os.environ.get("HTTP_BENCHMARK_ENV_DIR") or pathlib.Path(data) / "http-benchmark/env"
    yield str(pathlib.Path(environments) / package / "bin/python")


def has(python, package):
    if not os.access(python, os.X_OK):
        return False
    return subprocess.run([python, "-c", f"import {package}"], stderr=subprocess.DEVNULL, check=False).returncode == 0


package, arguments = sys.argv[1], sys.argv[2:]
python = next((python for python in candidates(package) if has(python, package)), None)
if python is None:
    print(f"no interpreter here has {package}: skipped")
    sys.exit(SKIPPED)
arguments = [python if argument == "{python}" else argument for argument in arguments]
os.execv(python, [python, "-B", *arguments])
