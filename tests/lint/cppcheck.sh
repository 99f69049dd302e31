#!/usr/bin/env bash
# cppcheck over the product. Suppressed: what version 2.10 gets wrong about cleanup attributes.
# Usage: cppcheck.sh SOURCE_ROOT BUILD_DIR
set -euo pipefail
cd "$1"
exec cppcheck --quiet --error-exitcode=1 --std=c11 --enable=warning,performance,portability \
  --inline-suppr --suppress=memleak --suppress=resourceLeak --suppress=missingIncludeSystem \
  --suppress=unknownMacro -j "$(nproc)" -D_GNU_SOURCE -D__linux__ '-DHB_VERSION="lint"' -I src src
