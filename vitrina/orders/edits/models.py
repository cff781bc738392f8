"""The story of an order's edits."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from vitrina.core.db import JSON, Base, Dated, Identified, Minor


class OrderEdit(Identified, Dated, Base):
    """One edit: the order ``before`` and ``after`` it as plain values. Never changed itself.

    Amounts are minor units of the order's currency: ``delta`` is what the total rose by, ``due``
    what was left to pay then, ``back`` what was owed back. ``was_sold``: the order was paid, so
    the books were changed with it.
    """

    __tablename__ = "order_edits"
    order_id: Mapped[int] = mapped_column(
        sa.ForeignKey("orders.id", ondelete="CASCADE"), index=True
    )
    by: Mapped[str] = mapped_column(sa.String(80))
    before: Mapped[dict[str, Any]] = mapped_column(JSON)
    after: Mapped[dict[str, Any]] = mapped_column(JSON)
    delta: Mapped[int] = mapped_column(Minor)
    due: Mapped[int] = mapped_column(Minor, default=0)
    back: Mapped[int] = mapped_column(Minor, default=0)
    was_sold: Mapped[bool]
    __table_args__ = (sa.CheckConstraint("due >= 0 AND back >= 0", name="amounts"),)
