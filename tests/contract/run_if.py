"""Runs a test when what it needs is there, else tells what is missing and skips it (exit code 77).

    run_if.py [--program NAME LEAST-VERSION] [--place VARIABLE] -- COMMAND…

--program: `NAME --version` (or `NAME version`) must tell at least that version. --place: the environment
variable must name a folder, which {place} in the command stands for.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys

SKIPPED = 77


def skip(why):
    print(f"{why}: skipped")
    sys.exit(SKIPPED)


def version_of(program):
    for argument in ("--version", "version"):
        answer = subprocess.run([program, argument], capture_output=True, text=True, timeout=30, check=False)
        found = re.search(r"\d+(\.\d+)+", answer.stdout)
        if answer.returncode == 0 and found:
            return found[0]
    return skip(f"{program} tells no version")


def numbers(version):
    return [int(part) for part in version.split(".")]


def check_program(name, least):
    if shutil.which(name) is None:
        skip(f"{name} is not installed")
    version = version_of(name)
    if numbers(version) < numbers(least):
        skip(f"{name} is {version}, and {least} is needed")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", nargs=2, metavar=("NAME", "LEAST"))
    parser.add_argument("--place", metavar="VARIABLE")
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()
    if options.program:
        check_program(*options.program)
    place = os.environ.get(options.place, "") if options.place else ""
    if options.place and not os.path.isdir(place):
        skip(f"{options.place} names no folder")
    command = [word.replace("{place}", place) for word in options.command]
    os.execvp(command[0], command)


if __name__ == "__main__":
    main()
