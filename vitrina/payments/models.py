"""Payments of orders, refunds of payments, and what providers told us."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from vitrina.core.db import JSON, Base, Dated, EnumText, Identified, Minor, TransitionRow
from vitrina.core.money import Money
from vitrina.core.states import Machine


class PaymentState(StrEnum):
    PENDING = "pending"
    REQUIRES_ACTION = "requires_action"
    AUTHORIZED = "authorized"
    CAPTURED = "captured"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class PaymentVerb(StrEnum):
    ASK_ACTION = "ask_action"
    AUTHORIZE = "authorize"
    CAPTURE = "capture"
    FAIL = "fail"
    CANCEL = "cancel"
    REFUND_PART = "refund_part"
    REFUND_ALL = "refund_all"


_S = PaymentState
PAYMENT: Machine[PaymentState, PaymentVerb] = Machine(
    PaymentState,
    start=_S.PENDING,
    moves={
        PaymentVerb.ASK_ACTION: {_S.PENDING: _S.REQUIRES_ACTION},
        PaymentVerb.AUTHORIZE: {_S.PENDING: _S.AUTHORIZED, _S.REQUIRES_ACTION: _S.AUTHORIZED},
        PaymentVerb.CAPTURE: {
            _S.PENDING: _S.CAPTURED,
            _S.REQUIRES_ACTION: _S.CAPTURED,
            _S.AUTHORIZED: _S.CAPTURED,
            # The money came after we had given up: it is there, so it is said.
            _S.FAILED: _S.CAPTURED,
            _S.CANCELLED: _S.CAPTURED,
        },
        PaymentVerb.FAIL: {
            _S.PENDING: _S.FAILED,
            _S.REQUIRES_ACTION: _S.FAILED,
            _S.AUTHORIZED: _S.FAILED,
        },
        PaymentVerb.CANCEL: {
            _S.PENDING: _S.CANCELLED,
            _S.REQUIRES_ACTION: _S.CANCELLED,
            _S.AUTHORIZED: _S.CANCELLED,
        },
        PaymentVerb.REFUND_PART: {
            _S.CAPTURED: _S.PARTIALLY_REFUNDED,
            _S.PARTIALLY_REFUNDED: _S.PARTIALLY_REFUNDED,
        },
        PaymentVerb.REFUND_ALL: {
            _S.CAPTURED: _S.REFUNDED,
            _S.PARTIALLY_REFUNDED: _S.REFUNDED,
        },
    },
)


class Payment(Identified, Dated, Base):
    """One attempt to get money for an order. ``reference`` is what a provider sees of us.

    ``key`` goes with every call to the provider, so that a repeat is harmless. Amounts are minor
    units of ``currency``; ``refunding`` is asked back but not confirmed yet.
    """

    __tablename__ = "payments"
    reference: Mapped[str] = mapped_column(sa.String(40), unique=True)
    order_id: Mapped[int] = mapped_column(sa.ForeignKey("orders.id"), index=True)
    provider: Mapped[str] = mapped_column(sa.String(40))
    provider_ref: Mapped[str | None] = mapped_column(sa.String(255))
    key: Mapped[str] = mapped_column(sa.String(64))
    state: Mapped[PaymentState] = mapped_column(
        EnumText(PaymentState), default=PAYMENT.start, index=True
    )
    currency: Mapped[str] = mapped_column(sa.String(3))
    amount: Mapped[int] = mapped_column(Minor)
    captured: Mapped[int] = mapped_column(Minor, default=0)
    refunding: Mapped[int] = mapped_column(Minor, default=0)
    refunded: Mapped[int] = mapped_column(Minor, default=0)
    failure: Mapped[str] = mapped_column(sa.String(80), default="")
    next_action: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    checked_at: Mapped[datetime | None]
    transitions: Mapped[list["PaymentTransition"]] = relationship(
        cascade="all, delete-orphan", order_by="PaymentTransition.id"
    )
    refunds: Mapped[list["Refund"]] = relationship(order_by="Refund.id")
    __table_args__ = (
        sa.UniqueConstraint("provider", "provider_ref"),
        sa.CheckConstraint("amount >= 0", name="amount"),
        sa.CheckConstraint("captured >= 0 AND captured <= amount", name="captured"),
        sa.CheckConstraint("refunding >= 0 AND refunded >= 0", name="refunds"),
        sa.CheckConstraint("refunding + refunded <= captured", name="refundable"),
    )

    @property
    def money(self) -> Money:
        return Money(self.amount, self.currency)

    @property
    def refundable(self) -> Money:
        return Money(self.captured - self.refunded - self.refunding, self.currency)

    def moved(
        self, verb: str, before: PaymentState, after: PaymentState, by: str, note: str
    ) -> None:
        self.transitions.append(
            PaymentTransition(verb=verb, before=before, after=after, by=by, note=note)
        )


class PaymentTransition(TransitionRow, Base):
    __tablename__ = "payment_transitions"
    payment_id: Mapped[int] = mapped_column(
        sa.ForeignKey("payments.id", ondelete="CASCADE"), index=True
    )


class RefundState(StrEnum):
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class Refund(Identified, Dated, Base):
    """Money given back on a payment, in minor units of the payment's currency."""

    __tablename__ = "refunds"
    payment_id: Mapped[int] = mapped_column(sa.ForeignKey("payments.id"), index=True)
    key: Mapped[str] = mapped_column(sa.String(64), unique=True)
    amount: Mapped[int] = mapped_column(Minor)
    state: Mapped[RefundState] = mapped_column(EnumText(RefundState), default=RefundState.PENDING)
    provider_ref: Mapped[str | None] = mapped_column(sa.String(255))
    reason: Mapped[str] = mapped_column(sa.String(500), default="")
    by: Mapped[str] = mapped_column(sa.String(80))
    __table_args__ = (sa.CheckConstraint("amount > 0", name="amount"),)


class WebhookEvent(Identified, Dated, Base):
    """What a provider told us, once for each of its event ids."""

    __tablename__ = "webhook_events"
    provider: Mapped[str] = mapped_column(sa.String(40))
    event_id: Mapped[str] = mapped_column(sa.String(255))
    payload: Mapped[dict[str, Any]]
    done_at: Mapped[datetime | None]
    __table_args__ = (sa.UniqueConstraint("provider", "event_id"),)
