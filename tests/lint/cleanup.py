#!/usr/bin/env python3
"""A variable that is released at the end of its scope is initialised before the function can return.

Compilers do not see this: the cleanup function takes the variable's address, which counts as use and
as initialisation. So a `return` between an uninitialised declaration and its _init() is looked for here.

Usage: cleanup.py SOURCE_ROOT
"""
import pathlib
import re
import sys

DECLARATION = re.compile(r"HB_CLEANUP\(\w+\) (?:const )?(?:struct )?\w+ (\*?\w+(?:, \*?\w+)*);")


def is_set(line: str, name: str) -> bool:
    taken = re.search(rf"\(&{name}\b|, &{name}\b|\b{name} = ", line)
    return taken is not None and not re.match(r"\s*(HB_CLEANUP|return sizeof)", line)


def early_return(lines: list[str], start: int, name: str) -> int | None:
    """The line of a return that comes before the variable is set; None when there is none."""
    for number in range(start + 1, len(lines)):
        if is_set(lines[number], name):
            return None
        if re.search(r"\breturn\b", lines[number]) or lines[number] == "}":
            return number
    return None


def main() -> int:
    root, wrong, checked = pathlib.Path(sys.argv[1]), [], 0
    for path in sorted((root / "src").rglob("*.c")):
        lines = path.read_text().splitlines()
        for start, line in enumerate(lines):
            declared = DECLARATION.search(line)
            for name in declared[1].replace("*", "").split(", ") if declared else []:
                checked += 1
                end = early_return(lines, start, name)
                if end is not None:
                    wrong.append(f"{path.relative_to(root)}:{end + 1}: '{name}' of line {start + 1} is released unset")
    print("\n".join(wrong) if wrong else f"{checked} variables with a cleanup are set before any return")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
