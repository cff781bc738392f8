"""Disputes: a card's holder takes the money back, and a bank decides who keeps it."""

import copy

from vitrina.simulator.calls import Context
from vitrina.simulator.store import Json
from vitrina.simulator.stripe import forms
from vitrina.simulator.stripe.books import enter
from vitrina.simulator.stripe.errors import invalid
from vitrina.simulator.stripe.wire import emit, found, keep, merge, new_id, operation, page

ANSWER_SECONDS = 9 * 24 * 3600
NETWORK_CODES = {"fraudulent": "10.4", "product_not_received": "13.1"}
_EVIDENCE = """
access_activity_log billing_address cancellation_policy cancellation_policy_disclosure
cancellation_rebuttal customer_communication customer_email_address customer_name
customer_purchase_ip customer_signature duplicate_charge_documentation
duplicate_charge_explanation duplicate_charge_id product_description receipt refund_policy
refund_policy_disclosure refund_refusal_explanation service_date service_documentation
shipping_address shipping_carrier shipping_date shipping_documentation
shipping_tracking_number uncategorized_file uncategorized_text
"""
EVIDENCE = tuple(_EVIDENCE.split())
VERDICTS = {"winning_evidence": "won", "losing_evidence": "lost"}
"""What to write into ``uncategorized_text`` for a verdict at once, as in Stripe's test mode."""

CLOSED = ("won", "lost")


NEW: Json = {
    "balance_transactions": [],
    "enhanced_eligibility_types": [],
    "is_charge_refundable": False,
    "livemode": False,
    "metadata": {},
    "status": "needs_response",
}
"""What every dispute begins with."""


def make(ctx: Context, charge: Json, reason: str, amount: int | None = None) -> Json:
    """Open a dispute over what is left of a charge; its amount leaves the shop's balance now.

    Raises a 400 for more than is left, and for a charge that is disputed already.
    """
    left = charge["amount"] - charge["amount_refunded"]
    amount = left if amount is None else amount
    if charge["disputed"] or not 1 <= amount <= left:
        raise invalid(f"Charge {charge['id']} cannot be disputed for {amount}.")
    body = _shape(ctx, charge, reason, amount)
    keep(ctx, body)
    charge["disputed"] = True
    keep(ctx, charge)
    _enter(ctx, body, amount)
    emit(ctx, "charge.dispute.created", body)
    emit(ctx, "charge.dispute.funds_withdrawn", body)
    return body


def _shape(ctx: Context, charge: Json, reason: str, amount: int) -> Json:
    """A new dispute's fields, all of them."""
    return {
        "id": new_id("du"),
        "object": "dispute",
        **copy.deepcopy(NEW),
        "amount": amount,
        "charge": charge["id"],
        "created": ctx.tx.now(),
        "currency": charge["currency"],
        "evidence": {**dict.fromkeys(EVIDENCE), "enhanced_evidence": {}},
        "evidence_details": {
            "due_by": ctx.tx.now() + ANSWER_SECONDS,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        "payment_intent": charge["payment_intent"],
        "payment_method_details": {
            "card": {
                "brand": charge["payment_method_details"]["card"]["brand"],
                "case_type": "chargeback",
                "network_reason_code": NETWORK_CODES.get(reason),
            },
            "type": "card",
        },
        "reason": reason,
    }


def decide(ctx: Context, body: Json, verdict: str) -> Json:
    """End a dispute: ``won`` gives the shop its money again, ``lost`` does not.

    Raises a 400 when it is over.
    """
    if body["status"] in CLOSED:
        raise invalid("This dispute is already closed.", code="charge_disputed")
    body["status"] = verdict
    keep(ctx, body)
    if verdict == "won":
        _enter(ctx, body, -body["amount"])
        charge = found(ctx, "charge", body["charge"])
        keep(ctx, {**charge, "disputed": False})
        emit(ctx, "charge.dispute.funds_reinstated", body)
    emit(ctx, "charge.dispute.closed", body)
    return body


@operation("GET", "/disputes/<dispute>", "disputes.retrieve")
def retrieve(ctx: Context, said: forms.Tree, dispute: str) -> Json:
    """A dispute."""
    return found(ctx, "dispute", dispute)


@operation(
    "GET",
    "/disputes",
    "disputes.list",
    {**forms.PAGE, "charge": forms.text, "payment_intent": forms.text},
)
def list_all(ctx: Context, said: forms.Tree) -> Json:
    """All disputes, or those of a charge or an intent."""
    where = {name: said[name] for name in ("charge", "payment_intent") if said.get(name)}
    return page(ctx.tx.find("stripe.dispute", **where), said, "/v1/disputes")


@operation(
    "POST",
    "/disputes/<dispute>",
    "disputes.update",
    {
        "evidence": forms.group(dict.fromkeys(EVIDENCE, forms.text)),
        "metadata": forms.metadata,
        "submit": forms.flag,
    },
)
def update(ctx: Context, said: forms.Tree, dispute: str) -> Json:
    """Bring evidence; ``submit`` (which is the default) hands it to the bank."""
    body = found(ctx, "dispute", dispute)
    if body["status"] in CLOSED:
        raise invalid("This dispute is already closed.")
    merge(body, {name: said[name] for name in ("metadata",) if name in said})
    evidence = said.get("evidence") or {}
    body["evidence"] |= evidence
    if evidence:
        body["evidence_details"]["has_evidence"] = True
    if evidence and said.get("submit", True):
        body["status"] = "under_review"
        body["evidence_details"]["submission_count"] += 1
    keep(ctx, body)
    emit(ctx, "charge.dispute.updated", body)
    verdict = VERDICTS.get(evidence.get("uncategorized_text") or "")
    return decide(ctx, body, verdict) if verdict else body


@operation("POST", "/disputes/<dispute>/close", "disputes.close")
def close(ctx: Context, said: forms.Tree, dispute: str) -> Json:
    """Give in: the dispute is lost."""
    return decide(ctx, found(ctx, "dispute", dispute), "lost")


def _enter(ctx: Context, dispute: Json, amount: int) -> None:
    intent = found(ctx, "payment_intent", dispute["payment_intent"])
    enter(ctx, intent, "dispute", amount, dispute["id"])
