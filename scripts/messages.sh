#!/usr/bin/env bash
# Collect the texts of code and templates, and bring them into every catalogue. New languages:
# `pybabel init -i vitrina/translations/messages.pot -d vitrina/translations -l de`.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.venv/bin:$PATH"

mkdir -p vitrina/translations
template=vitrina/translations/messages.pot
pybabel --quiet extract --mapping-file babel.cfg --project Vitrina --sort-output --no-location \
  --width 100 --keyword _l --keyword lazy_gettext --keyword pgettext:1c,2 \
  --keyword lazy_pgettext:1c,2 --add-comments "Translators:" \
  --output-file "$template" vitrina
if compgen -G 'vitrina/translations/*/LC_MESSAGES/messages.po' > /dev/null; then
  pybabel --quiet update --input-file "$template" --output-dir vitrina/translations \
    --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date --width 100
fi
