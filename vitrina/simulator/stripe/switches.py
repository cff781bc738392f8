"""``/_sim/stripe``: what happens at Stripe or at a bank, without the shop having asked for it."""

from collections.abc import Callable

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import HTTPException, UnprocessableEntity

from vitrina.simulator.calls import Context, Refusal, own_url, store
from vitrina.simulator.store import Json, Transaction
from vitrina.simulator.stripe import disputes, forms, refunds
from vitrina.simulator.stripe.checkout import flow as checkout
from vitrina.simulator.stripe.payment_intents import flow as intents
from vitrina.simulator.stripe.wire import found, public

bp = Blueprint("stripe_switches", __name__, url_prefix="/_sim/stripe")


@bp.errorhandler(HTTPException)
def refused(error: HTTPException) -> tuple[Response, int]:
    """An error of the switch itself."""
    return jsonify(error=error.description), error.code or 500


@bp.errorhandler(Refusal)
def impossible(refusal: Refusal) -> tuple[Response, int]:
    """What Stripe would not do either."""
    return jsonify(refusal.reply.body), refusal.reply.status


@bp.post("/dispute")
def open_dispute() -> tuple[Response, int]:
    """``{payment_intent, reason, amount}``: the card's holder takes the money back."""
    said = _said("payment_intent", "reason", "amount")

    def work(ctx: Context) -> Json:
        charge = _charge(ctx, said)
        return disputes.make(ctx, charge, str(said.get("reason", "fraudulent")), said.get("amount"))

    return _do(work), 201


@bp.post("/disputes/<dispute>/<verdict>")
def decide(dispute: str, verdict: str) -> Response:
    """The bank decides: ``won`` or ``lost``."""
    if verdict not in disputes.CLOSED:
        raise UnprocessableEntity("a dispute is won or lost")
    return _do(lambda ctx: disputes.decide(ctx, found(ctx, "dispute", dispute), verdict))


@bp.post("/refund")
def refund() -> tuple[Response, int]:
    """``{payment_intent, amount}``: somebody refunds in Stripe's dashboard."""
    said = _said("payment_intent", "amount")
    tree = {name: value for name, value in said.items() if value is not None}
    return _do(lambda ctx: refunds.create(ctx, tree)), 201


@bp.put("/refunds")
def refund_mode() -> Response:
    """``{mode}``: how refunds begin from now on: ``succeeded``, ``pending`` or ``failing``."""
    mode = _said("mode").get("mode")
    if mode not in ("succeeded", "pending", "failing"):
        raise UnprocessableEntity("mode is succeeded, pending or failing")
    with store().transaction() as tx:
        tx.remember(refunds.SWITCH, mode)
    return jsonify(mode=mode)


@bp.post("/refunds/<refund>/<status>")
def settle_refund(refund: str, status: str) -> Response:
    """A refund turns out ``succeeded`` or ``failed``."""
    if status not in ("succeeded", "failed"):
        raise UnprocessableEntity("a refund has succeeded or failed")

    def work(ctx: Context) -> Json:
        body = found(ctx, "refund", refund)
        if body["status"] == status or body["status"] == "failed":
            raise UnprocessableEntity(f"it has {body['status']} already")
        return refunds.settle(ctx, body, status)

    return _do(work)


def tick(tx: Transaction) -> None:
    """What time brings about: pages and holds expire, refunds settle."""
    ctx = Context(tx, "")
    for what, name in tx.due("stripe"):
        if what == "session":
            session = found(ctx, "checkout.session", name)
            if session["status"] == "open":
                checkout.expire(ctx, session)
        elif what == "hold":
            intent = found(ctx, "payment_intent", name)
            if intent["status"] == "requires_capture":
                intents.cancel(ctx, intent, "automatic")
        elif what == "refund":
            body = found(ctx, "refund", name)
            if body.get("_becomes"):
                refunds.settle(ctx, body, body["_becomes"])


def _do(work: Callable[[Context], Json]) -> Response:
    with store().transaction() as tx:
        return jsonify(public(work(Context(tx, own_url()))))


def _charge(ctx: Context, said: forms.Tree) -> Json:
    intent = found(ctx, "payment_intent", str(said.get("payment_intent", "")))
    if intent["status"] != "succeeded":
        raise UnprocessableEntity("only what was paid can be disputed")
    return found(ctx, "charge", intent["latest_charge"])


def _said(*allowed: str) -> Json:
    said = request.get_json(silent=True)
    if not isinstance(said, dict) or not set(said) <= set(allowed):
        raise UnprocessableEntity(f"an object with any of {', '.join(allowed)}")
    return said
