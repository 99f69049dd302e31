#!/usr/bin/env bash
# Runs the gate, shows what came of it, and tells the steps that follow its exit code: they keep the outputs first.
#
# Environment: SCENARIO, BASE, HEAD, BUDGET, MUST_RESOLVE, ARGS (one argument a line), RUNNER_TEMP,
# GITHUB_OUTPUT, GITHUB_STEP_SUMMARY.
set -euo pipefail

directory=$RUNNER_TEMP/http-benchmark-gate
mkdir -p "$directory"
arguments=("$SCENARIO" --budget "$BUDGET" --db "$directory/results.db" --out "$directory")
for format in markdown=summary.md annotations=annotations.txt junit=junit.xml; do
  arguments+=(--output "${format%%=*}=$directory/${format#*=}")
done
if [ -n "$BASE" ]; then arguments+=(--base "$BASE"); fi
if [ -n "$HEAD" ]; then arguments+=(--head "$HEAD"); fi
if [ -n "$MUST_RESOLVE" ]; then arguments+=(--must-resolve "$MUST_RESOLVE"); fi
while IFS= read -r argument; do
  if [ -n "$argument" ]; then arguments+=("$argument"); fi
done <<<"$ARGS"

code=0
http-benchmark gate "${arguments[@]}" || code=$?
if [ -f "$directory/summary.md" ]; then cat "$directory/summary.md" >>"$GITHUB_STEP_SUMMARY"; fi
if [ -f "$directory/annotations.txt" ]; then cat "$directory/annotations.txt"; fi
{
  echo "exit-code=$code"
  echo "directory=$directory"
} >>"$GITHUB_OUTPUT"
