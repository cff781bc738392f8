"""Looking payments up."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from vitrina.core import clock
from vitrina.core.audit import AuditEntry
from vitrina.core.db import session
from vitrina.payments.errors import PaymentNotFound
from vitrina.payments.models import (
    Dispute,
    DisputeState,
    Payment,
    PaymentState,
    Refund,
    RefundState,
    WebhookEvent,
)

UNBOOKED = ("wrong_currency", "unknown_capture", "unknown_refund")
"""Problems that mean that the provider's books and ours differ."""

KEY_KNOWN = timedelta(hours=23)
"""For how long a provider surely knows a call by its key, so that asking again begins nothing."""

OPEN = (PaymentState.PENDING, PaymentState.REQUIRES_ACTION, PaymentState.AUTHORIZED)
NOTICE_SEEN = "webhook.solve"
"""The audit log's word for a message that staff have looked at."""


def by_id(payment_id: int) -> Payment:
    """A payment. Raises PaymentNotFound."""
    found = session.get(Payment, payment_id)
    if found is None:
        raise PaymentNotFound(id=payment_id)
    return found


def lock(payment_id: int) -> Payment:
    """A payment as it is now, locked until the commit. Raises PaymentNotFound."""
    found = session.get(Payment, payment_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise PaymentNotFound(id=payment_id)
    return found


def form_secret(payment: Payment) -> str:
    """With what the provider's form on a page of the shop pays; empty when nothing waits there."""
    return str((payment.next_action or {}).get("client_secret", ""))


def refund_by_id(refund_id: int) -> Refund:
    """A refund. Raises PaymentNotFound."""
    found = session.get(Refund, refund_id)
    if found is None:
        raise PaymentNotFound(refund_id=refund_id)
    return found


def find_by_notice(provider: str, ref: str, reference: str) -> Payment | None:
    """The payment a webhook speaks of, by the provider's name for it or by ours."""
    return session.scalar(
        sa.select(Payment)
        .where(
            Payment.provider == provider,
            sa.or_(Payment.provider_ref == ref, Payment.reference == reference),
        )
        .order_by(Payment.provider_ref.is_(None))
        .limit(1)
    )


def open_ones(providers: Sequence[str], *, untouched: timedelta, limit: int) -> Sequence[int]:
    """Payments that have been open and not asked about for a while, the longest-waiting first."""
    before = clock.now() - untouched
    waited = sa.func.coalesce(Payment.checked_at, Payment.created_at)
    return session.scalars(
        sa.select(Payment.id)
        .where(
            Payment.state.in_(OPEN),
            Payment.provider.in_(providers),
            sa.or_(Payment.ask.is_not(None), Payment.provider_ref.is_not(None)),
            waited < before,
        )
        .order_by(waited)
        .limit(limit)
    ).all()


def open_refunds(by_hand: Sequence[str], *, untouched: timedelta, limit: int) -> Sequence[int]:
    """Refunds that were sent a while ago without an answer, the longest-waiting first.

    Without those that staff send (``by_hand``: the codes of such ways to pay).
    """
    waited = sa.func.coalesce(Refund.sent_at, Refund.created_at)
    return session.scalars(
        sa.select(Refund.id)
        .join(Payment, Payment.id == Refund.payment_id)
        .where(
            Refund.state == RefundState.PENDING,
            ~is_sent_by_hand(by_hand),
            waited < clock.now() - untouched,
        )
        .order_by(waited)
        .limit(limit)
    ).all()


def settled_ones(
    providers: Sequence[str], *, since: timedelta, untouched: timedelta, limit: int
) -> Sequence[int]:
    """Payments that ended not long ago: whose money may have come late, or been taken back.

    Those in dispute as well, however old: banks take months. And those that were given up before
    the provider's answer came: it may hold something for them.
    """
    now = clock.now()
    unanswered = sa.and_(
        Payment.state == PaymentState.CANCELLED,
        Payment.ask.is_not(None),
        Payment.created_at > now - KEY_KNOWN,
    )
    in_dispute = sa.exists().where(
        Dispute.payment_id == Payment.id, Dispute.state == DisputeState.OPEN
    )
    return session.scalars(
        sa.select(Payment.id)
        .where(
            Payment.state.not_in(OPEN),
            Payment.provider.in_(providers),
            sa.or_(Payment.provider_ref.is_not(None), unanswered),
            sa.or_(Payment.created_at > now - since, in_dispute),
            sa.func.coalesce(Payment.checked_at, Payment.created_at) < now - untouched,
        )
        .order_by(sa.func.coalesce(Payment.checked_at, Payment.created_at))
        .limit(limit)
    ).all()


def problems(*, limit: int = 200) -> Sequence[Payment]:
    """Payments that people have to look at, the oldest first."""
    return session.scalars(
        sa.select(Payment).where(Payment.problem != "").order_by(Payment.id).limit(limit)
    ).all()


def notice_subject(event_id: int) -> str:
    """Under which name the audit log knows a webhook event."""
    return f"webhook:{event_id}"


def notice_by_id(event_id: int) -> WebhookEvent:
    """What a provider told. Raises PaymentNotFound when there is no such thing."""
    found = session.get(WebhookEvent, event_id)
    if found is None:
        raise PaymentNotFound(id=event_id)
    return found


def stuck_refunds(
    by_hand: Sequence[str], *, untouched: timedelta, limit: int = 200
) -> Sequence[Refund]:
    """Refunds that no provider has answered for so long, the oldest first."""
    return session.scalars(
        sa.select(Refund)
        .join(Payment, Payment.id == Refund.payment_id)
        .where(
            Refund.state == RefundState.PENDING,
            ~is_sent_by_hand(by_hand),
            Refund.created_at < clock.now() - untouched,
        )
        .order_by(Refund.id)
        .limit(limit)
    ).all()


def refunds_to_send(by_hand: Sequence[str], *, limit: int = 200) -> Sequence[Refund]:
    """Refunds that staff have yet to send, the oldest first."""
    return session.scalars(
        sa.select(Refund)
        .join(Payment, Payment.id == Refund.payment_id)
        .where(Refund.state == RefundState.PENDING, is_sent_by_hand(by_hand))
        .order_by(Refund.id)
        .limit(limit)
    ).all()


def is_sent_by_hand(by_hand: Sequence[str]) -> sa.ColumnElement[bool]:
    """Whether staff send a refund, joined with its payment: what becomes credit needs nobody."""
    return sa.and_(Payment.provider.in_(by_hand), Refund.account_id.is_(None))


def unmatched_notices(*, limit: int = 200) -> Sequence[WebhookEvent]:
    """What providers told of payments that are not ours, the newest first.

    Without those that staff have looked at.
    """
    return session.scalars(
        sa.select(WebhookEvent)
        .where(WebhookEvent.done_at.is_not(None), is_unmatched())
        .order_by(WebhookEvent.id.desc())
        .limit(limit)
    ).all()


def is_unmatched() -> sa.ColumnElement[bool]:
    """Whether a webhook event is of a payment that is not ours, and staff have not looked at it."""
    seen = sa.exists().where(
        AuditEntry.action == NOTICE_SEEN,
        AuditEntry.subject == sa.literal("webhook:") + sa.cast(WebhookEvent.id, sa.String),
    )
    return sa.and_(WebhookEvent.payment_id.is_(None), ~seen)


def put_off(payment_id: int) -> None:
    """Ask about a payment later: something went wrong with it, and others wait too."""
    session.execute(
        sa.update(Payment).where(Payment.id == payment_id).values(checked_at=clock.now())
    )


def put_off_refund(refund_id: int) -> None:
    """Send a refund later: something went wrong with it, and others wait too."""
    session.execute(sa.update(Refund).where(Refund.id == refund_id).values(sent_at=clock.now()))


def find_discrepancies() -> list[str]:
    """Payments whose refunds do not add up, and states that contradict the money."""
    sums = _refund_sums()
    done, open_ = sa.func.coalesce(sums.c.done, 0), sa.func.coalesce(sums.c.open, 0)
    rows: Sequence[Any] = session.execute(
        sa.select(Payment, done, open_)
        .outerjoin(sums, sums.c.payment_id == Payment.id)
        .where(
            sa.or_(
                done != Payment.refunded,
                open_ != Payment.refunding,
                _contradicts_its_money(),
            )
        )
        .options(selectinload(Payment.refunds))
        .order_by(Payment.id)
    ).all()
    wrong = [
        f"payment {payment.id} ({payment.reference}): {payment.problem.replace('_', ' ')}"
        for payment in problems()
        if payment.problem in UNBOOKED
    ]
    return wrong + [
        f"payment {payment.id} ({payment.reference}): {payment.state}, captured "
        f"{payment.captured} of {payment.amount}, refunded {payment.refunded} (refunds add up to "
        f"{added}), refunding {payment.refunding} (open refunds add up to {pending})"
        for payment, added, pending in rows
    ]


def _refund_sums() -> sa.Subquery:
    """For each payment with refunds: what went back (``done``) and what is to (``open``)."""

    def sum_of(state: RefundState) -> sa.ColumnElement[int]:
        return sa.func.sum(sa.case((Refund.state == state, Refund.amount), else_=0))

    return (
        sa.select(
            Refund.payment_id,
            sum_of(RefundState.SUCCEEDED).label("done"),
            sum_of(RefundState.PENDING).label("open"),
        )
        .group_by(Refund.payment_id)
        .subquery()
    )


def _contradicts_its_money() -> sa.ColumnElement[bool]:
    """Whether a payment's state says something else than what came in and went back."""
    has_money = Payment.state.in_(
        (PaymentState.CAPTURED, PaymentState.PARTIALLY_REFUNDED, PaymentState.REFUNDED)
    )
    return sa.or_(
        sa.and_(
            has_money,
            Payment.captured != Payment.amount,
            ~Payment.captures_later,
            Payment.failure != "wrong_amount",
        ),
        sa.and_(has_money, Payment.captured == 0),
        sa.and_(~has_money, Payment.captured != 0),
        sa.and_(Payment.state == PaymentState.REFUNDED, Payment.refunded != Payment.captured),
    )
