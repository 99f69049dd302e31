#!/usr/bin/env bash
# clang-tidy over the product, with the checks of .clang-tidy. Usage: tidy.sh SOURCE_ROOT BUILD_DIR
set -euo pipefail
cd "$1"
find src -name '*.c' -print0 | xargs -0 -n 8 -P "$(nproc)" clang-tidy --quiet --warnings-as-errors='*' -p "$2" 2>/dev/null
