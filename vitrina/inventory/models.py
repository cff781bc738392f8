"""Stock: how much is where, what is promised to whom, and every change as a row."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from vitrina.core import clock
from vitrina.core.db import Base, Dated, EnumText, Identified


class MovementKind(StrEnum):
    """Why a count changed; ADJUSTED covers deliveries and corrections alike."""

    RESERVED = "reserved"
    RELEASED = "released"
    SHIPPED = "shipped"
    RETURNED = "returned"
    ADJUSTED = "adjusted"


class ReservationState(StrEnum):
    """HELD may run out; COMMITTED belongs to a paid order; the other two are the end."""

    HELD = "held"
    COMMITTED = "committed"
    RELEASED = "released"
    SHIPPED = "shipped"


class Location(Identified, Base):
    """A place with stock. Lower ``priority`` is taken from first."""

    __tablename__ = "locations"
    code: Mapped[str] = mapped_column(sa.String(40), unique=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    priority: Mapped[int] = mapped_column(default=0)
    is_active: Mapped[bool] = mapped_column(default=True)


class StockItem(Identified, Base):
    """How many pieces of a variant are at a location.

    Available = ``on_hand`` - ``reserved``. ``backordered`` pieces are sold but not there yet, which
    only happens to variants that allow it; the CHECKs keep the rest from ever being oversold.
    ``imported`` is the count that a file said last, not what is there.
    """

    __tablename__ = "stock_items"
    variant_id: Mapped[int] = mapped_column(sa.ForeignKey("variants.id", ondelete="CASCADE"))
    location_id: Mapped[int] = mapped_column(sa.ForeignKey("locations.id"), index=True)
    on_hand: Mapped[int] = mapped_column(default=0)
    reserved: Mapped[int] = mapped_column(default=0)
    backordered: Mapped[int] = mapped_column(default=0)
    imported: Mapped[int | None]
    __table_args__ = (
        sa.UniqueConstraint("variant_id", "location_id"),
        sa.CheckConstraint("on_hand >= 0", name="on_hand"),
        sa.CheckConstraint("reserved >= 0", name="reserved"),
        sa.CheckConstraint("backordered >= 0", name="backordered"),
        sa.CheckConstraint("reserved <= on_hand", name="not_oversold"),
    )

    @property
    def available(self) -> int:
        """Pieces on the shelf that are promised to nobody."""
        return self.on_hand - self.reserved


class StockMovement(Identified, Base):
    """A change of a stock item, never changed itself. The sums of the deltas equal the counts."""

    __tablename__ = "stock_movements"
    item_id: Mapped[int] = mapped_column(
        sa.ForeignKey("stock_items.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[MovementKind] = mapped_column(EnumText(MovementKind))
    on_hand_delta: Mapped[int] = mapped_column(default=0)
    reserved_delta: Mapped[int] = mapped_column(default=0)
    backordered_delta: Mapped[int] = mapped_column(default=0)
    reference: Mapped[str] = mapped_column(sa.String(80), default="", index=True)
    by: Mapped[str] = mapped_column(sa.String(80))
    note: Mapped[str] = mapped_column(sa.String(500), default="")
    at: Mapped[datetime] = mapped_column(default=clock.now)


class Reservation(Identified, Dated, Base):
    """Pieces promised under a ``reference`` (an order's number). HELD until ``expires_at``."""

    __tablename__ = "reservations"
    reference: Mapped[str] = mapped_column(sa.String(80))
    item_id: Mapped[int] = mapped_column(
        sa.ForeignKey("stock_items.id", ondelete="CASCADE"), index=True
    )
    variant_id: Mapped[int] = mapped_column(sa.ForeignKey("variants.id", ondelete="CASCADE"))
    quantity: Mapped[int]
    backordered: Mapped[int] = mapped_column(default=0)
    state: Mapped[ReservationState] = mapped_column(
        EnumText(ReservationState), default=ReservationState.HELD
    )
    expires_at: Mapped[datetime | None]
    __table_args__ = (
        sa.UniqueConstraint("reference", "item_id"),
        sa.CheckConstraint("quantity >= 0 AND backordered >= 0", name="quantity"),
        sa.Index("ix_reservations_state_expires_at", "state", "expires_at"),
    )


class StockRequest(Identified, Dated, Base):
    """Somebody wants to be told when a variant is back."""

    __tablename__ = "stock_requests"
    variant_id: Mapped[int] = mapped_column(sa.ForeignKey("variants.id", ondelete="CASCADE"))
    email: Mapped[str] = mapped_column(sa.String(254))
    locale: Mapped[str] = mapped_column(sa.String(10), default="en")
    told_at: Mapped[datetime | None]
    __table_args__ = (sa.UniqueConstraint("variant_id", "email"),)
