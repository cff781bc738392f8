"""Postal addresses: what each country asks for, in which order, and how they stand on a parcel.

What a country asks for is in ``countries``. Where a shopper's way of writing can be understood, it
is: postal codes in any case and with any separators, regions by code or by name.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Final

from vitrina.core.countries import (
    Country,
    country_name,
    postal_code,
    region_key,
    region_options,
    rules_of,
)
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
        country = rules_of(values["country"])
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


def _check_places(values: dict[str, str], country: Country, errors: dict[str, str]) -> None:
    """Put region and postal code in the country's spelling and note what is missing or wrong."""
    region = values.get("region", "")
    if region and country.regions:
        key = region_key(region, country)
        if key is not None:
            values["region"] = key
        elif "region" in country.required:
            errors.setdefault("region", "invalid")
    elif not region and "region" in country.required and values.get("city"):
        # A city that is a region of its own (Moscow, Tokyo) need not be written twice.
        values["region"] = region_key(values["city"], country) or ""
    if values.get("postal_code"):
        code = postal_code(values["postal_code"], country)
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
        rules = rules_of(country.upper())
    except KeyError:
        raise InvalidAddress(errors={"country": "invalid"}) from None
    labels = {
        "city": rules.city_type,
        "region": rules.region_type,
        "postal_code": rules.postal_type,
    }
    options = {"region": region_options(rules, locale)}
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


def lines(address: PostalAddress, locale: str) -> list[str]:
    """The address line by line in its country's order, the country in ``locale`` at the end."""
    try:
        pattern = rules_of(address.country).format
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
