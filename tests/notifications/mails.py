"""The mails that a test reads."""

import sqlalchemy as sa

from vitrina.core.db import committing, session
from vitrina.core.events import HANDLERS, Event, OutboxEvent
from vitrina.notifications.models import Mail


def mails(template: str | None = None) -> list[Mail]:
    wanted = sa.select(Mail).order_by(Mail.id)
    if template:
        wanted = wanted.where(Mail.template == template)
    return list(session.scalars(wanted))


def only(template: str) -> Mail:
    found = mails(template)
    assert len(found) == 1, [mail.template for mail in mails()]
    return found[0]


def react_again() -> None:
    """Run every reaction to everything that happened once more, as a worker that died would."""
    for event in session.scalars(sa.select(OutboxEvent).order_by(OutboxEvent.id)).all():
        happened = Event.load(event.name, event.payload)
        for handler in list(HANDLERS.values()):
            if handler.event is type(happened) and "notifications" in handler.name:
                with committing():
                    handler.run(happened)
