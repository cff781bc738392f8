"""The past of the demo shop, lived through: every order goes the way a real one goes.

The clock is set to each moment, and the same actions run that run for a shopper, the provider and
the staff. So every ledger holds; the price is some forty orders a second and no more.
"""

import heapq
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from vitrina.cart import actions as carts
from vitrina.catalog.actions.creation import Created
from vitrina.checkout import actions as checkout
from vitrina.checkout import handing_back, till
from vitrina.checkout.rules import Checkout
from vitrina.cli.demo import letters, rhythm
from vitrina.cli.demo.people import Person
from vitrina.cli.demo.rhythm import Fate, next_workday
from vitrina.core import clock, locales
from vitrina.core.db import committing
from vitrina.core.events import unheard
from vitrina.inventory.errors import NotEnoughStock
from vitrina.orders import actions as orders
from vitrina.orders import queries
from vitrina.orders.invoices import actions as invoices
from vitrina.orders.models import Order
from vitrina.payments import queries as payments
from vitrina.payments.models import Refund, RefundState

BY = "system"
_CARRIERS = {"PT": "CTT", "BR": "Correios", "RU": "Russian Post"}
Step = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Bought:
    """A piece that has arrived: who may review what, and since when."""

    person: Person
    product_id: int
    label: str
    at: datetime


@dataclass
class History:
    """What happened, and what is still going to happen up to ``now``."""

    dice: Random
    now: datetime
    people: Sequence[Person]
    prints: Sequence[Created]
    files: Sequence[Created]
    bought: list[Bought] = field(default_factory=list)
    _ahead: list[tuple[datetime, int, Step]] = field(default_factory=list)
    _numbers: Any = field(default_factory=itertools.count)
    _known: set[str] = field(default_factory=set)

    def at(self, moment: datetime, step: Step) -> None:
        """Let ``step`` happen at ``moment``, unless that is still to come."""
        if moment < self.now:
            heapq.heappush(self._ahead, (moment, next(self._numbers), step))

    def live(self, count: int, told: Callable[[], Any]) -> None:
        """Go through ``count`` orders and all that follows from them."""
        for moment in rhythm.moments(count, self.dice, self.now):
            self.at(moment, lambda: self._order(told))
        while self._ahead:
            moment, _, step = heapq.heappop(self._ahead)
            with clock.at(moment), unheard():
                before = letters.last()
                step()
                letters.keep(since=before, now=self.now)

    # One order ------------------------------------------------------------------------------------

    def _order(self, told: Callable[[], Any]) -> None:
        told()
        person = self.dice.choice(self.people)
        fate = rhythm.fate(self.dice)
        chosen, codes = self._choose(), self._codes(person)
        provider = "manual" if fate is Fate.TRANSFER else "sandbox"
        key = f"demo-{next(self._numbers)}"
        try:
            with committing():
                order = _place(person, chosen, codes, provider, key)
                order_id, payment_id = order.id, order.payments[-1].id
        except NotEnoughStock:  # somebody bought the last one; this visitor leaves
            return
        self._known.add(person.email)
        if fate is Fate.TRANSFER:
            days = self.dice.uniform(1, 4)
            self.at(clock.now() + timedelta(days=days), lambda: self._receive(order_id, person))
            return
        token = "tok_decline" if fate is Fate.DECLINED else "tok_success"
        till.pay(payment_id, token=token, return_url="http://localhost/")
        if fate is Fate.DECLINED:
            self.at(clock.now() + timedelta(minutes=50), lambda: _expire(order_id))
        else:
            self._after_payment(order_id, person, fate)

    def _choose(self) -> list[tuple[int, int]]:
        """Variants and pieces: one, two or three prints, the liked ones more often."""
        if self.dice.random() < 0.05:
            return [(self.dice.choice(self.files).variant_ids[0], 1)]
        weights = [1 / (place + 3) for place in range(len(self.prints))]
        count = self.dice.choices((1, 2, 3), (62, 28, 10))[0]
        found: dict[int, int] = {}
        for made in self.dice.choices(self.prints, weights, k=count):
            ids = made.variant_ids
            sizes = len(ids) // 4 or 1
            size = min(self.dice.choices((0, 1, 2), (35, 45, 20))[0], sizes - 1)
            frame = self.dice.choices((0, 1, 2, 3), (52, 24, 14, 10))[0]
            found[ids[min(size * 4 + frame, len(ids) - 1)]] = 1
        if self.dice.random() < 0.06:
            found[next(iter(found))] = 2
        return list(found.items())

    def _codes(self, person: Person) -> list[str]:
        if person.email not in self._known and self.dice.random() < 0.35:
            return ["WELCOME10"]
        return []

    def _receive(self, order_id: int, person: Person) -> None:
        with committing():
            checkout.receive_payment(queries.by_id(order_id), by=BY)
        self._after_payment(order_id, person, Fate.FINE)

    def _after_payment(self, order_id: int, person: Person, fate: Fate) -> None:
        now = clock.now()
        with committing():
            invoices.issue_invoice(queries.by_id(order_id))
        if fate is Fate.CANCELLED:
            soon = now + timedelta(hours=self.dice.uniform(0.5, 6))
            self.at(soon, lambda: _cancel(order_id))
            return
        packed = next_workday(now, self.dice.uniform(0.6, 2.2), self.dice.randint(9, 16))
        self.at(packed, lambda: self._ship(order_id, person, fate))

    def _ship(self, order_id: int, person: Person, fate: Fate) -> None:
        order = queries.by_id(order_id)
        if not orders.unshipped(order):
            return
        country = person.address.country
        number = f"{self.dice.choice('RLC')}{self.dice.choice('ABX')}"
        number += f"{self.dice.randrange(10**8, 10**9)}PT"
        with committing():
            shipment = orders.ship(
                order, carrier=_CARRIERS.get(country, "DHL"), tracking_number=number, by=BY
            )
            shipment_id = shipment.id
        days = {"PT": 2.0, "BR": 10.0, "RU": 13.0, "US": 8.0}.get(country, 4.0)
        arrives = next_workday(clock.now(), days * self.dice.uniform(0.8, 1.5), 13)
        self.at(arrives, lambda: self._deliver(order_id, shipment_id, person, fate))

    def _deliver(self, order_id: int, shipment_id: int, person: Person, fate: Fate) -> None:
        with committing():
            order = queries.by_id(order_id)
            shipment = next(one for one in order.shipments if one.id == shipment_id)
            orders.deliver(shipment, by=BY)
            self.bought += [
                Bought(person, line.product_id, line.variant_label, clock.now())
                for line in order.lines
                if line.product_id is not None and line.requires_shipping
            ]
        later = clock.now() + timedelta(days=self.dice.uniform(1, 6))
        if fate is Fate.RETURNED:
            self.at(later, lambda: _return(order_id))
        elif fate is Fate.LOWERED:
            self.at(later, lambda: _lower(order_id))


def _place(
    person: Person, chosen: Sequence[tuple[int, int]], codes: list[str], provider: str, key: str
) -> Order:
    currency = "EUR" if provider == "manual" else locales.get(person.locale).currency
    cart, _ = carts.open_cart(user_id=None, currency=currency, locale=person.locale)
    for variant_id, quantity in chosen:
        carts.add_item(cart, variant_id, quantity)
    for code in codes:
        carts.enter_code(cart, code)
    ask = Checkout(email=person.email, provider=provider, shipping_address=person.address)
    return checkout.place(cart, ask, key=key, user_id=person.user_id, locale=person.locale)


def _expire(order_id: int) -> None:
    with committing():
        checkout.expire(order_id)


def _cancel(order_id: int) -> None:
    with committing():
        refunds = orders.cancel(queries.by_id(order_id), reason="changed their mind", by=BY)
        owed = [refund.id for refund in refunds]
    _send(owed)


def _return(order_id: int) -> None:
    """Everything comes back onto the shelf, and the goods' money goes back."""
    with committing():
        order = queries.by_id(order_id)
        back = {line.id: line.quantity for line in order.lines if line.requires_shipping}
        refunds: Sequence[Refund] = checkout.refund(
            order, order.captured, reason="returned", by=BY, restock=back
        )
        owed = [refund.id for refund in refunds]
    _send(owed)


def _lower(order_id: int) -> None:
    """Something was not quite right: a part goes back."""
    with committing():
        order = queries.by_id(order_id)
        part = order.captured.split(5)[0]
        owed = [
            refund.id for refund in checkout.refund(order, part, reason="damaged corner", by=BY)
        ]
    _send(owed)


def _send(refund_ids: Sequence[int]) -> None:
    for refund_id in refund_ids:
        state = till.send_refund(refund_id)
        with committing():
            refund = payments.refund_by_id(refund_id)
            order = queries.lock_by_payment(refund.payment_id)
            if state is RefundState.PENDING:
                handing_back.confirm(order, refund_id, by=BY)
            invoices.credit_refund(order, refund)
