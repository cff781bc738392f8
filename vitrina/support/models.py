"""Questions to the shop, with an order number where there is one, and the answers."""

from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from vitrina.core.db import Base, Dated, EnumText, Identified


class TicketState(StrEnum):
    """ANSWERED waits for the customer, whose next message opens it again."""

    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"


class Topic(StrEnum):
    """What a question is about, as the customer chose."""

    ORDER = "order"
    DELIVERY = "delivery"
    RETURN = "return"
    PRODUCT = "product"
    OTHER = "other"


class Ticket(Identified, Dated, Base):
    """A question. ``number`` is for people (``S-4820193``); its reader holds a signed link."""

    __tablename__ = "tickets"
    number: Mapped[str] = mapped_column(sa.String(20), unique=True)
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id", ondelete="SET NULL"))
    name: Mapped[str] = mapped_column(sa.String(200))
    email: Mapped[str] = mapped_column(sa.String(254), index=True)
    locale: Mapped[str] = mapped_column(sa.String(10), default="en")
    topic: Mapped[Topic] = mapped_column(EnumText(Topic))
    order_number: Mapped[str] = mapped_column(sa.String(20), default="", index=True)
    state: Mapped[TicketState] = mapped_column(
        EnumText(TicketState), default=TicketState.OPEN, index=True
    )
    messages: Mapped[list["TicketMessage"]] = relationship(
        cascade="all, delete-orphan", order_by="TicketMessage.id"
    )


class TicketMessage(Identified, Dated, Base):
    """A message of a ticket; ``by`` is ``customer`` or ``staff:3``."""

    __tablename__ = "ticket_messages"
    ticket_id: Mapped[int] = mapped_column(
        sa.ForeignKey("tickets.id", ondelete="CASCADE"), index=True
    )
    by: Mapped[str] = mapped_column(sa.String(80))
    body: Mapped[str] = mapped_column(sa.Text)
