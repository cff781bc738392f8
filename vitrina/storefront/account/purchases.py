"""What a customer bought, likes, and keeps for another day."""

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from vitrina.cart import actions as carts
from vitrina.cart import queries as cart_queries
from vitrina.core.db import committing
from vitrina.core.errors import DomainError
from vitrina.orders import queries as orders
from vitrina.orders.models import OrderState
from vitrina.storefront import order_progress
from vitrina.storefront.account.who import me
from vitrina.web import once
from vitrina.web.access import signed_in
from vitrina.web.converters import row_id
from vitrina.web.links import url_for
from vitrina.web.messages.orders import STATES
from vitrina.web.visitor import visitor

bp = Blueprint("account_purchases", __name__)
PAGE = 20


@bp.get("/account/orders")
@signed_in
def history() -> str:
    asked = request.args.get("state", "")
    state = OrderState(asked) if asked in list(OrderState) else None
    before = request.args.get("before", type=row_id)
    query = request.args.get("q", "")[:100]
    page = orders.history(me().id, before=before, limit=PAGE, state=state, query=query)
    return render_template(
        "storefront/account/orders.html",
        rows=order_progress.rows(page.orders),
        next_before=page.next_before,
        query=query,
        state=asked,
        states=STATES,
    )


@bp.post("/account/orders/<number>/cart")
@signed_in
def buy_again(number: str) -> Response:
    """Put what was ordered into the cart once more, as far as it is still sold."""
    order, missing = orders.of_customer(me().id, number), []
    to_cart = redirect(f"{visitor().locale.path}/cart", 303)
    with committing():
        if not once.is_first(visitor().actor):
            return to_cart
        cart = visitor().cart_or_new()
        for line in order.lines:
            try:
                carts.add_item(cart, line.variant_id or 0, line.quantity)
            except DomainError:
                missing.append(line.title)
    if missing:
        flash(_("Not to be had any more: %(titles)s.", titles=", ".join(missing)), "warn")
    if len(missing) < len(order.lines):
        flash(_("Added to your cart."), "ok")
    return to_cart


@bp.get("/account/wishlist")
@signed_in
def wishlist() -> Response:
    """The customer's list is the one that the hearts of the shop fill."""
    return redirect(url_for("wishlist.show"), 302)


@bp.get("/account/carts")
@signed_in
def saved_carts() -> str:
    saved = cart_queries.saved_carts(me().id)
    return render_template("storefront/account/carts.html", carts=saved, cart=visitor().cart())


@bp.post("/account/carts")
@signed_in
def save_cart() -> Response:
    with committing():
        carts.save_cart(visitor().cart_or_new(), request.form.get("name", ""))
    flash(_("Your cart is saved."), "success")
    return redirect(url_for(".saved_carts"), 303)


@bp.post("/account/carts/<int:cart_id>/reopening")
@signed_in
def reopen(cart_id: int) -> Response:
    with committing():
        carts.reopen_cart(cart_queries.saved_cart(me().id, cart_id))
    return redirect(f"{visitor().locale.path}/cart", 303)


@bp.post("/account/carts/<int:cart_id>/removal")
@signed_in
def discard(cart_id: int) -> Response:
    with committing():
        carts.discard_cart(cart_queries.saved_cart(me().id, cart_id))
    flash(_("The saved cart is removed."), "success")
    return redirect(url_for(".saved_carts"), 303)
