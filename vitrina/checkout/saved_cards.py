"""The cards that customers keep with the shop's providers, which alone know them.

Providers are asked while no transaction is open, and only about customers who wanted that.
"""

from dataclasses import dataclass

import structlog

from vitrina.core.db import session
from vitrina.payments import customers, registry
from vitrina.payments.errors import ProviderTimeout, UnknownProvider
from vitrina.payments.provider import Card, CardKeeper

log = structlog.get_logger("vitrina.till")


@dataclass(frozen=True, slots=True)
class KeptCard:
    """A card of a customer; ``ref`` is the token to pay with, of ``provider`` alone."""

    provider: str
    ref: str
    card: Card


def of_customer(user_id: int) -> list[KeptCard]:
    """A customer's cards, the latest first. Raises ProviderTimeout.

    Ends the caller's transaction when there is somebody to ask.
    """
    found = []
    for code, (keeper, customer) in _keepers(user_id).items():
        session.rollback()
        found += [KeptCard(code, one.ref, one.card) for one in keeper.cards(customer)]
    return found


def at_checkout(user_id: int) -> list[KeptCard]:
    """As :func:`of_customer`; none when a provider does not answer soon: other ways are open."""
    try:
        return of_customer(user_id)
    except ProviderTimeout as error:
        log.warning("till.cards_unknown", reason=str(error))
        return []


def forget(user_id: int, provider: str, ref: str) -> bool:
    """Forget a card if it is this customer's; False when it is not, or is gone already.

    Ends the caller's transaction. Raises ProviderTimeout.
    """
    known = _keepers(user_id).get(provider)
    if known is None:
        return False
    keeper, customer = known
    session.rollback()
    return keeper.forget_card(customer, ref)


def _keepers(user_id: int) -> dict[str, tuple[CardKeeper, str]]:
    """The providers that know a customer and are set up, with their name for them."""
    found = {}
    for code, customer in customers.names_of(user_id).items():
        try:
            found[code] = (registry.card_keeper(code), customer)
        except UnknownProvider:
            continue
    return found
