"""An order's page for its buyer: a customer, or a guest with the signed link."""

from flask import Blueprint, flash, redirect, render_template, request, send_file
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from vitrina.accounts.actions.registration import register
from vitrina.checkout import actions as checkout
from vitrina.core import storage
from vitrina.core.db import committing
from vitrina.core.errors import DomainError
from vitrina.core.ids import new_token
from vitrina.orders import actions, downloads, queries
from vitrina.orders.errors import OrderNotFound
from vitrina.orders.models import Order
from vitrina.orders.rules import reads_link
from vitrina.storefront import order_parts as parts
from vitrina.storefront.checkout_parts import token as token_of
from vitrina.web import once, paying
from vitrina.web.access import public
from vitrina.web.limits import limiter
from vitrina.web.messages.words import sentence
from vitrina.web.visitor import visitor

bp = Blueprint("orders", __name__)
Shown = str | Response | tuple[str, int]


def mine(number: str) -> Order:
    """The order, for whoever holds its link or placed it. Raises OrderNotFound for all others."""
    if any(reads_link(number, request.values.get(name)) for name in ("token", "key")):
        return queries.by_number(number)
    user = visitor().user
    if user is None:
        raise OrderNotFound(number=number)
    return queries.of_customer(user.id, number)


@bp.get("/orders/<number>")
@public
def show(number: str) -> Shown:
    """The confirmation, the tracking and the receipt: one page for all of an order's life."""
    order = mine(number)
    return render_template("storefront/orders/show.html", **parts.show(order))


@bp.get("/orders/<number>/payment")
@public
def come_back(number: str) -> Response:
    """The buyer is back from the provider, which is asked where the payment stands."""
    order = mine(number)
    result = paying.update(order)
    if result is not None and result.failed:
        flash(_("The payment did not go through. Nothing was charged."), "error")
    return redirect(paying.order_link(number), 303)


@bp.post("/orders/<number>/payment")
@public
@limiter.limit("20/minute")
def pay_again(number: str) -> Response:
    """Try another card or another way for an order that waits for its money."""
    order = mine(number)
    provider = request.form.get("payment_method", "")
    means = token_of(provider, {"card": request.form.get("card", "")})
    if means is None:
        flash(_("Enter the number of one of the test cards"), "error")
        return redirect(paying.order_link(number), 303)
    with committing():
        client = request.remote_addr or ""
        checkout.retry_payment(order, provider, token=means, client=client, by=visitor().actor)
    user = visitor().user
    result = paying.pay(queries.by_number(number), means, user_id=user.id if user else None)
    if result is not None and result.redirect_url:
        return redirect(result.redirect_url, 303)
    if result is not None and result.failed:
        flash(_("The card was declined. Nothing was charged. Try another card."), "error")
    return redirect(paying.order_link(number), 303)


@bp.post("/orders/<number>/cancellation")
@public
def cancel(number: str) -> Response:
    """Cancel what has not been packed; the worker sends the money back."""
    order = mine(number)
    with committing():
        if once.is_first(f"order:{number}"):
            actions.cancel(order, reason="by_customer", by=visitor().actor)
    flash(_("The order is cancelled."), "ok")
    return redirect(paying.order_link(number), 303)


@bp.post("/orders/<number>/account")
@public
@limiter.limit("10/minute")
def open_account(number: str) -> Response:
    """Open an account with the order's e-mail and one password.

    The answer never says whether there was one already.
    """
    order = mine(number)
    name = f"{order.email.partition('@')[0][:40]}-{new_token()[:6].lower()}"
    username = "".join(char if char.isalnum() else "-" for char in name).strip("-")
    try:
        with committing():
            register(
                username,
                order.email,
                request.form.get("password", ""),
                name=parts.buyer_name(order),
                locale=visitor().locale.code,
            )
    except DomainError as error:
        flash(sentence(error), "error")
        return redirect(paying.order_link(number), 303)
    flash(_("We sent you a mail. Open the link in it to finish your account."), "ok")
    return redirect(paying.order_link(number), 303)


@bp.get("/downloads/<token>")
@public
def download(token: str) -> Response:
    """A file of a paid order, a limited number of times; a HEAD and a lost file count for none."""
    if request.method == "HEAD":
        found = downloads.find(token)
        file = storage.open(found.key)
    else:
        with committing():
            found = downloads.fetch(token)
            file = storage.open(found.key)
    response = send_file(file, as_attachment=True, download_name=found.name)
    response.headers["Cache-Control"] = "private, no-store"
    return response


@bp.route("/track", methods=["GET", "POST"])
@public
@limiter.limit("20/minute", methods=["POST"])
def track() -> Shown:
    """Find an order by its number and e-mail; wrong numbers and wrong e-mails look the same."""
    if request.method == "GET":
        return render_template("storefront/orders/track.html", number="", email="", error="")
    number = request.form.get("number", "").strip().upper()[:20]
    email = request.form.get("email", "").strip()[:254]
    try:
        order = queries.find_for_guest(number, email)
    except OrderNotFound:
        words = _("We know no order with this number and this e-mail. Check both.")
        return (
            render_template(
                "storefront/orders/track.html", number=number, email=email, error=words
            ),
            404,
        )
    return redirect(paying.order_link(order.number), 303)
