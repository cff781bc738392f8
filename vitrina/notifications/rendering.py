"""Mails as HTML and text in the recipient's language, without Flask.

A mail is two templates, ``mail/<name>.html`` and ``mail/<name>.txt``; the text one also holds the
subject as a block. Styles stand in one place and are moved into the elements, because mail programs
drop style sheets.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import css_inline
from babel.support import NullTranslations, Translations
from jinja2 import Environment, PackageLoader, StrictUndefined, Template, select_autoescape

from vitrina.core import formats, locales, store
from vitrina.core.address import PostalAddress, lines
from vitrina.core.locales import Locale
from vitrina.core.money import Money
from vitrina.notifications import office
from vitrina.notifications.errors import UnknownTemplate

PACKAGE = Path(__file__).parent
TRANSLATIONS = PACKAGE.parent / "translations"
MAILS = PACKAGE / "templates" / "mail"


@dataclass(frozen=True, slots=True)
class Rendered:
    """A mail in words, ready to be sent: the same text as HTML and without it."""

    subject: str
    html: str
    text: str


def names() -> list[str]:
    """Every mail there is, by name."""
    return sorted(file.stem for file in MAILS.glob("*.html") if not file.name.startswith("_"))


def render(name: str, locale: str, context: Mapping[str, Any]) -> Rendered:
    """The mail ``name`` in ``locale``. Raises UnknownTemplate; an unknown variable raises too."""
    if name not in names():
        raise UnknownTemplate(template=name[:60])
    language = locales.get(locale)
    environment = _environment(language.code)
    values = {**_common(language), **context}
    text = environment.get_template(f"mail/{name}.txt")
    html = environment.get_template(f"mail/{name}.html")
    subject = _block(text, "subject", values)
    return Rendered(
        subject=" ".join(subject.split())[:300],
        html=_inliner().inline(html.render(values, subject=subject)),
        text=_tidy(text.render(values)),
    )


@lru_cache(maxsize=1)
def _inliner() -> css_inline.CSSInliner:
    return css_inline.CSSInliner(load_remote_stylesheets=False)


@lru_cache(maxsize=len(locales.LOCALES))
def _environment(code: str) -> Environment:
    """Templates that speak one language; undefined variables are faults, not blanks."""
    locale = locales.get(code)
    made = Environment(
        loader=PackageLoader("vitrina.notifications"),
        extensions=["jinja2.ext.i18n"],
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.install_gettext_translations(_catalogue(locale), newstyle=True)  # type: ignore[attr-defined]
    made.filters.update(_filters(locale))
    return made


def _catalogue(locale: Locale) -> NullTranslations:
    found = Translations.load(TRANSLATIONS, [locale.babel])
    return found


def _filters(locale: Locale) -> dict[str, Any]:
    def money(amount: Money) -> str:
        return formats.money(amount, locale, exact=True)

    def day(value: date | datetime) -> str:
        return formats.day(value, locale, style="long")

    def moment(value: datetime) -> str:
        return formats.moment(value, locale)

    def postal(address: Mapping[str, Any]) -> list[str]:
        return lines(PostalAddress.from_dict(address), locale.code)

    return {"money": money, "day": day, "moment": moment, "postal": postal}


def _common(locale: Locale) -> dict[str, Any]:
    shop = store.current()
    return {
        "store": shop,
        "tagline": shop.text("tagline", locale.code),
        "locale": locale,
        "home": office.link("/", locale),
        "support_link": office.link("/support", locale),
        "drawing": "",
    }


def _block(template: Template, name: str, values: dict[str, Any]) -> str:
    return "".join(template.blocks[name](template.new_context(values)))


def _tidy(text: str) -> str:
    """At most one empty line at a time, none at the ends, no trailing spaces."""
    result: list[str] = []
    for line in (raw.rstrip() for raw in text.strip().splitlines()):
        if line or (result and result[-1]):
            result.append(line)
    return "\n".join(result) + "\n"
