"""Which accounts a movement of money touches. Amounts are minor units; debit > 0 > credit.

==================  ==========================================================================
``receivable``      what buyers owe the shop
``clearing:CODE``   what a provider holds for the shop
``gift_cards``      what the shop owes the holders of gift cards
``store_credit``    what the shop owes customers on their accounts
``sales``           goods sold, without tax, at their listed prices
``discounts``       what was taken off
``shipping``        deliveries charged
``tax``             tax owed to the state
``refunds``         goods taken back, without tax
``disputes``        money that buyers' banks took back
``given_away``      gift cards and credit that nobody paid for
==================  ==========================================================================
"""

from collections.abc import Mapping

RECEIVABLE = "receivable"
SALES = "sales"
DISCOUNTS = "discounts"
SHIPPING = "shipping"
TAX = "tax"
REFUNDS = "refunds"
DISPUTES = "disputes"
GIVEN_AWAY = "given_away"

Postings = Mapping[str, int]


OWED: Mapping[str, str] = {"gift_card": "gift_cards", "store_credit": "store_credit"}
"""The account of what the shop owes for each kind of credit; payments call it their provider."""


def holder(provider: str) -> str:
    """The account of the money that payments by ``provider`` bring in.

    It is what the provider holds for the shop; by gift card or credit, the shop owes that less.
    """
    return OWED.get(provider) or f"clearing:{provider}"


def sale(*, total: int, discount: int, shipping: int, tax: int) -> Postings:
    """An order is sold: its buyer owes ``total``, of which ``tax`` is the state's.

    ``discount`` and ``shipping`` are as the order has them: at listed prices. What remains is the
    goods, so the entry balances whether tax was in the prices or added to them.
    """
    return {
        RECEIVABLE: total,
        DISCOUNTS: discount,
        SHIPPING: -shipping,
        TAX: -tax,
        SALES: -(total + discount - shipping - tax),
    }


def captured(holder: str, amount: int) -> Postings:
    """Money came in: ``holder`` has it, and the buyer owes so much less."""
    return {holder: amount, RECEIVABLE: -amount}


def refunded(holder: str, amount: int, *, tax: int, of_sale: bool) -> Postings:
    """Money went back: for goods of a sale, or because more had come than was owed."""
    if not of_sale:
        return {RECEIVABLE: amount, holder: -amount}
    return {REFUNDS: amount - tax, TAX: tax, holder: -amount}


def disputed(holder: str, amount: int) -> Postings:
    """A buyer's bank took money back."""
    return {DISPUTES: amount, holder: -amount}


def changed(before: Postings, after: Postings) -> Postings:
    """What makes ``after`` of an entry that was made as ``before``."""
    accounts = {**before, **after}
    return {account: after.get(account, 0) - before.get(account, 0) for account in accounts}


def reversed_(postings: Postings) -> Postings:
    """The opposite of an entry."""
    return {account: -amount for account, amount in postings.items()}
