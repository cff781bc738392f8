"""Mails: written once, kept, sent by the worker."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from vitrina.core.db import Base, Dated, EnumText, Identified


class MailState(StrEnum):
    """KEPT: no mail server is set, so it waits in the shop for somebody to read it there."""

    QUEUED = "queued"
    SENT = "sent"
    KEPT = "kept"
    FAILED = "failed"


class Mail(Identified, Dated, Base):
    """A mail. ``key`` names its cause (``order_confirmation:VT-1``), so that it is written once."""

    __tablename__ = "mails"
    key: Mapped[str] = mapped_column(sa.String(160), unique=True)
    template: Mapped[str] = mapped_column(sa.String(60), index=True)
    recipient: Mapped[str] = mapped_column(sa.String(254), index=True)
    locale: Mapped[str] = mapped_column(sa.String(10))
    subject: Mapped[str] = mapped_column(sa.String(300))
    html: Mapped[str] = mapped_column(sa.Text)
    text: Mapped[str] = mapped_column(sa.Text)
    state: Mapped[MailState] = mapped_column(EnumText(MailState), default=MailState.QUEUED)
    message_id: Mapped[str] = mapped_column(sa.String(200))
    subject_ref: Mapped[str] = mapped_column(sa.String(120), default="", index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(sa.Text, default="")
    sent_at: Mapped[datetime | None]
