"""Refunds: at once, pending, or failing later, as the card or a switch wants it."""

from vitrina.simulator.calls import Context
from vitrina.simulator.store import Json
from vitrina.simulator.stripe import amounts, cards, forms
from vitrina.simulator.stripe.books import enter
from vitrina.simulator.stripe.errors import invalid, malformed
from vitrina.simulator.stripe.wire import emit, found, keep, merge, new_id, operation, page

SWITCH = "stripe.refunds"
"""The setting that says how the next refunds begin: ``succeeded``, ``pending`` or ``failing``."""

SETTLE_SECONDS = 2
REASONS = ("duplicate", "fraudulent", "requested_by_customer")


@operation(
    "POST",
    "/refunds",
    "refunds.create",
    {
        "amount": forms.whole,
        "charge": forms.text,
        "payment_intent": forms.text,
        "metadata": forms.metadata,
        "reason": forms.one_of(*REASONS),
        "instructions_email": forms.text,
    },
)
def create(ctx: Context, said: forms.Tree) -> Json:
    """Give all that is left back, or a part of it."""
    charge = _charge(ctx, said)
    left = charge["amount"] - charge["amount_refunded"]
    amount = said.get("amount", left)
    _check(charge, amount, left)
    mode = cards.CARDS[charge["_card"]].refund or ctx.tx.setting(SWITCH, "succeeded")
    body = make(ctx, charge, amount, status="pending" if mode == "pending" else "succeeded")
    body["reason"] = said.get("reason")
    merge(body, {name: said[name] for name in ("metadata",) if name in said})
    keep(ctx, body)
    _add_up(ctx, charge)
    if body["status"] == "succeeded":
        _enter(ctx, body, amount)
    if mode in ("pending", "failing"):
        body["_becomes"] = "succeeded" if mode == "pending" else "failed"
        keep(ctx, body)
        if cards.CARDS[charge["_card"]].refund:
            ctx.tx.later("stripe", ctx.tx.now() + SETTLE_SECONDS, "refund", body["id"])
    emit(ctx, "refund.created", body)
    emit(ctx, "charge.refunded", charge)
    return body


def make(ctx: Context, charge: Json, amount: int, *, status: str) -> Json:
    """Keep a refund of a charge."""
    body: Json = {
        "id": new_id("re"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": new_id("txn") if charge["captured"] else None,
        "charge": charge["id"],
        "created": ctx.tx.now(),
        "currency": charge["currency"],
        "destination_details": {
            "card": {"reference_status": "pending", "reference_type": None, "type": "refund"},
            "type": "card",
        },
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "reason": None,
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": status,
        "transfer_reversal": None,
    }
    if status == "pending":
        body["pending_reason"] = "processing"
    return keep(ctx, body)


def release(ctx: Context, charge: Json, amount: int) -> None:
    """Free what was held and is not taken. Stripe shows it as a refund, though no money moved."""
    body = make(ctx, charge, amount, status="succeeded")
    keep(ctx, {**body, "balance_transaction": None})
    _add_up(ctx, charge)
    emit(ctx, "charge.refunded", charge)


def settle(ctx: Context, body: Json, status: str) -> Json:
    """End a refund that is pending, or let one fail that seemed good: ``failed`` or ``canceled``.

    The money of a refund that did not work is the shop's again.
    """
    before, body["status"] = body["status"], status
    body.pop("_becomes", None)
    if status == "succeeded":
        body.pop("pending_reason", None)
        _enter(ctx, body, body["amount"])
    else:
        body["failure_reason"] = "unknown" if status == "failed" else None
        body["failure_balance_transaction"] = new_id("txn")
        if before == "succeeded":
            _enter(ctx, body, -body["amount"])
    keep(ctx, body)
    _add_up(ctx, found(ctx, "charge", body["charge"]))
    emit(ctx, "refund.failed" if status == "failed" else "refund.updated", body)
    emit(ctx, "charge.refund.updated", body)
    return body


@operation("GET", "/refunds/<refund>", "refunds.retrieve")
def retrieve(ctx: Context, said: forms.Tree, refund: str) -> Json:
    """A refund."""
    return found(ctx, "refund", refund)


@operation("POST", "/refunds/<refund>", "refunds.update", {"metadata": forms.metadata})
def update(ctx: Context, said: forms.Tree, refund: str) -> Json:
    """Change what is written on a refund."""
    body = found(ctx, "refund", refund)
    merge(body, said)
    emit(ctx, "refund.updated", body)
    return keep(ctx, body)


@operation("POST", "/refunds/<refund>/cancel", "refunds.cancel")
def cancel(ctx: Context, said: forms.Tree, refund: str) -> Json:
    """Stop a refund that waits for the buyer; a card's refund never does."""
    raise invalid("Only refunds with status `requires_action` can be canceled.")


@operation(
    "GET",
    "/refunds",
    "refunds.list",
    {**forms.PAGE, "charge": forms.text, "payment_intent": forms.text},
)
def list_all(ctx: Context, said: forms.Tree) -> Json:
    """All refunds, or those of a charge or an intent."""
    where = {name: said[name] for name in ("charge", "payment_intent") if said.get(name)}
    return page(ctx.tx.find("stripe.refund", **where), said, "/v1/refunds")


def _charge(ctx: Context, said: forms.Tree) -> Json:
    """The charge to be refunded, by its id or its intent's."""
    if said.get("charge"):
        return found(ctx, "charge", said["charge"], "charge")
    if not said.get("payment_intent"):
        raise malformed(
            "One of the following params should be provided for this request: payment_intent or"
            " charge."
        )
    intent = found(ctx, "payment_intent", said["payment_intent"], "payment_intent")
    if intent["status"] != "succeeded":
        raise invalid(
            f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.",
            param="payment_intent",
        )
    return found(ctx, "charge", intent["latest_charge"])


def _check(charge: Json, amount: int, left: int) -> None:
    """Refuse to give more back than there is."""
    name, code = charge["id"], charge["currency"]
    if not charge["captured"]:
        raise invalid(f"Charge {name} is not captured; cancel its PaymentIntent instead.")
    if charge["disputed"]:
        raise invalid(
            f"Charge {name} has been charged back; cannot issue a refund.", code="charge_disputed"
        )
    if left == 0:
        raise invalid(f"Charge {name} has already been refunded.", code="charge_already_refunded")
    if amount < 1:
        raise malformed(
            f"Invalid positive integer: {amount}", code="parameter_invalid_integer", param="amount"
        )
    if amount > left:
        whole = "charge amount" if left == charge["amount"] else "unrefunded amount on charge"
        raise invalid(
            f"Refund amount ({amounts.words(amount, code)}) is greater than {whole}"
            f" ({amounts.words(left, code)})",
            param="amount",
        )


def _add_up(ctx: Context, charge: Json) -> None:
    """What is given back of a charge, the pending too."""
    given = sum(
        one["amount"]
        for one in ctx.tx.find("stripe.refund", payment_intent=charge["payment_intent"])
        if one["charge"] == charge["id"] and one["status"] not in ("failed", "canceled")
    )
    charge |= {"amount_refunded": given, "refunded": given == charge["amount"]}
    keep(ctx, charge)


def _enter(ctx: Context, refund: Json, amount: int) -> None:
    intent = found(ctx, "payment_intent", refund["payment_intent"])
    enter(ctx, intent, "refund", amount, refund["id"])
