#!/usr/bin/env bash
# Everything CI checks before the tests; goes on after a failure, so one run shows them all.
# `check.sh lint` takes the linters alone.
set -uo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.venv/bin:$PATH"

scripts/node.sh || exit 1
failed=()

step() {
  local name="$1"
  shift
  echo "--> $name"
  "$@" || failed+=("$name")
}

step "Python lint" ruff check --quiet
step "Templates" djlint --quiet --lint vitrina
step "Styles" npm --prefix frontend run --silent --if-present lint
if [ "${1:-}" != lint ]; then
  step "Python format" ruff format --check --output-format concise
  step "Python types" mypy --no-error-summary
  step "Front end types" npm --prefix frontend run --silent --if-present typecheck
  step "Import contracts" lint-imports --no-logo
  step "Tracked files" python scripts/check_tracked.py
fi

if [ "${#failed[@]}" -gt 0 ]; then
  printf '==> Failed: %s\n' "$(IFS=,; echo "${failed[*]}" | sed 's/,/, /g')" >&2
  exit 1
fi
echo "==> All checks passed"
