"""Returns: what comes back, why, in which condition, and what is given for it."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from vitrina.core.db import Base, Dated, EnumText, Identified, Minor, TransitionRow
from vitrina.core.states import Machine
from vitrina.orders.models import Order, OrderLine
from vitrina.payments.models import Refund, RefundState


class ReturnKind(StrEnum):
    """WITHDRAWAL is the right of a consumer in the EU: nobody has to agree to it."""

    RETURN = "return"
    EXCHANGE = "exchange"
    WITHDRAWAL = "withdrawal"


class Reason(StrEnum):
    """Why a piece comes back. A withdrawal has none: the law asks for none."""

    NONE = "none"
    DAMAGED = "damaged"
    WRONG_ITEM = "wrong_item"
    NOT_AS_DESCRIBED = "not_as_described"
    CHANGED_MIND = "changed_mind"
    TOO_LATE = "too_late"
    OTHER = "other"


class Condition(StrEnum):
    """In which condition the pieces of a line were found."""

    AS_NEW = "as_new"
    OPENED = "opened"
    USED = "used"
    DAMAGED = "damaged"


class ReturnState(StrEnum):
    """INSPECTED is the end. That money went back, or other goods out, is read from elsewhere."""

    REQUESTED = "requested"
    APPROVED = "approved"
    RECEIVED = "received"
    INSPECTED = "inspected"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


class ReturnVerb(StrEnum):
    APPROVE = "approve"
    REJECT = "reject"
    RECEIVE = "receive"
    INSPECT = "inspect"
    CANCEL = "cancel"


_S = ReturnState
RETURN: Machine[ReturnState, ReturnVerb] = Machine(
    ReturnState,
    start=_S.REQUESTED,
    moves={
        ReturnVerb.APPROVE: {_S.REQUESTED: _S.APPROVED},
        ReturnVerb.REJECT: {_S.REQUESTED: _S.REJECTED},
        # Twice: the pieces came in two parcels.
        ReturnVerb.RECEIVE: {_S.APPROVED: _S.RECEIVED, _S.RECEIVED: _S.RECEIVED},
        ReturnVerb.INSPECT: {_S.RECEIVED: _S.INSPECTED},
        ReturnVerb.CANCEL: {_S.REQUESTED: _S.CANCELLED, _S.APPROVED: _S.CANCELLED},
    },
)
OPEN = (ReturnState.REQUESTED, ReturnState.APPROVED, ReturnState.RECEIVED)


class Return(Identified, Dated, Base):
    """Pieces of an order on their way back. ``created_at`` is the moment it was asked for.

    ``name`` is who declared a withdrawal, ``note`` the customer's words, ``instructions`` and
    ``label_url`` the shop's. ``as_credit``: the customer wants store credit instead of money.
    ``with_shipping``: the delivery is given back as well. ``replacement_id`` is the order that an
    exchange led to.
    """

    __tablename__ = "returns"
    number: Mapped[str] = mapped_column(sa.String(20), unique=True)
    order_id: Mapped[int] = mapped_column(sa.ForeignKey("orders.id"), index=True)
    kind: Mapped[ReturnKind] = mapped_column(EnumText(ReturnKind))
    state: Mapped[ReturnState] = mapped_column(
        EnumText(ReturnState), default=RETURN.start, index=True
    )
    by: Mapped[str] = mapped_column(sa.String(80))
    name: Mapped[str] = mapped_column(sa.String(200), default="")
    note: Mapped[str] = mapped_column(sa.Text, default="")
    as_credit: Mapped[bool] = mapped_column(default=False)
    with_shipping: Mapped[bool] = mapped_column(default=False)
    instructions: Mapped[str] = mapped_column(sa.Text, default="")
    label_url: Mapped[str] = mapped_column(sa.String(500), default="")
    received_at: Mapped[datetime | None]
    replacement_id: Mapped[int | None] = mapped_column(sa.ForeignKey("orders.id"), index=True)
    order: Mapped[Order] = relationship(foreign_keys=[order_id])
    replacement: Mapped[Order | None] = relationship(foreign_keys=[replacement_id])
    lines: Mapped[list["ReturnLine"]] = relationship(
        cascade="all, delete-orphan", order_by="ReturnLine.id"
    )
    refunds: Mapped[list[Refund]] = relationship(
        secondary="return_refunds", order_by=Refund.id, viewonly=True
    )
    transitions: Mapped[list["ReturnTransition"]] = relationship(
        cascade="all, delete-orphan", order_by="ReturnTransition.id"
    )
    __table_args__ = (sa.Index("ix_returns_created_at", "created_at"),)

    @property
    def pieces(self) -> int:
        """How many pieces are to come back."""
        return sum(line.quantity for line in self.lines)

    @property
    def given(self) -> int:
        """What goes back for the pieces and the delivery, in the order's minor units."""
        return sum(one.amount for one in self.refunds if one.state is not RefundState.FAILED)

    def moved(self, verb: str, before: ReturnState, after: ReturnState, by: str, note: str) -> None:
        self.transitions.append(
            ReturnTransition(verb=verb, before=before, after=after, by=by, note=note)
        )


class ReturnLine(Identified, Base):
    """Pieces of an order line that come back.

    ``quantity`` was announced, ``received`` arrived, ``refunded`` of those were accepted and
    ``restocked`` put back on the shelf. ``deducted`` is what was kept for their condition, in minor
    units. ``wanted_id`` is the variant that an exchange asks for.
    """

    __tablename__ = "return_lines"
    return_id: Mapped[int] = mapped_column(
        sa.ForeignKey("returns.id", ondelete="CASCADE"), index=True
    )
    order_line_id: Mapped[int] = mapped_column(sa.ForeignKey("order_lines.id"), index=True)
    quantity: Mapped[int]
    reason: Mapped[Reason] = mapped_column(EnumText(Reason), default=Reason.NONE)
    note: Mapped[str] = mapped_column(sa.String(500), default="")
    wanted_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("variants.id", ondelete="SET NULL"), index=True
    )
    received: Mapped[int] = mapped_column(default=0)
    condition: Mapped[Condition | None] = mapped_column(EnumText(Condition))
    refunded: Mapped[int] = mapped_column(default=0)
    restocked: Mapped[int] = mapped_column(default=0)
    deducted: Mapped[int] = mapped_column(Minor, default=0)
    order_line: Mapped[OrderLine] = relationship()
    __table_args__ = (
        sa.UniqueConstraint("return_id", "order_line_id"),
        sa.CheckConstraint("quantity > 0", name="quantity"),
        sa.CheckConstraint("received >= 0 AND received <= quantity", name="received"),
        sa.CheckConstraint("refunded >= 0 AND refunded <= received", name="refunded"),
        sa.CheckConstraint("restocked >= 0 AND restocked <= received", name="restocked"),
        sa.CheckConstraint("deducted >= 0", name="deducted"),
    )


class ReturnRefund(Base):
    """Which refunds a return led to."""

    __tablename__ = "return_refunds"
    return_id: Mapped[int] = mapped_column(
        sa.ForeignKey("returns.id", ondelete="CASCADE"), primary_key=True
    )
    refund_id: Mapped[int] = mapped_column(
        sa.ForeignKey("refunds.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class ReturnTransition(TransitionRow, Base):
    __tablename__ = "return_transitions"
    return_id: Mapped[int] = mapped_column(
        sa.ForeignKey("returns.id", ondelete="CASCADE"), index=True
    )
