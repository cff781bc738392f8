#!/usr/bin/env bash
# Make .venv with a fitting Python, and install the pinned installer and build tools into it.
set -euo pipefail
cd "$(dirname "$0")/.."

fits='import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))'

find_python() {
  local name
  for name in "${PYTHON:-python3}" python3.13 python3.12 python3.11 python; do
    if "$name" -c "$fits" 2> /dev/null; then
      command -v "$name"
      return
    fi
  done
  echo "Vitrina needs Python 3.11, 3.12 or 3.13; ${PYTHON:-python3} is" \
    "$("${PYTHON:-python3}" --version 2>&1 | head -n 1). Try: make PYTHON=/path/to/python3.13" >&2
  return 1
}

if ! .venv/bin/python -c "$fits" 2> /dev/null; then
  python="$(find_python)"
  rm -rf .venv
  if ! "$python" -m venv .venv; then
    rm -rf .venv
    echo "Python's venv module is not complete here; on Debian and Ubuntu: apt install python3-venv" >&2
    exit 1
  fi
fi
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input \
  --require-hashes --requirement requirements-build.txt
