"""What providers tell by webhook: kept once for each of their event ids."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from vitrina.core import clock, db
from vitrina.core.db import session
from vitrina.payments.models import WebhookEvent
from vitrina.payments.provider import Notice
from vitrina.payments.queries import is_unmatched

KEPT_FOR = timedelta(days=90)
"""How long an event that was looked after is kept: longer than any provider repeats it."""


def take_notice(provider: str, notice: Notice, *, payment_id: int | None) -> bool:
    """Store a verified webhook event; returns whether it is the first time it is told."""
    insert: Any = postgresql.insert if db.dialect() == "postgresql" else sqlite.insert
    statement = (
        insert(WebhookEvent)
        .values(
            provider=provider,
            event_id=notice.event_id[:255],
            payment_id=payment_id,
            payload=dict(notice.payload),
            created_at=clock.now(),
        )
        .on_conflict_do_nothing(index_elements=["provider", "event_id"])
        .returning(WebhookEvent.id)
    )
    return session.scalar(statement) is not None


def finish_notice(provider: str, event_id: str, *, payment_id: int | None = None) -> None:
    """Note that what an event told has been looked after, and of which payment it spoke."""
    values: dict[str, Any] = {"done_at": clock.now()}
    if payment_id is not None:
        values["payment_id"] = payment_id
    session.execute(
        sa.update(WebhookEvent)
        .where(WebhookEvent.provider == provider, WebhookEvent.event_id == event_id[:255])
        .values(values),
        execution_options={"synchronize_session": False},
    )


def forget_old() -> int:
    """Remove events that were looked after long ago; returns how many.

    Those that staff have yet to look at stay.
    """
    return db.rows_changed(
        sa.delete(WebhookEvent).where(
            WebhookEvent.done_at < clock.now() - KEPT_FOR, sa.not_(is_unmatched())
        ),
        quiet=True,
    )
