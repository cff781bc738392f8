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
    """AUTHORIZED money is held and not ours yet; REQUIRES_ACTION waits for what the buyer does."""

    PENDING = "pending"
    REQUIRES_ACTION = "requires_action"
    AUTHORIZED = "authorized"
    CAPTURED = "captured"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class PaymentVerb(StrEnum):
    """What moves a payment; WAIT: the provider has it, and will say later how it ended.

    REGAIN: a refund that had gone through failed at the provider, and its money is here again. With
    REGAIN_ALL nothing is back any more.
    """

    ASK_ACTION = "ask_action"
    WAIT = "wait"
    AUTHORIZE = "authorize"
    CAPTURE = "capture"
    FAIL = "fail"
    CANCEL = "cancel"
    REFUND_PART = "refund_part"
    REFUND_ALL = "refund_all"
    REGAIN_PART = "regain_part"
    REGAIN_ALL = "regain_all"


_S = PaymentState
PAYMENT: Machine[PaymentState, PaymentVerb] = Machine(
    PaymentState,
    start=_S.PENDING,
    moves={
        PaymentVerb.ASK_ACTION: {
            _S.PENDING: _S.REQUIRES_ACTION,
            # The provider wants the buyer again, which we had not heard when it was to be taken.
            _S.AUTHORIZED: _S.REQUIRES_ACTION,
        },
        # The buyer has done their part, and the money is on its way.
        PaymentVerb.WAIT: {_S.REQUIRES_ACTION: _S.PENDING},
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
        PaymentVerb.REGAIN_PART: {
            _S.PARTIALLY_REFUNDED: _S.PARTIALLY_REFUNDED,
            _S.REFUNDED: _S.PARTIALLY_REFUNDED,
        },
        PaymentVerb.REGAIN_ALL: {
            _S.PARTIALLY_REFUNDED: _S.CAPTURED,
            _S.REFUNDED: _S.CAPTURED,
        },
    },
)


class Payment(Identified, Dated, Base):
    """One attempt to get money for an order. ``reference`` is what a provider sees of us.

    ``key`` goes with every call to the provider, so that a repeat is harmless; ``ask`` is what the
    first call said (``token``, ``return_url``, ``customer``, ``save``), kept before it is made.
    Amounts are minor units of ``currency``: ``capturing`` is what staff decided to take of an
    authorized amount, ``refunding`` is asked back but not confirmed yet, ``disputed`` was taken
    back by the buyer's bank.

    A payment with an ``account_id`` is a gift card or store credit: no provider is asked.
    ``problem`` is a code of what people have to look at.
    """

    __tablename__ = "payments"
    reference: Mapped[str] = mapped_column(sa.String(40), unique=True)
    order_id: Mapped[int] = mapped_column(sa.ForeignKey("orders.id"), index=True)
    provider: Mapped[str] = mapped_column(sa.String(40))
    provider_ref: Mapped[str | None] = mapped_column(sa.String(255))
    account_id: Mapped[int | None] = mapped_column(sa.ForeignKey("credit_accounts.id"), index=True)
    key: Mapped[str] = mapped_column(sa.String(64))
    ask: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    captures_later: Mapped[bool] = mapped_column(default=False)
    state: Mapped[PaymentState] = mapped_column(
        EnumText(PaymentState), default=PAYMENT.start, index=True
    )
    currency: Mapped[str] = mapped_column(sa.String(3))
    amount: Mapped[int] = mapped_column(Minor)
    capturing: Mapped[int | None] = mapped_column(Minor)
    captured: Mapped[int] = mapped_column(Minor, default=0)
    refunding: Mapped[int] = mapped_column(Minor, default=0)
    refunded: Mapped[int] = mapped_column(Minor, default=0)
    disputed: Mapped[int] = mapped_column(Minor, default=0)
    card: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    failure: Mapped[str] = mapped_column(sa.String(80), default="")
    problem: Mapped[str] = mapped_column(sa.String(80), default="", index=True)
    next_action: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    checked_at: Mapped[datetime | None]
    transitions: Mapped[list["PaymentTransition"]] = relationship(
        cascade="all, delete-orphan", order_by="PaymentTransition.id"
    )
    refunds: Mapped[list["Refund"]] = relationship(order_by="Refund.id")
    disputes: Mapped[list["Dispute"]] = relationship(order_by="Dispute.id")
    __table_args__ = (
        sa.UniqueConstraint("provider", "provider_ref"),
        sa.CheckConstraint("amount >= 0", name="amount"),
        sa.CheckConstraint("captured >= 0", name="captured"),
        sa.CheckConstraint("refunding >= 0 AND refunded >= 0", name="refunds"),
        sa.CheckConstraint("refunding + refunded <= captured", name="refundable"),
        sa.CheckConstraint("disputed >= 0 AND disputed <= captured", name="disputed"),
    )

    @property
    def is_credit(self) -> bool:
        """Whether it is paid from a gift card or store credit, and no provider is asked."""
        return self.account_id is not None

    @property
    def is_on_its_way(self) -> bool:
        """Whether a provider was asked, and its answer is not known or is that it has the money."""
        asked = self.ask is not None or self.provider_ref is not None
        return self.state is PaymentState.AUTHORIZED or (
            asked and self.state is PaymentState.PENDING
        )

    @property
    def money(self) -> Money:
        return Money(self.amount, self.currency)

    @property
    def refundable(self) -> Money:
        """What can still be given back; money in dispute cannot."""
        left = self.captured - self.refunded - self.refunding - self.disputed
        return Money(max(0, left), self.currency)

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
    """PENDING: it is owed, or the provider has not said yet that it arrived.

    FAILED is the last word, also after SUCCEEDED: a bank may send money back days later.
    """

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class Refund(Identified, Dated, Base):
    """Money given back on a payment, in minor units of the payment's currency.

    ``of_sale``: it was the price of something sold, of which ``tax`` was tax. Otherwise more had
    come in than was owed. ``sent_at``: when the provider was last told. With an ``account_id`` it
    becomes store credit there, and no provider is told.
    """

    __tablename__ = "refunds"
    payment_id: Mapped[int] = mapped_column(sa.ForeignKey("payments.id"), index=True)
    account_id: Mapped[int | None] = mapped_column(sa.ForeignKey("credit_accounts.id"), index=True)
    key: Mapped[str] = mapped_column(sa.String(64), unique=True)
    amount: Mapped[int] = mapped_column(Minor)
    state: Mapped[RefundState] = mapped_column(EnumText(RefundState), default=RefundState.PENDING)
    provider_ref: Mapped[str | None] = mapped_column(sa.String(255))
    of_sale: Mapped[bool] = mapped_column(default=True)
    tax: Mapped[int] = mapped_column(Minor, default=0)
    reason: Mapped[str] = mapped_column(sa.String(500), default="")
    failure: Mapped[str] = mapped_column(sa.String(80), default="")
    by: Mapped[str] = mapped_column(sa.String(80))
    sent_at: Mapped[datetime | None]
    __table_args__ = (
        sa.CheckConstraint("amount > 0", name="amount"),
        sa.CheckConstraint("tax >= 0 AND tax <= amount", name="tax"),
    )


class DisputeState(StrEnum):
    """OPEN: the money is gone for now; WON: the shop has it back; LOST: it stays gone."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


class Dispute(Identified, Dated, Base):
    """A buyer's bank took money back. ``ref`` is the provider's name for it."""

    __tablename__ = "disputes"
    payment_id: Mapped[int] = mapped_column(sa.ForeignKey("payments.id"), index=True)
    ref: Mapped[str] = mapped_column(sa.String(255))
    amount: Mapped[int] = mapped_column(Minor)
    state: Mapped[DisputeState] = mapped_column(EnumText(DisputeState), default=DisputeState.OPEN)
    reason: Mapped[str] = mapped_column(sa.String(80), default="")
    __table_args__ = (
        sa.UniqueConstraint("payment_id", "ref"),
        sa.CheckConstraint("amount > 0", name="amount"),
    )


class PaymentAttempt(Identified, Dated, Base):
    """A try to pay, by whom: keyed hashes, so that guessing with cards can be slowed down."""

    __tablename__ = "payment_attempts"
    payment_id: Mapped[int] = mapped_column(
        sa.ForeignKey("payments.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[str] = mapped_column(sa.String(12))
    hash: Mapped[str] = mapped_column(sa.String(64))
    __table_args__ = (sa.Index("ix_payment_attempts_hash_created_at", "hash", "created_at"),)


class ProviderCustomer(Identified, Dated, Base):
    """Under which name a provider knows a customer who asked it to keep their card."""

    __tablename__ = "provider_customers"
    provider: Mapped[str] = mapped_column(sa.String(40))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id", ondelete="CASCADE"), index=True)
    ref: Mapped[str] = mapped_column(sa.String(255))
    __table_args__ = (sa.UniqueConstraint("provider", "user_id"),)


class WebhookEvent(Identified, Dated, Base):
    """What a provider told us, once for each of its event ids.

    ``payment_id`` None: it speaks of a payment that is not ours, which people should look at.
    """

    __tablename__ = "webhook_events"
    provider: Mapped[str] = mapped_column(sa.String(40))
    event_id: Mapped[str] = mapped_column(sa.String(255))
    payment_id: Mapped[int | None] = mapped_column(sa.ForeignKey("payments.id"), index=True)
    payload: Mapped[dict[str, Any]]
    done_at: Mapped[datetime | None]
    __table_args__ = (sa.UniqueConstraint("provider", "event_id"),)
