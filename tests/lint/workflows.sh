#!/usr/bin/env bash
# CI files, ours and those that users copy: workflows by actionlint ($HB_ACTIONLINT), the action and GitLab's by their
# schemas (check-jsonschema, $HB_CHECK_JSONSCHEMA). What is not there is skipped.
# Usage: workflows.sh SOURCE_ROOT
set -euo pipefail
cd "$1"
skipped=0

if [ -x "${HB_ACTIONLINT:-}" ]; then
  "$HB_ACTIONLINT" -no-color .github/workflows/*.yml docs/ci/gate.yml docs/ci/comment.yml docs/ci/nightly.yml
else
  echo "skipped: HB_ACTIONLINT does not name actionlint" >&2
  skipped=77
fi
if [ -x "${HB_CHECK_JSONSCHEMA:-}" ]; then
  "$HB_CHECK_JSONSCHEMA" --builtin-schema vendor.github-actions .github/actions/gate/action.yml
  "$HB_CHECK_JSONSCHEMA" --builtin-schema vendor.gitlab-ci docs/ci/gitlab-ci.yml
else
  echo "skipped: HB_CHECK_JSONSCHEMA does not name check-jsonschema" >&2
  skipped=77
fi
exit $skipped
