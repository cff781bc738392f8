"""VAT between companies of the European Union: whose number is good, and why no tax is due.

Directive 2006/112/EC: Article 138 exempts goods that go to a taxable person in another member
state, Article 196 makes the recipient of a service owe its tax, Article 146 exempts exports.
"""

from enum import StrEnum

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


class Treatment(StrEnum):
    """Why an amount bears the tax it bears; the values are the codes of UNTDID 5305."""

    STANDARD = "S"
    ZERO = "Z"
    REVERSE_CHARGE = "AE"
    INTRA_COMMUNITY = "K"
    EXPORT = "G"
    OUTSIDE = "O"


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


def untaxed(
    *, seller_country: str, destination: str, buyer_number: str, is_goods: bool
) -> Treatment:
    """Why no tax is due on a sale to ``destination`` that bears none.

    ``buyer_number``: a checked VAT number, or empty; ``is_goods``: something is sent, else it is
    a service, such as a file.
    """
    if seller_country not in EU:
        return Treatment.ZERO
    if destination not in EU:
        return Treatment.EXPORT if is_goods else Treatment.OUTSIDE
    if buyer_number and country_of(buyer_number) not in (seller_country, ""):
        return Treatment.INTRA_COMMUNITY if is_goods else Treatment.REVERSE_CHARGE
    return Treatment.ZERO
