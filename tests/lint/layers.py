#!/usr/bin/env python3
"""A layer includes only what its "May use" line in src/README.md names.

Usage: layers.py SOURCE_ROOT
"""
import pathlib
import re
import sys


def allowed_layers(readme: str) -> dict[str, set[str]]:
    """Layer -> layers it may include, itself among them."""
    allowed = {}
    for section in re.split(r"^## ", readme, flags=re.M)[1:]:
        name = section.split("\n", 1)[0].strip()
        uses = re.search(r"^May use: (.*)$", section, flags=re.M)
        if uses is None:
            sys.exit(f"src/README.md: '{name}' has no 'May use' line")
        allowed[name] = {name} | (set() if uses[1] == "nothing" else set(uses[1].split()))
    return allowed


def main() -> int:
    src = pathlib.Path(sys.argv[1]) / "src"
    allowed = allowed_layers((src / "README.md").read_text())
    folders = {path.name for path in src.iterdir() if path.is_dir()}
    wrong = [f"src/README.md: no section for src/{name}" for name in sorted(folders - set(allowed))]
    wrong += [f"src/README.md: '{name}' is no folder" for name in sorted(set(allowed) - folders)]
    for path in sorted(src.rglob("*.[ch]")):
        layer = path.relative_to(src).parts[0]
        for number, line in enumerate(path.read_text().splitlines(), 1):
            include = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
            if include is None or layer not in allowed:
                continue
            target = include[1].split("/")[0] if "/" in include[1] else layer
            if target not in allowed[layer]:
                wrong.append(f"{path.relative_to(src.parent)}:{number}: {layer} may not use {target} ({include[1]})")
    print("\n".join(wrong) if wrong else f"{len(folders)} layers, no wrong include")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
