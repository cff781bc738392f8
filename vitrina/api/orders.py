"""Orders: placing one from the cart, and looking at those that are the caller's."""

import re
from typing import Annotated

from flask import request
from pydantic import WithJsonSchema

from vitrina.api import kit, once
from vitrina.api.access import shopper, signed_in
from vitrina.api.carts import find_cart
from vitrina.api.kit import Answer, endpoint
from vitrina.api.orders_out import OrderBriefOut, OrderOut, brief_out, order_out
from vitrina.api.problems import Problem
from vitrina.api.reading import read_cursor, write_cursor
from vitrina.api.schemas import AmountIn, Code, In, Page, PageQuery, Query, Text
from vitrina.api.tokens import current_user, refused
from vitrina.cart import actions as carts
from vitrina.cart.errors import CartNotFound, EmptyCart
from vitrina.cart.models import Cart
from vitrina.cart.queries import contents
from vitrina.checkout.actions import place
from vitrina.checkout.errors import CartOrdered, PaymentDeclined
from vitrina.checkout.rules import Checkout
from vitrina.core import address as addresses
from vitrina.core.address import InvalidAddress, PostalAddress
from vitrina.core.db import committing, session
from vitrina.core.ids import hash_token, new_token
from vitrina.core.permissions import Permission
from vitrina.orders import queries
from vitrina.orders.errors import OrderNotFound
from vitrina.orders.models import Order, OrderState
from vitrina.orders.queries import OrderFilter
from vitrina.orders.rules import reads_link
from vitrina.payments.errors import UnknownProvider
from vitrina.shipping.registry import is_any_live
from vitrina.web import paying
from vitrina.web.guessing import count_coupon

orders = kit.blueprint("orders")
_ID = re.compile(r"[0-9]{1,18}", re.ASCII)


class AddressIn(In):
    """A postal address; which fields are needed depends on the country.

    ``vat_number``: a ``company``'s in the European Union, such as DE136695976. In the address of
    the invoice it makes a sale to another member state one without VAT.
    """

    name: Text
    line1: Text = ""
    line2: Text = ""
    city: Text = ""
    region: Text = ""
    postal_code: Text = ""
    country: Text
    phone: Text = ""
    company: Text = ""
    vat_number: Text = ""


class PaymentIn(In):
    """How it is paid. ``token``: what the provider's own form gave; never a card number."""

    provider: Code
    token: Text = ""


class OrderIn(In):
    """What the buyer decides. What it costs is never among it.

    ``email``: left out, the customer's own. ``shipping_method``: left out, the cheapest delivery.
    ``payment``: left out when gift cards or credit in the cart pay all. ``due``: what the buyer saw
    is left to pay after them, and ``confirmed``: the fingerprint of the quote that the buyer saw;
    another sum then answers 409.
    """

    email: Text | None = None
    shipping_address: AddressIn | None = None
    billing_address: AddressIn | None = None
    shipping_method: Code | None = None
    coupon: Code | None = None
    payment: PaymentIn | None = None
    due: AmountIn | None = None
    confirmed: Text | None = None
    note: Text = ""


_STATES = WithJsonSchema({"type": "string", "enum": [str(state) for state in OrderState]})


class OrdersQuery(PageQuery):
    """Which orders. ``q``: a part of a number, an e-mail or a title."""

    status: Annotated[OrderState, _STATES] | None = None
    q: Text = ""


class LinkQuery(Query):
    """The token of an order, for who has no account."""

    token: Text = ""


@endpoint(
    orders, "POST", "/orders",
    summary="Order what is in the cart",
    description="Send an `Idempotency-Key`: the same key gives the same answer, and never a second "
    "order. A declined payment answers 402; the cart stays, and another order may be tried. With "
    "`payment_status` `requires_action` the buyer has to go to `next_action.url`.",
    access=shopper, body=OrderIn, answer=OrderOut, status=201, limit="60/minute",
    idempotent=True, errors=(402, 404, 409, 429),
)  # fmt: skip
def create(body: OrderIn) -> Answer:
    used = once.key()
    key = hash_token(f"{once.scope()}:{used}") if used else new_token()
    try:
        order = _place(body, key)
    except (CartNotFound, CartOrdered, EmptyCart):
        known = queries.find_by_key(key)  # the answer to this very request may have got lost
        if known is None:
            raise
        order = known
    number = order.number
    result = paying.pay(order, body.payment.token if body.payment else "")
    if result is not None and result.failed:
        raise PaymentDeclined(number=number, reason=result.reason)
    placed = order_out(queries.by_number(number), is_buyers=True)
    return Answer(placed, headers={"Location": f"{request.path}/{number}"})


def _place(body: OrderIn, key: str) -> Order:
    """The order of the caller's cart, or nothing at all: every refusal takes all of it back."""
    cart, user = find_cart(), current_user()
    if cart is None:
        raise EmptyCart()
    if body.payment is None and not cart.credits:
        raise UnknownProvider(field="payment")
    means = body.payment or PaymentIn.model_construct(provider="", token="")
    ask = Checkout(
        email=(user.email if user and body.email is None else body.email) or "",
        provider=means.provider,
        shipping_address=postal(body.shipping_address, "shipping_address"),
        billing_address=postal(body.billing_address, "billing_address"),
        shipping_method=body.shipping_method,
        confirmed=body.confirmed,
        note=body.note,
        due=None if body.due is None else body.due.money(cart.currency, "due").minor,
        token=means.token,
        client=request.remote_addr or "",
    )
    if body.coupon:
        count_coupon()
    _ask_carriers(cart, ask)
    try:
        return _placed(cart, ask, key, body.coupon)
    except _NoEffect as refused_code:
        raise _refused_coupon(cart, ask, str(refused_code)) from None


def _ask_carriers(cart: Cart, ask: Checkout) -> None:
    """Let the live carriers answer now: inside the transaction below nobody waits for them."""
    if is_any_live():
        contents(
            cart,
            locale=cart.locale,
            destination=ask.destination,
            shipping_code=ask.shipping_method,
            email=ask.email,
        )


class _NoEffect(Exception):
    """The coupon that was sent takes nothing off: the whole order is rolled back."""


def _placed(cart: Cart, ask: Checkout, key: str, coupon: str | None) -> Order:
    user, locale = current_user(), cart.locale
    user_id = user.id if user else None
    with committing():
        code = carts.enter_code(cart, coupon) if coupon else None
        session.flush()
        order = place(cart, ask, key=key, user_id=user_id, locale=locale)
        if code is not None and all(one.code != code for one in order.adjustments):
            raise _NoEffect(code)
    return order


def postal(entered: AddressIn | None, field: str) -> PostalAddress | None:
    """A checked address. Raises InvalidAddress with its errors below ``field``."""
    if entered is None:
        return None
    try:
        return addresses.check(entered.model_dump())
    except InvalidAddress as error:
        errors = {f"{field}.{name}": code for name, code in error.facts["errors"].items()}
        raise InvalidAddress(errors=errors) from None


def _refused_coupon(cart: Cart, ask: Checkout, code: str) -> Problem:
    """Why a coupon takes nothing off, asked of the cart as it was; nothing of it is kept."""
    cart.codes = [*(known for known in cart.codes if known != code), code]
    view = contents(
        cart,
        locale=cart.locale,
        destination=ask.destination,
        shipping_code=ask.shipping_method,
        email=ask.email,
    )
    reasons = [str(one.reason) for one in view.quote.rejected if one.code == code]
    session.rollback()
    words = "This coupon takes nothing off this order."
    errors = {"coupon": [{"code": reasons[0] if reasons else "no_effect", "message": words}]}
    return Problem(422, "coupon_not_applied", words, errors=errors)


@endpoint(
    orders, "GET", "/orders/history",
    summary="Your own orders", access=signed_in, query=OrdersQuery, answer=Page[OrderBriefOut],
)  # fmt: skip
def history(query: OrdersQuery) -> Page[OrderBriefOut]:
    """The newest first."""
    user = current_user()
    if user is None:
        raise refused()
    return _page(query, user_id=user.id)


@endpoint(
    orders, "GET", "/orders",
    summary="Orders", access=signed_in, query=OrdersQuery, answer=Page[OrderBriefOut],
)  # fmt: skip
def index(query: OrdersQuery) -> Page[OrderBriefOut]:
    """All of them for staff with `orders:read`, their own for customers; the newest first."""
    user = current_user()
    if user is None:
        raise refused()
    return _page(query, user_id=None if user.may(Permission.ORDERS_READ) else user.id)


def _page(query: OrdersQuery, *, user_id: int | None) -> Page[OrderBriefOut]:
    wanted = OrderFilter(state=query.status, text=query.q, user_id=user_id)
    after = read_cursor(query.cursor, int)
    found = queries.listing(wanted, before=after[0] if after else None, limit=query.limit)
    return Page[OrderBriefOut](
        items=[brief_out(order) for order in found.orders],
        next_cursor=write_cursor(found.next_before) if found.next_before else None,
        total=queries.count(wanted),
    )


@endpoint(
    orders, "GET", "/orders/<key>",
    summary="An order",
    description="`key` is its number or its id. Guests send its `token`, which staff are not told. "
    "What is not yours is 404.",
    access=shopper, query=LinkQuery, answer=OrderOut, errors=(404,),
)  # fmt: skip
def show(key: str, query: LinkQuery) -> OrderOut:
    order = visible(key, query.token)
    return order_out(order, is_buyers=is_buyers(order, query.token))


def visible(key: str, token: str) -> Order:
    """The order of a number or an id, if the caller may see it. Raises OrderNotFound."""
    order = find(key)
    if not is_theirs(order, token):
        raise OrderNotFound(number=key[:20])
    return order


def is_theirs(order: Order, token: str) -> bool:
    """Whether the caller placed the order, holds its link, or is staff that may see it."""
    user = current_user()
    is_staff = user is not None and user.may(Permission.ORDERS_READ)
    return is_staff or is_buyers(order, token)


def is_buyers(order: Order, token: str) -> bool:
    """Whether the caller placed the order or holds its link; staff are no buyers."""
    user = current_user()
    if user is not None and order.user_id == user.id:
        return True
    return reads_link(order.number, token)


def find(key: str) -> Order:
    """The order of a number or an id. Raises OrderNotFound."""
    if _ID.fullmatch(key):  # numbers have a prefix, so they are never digits alone
        return queries.by_id(int(key))
    return queries.by_number(key.upper()[:20])
