"""An address in a form: the fields of its country, with labels, values and messages."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext, lazy_pgettext
from flask_babel import lazy_gettext as _l

from vitrina.core import address as addresses
from vitrina.core.address import InvalidAddress, PostalAddress

LABELS: dict[str, Any] = {
    "name": _l("Full name"),
    "company": _l("Company"),
    "vat_number": _l("VAT number"),
    "line1": _l("Street and number"),
    "line2": _l("Apartment, floor"),
    "phone": _l("Phone"),
    "city": _l("City"),
    "post_town": _l("Town"),
    "suburb": _l("Suburb"),
    "district": _l("District"),
    "state": lazy_pgettext("address", "State"),
    "province": _l("Province"),
    "county": _l("County"),
    "prefecture": _l("Prefecture"),
    "area": _l("Area"),
    "oblast": _l("Region"),
    "island": _l("Island"),
    "emirate": _l("Emirate"),
    "department": _l("Department"),
    "parish": _l("Parish"),
    "do_si": _l("Province"),
    "postal": _l("Postal code"),
    "zip": _l("ZIP code"),
    "eircode": _l("Eircode"),
    "pin": _l("PIN code"),
    "country": _l("Country"),
}

NEEDED: dict[str, Any] = {
    "name": _l("Enter the full name"),
    "company": _l("Enter the name of the company that has this VAT number"),
    "line1": _l("Enter the street and number"),
    "city": _l("Enter the city"),
    "region": _l("Choose the region"),
    "postal_code": _l("Enter the postal code"),
    "country": _l("Choose a country"),
}

WRONG: dict[str, Any] = {
    "postal_code": _l("Check the postal code: it does not look like one of this country"),
    "region": _l("Choose the region from the list"),
    "phone": _l("Enter a phone number such as +351 912 345 678"),
    "country": _l("Choose a country from the list"),
    "vat_number": _l("Check the VAT number: it begins with its country, as in DE136695976"),
}

HINTS: dict[str, Any] = {
    "vat_number": _l(
        "With its country, as in DE136695976. A company abroad then pays no VAT here."
    ),
}

WIDTHS = {"postal_code": "sm", "phone": "md", "vat_number": "md"}
OF_COMPANIES = ("company", "vat_number")
MODES = {"phone": "tel"}


@dataclass(frozen=True, slots=True)
class FormField:
    """One field as a template draws it. ``options`` make it a select."""

    id: str
    name: str
    label: str
    value: str
    error: str
    required: bool
    autocomplete: str
    width: str
    inputmode: str
    options: tuple[tuple[str, str], ...]
    hint: str = ""


def label(key: str) -> str:
    """The label of a field, by the name that the address data has for it."""
    return str(LABELS.get(key, LABELS["area"]))


def message(field: str, problem: str) -> str:
    """What to do about a field that is ``required``, ``invalid`` or ``too_long``."""
    if problem == "required":
        return str(NEEDED.get(field) or gettext("Fill this in"))
    if problem == "too_long":
        return gettext("This is too long")
    return str(WRONG.get(field) or gettext("Check this: it holds characters we cannot print"))


def form_fields(
    values: Mapping[str, str],
    errors: Mapping[str, str],
    *,
    locale: str,
    prefix: str = "",
    leave_out: tuple[str, ...] = (*OF_COMPANIES, "phone"),
    only: tuple[str, ...] = (),
    section: str = "shipping",
) -> list[FormField]:
    """The fields of the country in ``values["country"]``; the country itself is drawn apart.

    ``errors`` are an InvalidAddress' facts; ``prefix`` goes before names and ids; ``section`` tells
    browsers which of several addresses it is. What is in ``leave_out`` is drawn when it has a
    value; ``only`` names all that are drawn. An unknown country has the fields of the default one.
    """
    try:
        found = addresses.fields_for(values.get("country", ""), locale)
    except InvalidAddress:
        found = addresses.fields_for("PT", locale)
    return [
        FormField(
            id=f"{prefix}{field.name}",
            name=f"{prefix}{field.name}",
            label=label(field.label_key),
            value=values.get(field.name, ""),
            error=message(field.name, errors[field.name]) if field.name in errors else "",
            required=field.required,
            autocomplete=_autocomplete(section, field.autocomplete),
            width=WIDTHS.get(field.name, ""),
            inputmode=MODES.get(field.name, ""),
            options=field.options,
            hint=str(HINTS.get(field.name, "")),
        )
        for field in found
        if (field.name in only if only else field.name not in leave_out or values.get(field.name))
    ]


def _autocomplete(section: str, kind: str) -> str:
    return kind if kind == "off" else f"{section} {kind}".strip()


def read(values: Mapping[str, str]) -> tuple[PostalAddress | None, dict[str, str]]:
    """The address in ``values``, or None with what is wrong by field."""
    try:
        return addresses.check(values), {}
    except InvalidAddress as error:
        return None, dict(error.facts["errors"])
