#!/usr/bin/env bash
# Install a lock into .venv (`install.sh requirements.txt`), or Vitrina itself: `--editable` lets
# .venv use this folder, `--package` copies it. Nothing that no lock names is ever downloaded.
set -euo pipefail
cd "$(dirname "$0")/.."

install() {
  # uv takes a second; where it does not reach the registry as pip is set up to, pip does it.
  .venv/bin/uv pip install --quiet --python .venv/bin/python "$@" 2> .venv/uv.log ||
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input "$@"
}

case "$1" in
  --editable) install --no-deps --no-build-isolation --editable . ;;
  --package)
    .venv/bin/python -m pip uninstall --quiet --yes vitrina
    install --no-deps --no-build-isolation .
    ;;
  *) install --require-hashes --requirement "$1" ;;
esac
