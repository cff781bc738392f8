"""Texts in a language without a request: what papers and documents say."""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from babel.support import Translations

from vitrina.core.locales import Locale

FOLDER = Path(__file__).parent.parent / "translations"


@lru_cache(maxsize=16)
def translator(locale: Locale) -> Callable[..., str]:
    """A ``gettext`` for ``locale``: ``_("Page %(page)s", page=1)``; English where none is known."""
    known = Translations.load(FOLDER, [locale.babel])

    def gettext(text: str, **facts: object) -> str:
        found = str(known.gettext(text))
        return found % facts if facts else found

    return gettext
