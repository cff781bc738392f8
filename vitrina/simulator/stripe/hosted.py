"""The pages a buyer sees at Stripe: the hosted checkout, and the bank's question (3-D Secure)."""

import re
from urllib.parse import urlencode

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from vitrina.simulator import faults
from vitrina.simulator.calls import Context, Refusal, own_url, store
from vitrina.simulator.faults import Kind
from vitrina.simulator.store import Json, Transaction
from vitrina.simulator.stripe import cards
from vitrina.simulator.stripe.amounts import words
from vitrina.simulator.stripe.checkout import flow
from vitrina.simulator.stripe.payment_intents import flow as intents
from vitrina.simulator.stripe.payment_methods import card_error, make, read_card

bp = Blueprint("stripe_hosted", __name__)

EXPIRY = re.compile(r"^\s*(\d{1,2})\s*/?\s*(\d{2}|\d{4})\s*$")
CVC = re.compile(r"^\d{3,4}$")
EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")

Page = Response | str | tuple[str, int]


@bp.get("/pay/<session_id>")
def pay_page(session_id: str) -> Page:
    """What is bought, and a form for a card; or how the session ended."""
    with store().transaction() as tx:
        session = _session(tx, session_id)
        intent = _intent(tx, session)
        saved = _saved(tx, session)
    error = (intent.get("last_payment_error") or {}).get("message", "")
    return _show(session, saved, error=error)


@bp.post("/pay/<session_id>")
def pay(session_id: str) -> Page:
    """Pay with the card that was typed or chosen; then on to the bank, or back to the shop."""
    with store().transaction() as tx:
        ctx = Context(tx, own_url(), _decline(tx, "stripe.hosted.pay"))
        session = _session(tx, session_id)
        saved = _saved(tx, session)
        if session["status"] != "open":
            return _show(session, saved)
        try:
            intent = _pay(ctx, session, saved)
        except Refusal as refusal:
            if not refusal.kept:
                tx.sql.execute("ROLLBACK TO typed")
            message = refusal.reply.body["error"]["message"]
            return _show(session, saved, error=message), 422
    if intent["status"] == "requires_action":
        return redirect(url_for(".ask", intent_id=intent["id"]), 303)
    return redirect(flow.success_url(session), 303)


@bp.get("/3ds/<intent_id>")
def ask(intent_id: str) -> Page:
    """The bank's question."""
    with store().transaction() as tx:
        intent = _waiting(tx, intent_id)
        if intent["status"] != "requires_action":
            return redirect(_way_back(tx, intent), 303)
        method = tx.get("stripe.payment_method", intent["payment_method"]) or {}
    return render_template("simulator/bank.html", intent=intent, card=method["card"], words=words)


@bp.post("/3ds/<intent_id>")
def answer(intent_id: str) -> Page:
    """The buyer approved the payment, or refused it."""
    approved = request.form.get("answer") == "approve"
    with store().transaction() as tx:
        ctx = Context(tx, own_url(), _decline(tx, "stripe.hosted.3ds"))
        intent = _waiting(tx, intent_id)
        if intent["status"] == "requires_action":
            try:
                intent = intents.authenticate(ctx, intent, approved=approved)
            except Refusal:  # a page tells it instead: the session's, or the shop's
                pass
            for session in tx.find("stripe.checkout.session", payment_intent=intent_id):
                flow.complete(ctx, session, intent)
        return redirect(_way_back(tx, intent), 303)


def _pay(ctx: Context, session: Json, saved: list[Json]) -> Json:
    """Read the form and pay. Raises Stripe's card errors."""
    form = request.form
    ctx.tx.sql.execute("SAVEPOINT typed")
    email = session["customer_email"] or form.get("email", "").strip() or _email(ctx, session)
    if not EMAIL.match(email):
        raise card_error("Enter an e-mail address.", "email_invalid", "email")
    chosen = next((one for one in saved if one["id"] == form.get("card")), None)
    if chosen is None:
        expiry = EXPIRY.match(form.get("expiry", ""))
        if expiry is None:
            raise card_error("Enter the expiry as MM / YY.", "invalid_expiry_month", "expiry")
        month, year = int(expiry[1]), int(expiry[2])
        card = read_card(ctx, form.get("number", ""), month, year)
        if not CVC.match(form.get("cvc", "")):
            raise card_error("Your card's security code is incomplete.", "invalid_cvc", "cvc")
        billing = {"email": email, "name": form.get("name", "").strip() or None}
        chosen = make(ctx, card, month, year, billing=billing)
    name = form.get("name", "").strip()
    return flow.pay(ctx, session, chosen, email=email, name=name, save=bool(form.get("save")))


def _show(session: Json, saved: list[Json], *, error: str = "") -> str:
    options = session["saved_payment_method_options"] or {}
    typed = {name: request.form.get(name, "") for name in ("email", "number", "expiry", "name")}
    return render_template(
        "simulator/pay.html",
        session=session,
        saved=saved,
        error=error,
        typed=typed,
        may_save=(bool(session["customer"]) or session["customer_creation"] == "always")
        and options.get("payment_method_save") == "enabled",
        hints=[card for card in cards.CARDS.values() if card.hint],
        success_url=flow.success_url(session),
        words=words,
    )


def _session(tx: Transaction, session_id: str) -> Json:
    found = tx.get("stripe.checkout.session", session_id)
    return found if found is not None else abort(404)


def _intent(tx: Transaction, session: Json) -> Json:
    name = session["payment_intent"]
    return (tx.get("stripe.payment_intent", name) if name else None) or {}


def _waiting(tx: Transaction, intent_id: str) -> Json:
    found = tx.get("stripe.payment_intent", intent_id)
    return found if found is not None else abort(404)


def _saved(tx: Transaction, session: Json) -> list[Json]:
    """The customer's cards that they wished to see again."""
    if not session["customer"]:
        return []
    owned = tx.find("stripe.payment_method", customer=session["customer"])
    return [one for one in owned if one["allow_redisplay"] == "always"]


def _email(ctx: Context, session: Json) -> str:
    customer = ctx.tx.get("stripe.customer", session["customer"] or "") or {}
    return str(customer.get("email") or "")


def _way_back(tx: Transaction, intent: Json) -> str:
    """Where a buyer goes from the bank: to the shop, or to the page they came from."""
    for session in tx.find("stripe.checkout.session", payment_intent=intent["id"]):
        if session["status"] == "complete":
            return flow.success_url(session)
        return url_for(".pay_page", session_id=session["id"])
    paid = intent["status"] in ("succeeded", "requires_capture", "processing")
    query = urlencode(
        {
            "payment_intent": intent["id"],
            "payment_intent_client_secret": intent["client_secret"],
            "redirect_status": "succeeded" if paid else "failed",
        }
    )
    address = intent.get("_return_url") or url_for(".done")
    return f"{address}{'&' if '?' in address else '?'}{query}"


@bp.get("/3ds/done")
def done() -> str:
    """Where a buyer lands whom no shop waits for."""
    return render_template("simulator/done.html")


def _decline(tx: Transaction, operation: str) -> str:
    """The code a switch wants this declined with, or empty; other faults are for the API alone."""
    fault = faults.take(tx, operation)
    return fault.code if fault is not None and fault.fault is Kind.DECLINE else ""
