"""The rows that belong to an order beside its lines: what was taken off, taxes, moves, notes,
what refunds gave back, and the rights to files."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from vitrina.core import clock
from vitrina.core.db import Base, Dated, Identified, Minor, TransitionRow


class OrderAdjustment(Identified, Base):
    """A discount as it was applied: to a line, or to the shipping (``line_id`` None)."""

    __tablename__ = "order_adjustments"
    order_id: Mapped[int] = mapped_column(
        sa.ForeignKey("orders.id", ondelete="CASCADE"), index=True
    )
    line_id: Mapped[int | None] = mapped_column(sa.ForeignKey("order_lines.id", ondelete="CASCADE"))
    promotion_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("promotions.id", ondelete="SET NULL")
    )
    code: Mapped[str] = mapped_column(sa.String(60), default="")
    label: Mapped[str] = mapped_column(sa.String(200))
    amount: Mapped[int] = mapped_column(Minor)


class OrderTax(Identified, Base):
    """The tax of an order by rate: the net base and the tax on it."""

    __tablename__ = "order_taxes"
    order_id: Mapped[int] = mapped_column(
        sa.ForeignKey("orders.id", ondelete="CASCADE"), index=True
    )
    name: Mapped[str] = mapped_column(sa.String(80))
    rate: Mapped[Any] = mapped_column(sa.Numeric(9, 6))
    base: Mapped[int] = mapped_column(Minor)
    tax: Mapped[int] = mapped_column(Minor)


class OrderTransition(TransitionRow, Base):
    __tablename__ = "order_transitions"
    order_id: Mapped[int] = mapped_column(
        sa.ForeignKey("orders.id", ondelete="CASCADE"), index=True
    )


class OrderNote(Identified, Dated, Base):
    """A note by staff, or one of the customer's with the order (``is_customer``)."""

    __tablename__ = "order_notes"
    order_id: Mapped[int] = mapped_column(
        sa.ForeignKey("orders.id", ondelete="CASCADE"), index=True
    )
    by: Mapped[str] = mapped_column(sa.String(80))
    text: Mapped[str] = mapped_column(sa.Text)
    is_customer: Mapped[bool] = mapped_column(default=False)


class RefundLine(Identified, Base):
    """What a refund gave back of a line; ``order_line_id`` None is the delivery.

    ``amount`` and its ``tax`` are minor units of the stored sums of the line, never of new prices.
    """

    __tablename__ = "refund_lines"
    refund_id: Mapped[int] = mapped_column(
        sa.ForeignKey("refunds.id", ondelete="CASCADE"), index=True
    )
    order_line_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("order_lines.id", ondelete="CASCADE"), index=True
    )
    quantity: Mapped[int] = mapped_column(default=0)
    amount: Mapped[int] = mapped_column(Minor)
    tax: Mapped[int] = mapped_column(Minor, default=0)
    __table_args__ = (
        sa.CheckConstraint("quantity >= 0 AND amount >= 0", name="amounts"),
        sa.CheckConstraint("tax >= 0 AND tax <= amount", name="tax"),
    )


class DownloadGrant(Identified, Dated, Base):
    """The right to download a file of a paid line, a limited number of times."""

    __tablename__ = "download_grants"
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    order_line_id: Mapped[int] = mapped_column(
        sa.ForeignKey("order_lines.id", ondelete="CASCADE"), index=True
    )
    file_id: Mapped[int] = mapped_column(sa.ForeignKey("digital_files.id", ondelete="CASCADE"))
    used: Mapped[int] = mapped_column(default=0)
    most: Mapped[int] = mapped_column(default=5)
    expires_at: Mapped[datetime] = mapped_column(default=clock.now)
    revoked_at: Mapped[datetime | None]
    __table_args__ = (sa.CheckConstraint("used <= most", name="used"),)
