"""Row 18: one purchase sent several times at once, by a double click or a storm of repeats."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest

from tests import make
from tests.attacks.defences import nothing, replaced
from tests.attacks.races import burst
from tests.attacks.world import NOTHING, ApiBuyer, World, gains
from vitrina.api import once
from vitrina.api import orders as api
from vitrina.cart.models import Cart, CartState
from vitrina.checkout import placing, till
from vitrina.core import db
from vitrina.core.db import session
from vitrina.core.ids import new_token
from vitrina.core.money import Money
from vitrina.payments.models import Payment
from vitrina.storefront import checkout as form

TIMES = 3


def send_together(world: World, face: str, *, alike: bool) -> int:
    """Send one purchase several times at once; how often too often the buyer is charged.

    ``alike``: the very same request. Otherwise each is of a tab, or a call, of its own.
    """
    buyer = world.buyer(face)
    buyer.put(make.variant(stock=50).id)
    before, key = world.charges(), new_token()
    tabs = [buyer.tab() for _ in range(TIMES)]
    if alike and face == "api":
        for tab in tabs:
            tab.headers["Idempotency-Key"] = key
    named = {"key": key} if alike and face == "form" else {}
    answers = burst([tab.ready(**named) for tab in tabs], *(() if alike else (api, form)))
    assert all(answer.status_code < 500 for answer in answers)
    world.shop.work()
    return world.charges() - before - 1


def unlocked(cart_id: int) -> Cart:
    """The cart, without waiting for whoever orders it just now, as if nobody had."""
    cart = session.get_one(Cart, cart_id, populate_existing=True)
    cart.state = CartState.ACTIVE
    return cart


def unknown(_key: str) -> None:
    """No order has been placed under any key."""


@contextmanager
def without_the_lock() -> Iterator[None]:
    """An order is placed without looking whether its cart has become one."""
    with replaced(
        (placing, "_lock", unlocked),
        (placing, "_replace_older", nothing),
        (placing.queries, "find_by_key", unknown),
    ):
        yield


@contextmanager
def without_keys() -> Iterator[None]:
    """A request that comes again is a new one."""

    def run(work: Any) -> Any:
        return work()

    def another(_typed: str) -> str:
        return new_token()

    with replaced(
        (once, "answered_once", run), (once, "key", nothing), (form, "_order_key", another)
    ):
        yield


@pytest.mark.attack(18)
@pytest.mark.parametrize("alike", [True, False])
def test_a_purchase_that_is_sent_three_times_is_charged_once(world: World, alike: bool) -> None:
    assert gains(send_together, world, alike=alike) == NOTHING
    assert [order.captured for order in world.sold()] == [Money(2490, "EUR")] * 2


@pytest.mark.twin(18)
def test_without_the_lock_each_tab_is_charged(world: World) -> None:
    with without_the_lock():
        assert min(gains(send_together, world, alike=False).values()) > 0


@pytest.mark.twin(18)
def test_without_keys_and_lock_each_repeat_is_charged(sqlite_world: World) -> None:
    with without_the_lock(), without_keys():
        assert min(gains(send_together, sqlite_world, alike=True).values()) > 0


def order_while_the_bank_is_asked(world: World) -> int:
    """Order in another tab, just when the first one begins to pay; how often too often it is paid.

    The first one's payment is asked for after the second has looked at it, and before the second
    puts it aside.
    """
    cart, token = make.cart_with_token([(make.variant(), 1)])
    first = make.order(of=cart, token="").payments[0].id
    second = ApiBuyer(world.shop)
    second.headers["X-Cart-Token"] = token
    pay = partial(till.pay, first, token="tok_success", return_url="http://localhost/back")
    rival, lock = threading.Thread(target=pay), placing.inventory.lock

    def after_the_rival(variant_ids: Any) -> None:
        rival.start()
        rival.join(1.5)  # as far as it comes
        lock(variant_ids)

    with replaced((placing.inventory, "lock", after_the_rival)):
        assert second.order().status_code < 500
    rival.join()
    return world.charges() - 1


def unlocked_payment(payment_id: int) -> Payment:
    """A payment as it was when somebody looked."""
    return session.get_one(Payment, payment_id)


@pytest.mark.attack(18)
def test_no_bank_is_asked_for_an_order_that_is_being_replaced(world: World) -> None:
    assert order_while_the_bank_is_asked(world) == 0


@pytest.mark.twin(18)
def test_without_the_lock_on_payments_both_tabs_are_charged(world: World) -> None:
    if db.dialect() == "sqlite":
        pytest.skip("SQLite has one writer at a time: the first tab waits whatever is locked")
    with replaced((placing.payment_queries, "lock", unlocked_payment)):
        assert order_while_the_bank_is_asked(world) == 1
