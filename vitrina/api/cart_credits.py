"""Paying the cart with gift cards and store credit."""

from vitrina.api.access import shopper, signed_in
from vitrina.api.carts import carts, present, view_of
from vitrina.api.carts_out import CartOut, cart_out
from vitrina.api.kit import endpoint
from vitrina.api.schemas import Code, In
from vitrina.cart import credits
from vitrina.core.db import committing
from vitrina.web.guessing import count_gift_card


class GiftCardIn(In):
    """The code of a gift card, in any case and with or without dashes."""

    code: Code


@endpoint(
    carts, "POST", "/cart/gift-cards",
    summary="Pay with a gift card",
    description="It pays as far as it reaches, and may be tried 10 times a minute and 30 times an "
    "hour. Every code that cannot pay answers `gift_card_unknown`, whatever the reason.",
    access=shopper, body=GiftCardIn, answer=CartOut, errors=(404, 429),
)  # fmt: skip
def use_gift_card(body: GiftCardIn) -> CartOut:
    count_gift_card()
    cart = present()
    with committing():
        credits.use_gift_card(cart, body.code)
    return cart_out(view_of(cart))


@endpoint(
    carts, "DELETE", "/cart/gift-cards/<int:account_id>",
    summary="Do not pay with a gift card after all",
    access=shopper, answer=CartOut, errors=(404,),
)  # fmt: skip
def drop_gift_card(account_id: int) -> CartOut:
    cart = present()
    with committing():
        credits.drop_credit(cart, account_id)
    return cart_out(view_of(cart))


@endpoint(
    carts, "POST", "/cart/store-credit",
    summary="Pay with your store credit", access=signed_in, answer=CartOut, errors=(404,),
)  # fmt: skip
def use_store_credit() -> CartOut:
    cart = present()
    with committing():
        credits.use_store_credit(cart)
    return cart_out(view_of(cart))


@endpoint(
    carts, "DELETE", "/cart/store-credit",
    summary="Do not pay with your store credit after all",
    access=signed_in, answer=CartOut, errors=(404,),
)  # fmt: skip
def drop_store_credit() -> CartOut:
    cart = present()
    with committing():
        credits.drop_store_credit(cart)
    return cart_out(view_of(cart))
