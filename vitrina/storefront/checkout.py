"""Checkout on one page, for guests and customers, complete without script."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from vitrina.checkout.actions import place
from vitrina.checkout.errors import QuoteChanged
from vitrina.core.db import committing, session
from vitrina.core.errors import DomainError
from vitrina.orders.models import Order
from vitrina.orders.queries import by_id
from vitrina.storefront.checkout_form import CheckoutForm
from vitrina.web import limits, paying
from vitrina.web.access import public
from vitrina.web.links import url_for
from vitrina.web.messages.words import sentence
from vitrina.web.visitor import visitor

bp = Blueprint("checkout", __name__)


@bp.get("/checkout")
@public
def show() -> str | Response:
    """The form, filled in with what is known of a customer."""
    cart = visitor().cart()
    if cart is None:
        return redirect(url_for("cart.show"), 303)
    form = CheckoutForm.of_visitor(cart, request.args)
    if not form.view.lines:
        return redirect(url_for("cart.show"), 303)
    return _page(form)


@bp.post("/checkout")
@public
@limits.limiter.limit("30/minute;200/hour", methods=["POST"])
def pay() -> str | Response | tuple[str, int]:
    """Place the order and ask for its money; everything typed is kept when that fails."""
    cart = visitor().cart()
    if cart is None:
        flash(_("Your cart is empty."), "info")
        return redirect(url_for("cart.show"), 303)
    form = CheckoutForm.sent(cart, request.form)
    if "update" in request.form:
        return _page(form)
    if not form.validate():
        return _page(form), 422
    try:
        order = _place(form)
    except DomainError as error:
        session.rollback()
        return _refused(form, error)
    return _charge(form, order)


def _place(form: CheckoutForm) -> Order:
    user = visitor().user
    with committing():
        order = place(
            form.cart,
            form.checkout(),
            key=form.key,
            user_id=user.id if user else None,
            locale=visitor().locale.code,
        )
        order_id = order.id
    return by_id(order_id)


def _charge(form: CheckoutForm, order: Order) -> Response | tuple[str, int]:
    result = paying.pay(order, form.token)
    visitor().forget_cart()
    if result is not None and result.failed:
        again = form.anew()
        words = _("The card was declined. Nothing was charged. Try another one, or pay otherwise.")
        return _page(again, problem=words), 402
    if result is not None and result.redirect_url:
        return redirect(result.redirect_url, 303)
    return redirect(paying.order_link(order.number), 303)


def _refused(form: CheckoutForm, error: DomainError) -> str | Response | tuple[str, int]:
    """A rule said no. Nothing was charged, nothing typed is lost, and the sums are today's."""
    if error.code in ("cart_already_ordered", "cart_empty", "cart_not_found"):
        flash(sentence(error), "info")
        return redirect(url_for("cart.show"), 303)
    again = form.anew()
    if not again.view.lines:
        abort(409)
    words = sentence(error)
    if isinstance(error, QuoteChanged):
        words = _(
            "The total was %(before)s and is now %(now)s. Nothing was charged: look at it once "
            "more, and pay if it is right.",
            before=form.seen_total or _("another"),
            now=again.total,
        )
    return _page(again, problem=words), 409


def _page(form: CheckoutForm, **more: Any) -> str:
    facts: Mapping[str, Any] = {"problem": None, **more}
    return render_template("storefront/checkout/show.html", form=form, **facts)
