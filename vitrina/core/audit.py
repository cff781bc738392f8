"""The audit log: who changed what, from what to what. Append-only."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from vitrina.core import clock
from vitrina.core.db import JSON, Base, Identified, session


class AuditEntry(Identified, Base):
    """One change by staff. ``before`` and ``after`` hold only the fields that differ."""

    __tablename__ = "audit_entries"
    by: Mapped[str] = mapped_column(sa.String(80), index=True)
    action: Mapped[str] = mapped_column(sa.String(80))
    subject: Mapped[str] = mapped_column(sa.String(120), index=True)
    before: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    after: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    ip: Mapped[str] = mapped_column(sa.String(64), default="")
    at: Mapped[datetime] = mapped_column(default=clock.now)


def note(
    by: str,
    action: str,
    subject: str,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    ip: str = "",
) -> None:
    """Leave a row: ``by`` (``staff:3``) did ``action`` (``product.update``) to ``subject``.

    Fields that are the same in ``before`` and ``after`` are left out. Values must be JSON values.
    """
    old, new = before or {}, after or {}
    changed = {key for key in old | new if old.get(key) != new.get(key)}
    session.add(
        AuditEntry(
            by=by,
            action=action,
            subject=subject,
            before={key: old[key] for key in sorted(changed) if key in old},
            after={key: new[key] for key in sorted(changed) if key in new},
            ip=ip,
        )
    )


def entries(
    *, text: str = "", before: int | None = None, limit: int = 50
) -> tuple[list[AuditEntry], int | None]:
    """Entries by a part of who, what or to what, newest first, and the ``before`` of the next."""
    wanted = sa.select(AuditEntry).order_by(AuditEntry.id.desc())
    if words := text.strip():
        columns = (AuditEntry.by, AuditEntry.action, AuditEntry.subject)
        wanted = wanted.where(sa.or_(*(one.icontains(words, autoescape=True) for one in columns)))
    if before is not None:
        wanted = wanted.where(AuditEntry.id < before)
    found = session.scalars(wanted.limit(limit + 1)).all()
    return list(found[:limit]), found[limit - 1].id if len(found) > limit else None
