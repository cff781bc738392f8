"""The cart: of a customer by the access token, of a guest by ``X-Cart-Token``."""

import re
from collections.abc import Sequence

from flask import request

from vitrina.api import kit
from vitrina.api.access import shopper
from vitrina.api.carts_out import CartOut, ShippingMethodsOut, cart_out, method_out
from vitrina.api.kit import Answer, endpoint
from vitrina.api.problems import Problem
from vitrina.api.schemas import Code, Country, Id, In, Quantity, Query, Text
from vitrina.api.tokens import current_user
from vitrina.cart import actions, queries
from vitrina.cart.errors import CartNotFound, LineNotFound
from vitrina.cart.models import Cart
from vitrina.cart.view import CartView
from vitrina.catalog import queries as catalog
from vitrina.core import locales, store
from vitrina.core.db import committing
from vitrina.core.places import Destination
from vitrina.core.vat_numbers import country_of, number_of
from vitrina.web.guessing import count_coupon

carts = kit.blueprint("carts")
TOKEN_HEADER = "X-Cart-Token"
_LINE = re.compile(r"l?[0-9]{1,18}", re.ASCII)


class AddIn(In):
    """What to put in: a variant, or a product that has only one."""

    variant_id: Id | None = None
    product_id: Id | None = None
    quantity: Quantity = 1


class QuantityIn(In):
    quantity: Quantity


class CodeIn(In):
    code: Code


class ShippingQuery(Query):
    """Where it goes; without a country the estimate of the cart. ``vat_number``: a company's."""

    country: Country | None = None
    region: Text = ""
    postal_code: Text = ""
    vat_number: Text = ""


def find_cart() -> Cart | None:
    """The caller's open cart, or None. Raises CartNotFound for a cart token that opens nothing.

    A guest's cart whose token comes with an access token joins the customer's cart, as at sign-in.
    """
    found = _found_cart()
    base = store.current().currency
    if found is None or found.currency == base:
        return found
    if found.currency not in catalog.rates().currencies:
        with committing():  # the shop sells in it no longer
            actions.change_currency(found, base)
    return found


def _found_cart() -> Cart | None:
    user, token = current_user(), request.headers.get(TOKEN_HEADER)
    if user is None:
        return queries.by_token(token) if token else None
    guest = queries.find_by_token(token)
    if guest is not None:
        with committing():
            actions.adopt(guest, user.id)
    return queries.of_user(user.id)


def present() -> Cart:
    """The caller's open cart. Raises CartNotFound."""
    found = find_cart()
    if found is None:
        raise CartNotFound()
    return found


def view_of(cart: Cart | None) -> CartView:
    """A cart as it stands today; an empty one for None."""
    if cart is None:
        return queries.empty(store.current().currency, locales.DEFAULT.code)
    return queries.contents(cart, locale=cart.locale)


@endpoint(carts, "GET", "/cart", summary="The cart", access=shopper, answer=CartOut)
def show() -> CartOut:
    """The caller's cart; an empty one when there is none, and then nothing is stored."""
    return cart_out(view_of(find_cart()))


@endpoint(
    carts, "POST", "/cart",
    summary="Put something into the cart",
    description="The first call of a guest answers with `X-Cart-Token`; later calls send it.",
    access=shopper, body=AddIn, answer=CartOut, errors=(404, 409),
)  # fmt: skip
def add_item(body: AddIn) -> Answer:
    variant_id = _variant_id(body)
    cart, token = find_cart(), None
    user = current_user()
    with committing():
        if cart is None:
            cart, token = actions.open_cart(
                user_id=user.id if user else None,
                currency=store.current().currency,
                locale=locales.DEFAULT.code,
            )
        actions.add_item(cart, variant_id, body.quantity)
    headers = {TOKEN_HEADER: token} if token and user is None else {}
    return Answer(cart_out(view_of(cart)), headers=headers)


@endpoint(
    carts, "PATCH", "/cart/<key>",
    summary="Change a quantity",
    description="`key` is the id of a product, or of a line (`l12`).",
    access=shopper, body=QuantityIn, answer=CartOut, errors=(404, 409),
)  # fmt: skip
def set_quantity(key: str, body: QuantityIn) -> CartOut:
    cart = present()
    lines = _line_ids(cart, key)
    if len(lines) > 1:
        raise Problem(
            409, "several_lines", "Several variants of this product are in the cart: name a line."
        )
    with committing():
        actions.set_quantity(cart, lines[0], body.quantity)
    return cart_out(view_of(cart))


@endpoint(
    carts, "DELETE", "/cart/<key>",
    summary="Take something out of the cart",
    description="`key` is the id of a product, or of a line (`l12`).",
    access=shopper, answer=CartOut, errors=(404,),
)  # fmt: skip
def remove(key: str) -> CartOut:
    cart = present()
    with committing():
        for line_id in _line_ids(cart, key):
            actions.remove(cart, line_id)
    return cart_out(view_of(cart))


@endpoint(carts, "DELETE", "/cart", summary="Empty the cart", access=shopper, answer=CartOut)
def clear() -> CartOut:
    cart = find_cart()
    if cart is not None:
        with committing():
            actions.clear(cart)
    return cart_out(view_of(cart))


@endpoint(
    carts, "POST", "/cart/codes",
    summary="Enter a coupon code",
    description="A code may be tried 10 times a minute and 60 times an hour, here and with orders.",
    access=shopper, body=CodeIn, answer=CartOut, errors=(404, 429),
)  # fmt: skip
def enter_code(body: CodeIn) -> CartOut:
    count_coupon()
    cart = present()
    with committing():
        actions.enter_code(cart, body.code)
    return cart_out(view_of(cart))


@endpoint(
    carts, "DELETE", "/cart/codes/<code>",
    summary="Take a coupon code out",
    access=shopper, answer=CartOut, errors=(404,),
)  # fmt: skip
def remove_code(code: str) -> CartOut:
    cart = present()
    with committing():
        actions.remove_code(cart, code)
    return cart_out(view_of(cart))


@endpoint(
    carts, "GET", "/shipping-methods",
    summary="Ways to send the cart",
    access=shopper, query=ShippingQuery, answer=ShippingMethodsOut, errors=(404,),
)  # fmt: skip
def shipping_methods(query: ShippingQuery) -> ShippingMethodsOut:
    """The cheapest delivery first, with the days between which it arrives."""
    cart = find_cart()
    if cart is None:
        return ShippingMethodsOut(items=[])
    target = None
    if query.country:
        buyer = country_of(number_of(query.vat_number))
        target = Destination(query.country, query.region, query.postal_code, vat_country=buyer)
    view = queries.contents(cart, locale=cart.locale, destination=target)
    return ShippingMethodsOut(items=[method_out(option) for option in view.shipping_options])


def _variant_id(body: AddIn) -> int:
    """The variant to put in. Raises Problem 422 when it is not named, or not plainly."""
    if (body.variant_id is None) == (body.product_id is None):
        raise _unclear("variant_id", "Name either a variant or a product.")
    if body.variant_id is not None:
        return body.variant_id
    product = catalog.by_id(body.product_id or 0)
    sold = [variant.id for variant in product.variants if variant.is_active]
    if len(sold) > 1:
        raise _unclear("variant_id", "This product has several variants: name one.")
    return sold[0] if sold else product.variants[0].id


def _unclear(field: str, words: str) -> Problem:
    errors = {field: [{"code": "missing", "message": words}]}
    return Problem(422, "validation_failed", words, errors=errors)


def _line_ids(cart: Cart, key: str) -> Sequence[int]:
    """The lines that ``key`` names: ``l12`` one line, ``12`` those of a product."""
    if not _LINE.fullmatch(key):
        raise LineNotFound(key=key[:20])
    if key.startswith("l"):
        return [int(key[1:])]
    return [line.id for line in queries.lines_of_product(cart, int(key))]
