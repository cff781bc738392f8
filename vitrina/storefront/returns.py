"""Sending something back: the buyer's forms, for customers and for guests with the signed link."""

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from vitrina.core import clock
from vitrina.core.db import committing, session
from vitrina.core.errors import DomainError
from vitrina.orders.models import Order
from vitrina.orders.returns import actions, queries
from vitrina.orders.returns.errors import NotWithdrawable, TooLate
from vitrina.orders.returns.models import Reason, ReturnKind
from vitrina.orders.returns.rules import MOST_WORDS
from vitrina.storefront import return_parts as parts
from vitrina.storefront.account.who import me
from vitrina.storefront.orders import mine
from vitrina.web import once, paying
from vitrina.web.access import public, signed_in
from vitrina.web.headers import keep_links_secret
from vitrina.web.limits import limiter
from vitrina.web.messages.returns import KINDS, STATES
from vitrina.web.messages.words import sentence, status_of
from vitrina.web.visitor import visitor

bp = Blueprint("returns", __name__)
bp.after_request(keep_links_secret)
Shown = str | Response | tuple[str, int]


def _typed() -> dict[str, str]:
    return {name: value.strip()[:MOST_WORDS] for name, value in request.values.items()}


@bp.get("/account/returns")
@signed_in
def mine_all() -> str:
    """A customer's returns, newest first."""
    backs = queries.of_customer(me().id)
    return render_template(
        "storefront/account/returns.html", backs=backs, states=STATES, kinds=KINDS
    )


@bp.get("/orders/<number>/returns/new")
@public
def choose(number: str) -> Shown:
    """Which pieces come back, and why. Raises TooLate when there is nothing to choose any more."""
    order = mine(number)
    ways = queries.ways(order, clock.now())
    if not ways.can_return:
        raise TooLate(until=ways.returns_until.isoformat() if ways.returns_until else "")
    return _choosing(order, _typed())


def _choosing(
    order: Order, values: Mapping[str, str], errors: parts.Errors | None = None, status: int = 200
) -> Shown:
    page = parts.choosing(order, values, errors)
    return render_template("storefront/returns/new.html", **page), status


@bp.post("/orders/<number>/returns")
@public
@limiter.limit("20/hour")
def ask(number: str) -> Shown:
    """Ask for a return; staff answer it."""
    order, values = mine(number), _typed()
    pieces, errors = parts.read_pieces(values, order.lines)
    for piece in pieces:
        if piece.reason is Reason.NONE:
            errors[f"reason-{piece.line_id}"] = _("Choose a reason.")
    if errors:
        return _choosing(order, values, errors, 422)
    kind = ReturnKind.EXCHANGE if values.get("kind") == "exchange" else ReturnKind.RETURN
    as_credit = values.get("kind") == "credit"
    try:
        with committing():
            if not once.is_first(f"order:{number}"):
                return _back_to(number)
            made = actions.request(
                order,
                pieces,
                kind=kind,
                note=values.get("note", ""),
                as_credit=as_credit,
                by=visitor().actor,
            )
            words = _("We have your return. Its number is %(number)s.", number=made.number)
    except DomainError as error:
        session.rollback()
        return _choosing(mine(number), values, _beside(error), status_of(error))
    flash(words, "ok")
    return _back_to(number)


def _beside(error: DomainError) -> parts.Errors:
    """The sentence beside the line that it is about, else on top."""
    line = error.facts.get("line_id")
    return {f"pieces-{line}" if line else "pieces": sentence(error)}


@bp.post("/orders/<number>/returns/<back>/cancellation")
@public
def cancel(number: str, back: str) -> Response:
    """The buyer keeps the pieces after all."""
    found = queries.of_order_by_number(mine(number), back)
    with committing():
        actions.cancel(found, by=visitor().actor)
    flash(_("The return is cancelled."), "ok")
    return _back_to(number)


@bp.get("/orders/<number>/withdrawal")
@public
def withdrawal(number: str) -> Shown:
    """The function of Directive 2011/83/EU, Article 11a: who withdraws, and from what."""
    return _withdrawing(mine(number), _typed())


def _withdrawing(
    order: Order, values: Mapping[str, str], errors: parts.Errors | None = None, status: int = 200
) -> Shown:
    page = parts.withdrawing(order, values, errors)
    if not page["can_withdraw"] and status == 200:
        raise NotWithdrawable(number=order.number)
    return render_template("storefront/returns/withdrawal.html", **page), status


@bp.post("/orders/<number>/withdrawal/review")
@public
@limiter.limit("60/hour")
def review(number: str) -> Shown:
    """The declaration as it will be made; nothing is stored before it is confirmed."""
    order, values = mine(number), _typed()
    pieces, errors = parts.read_pieces(values, order.lines)
    if parts.is_all(order):
        errors.clear()
    if not values.get("name"):
        errors["name"] = _("Enter your name.")
    if errors:
        return _withdrawing(order, values, errors, 422)
    chosen = {piece.line_id: piece.quantity for piece in pieces}
    page = parts.withdrawing(order, values)
    return render_template("storefront/returns/review.html", **page, chosen=chosen)


@bp.post("/orders/<number>/withdrawal")
@public
@limiter.limit("20/hour")
def withdraw(number: str) -> Shown:
    """Confirm the withdrawal; the receipt goes out by mail."""
    order, values = mine(number), _typed()
    pieces, errors = parts.read_pieces(values, order.lines)
    if errors and not parts.is_all(order):
        return _withdrawing(order, values, errors, 422)
    try:
        with committing():
            chosen = {piece.line_id: piece.quantity for piece in pieces}
            if not once.is_first(f"order:{number}"):
                return _back_to(number)
            actions.withdraw(order, chosen, name=values.get("name", ""), by=visitor().actor)
    except DomainError as error:
        session.rollback()
        return _withdrawing(mine(number), values, _beside(error), status_of(error))
    flash(_("You have withdrawn. We have sent the receipt to %(email)s.", email=order.email), "ok")
    return _back_to(number)


def _back_to(number: str) -> Response:
    return redirect(f"{paying.order_link(number)}#returns", 303)
