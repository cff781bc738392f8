"""VAT between companies of the European Union: whose number is good, and why no tax is due.

Directive 2006/112/EC: Article 138 exempts goods that go to a taxable person in another member
state, Article 196 makes the recipient of a service owe its tax, Article 146 exempts exports.
"""

from enum import StrEnum

from vitrina.core.vat_numbers import EU, country_of, number_of

__all__ = ["EU", "Treatment", "country_of", "is_owed_by_buyer", "number_of", "untaxed"]


class Treatment(StrEnum):
    """Why an amount bears the tax it bears; the values are the codes of UNTDID 5305."""

    STANDARD = "S"
    ZERO = "Z"
    REVERSE_CHARGE = "AE"
    INTRA_COMMUNITY = "K"
    EXPORT = "G"
    OUTSIDE = "O"


def is_owed_by_buyer(
    *, seller_country: str, destination: str, buyer_country: str, is_goods: bool
) -> bool:
    """Whether a company of another member state owes the tax of a sale in place of the seller.

    ``buyer_country``: that of its checked VAT number; empty without one. Goods must go to another
    member state than the seller's, and the number must be of another one too (Article 138); of a
    service only the number counts (Articles 44 and 196).
    """
    if seller_country not in EU or buyer_country not in EU or buyer_country == seller_country:
        return False
    return not is_goods or (destination in EU and destination != seller_country)


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
