"""What a shopper reads is there in every language."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import vitrina

PACKAGE = Path(vitrina.__file__).parent
TRANSLATIONS = PACKAGE / "translations"
LANGUAGES = ("pt_BR", "ru")
PLACE = re.compile(r"%\(\w+\)s")
OTHERS = ("admin/", "cli/", "api/", "storefront/styleguide", "web/messages/desk")
"""For staff and developers; English is enough there for now."""


def texts() -> set[tuple[str, str | None]]:
    """The texts of the storefront, its components and the mails, each with its context.

    Of plurals it is the first form.
    """
    python = ("**.py", "python")
    methods = [python, ("**/templates/**", "jinja2"), ("**/components/**", "jinja2")]
    keywords = {
        "_": None,
        "_l": None,
        "gettext": None,
        "lazy_gettext": None,
        "ngettext": (1, 2),
        "pgettext": ((1, "c"), 2),
        "lazy_pgettext": ((1, "c"), 2),
    }
    trimmed = {"trimmed": "true"}
    options = {"**/templates/**": trimmed, "**/components/**": trimmed}
    found = extract_from_dir(PACKAGE, methods, options, keywords)  # type: ignore[arg-type]
    return {
        (message if isinstance(message, str) else message[0], context)
        for file, _, message, _, context in found
        if not file.startswith(OTHERS) and "styleguide" not in file
    }


def catalogue(language: str) -> Catalog:
    with (TRANSLATIONS / language / "LC_MESSAGES/messages.po").open("rb") as file:
        return read_po(file, locale=language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_of_the_shop_is_translated(language: str) -> None:
    known = catalogue(language)
    missing = [
        text
        for text, context in texts()
        if (found := known.get(text, context)) is None or not found.string
    ]
    assert sorted(missing) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_keep_the_places_for_facts_and_have_all_plurals(language: str) -> None:
    known = catalogue(language)
    translated = [one for one in known if one.id and one.string]
    assert len(translated) > 1000
    for message in translated:
        assert not message.fuzzy, message.id
        if isinstance(message.id, str):
            assert set(PLACE.findall(message.string)) == set(PLACE.findall(message.id)), message.id
        else:
            assert len(message.string) == known.num_plurals, message.id
            assert all(message.string), message.id
