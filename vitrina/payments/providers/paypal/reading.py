"""What PayPal's orders, captures, refunds and disputes mean to the shop. Values in, values out."""

from collections.abc import Mapping
from typing import Any

from vitrina.core.money import Money, total
from vitrina.payments.provider import DisputeFact, Outcome, RefundFact, Status
from vitrina.payments.providers.paypal.amounts import read
from vitrina.payments.providers.paypal.client import links

Told = Mapping[str, Any]

GIVEN_UP = "given-up."
"""Before our reference in an order's ``custom_id``: nobody captures that order any more."""

CAPTURES = {
    "COMPLETED": Status.CAPTURED,
    "PARTIALLY_REFUNDED": Status.CAPTURED,
    "REFUNDED": Status.CAPTURED,
    "PENDING": Status.PENDING,
    "DECLINED": Status.FAILED,
    "FAILED": Status.FAILED,
}
"""What a capture's status means; money that came stays captured, whatever goes back."""

AUTHORIZATIONS = {
    "CREATED": Status.AUTHORIZED,
    "PARTIALLY_CAPTURED": Status.AUTHORIZED,
    "CAPTURED": Status.PENDING,
    "PENDING": Status.PENDING,
    "DENIED": Status.FAILED,
    "VOIDED": Status.CANCELLED,
}

REFUNDS = {
    "COMPLETED": Status.REFUNDED,
    "PENDING": Status.PENDING,
    "FAILED": Status.FAILED,
    "CANCELLED": Status.FAILED,
}

LOST = frozenset({"RESOLVED_BUYER_FAVOUR", "ACCEPTED"})


def unit(order: Told) -> Told:
    """The one purchase unit of an order of ours."""
    units = order.get("purchase_units") or [{}]
    return dict(units[0])


def reference(custom_id: str) -> str:
    """Our reference in a ``custom_id``, also in that of an order that was given up."""
    return custom_id.removeprefix(GIVEN_UP)


def payments(order: Told, kind: str) -> list[Told]:
    """``authorizations``, ``captures`` or ``refunds`` of an order, the oldest first."""
    found: list[Told] = (unit(order).get("payments") or {}).get(kind) or []
    return sorted(found, key=lambda one: str(one.get("create_time", "")))


def payer_link(order: Told) -> str:
    """Where the buyer approves an order; empty when there is nothing to approve."""
    found = links(order)
    return found.get("payer-action") or found.get("approve") or ""


def asked(order: Told) -> Money:
    """What may be captured of an order: the authorized amount, or the order's own."""
    held = authorization(order)
    return read((held or unit(order))["amount"])


def authorization(order: Told) -> Told | None:
    """The authorization that an order's money is held by; None before there is one."""
    found = payments(order, "authorizations")
    return found[-1] if found else None


def paid_captures(order: Told) -> list[Told]:
    """The captures that brought money, the oldest first."""
    return [
        one
        for one in payments(order, "captures")
        if CAPTURES.get(str(one.get("status"))) is Status.CAPTURED
    ]


def outcome(order: Told) -> Outcome:
    """Where a payment stands by PayPal's order.

    An order that its buyer has approved is AUTHORIZED: no money has moved, and it can be captured.
    """
    ref = str(order["id"])
    captures = payments(order, "captures")
    if captures:
        return _captured(ref, order, captures)
    held = authorization(order)
    if held is not None:
        status = AUTHORIZATIONS.get(str(held.get("status")), Status.PENDING)
        return Outcome(status, ref=ref, reason=_why(held, status))
    if str(unit(order).get("custom_id", "")).startswith(GIVEN_UP):
        return Outcome(Status.CANCELLED, ref=ref, reason="cancelled")
    match str(order.get("status")):
        case "APPROVED":
            return Outcome(Status.AUTHORIZED, ref=ref)
        case "CREATED" | "PAYER_ACTION_REQUIRED" | "SAVED":
            return Outcome(Status.REQUIRES_ACTION, ref=ref, redirect_url=payer_link(order))
        case "VOIDED":
            return Outcome(Status.CANCELLED, ref=ref, reason="voided")
    return Outcome(Status.PENDING, ref=ref)


def _captured(ref: str, order: Told, captures: list[Told]) -> Outcome:
    refunds = tuple(refund_fact(one, order) for one in payments(order, "refunds"))
    paid = paid_captures(order)
    if paid:
        amounts = [read(one["amount"]) for one in paid]
        amount = total(amounts, amounts[0].currency)
        return Outcome(Status.CAPTURED, ref=ref, amount=amount, refunds=refunds)
    last = captures[-1]
    status = CAPTURES.get(str(last.get("status")), Status.PENDING)
    return Outcome(status, ref=ref, reason=_why(last, status), refunds=refunds)


def capture_outcome(ref: str, capture: Told) -> Outcome:
    """Where a payment stands by its one capture."""
    status = CAPTURES.get(str(capture.get("status")), Status.PENDING)
    amount = read(capture["amount"]) if status is Status.CAPTURED else None
    return Outcome(status, ref=ref, amount=amount, reason=_why(capture, status))


def _why(told: Told, status: Status) -> str:
    """Why a payment is held back or refused, as a code."""
    if status in (Status.AUTHORIZED, Status.CAPTURED):
        return ""
    reason = (told.get("status_details") or {}).get("reason") or told.get("status") or ""
    return str(reason).lower()[:80]


def refund_fact(refund: Told, order: Told) -> RefundFact:
    """A refund of an order. It carries our key only when it was asked for by the shop."""
    custom_id = str(refund.get("custom_id", ""))
    inherited = custom_id == str(unit(order).get("custom_id", ""))
    return RefundFact(
        ref=str(refund["id"]),
        amount=read(refund["amount"]),
        status=REFUNDS.get(str(refund.get("status")), Status.PENDING),
        key="" if inherited else custom_id,
    )


def refund_outcome(refund: Told) -> Outcome:
    """What came of a refund."""
    status = REFUNDS.get(str(refund.get("status")), Status.PENDING)
    reason = "" if status is Status.REFUNDED else _why(refund, status)
    return Outcome(status, ref=str(refund["id"]), amount=read(refund["amount"]), reason=reason)


def dispute_fact(dispute: Told) -> DisputeFact:
    """A dispute, open or resolved. PayPal paying the buyer out of its own purse is won."""
    result = str((dispute.get("dispute_outcome") or {}).get("outcome_code", ""))
    state = "open" if dispute.get("status") != "RESOLVED" else "lost" if result in LOST else "won"
    return DisputeFact(
        ref=str(dispute["dispute_id"]),
        amount=read(dispute["dispute_amount"]),
        state=state,
        reason=str(dispute.get("reason", "")).lower()[:80],
    )
