"""Paying a cart with gift cards and store credit."""

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from vitrina.cart import credits
from vitrina.core.db import committing, session
from vitrina.payments.credit.errors import GiftCardUnknown
from vitrina.storefront import cart as carts
from vitrina.web.access import public, signed_in
from vitrina.web.failures import wants_json
from vitrina.web.guessing import TooManyCodes, count_gift_card
from vitrina.web.links import url_for
from vitrina.web.messages.words import sentence, status_of
from vitrina.web.visitor import visitor

bp = Blueprint("cart_credits", __name__)
bp.after_request(carts.keep_private)
Shown = str | Response | tuple[str, int]


@bp.post("/cart/gift-cards")
@public
def enter_card() -> Shown:
    """Try the code of a gift card; one that cannot pay is said beside its field."""
    code = request.form.get("gift_card", "")
    try:
        count_gift_card()
        with committing():
            credits.use_gift_card(visitor().cart_or_new(), code)
    except (GiftCardUnknown, TooManyCodes) as error:
        if wants_json():
            raise
        session.rollback()
        visitor().forget_cart()
        shown = carts.page(card_error=sentence(error), card_value=code[:60])
        return shown, status_of(error)
    return _back()


@bp.post("/cart/gift-cards/<int:account_id>/removal")
@public
def drop_card(account_id: int) -> Response:
    with committing():
        credits.drop_credit(carts.present(), account_id)
    return _back()


@bp.post("/cart/store-credit")
@signed_in
def use_store_credit() -> Response:
    """Pay with what the shop owes the customer."""
    with committing():
        credits.use_store_credit(carts.present())
    return _back()


@bp.post("/cart/store-credit/removal")
@signed_in
def drop_store_credit() -> Response:
    with committing():
        credits.drop_store_credit(carts.present())
    return _back()


def _back() -> Response:
    return redirect(url_for("cart.show"), 303)
