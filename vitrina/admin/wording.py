"""The texts of a thing in the shop's other languages, as staff type them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vitrina.core.locales import DEFAULT, LOCALES

LONG = frozenset({"description", "seo_description"})


@dataclass(frozen=True, slots=True)
class Text:
    """A field in one language. ``name`` is the form's (``title-ru``), ``field`` the thing's."""

    name: str
    field: str
    value: str

    @property
    def is_long(self) -> bool:
        return self.field in LONG


@dataclass(frozen=True, slots=True)
class Language:
    """A language with its fields; ``missing``: a title is there in no word of it."""

    code: str
    name: str
    texts: tuple[Text, ...]

    @property
    def missing(self) -> bool:
        return not self.texts[0].value


def languages(fields: Sequence[str], known: Mapping[str, Any] | None) -> list[Language]:
    """Every language but the shop's first, with the texts that are ``known`` in it."""
    return [
        Language(
            code,
            locale.name,
            tuple(
                Text(f"{field}-{code}", field, str((known or {}).get(code, {}).get(field) or ""))
                for field in fields
            ),
        )
        for code, locale in LOCALES.items()
        if code != DEFAULT.code
    ]


def read(
    form: Mapping[str, str], fields: Sequence[str], known: Mapping[str, Any] | None = None
) -> dict[str, dict[str, Any]]:
    """The translations with what was typed put in; what the form has no field for stays."""
    found: dict[str, dict[str, Any]] = {}
    for code in LOCALES:
        texts: dict[str, Any] = dict((known or {}).get(code, {}))
        for field in fields:
            typed = form.get(f"{field}-{code}")
            if typed is not None:
                texts[field] = typed.replace("\r\n", "\n").strip()[
                    : 50000 if field in LONG else 300
                ]
        kept = {name: value for name, value in texts.items() if value}
        if kept:
            found[code] = kept
    return found
