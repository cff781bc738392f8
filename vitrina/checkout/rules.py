"""What a buyer tells at checkout, and the decisions that need nothing else."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from vitrina.core.address import PostalAddress
from vitrina.core.places import Destination

PAYMENT_TIME = timedelta(minutes=15)
"""How long stock is held for a buyer who pays right now."""

AUTHORIZED_TIME = timedelta(days=6)
"""How long an authorized amount is waited for; banks let go of it after seven days."""

LONGEST_WAIT = timedelta(hours=24)
"""How long an order waits for a provider that says the money is on its way."""


@dataclass(frozen=True, slots=True)
class Checkout:
    """What the buyer entered. ``shipping_method`` None is the cheapest one.

    ``billing_address`` None is the same as the delivery's. ``confirmed`` is the fingerprint of the
    quote that the buyer saw; None (a machine that trusts the prices) confirms whatever it is.
    ``provider`` "" is for who owes nothing more: gift cards, credit or coupons cover all. ``due``:
    what the buyer saw is left to pay after those, in minor units; None as above. ``most_credit`` is
    what they may pay at most, in minor units; None is as far as they reach.
    ``token`` is the buyer's means to pay, and ``client`` the network address they come from: tries
    to pay are counted by both.
    """

    email: str
    provider: str
    shipping_address: PostalAddress | None = None
    billing_address: PostalAddress | None = None
    shipping_method: str | None = None
    confirmed: str | None = None
    note: str = ""
    due: int | None = None
    most_credit: int | None = None
    token: str = ""
    client: str = ""

    @property
    def destination(self) -> Destination | None:
        """Where it goes, as far as prices depend on it.

        What is not sent, such as a file, is taxed where its buyer is. A company is who the invoice
        is for.
        """
        address = self.shipping_address or self.billing_address
        if address is None:
            return None
        buyer = self.billing_address or address
        return Destination(
            address.country, address.region, address.postal_code, vat_country=buyer.vat_country
        )


def pays_until(now: datetime, *, pay_later: bool, days: int | None) -> datetime | None:
    """Until when an order waits for its money; None for as long as it takes."""
    if not pay_later:
        return now + PAYMENT_TIME
    return None if days is None else now + timedelta(days=days)


def may_expire(now: datetime, *, on_its_way: Iterable[datetime]) -> bool:
    """Whether an order whose time is over can go, now that the provider has been asked.

    ``on_its_way``: when the payments were begun whose money is said to be on its way.
    """
    return all(now >= begun + LONGEST_WAIT for begun in on_its_way)


def pieces(lines: Iterable[tuple[int | None, int]]) -> dict[int, int]:
    """The pieces of each variant, over all lines (variant, pieces) that still have one."""
    found: dict[int, int] = {}
    for variant_id, quantity in lines:
        if variant_id is not None:
            found[variant_id] = found.get(variant_id, 0) + quantity
    return found
