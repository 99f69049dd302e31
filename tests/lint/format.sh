#!/usr/bin/env bash
# Every C file is as clang-format lays it out. Usage: format.sh SOURCE_ROOT
set -euo pipefail
cd "$1"
find src tests -name '*.[ch]' -print0 | xargs -0 clang-format --dry-run --Werror
