"""Mails of the demo's last days: written with their dates, kept in the shop, never sent."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from vitrina.core import clock
from vitrina.core.db import committing, session
from vitrina.core.events import HANDLERS, Event, OutboxEvent
from vitrina.notifications.models import Mail, MailState

KEPT = timedelta(days=7)


def last() -> int:
    """The newest event there is."""
    return session.scalar(sa.select(sa.func.max(OutboxEvent.id))) or 0


def keep(*, since: int, now: datetime) -> None:
    """Write the mails that the events after ``since`` cause, if they are of the last days."""
    if clock.now() < now - KEPT:
        return
    with committing():
        rows = session.execute(
            sa.select(OutboxEvent.name, OutboxEvent.payload)
            .where(OutboxEvent.id > since)
            .order_by(OutboxEvent.id)
        ).all()
        for name, payload in rows:
            event = Event.load(name, payload)
            for handler in HANDLERS.values():
                if handler.event is type(event) and handler.name.startswith("notifications."):
                    handler.run(event)
        session.execute(
            sa.update(Mail).where(Mail.state == MailState.QUEUED).values(state=MailState.KEPT)
        )
