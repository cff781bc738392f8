"""What is done with payments. No provider is called from here: it stands between two commits."""

from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.dialects import postgresql, sqlite

from vitrina.core import clock, db
from vitrina.core.db import session
from vitrina.core.ids import new_token
from vitrina.core.money import Money
from vitrina.payments.errors import NotRefundable
from vitrina.payments.models import (
    PAYMENT,
    Payment,
    PaymentState,
    PaymentVerb,
    Refund,
    RefundState,
    WebhookEvent,
)
from vitrina.payments.provider import Notice, Outcome, Status
from vitrina.payments.rules import Effect, is_right_amount, reason_of

log = structlog.get_logger("vitrina.payments")
_QUIET = {"synchronize_session": False}


def begin(provider: str, amount: Money) -> Payment:
    """Open a payment of ``amount``; the caller puts it to its order.

    The key makes every later call to the provider repeatable.
    """
    return Payment(
        reference=new_token(),
        provider=provider,
        key=new_token(),
        currency=amount.currency,
        amount=amount.minor,
    )


def apply(payment: Payment, outcome: Outcome, *, by: str) -> Effect:
    """Bring a locked payment to where its provider says it stands; twice is the same as once.

    A capture of another amount or currency is never taken for the money: MISMATCH.
    """
    payment.checked_at = clock.now()
    if outcome.ref and payment.provider_ref is None:
        payment.provider_ref = outcome.ref
    if outcome.status is Status.CAPTURED:
        return _capture(payment, outcome, by)
    if outcome.status in (Status.FAILED, Status.CANCELLED, Status.NOTHING):
        verb = PaymentVerb.CANCEL if outcome.status is Status.CANCELLED else PaymentVerb.FAIL
        if not PAYMENT.can(payment, verb):
            return Effect.NOTHING
        payment.failure = reason_of(outcome)
        payment.next_action = None
        PAYMENT.move(payment, verb, by=by, note=payment.failure)
        return Effect.ENDED
    if outcome.status is Status.REQUIRES_ACTION and payment.state is PaymentState.PENDING:
        payment.next_action = {"type": "redirect", "url": outcome.redirect_url}
        PAYMENT.move(payment, PaymentVerb.ASK_ACTION, by=by)
        return Effect.OPENED
    if outcome.status is Status.AUTHORIZED and PAYMENT.can(payment, PaymentVerb.AUTHORIZE):
        payment.next_action = None
        PAYMENT.move(payment, PaymentVerb.AUTHORIZE, by=by)
        return Effect.OPENED
    return Effect.NOTHING


def _capture(payment: Payment, outcome: Outcome, by: str) -> Effect:
    if not PAYMENT.can(payment, PaymentVerb.CAPTURE):
        return Effect.NOTHING
    if not is_right_amount(outcome, payment.amount, payment.currency):
        log.error("payment.mismatch", payment=payment.id, amount=str(outcome.amount))
        payment.failure = "wrong_amount"
        return Effect.MISMATCH
    payment.captured = payment.amount
    payment.failure, payment.next_action = "", None
    PAYMENT.move(payment, PaymentVerb.CAPTURE, by=by)
    return Effect.CAPTURED


def abandon(payment: Payment, *, by: str, note: str) -> None:
    """Wait no longer for a payment. Should its money come all the same, it is given back."""
    if PAYMENT.can(payment, PaymentVerb.CANCEL):
        payment.next_action = None
        PAYMENT.move(payment, PaymentVerb.CANCEL, by=by, note=note)


def begin_refund(payment: Payment, amount: Money, *, reason: str, by: str) -> Refund:
    """Note that ``amount`` is to go back. Raises NotRefundable when there is not that much left."""
    taken = 0
    if amount.currency == payment.currency and amount.minor > 0:
        changed = session.execute(
            sa.update(Payment)
            .where(
                Payment.id == payment.id,
                Payment.captured - Payment.refunded - Payment.refunding >= amount.minor,
            )
            .values(refunding=Payment.refunding + amount.minor),
            execution_options=_QUIET,
        )
        taken = changed.rowcount  # type: ignore[attr-defined]
    if not taken:
        raise NotRefundable(wanted=amount.text, refundable=payment.refundable.text)
    refund = Refund(
        payment_id=payment.id, key=new_token(), amount=amount.minor, reason=reason[:500], by=by
    )
    session.add(refund)
    session.flush()
    session.refresh(payment, ["refunding"])
    return refund


def settle_refund(refund: Refund, outcome: Outcome, *, by: str) -> bool:
    """Note the provider's answer to a refund; returns whether the money went back just now."""
    won = outcome.status is Status.REFUNDED
    if outcome.status not in (Status.REFUNDED, Status.FAILED):
        return False
    ended = session.execute(
        sa.update(Refund)
        .where(Refund.id == refund.id, Refund.state == RefundState.PENDING)
        .values(
            state=RefundState.SUCCEEDED if won else RefundState.FAILED,
            provider_ref=outcome.ref or None,
        ),
        execution_options=_QUIET,
    ).rowcount  # type: ignore[attr-defined]
    if not ended:
        return False
    payment = session.get_one(
        Payment, refund.payment_id, with_for_update=True, populate_existing=True
    )
    payment.refunding -= refund.amount
    if won:
        payment.refunded += refund.amount
        whole = payment.refunded == payment.captured
        verb = PaymentVerb.REFUND_ALL if whole else PaymentVerb.REFUND_PART
        PAYMENT.move(payment, verb, by=by, note=refund.reason)
    session.flush()
    session.refresh(refund)
    return won


def take_notice(provider: str, notice: Notice) -> bool:
    """Store a verified webhook event; returns whether it is the first time it is told."""
    insert: Any = postgresql.insert if db.dialect() == "postgresql" else sqlite.insert
    statement = (
        insert(WebhookEvent)
        .values(
            provider=provider,
            event_id=notice.event_id[:255],
            payload=dict(notice.payload),
            created_at=clock.now(),
        )
        .on_conflict_do_nothing(index_elements=["provider", "event_id"])
    )
    return bool(session.execute(statement).rowcount)  # type: ignore[attr-defined]


def finish_notice(provider: str, event_id: str) -> None:
    """Note that what an event told has been looked after."""
    session.execute(
        sa.update(WebhookEvent)
        .where(WebhookEvent.provider == provider, WebhookEvent.event_id == event_id[:255])
        .values(done_at=clock.now()),
        execution_options=_QUIET,
    )
