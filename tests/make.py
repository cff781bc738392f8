"""Builders: worlds for tests, made through the real actions, so that customers could reach them.

Each builder commits for itself, unless the test has opened ``committing()``. Prices are decimal
strings in the store's currency.
"""

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from tests.shopkeeping import BY, minor, saving
from tests.shopkeeping import PASSWORD as PASSWORD
from tests.shopkeeping import address as address
from tests.shopkeeping import category as category
from tests.shopkeeping import delivery as delivery
from tests.shopkeeping import product as product
from tests.shopkeeping import promotion as promotion
from tests.shopkeeping import staff as staff
from tests.shopkeeping import tax as tax
from tests.shopkeeping import user as user
from tests.shopkeeping import variant as variant
from vitrina.accounts.models import User
from vitrina.cart import actions as carts
from vitrina.cart.models import Cart
from vitrina.catalog import queries as catalog
from vitrina.catalog.actions.variants import set_price
from vitrina.catalog.models.products import Variant
from vitrina.checkout import handing_back, till
from vitrina.checkout.actions import place, receive_payment
from vitrina.checkout.rules import Checkout
from vitrina.core import store
from vitrina.core.db import committing, session
from vitrina.core.ids import new_token
from vitrina.core.money import Money
from vitrina.orders import queries as orders
from vitrina.orders.actions import deliver, ship
from vitrina.orders.models import Order
from vitrina.payments import registry
from vitrina.payments.credit.actions import give_credit, issue_gift_card
from vitrina.payments.credit.models import CreditAccount
from vitrina.payments.providers.sandbox import Sandbox
from vitrina.shipping.models import ShippingZone

Lines = Sequence[tuple[Variant, int]]


def cart(lines: Lines = (), **fields: Any) -> Cart:
    """A guest's cart (or a customer's) with pieces of variants in it."""
    return cart_with_token(lines, **fields)[0]


def cart_with_token(
    lines: Lines = (),
    *,
    user: User | None = None,
    currency: str = "",
    locale: str = "en",
    codes: Sequence[str] = (),
) -> tuple[Cart, str]:
    """As :func:`cart`, with the token by which its guest finds it again; ``codes``: coupons."""
    with saving():
        made, token = carts.open_cart(
            user_id=user.id if user else None,
            currency=currency or store.current().currency,
            locale=locale,
        )
        for one, quantity in lines:
            carts.add_item(made, one.id, quantity)
        for code in codes:
            carts.enter_code(made, code)
    return made, token


def order(
    lines: Lines | None = None,
    *,
    token: str = "tok_success",
    provider: str = "sandbox",
    user: User | None = None,
    email: str | None = None,
    country: str = "PT",
    of: Cart | None = None,
    codes: Sequence[str] = (),
    locale: str = "en",
    **fields: Any,
) -> Order:
    """An order of ``lines`` (two mugs, sent for 5.00) as checkout leaves it after asking to pay.

    ``token`` is the sandbox's: tok_decline leaves it unpaid, "" does not even ask. ``fields`` are
    those of a Checkout.
    """
    _open_for_business()
    if of is None:
        bought = [(variant(), 2)] if lines is None else lines
        of = cart(bought, user=user, codes=codes, locale=locale)
    ask = Checkout(
        email=email or (user.email if user else "ana@example.com"),
        provider=provider,
        shipping_address=address(country),
        **fields,
    )
    with committing():
        made = place(of, ask, key=new_token(), user_id=user.id if user else None, locale=locale)
        payment_id = made.payments[-1].id if made.payments else None
    if payment_id is not None and (token or provider != "sandbox"):
        till.pay(payment_id, token=token, return_url="http://localhost/back")
    return orders.by_id(made.id)


def paid_order(lines: Lines | None = None, **fields: Any) -> Order:
    """An order that is paid by card."""
    return order(lines, **fields)


def transferred_order(lines: Lines | None = None, *, provider: str = "manual") -> Order:
    """An order whose money people handled: staff saw it come."""
    made = order(lines, provider=provider)
    with committing():
        receive_payment(made, by="staff:1")
    return orders.by_id(made.id)


def send_back(made: Order) -> None:
    """Staff send what of an order waits to be sent by hand, and say so."""
    for refund in handing_back.waiting(orders.by_id(made.id)):
        with committing():
            handing_back.confirm(made, refund.id, by="staff:1")


def authorized_order(lines: Lines | None = None, **fields: Any) -> Order:
    """An order whose money is kept ready by the bank, for staff to take it."""
    sandbox = registry.get("sandbox")
    assert isinstance(sandbox, Sandbox)
    info = sandbox.info
    sandbox.info = replace(info, captures_later=True)
    try:
        return order(lines, **fields)
    finally:
        sandbox.info = info


def gift_card(amount: str = "30.00", currency: str = "") -> tuple[CreditAccount, str]:
    """A gift card with its code."""
    with committing():
        money = Money.parse(amount, currency or store.current().currency)
        return issue_gift_card(money, by=BY)


def store_credit(owner: User, amount: str) -> CreditAccount:
    """Store credit of a customer."""
    with committing():
        return give_credit(owner.id, Money.parse(amount, store.current().currency), by=BY)


def shipped_order(lines: Lines | None = None, **fields: Any) -> Order:
    """A paid order, all of which is on its way in one parcel."""
    paid = paid_order(lines, **fields)
    with committing():
        ship(paid, carrier="CTT", tracking_number="RR123456785PT", by="staff:1")
    return orders.by_id(paid.id)


def delivered_order(lines: Lines | None = None, **fields: Any) -> Order:
    """An order that has arrived."""
    shipped = shipped_order(lines, **fields)
    with committing():
        deliver(shipped.shipments[0], by="staff:1")
    return orders.by_id(shipped.id)


def _open_for_business() -> None:
    if session.scalar(sa.select(ShippingZone.id).limit(1)) is None:
        delivery()
    if not registry.known():
        registry.configure()
    if Sandbox.code not in {one.code for one in registry.everyone()}:
        bank = Path(tempfile.mkdtemp(prefix="vitrina-bank-")) / "sandbox.db"
        registry.register(Sandbox(Sandbox.Settings(bank, "a-secret-for-tests-0123456789")))


def reprice(variant_id: int, price: str) -> None:
    """Change the price of a variant, in the store's currency."""
    with saving():
        set_price(catalog.variant(variant_id), minor(price), None, by=BY)
