"""Idempotency keys: the same request sent twice gets the same answer and one effect.

After the Stripe convention: a key belongs to a caller and a request's fingerprint; a different
request under the same key is an error; keys are kept for 24 hours.
"""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from vitrina.core import clock
from vitrina.core.db import JSON, Base, Dated, Identified, session
from vitrina.core.errors import Conflict, Invalid

KEPT = timedelta(hours=24)
LEASE = timedelta(seconds=60)


class KeyReused(Invalid):
    """The key was used for another request."""

    code = "idempotency_key_reused"


class InProgress(Conflict):
    """The first request with this key is still being answered."""

    code = "request_in_progress"


class IdempotencyKey(Identified, Dated, Base):
    """A key, what was asked under it, and the answer once there is one."""

    __tablename__ = "idempotency_keys"
    scope: Mapped[str] = mapped_column(sa.String(100))
    key: Mapped[str] = mapped_column(sa.String(255))
    fingerprint: Mapped[str] = mapped_column(sa.String(64))
    status: Mapped[int | None]
    answer: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    __table_args__ = (sa.UniqueConstraint("scope", "key"),)


def begin(scope: str, key: str, fingerprint: str) -> IdempotencyKey | None:
    """Claim ``key`` for ``scope`` (the caller). None: go on. A row: answer with what it holds.

    Raises KeyReused for another fingerprint, InProgress while the first one is not done.
    Call inside ``committing()``.
    """
    now = clock.now()
    found = session.scalar(
        sa.select(IdempotencyKey).where(IdempotencyKey.scope == scope, IdempotencyKey.key == key)
    )
    if found is not None and found.created_at < now - KEPT:
        session.delete(found)
        session.flush()
        found = None
    if found is None:
        session.add(IdempotencyKey(scope=scope, key=key, fingerprint=fingerprint, created_at=now))
        try:
            session.flush()
        except sa.exc.IntegrityError:
            raise InProgress(key=key) from None
        return None
    if found.fingerprint != fingerprint:
        raise KeyReused(key=key)
    if found.status is None:
        if found.created_at < now - LEASE:  # whoever had it died: the work below is idempotent too
            found.created_at = now
            return None
        raise InProgress(key=key)
    return found


def finish(scope: str, key: str, status: int, answer: dict[str, Any]) -> None:
    """Keep the answer of a claimed key. Call inside ``committing()``."""
    session.execute(
        sa.update(IdempotencyKey)
        .where(IdempotencyKey.scope == scope, IdempotencyKey.key == key)
        .values(status=status, answer=answer)
    )


def forget(scope: str, key: str) -> None:
    """Give a claimed key back, because nothing was done under it."""
    session.execute(
        sa.delete(IdempotencyKey).where(
            IdempotencyKey.scope == scope,
            IdempotencyKey.key == key,
            IdempotencyKey.status.is_(None),
        )
    )
