"""Runs a contract test under the interpreter that has the Python clients, or skips it (exit code 77).

    HB_PYTHON_CLIENTS=…/bin/python run.py SCRIPT [ARGUMENT…]

In the arguments, {python} stands for that interpreter. It must have what requirements.txt lists.
"""

import os
import sys

SKIPPED = 77

python = os.environ.get("HB_PYTHON_CLIENTS")
if not python:
    print("HB_PYTHON_CLIENTS is not set: skipped")
    sys.exit(SKIPPED)
arguments = [python if argument == "{python}" else argument for argument in sys.argv[1:]]
os.execv(python, [python, "-B", *arguments])
