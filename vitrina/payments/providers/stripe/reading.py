"""What Stripe's sessions, intents, refunds and disputes mean to the shop. Values in, values out."""

from collections.abc import Mapping, Sequence
from typing import Any

from vitrina.payments.provider import Card, DisputeFact, Outcome, RefundFact, Status
from vitrina.payments.providers.stripe.amounts import read
from vitrina.payments.providers.stripe.asking import ELEMENT, HOSTED

Told = Mapping[str, Any]

INTENTS = {
    "requires_capture": Status.AUTHORIZED,
    "processing": Status.PENDING,
    "succeeded": Status.CAPTURED,
    "canceled": Status.CANCELLED,
}
"""What an intent's status means, where it means the same for all of them."""
DECIDED = frozenset({"requires_capture", "processing", "succeeded"})
"""The money is taken, held or on its way, whatever became of the page."""
CANCELLABLE = frozenset(
    {
        "requires_payment_method",
        "requires_confirmation",
        "requires_action",
        "requires_capture",
        "processing",
    }
)
REFUNDS = {
    "succeeded": Status.REFUNDED,
    "pending": Status.PENDING,
    "requires_action": Status.PENDING,
    "failed": Status.FAILED,
    "canceled": Status.FAILED,
}
DISPUTES = {
    "appeal_needs_response": "open",
    "appeal_under_review": "open",
    "needs_response": "open",
    "under_review": "open",
    "won": "won",
    "lost": "lost",
}
"""Inquiries (``warning_...``) and prevented disputes are none: no money moves by them."""


def intent_of(session: Told) -> dict[str, Any] | None:
    """The expanded intent of a session; None before the buyer has tried to pay."""
    found = session.get("payment_intent")
    return found if isinstance(found, dict) else None


def session_outcome(session: Told) -> Outcome:
    """Where a payment on Stripe's page stands. The session's id stays its name."""
    ref, intent = str(session["id"]), intent_of(session)
    if intent is not None and (intent["status"] in DECIDED or session.get("status") == "complete"):
        return intent_outcome(intent, ref)
    reason = _failure(intent) if intent is not None else ""
    match str(session.get("status")):
        case "open":
            url = str(session.get("url") or "")
            return Outcome(Status.REQUIRES_ACTION, ref=ref, reason=reason, redirect_url=url)
        case "expired":
            return Outcome(Status.CANCELLED, ref=ref, reason=reason or "expired")
    return Outcome(Status.PENDING, ref=ref)


def intent_outcome(intent: Told, ref: str = "") -> Outcome:
    """Where a payment stands by its intent; ``ref`` is its name when that is not the intent's."""
    ref = ref or str(intent["id"])
    status = INTENTS.get(str(intent["status"]))
    if status is None:
        return _waiting(intent, ref)
    captured = status is Status.CAPTURED
    reason = str(intent.get("cancellation_reason") or "") if status is Status.CANCELLED else ""
    return Outcome(
        status,
        ref=ref,
        amount=read(intent["amount_received"], intent["currency"]) if captured else None,
        reason=reason,
        card=card_of(intent),
        customer=_name(intent.get("customer")),
    )


def _waiting(intent: Told, ref: str) -> Outcome:
    """An intent that waits for its buyer: at their bank, or before the form on our page."""
    reason = _failure(intent)
    if page_of(intent) == ELEMENT:
        secret = str(intent.get("client_secret") or "")
        return Outcome(Status.REQUIRES_ACTION, ref=ref, reason=reason, client_secret=secret)
    if intent["status"] == "requires_action":
        url = _redirect(intent)
        if url:
            return Outcome(Status.REQUIRES_ACTION, ref=ref, redirect_url=url)
    if intent["status"] == "requires_payment_method":
        return Outcome(Status.FAILED, ref=ref, reason=reason or "not_paid")
    return Outcome(Status.PENDING, ref=ref)


def _redirect(intent: Told) -> str:
    """Where the buyer confirms; empty where Stripe only waits, as for a voucher."""
    action = intent.get("next_action") or {}
    return str((action.get("redirect_to_url") or {}).get("url") or "")


def _failure(intent: Told) -> str:
    """Why the last attempt came to nothing, as a code."""
    error = intent.get("last_payment_error") or {}
    return str(error.get("decline_code") or error.get("code") or "")[:80]


def page_of(intent: Told) -> str:
    """Where the buyer pays, as it was written down when the payment began."""
    return str((intent.get("metadata") or {}).get("page", ""))


def reference_of(told: Told) -> str:
    """Our name for the payment, on whatever of Stripe's objects carries it."""
    return str((told.get("metadata") or {}).get("reference", ""))


def stored_ref(intent: Told) -> str:
    """The name under which the shop keeps an intent; empty where it keeps the session's."""
    return "" if page_of(intent) == HOSTED else str(intent["id"])


def charge_of(intent: Told) -> dict[str, Any]:
    """The expanded last charge of an intent; empty when there is none."""
    found = intent.get("latest_charge")
    return found if isinstance(found, dict) else {}


def card_of(intent: Told) -> Card | None:
    """The card that paid; None for other means."""
    details = charge_of(intent).get("payment_method_details") or {}
    told = details.get("card")
    return read_card(told) if isinstance(told, dict) else None


def read_card(told: Told) -> Card:
    """A card as Stripe describes it."""
    return Card(
        brand=str(told.get("brand") or ""),
        last4=str(told.get("last4") or ""),
        exp_month=int(told.get("exp_month") or 0),
        exp_year=int(told.get("exp_year") or 0),
        fingerprint=str(told.get("fingerprint") or ""),
    )


def refund_facts(refunds: Sequence[Told], charge: Told) -> tuple[RefundFact, ...]:
    """The refunds of a charge, the oldest first (Stripe tells the newest first).

    What was authorized and not taken looks like one, but no money moved.
    """
    return tuple(
        RefundFact(
            ref=str(one["id"]),
            amount=read(one["amount"], one["currency"]),
            status=REFUNDS.get(str(one.get("status")), Status.PENDING),
            key=key_of(one),
        )
        for one in reversed(refunds)
        if not _is_release(one, charge)
    )


def _is_release(refund: Told, charge: Told) -> bool:
    rest = charge.get("amount", 0) - charge.get("amount_captured", 0)
    return (
        refund.get("balance_transaction") is None
        and refund.get("status") == "succeeded"
        and refund.get("amount") == rest
        and not key_of(refund)
    )


def key_of(refund: Told) -> str:
    """Our key of a refund; empty when it was made at Stripe's own desk."""
    return str((refund.get("metadata") or {}).get("key", ""))


def refund_outcome(refund: Told) -> Outcome:
    """What came of a refund."""
    status = REFUNDS.get(str(refund.get("status")), Status.PENDING)
    why = refund.get("failure_reason") or refund.get("pending_reason") or refund.get("status")
    return Outcome(
        status,
        ref=str(refund["id"]),
        amount=read(refund["amount"], refund["currency"]),
        reason="" if status is Status.REFUNDED else str(why)[:80],
    )


def dispute_facts(disputes: Sequence[Told]) -> tuple[DisputeFact, ...]:
    """The disputes over a payment in which money moved, the oldest first."""
    return tuple(
        DisputeFact(
            ref=str(one["id"]),
            amount=read(one["amount"], one["currency"]),
            state=DISPUTES[str(one["status"])],
            reason=str(one.get("reason") or "")[:80],
        )
        for one in reversed(disputes)
        if one.get("status") in DISPUTES
    )


def _name(told: Any) -> str:
    """The id of an object that may be expanded."""
    return str(told.get("id", "")) if isinstance(told, dict) else str(told or "")
