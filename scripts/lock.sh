#!/usr/bin/env bash
# Renew the locks: every version and hash for Python 3.11 to 3.13 on any system, no addresses.
# Arguments go to uv: `scripts/lock.sh --upgrade`, `scripts/lock.sh --upgrade-package flask`.
set -euo pipefail
cd "$(dirname "$0")/.."

compile() {
  .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
    --no-emit-index-url --no-header "$@" > /dev/null
}

compile "$@" pyproject.toml --output-file requirements.txt
# What runs in production is what was tested: the same versions in both.
compile "$@" pyproject.toml --all-extras --group dev --group build \
  --constraints requirements.txt --output-file requirements-dev.txt
compile "$@" --group build --constraints requirements-dev.txt --output-file requirements-build.txt
compile "$@" --group node --output-file requirements-node.txt
