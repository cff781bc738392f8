#!/usr/bin/env bash
# See to it that there is a Node that Vite can use; install one from its wheel if there is none.
set -euo pipefail
cd "$(dirname "$0")/.."

new_enough='const [major, minor] = process.versions.node.split(".").map(Number);
process.exit(major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19) ? 0 : 1)'

if ! { node -e "$new_enough" && npm --version; } > /dev/null 2>&1; then
  echo "==> Install Node from its wheel"
  scripts/install.sh requirements-node.txt
fi
