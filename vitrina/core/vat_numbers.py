"""VAT numbers of companies in the European Union: their form and the country that gave them."""

from stdnum.eu import vat
from stdnum.exceptions import ValidationError

EU = frozenset(
    [
        "AT",
        "BE",
        "BG",
        "HR",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "ES",
        "FI",
        "FR",
        "GR",
        "HU",
        "IE",
        "IT",
        "LT",
        "LU",
        "LV",
        "MT",
        "NL",
        "PL",
        "PT",
        "RO",
        "SE",
        "SI",
        "SK",
    ]
)
_COUNTRIES = {"EL": "GR", "XI": "GB"}


def number_of(text: str) -> str:
    """A VAT number in its short form (``DE136695976``); empty when it cannot be one.

    The form and the check digits are looked at. Whether it is in force only VIES can tell.
    """
    try:
        return str(vat.validate(text))
    except ValidationError:
        return ""


def country_of(number: str) -> str:
    """The country (ISO 3166-1) of a VAT number in its short form; empty for an empty one."""
    return _COUNTRIES.get(number[:2], number[:2])
