"""Idempotency keys: the same request sent twice gets the same answer and one effect.

After the Stripe convention: a key belongs to a caller and a request's fingerprint; a different
request under the same key is an error; keys are kept for 24 hours.
"""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from vitrina.core import clock
from vitrina.core.db import JSON, Base, Dated, Identified, committing, rows_changed, session
from vitrina.core.errors import Conflict, Invalid
from vitrina.core.jobs import recurring

KEPT = timedelta(hours=24)
LEASE = timedelta(seconds=30)
"""How long a claim lasts whose request has died. One that lives longer loses it, and then cannot
seal what it did: its effect is rolled back."""
DONE = {"sealed": True}
"""In place of an answer: what was asked has been done, the answer is on its way."""
LOST = {"sealed": True, "lost": True}


class KeyReused(Invalid):
    """The key was used for another request."""

    code = "idempotency_key_reused"


class InProgress(Conflict):
    """The first request with this key is still being answered."""

    code = "request_in_progress"


class AnswerLost(Conflict):
    """What was asked was done, but its answer never came about."""

    code = "answer_lost"


class IdempotencyKey(Identified, Dated, Base):
    """A key, what was asked under it, and the answer once there is one."""

    __tablename__ = "idempotency_keys"
    scope: Mapped[str] = mapped_column(sa.String(100))
    key: Mapped[str] = mapped_column(sa.String(255))
    fingerprint: Mapped[str] = mapped_column(sa.String(64))
    status: Mapped[int | None]
    answer: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    __table_args__ = (sa.UniqueConstraint("scope", "key"),)


def begin(scope: str, key: str, fingerprint: str) -> IdempotencyKey:
    """Claim ``key`` for ``scope`` (the caller), or find what was answered under it.

    With a ``status`` the row holds the answer; without one the work is the caller's to do, and the
    row's ``created_at`` is its claim. Raises KeyReused for another fingerprint, InProgress while
    the first one is not done, AnswerLost when it was done and its answer never came about. Call
    inside ``committing()``.
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
        return _claim(scope, key, fingerprint, now)
    if found.fingerprint != fingerprint:
        raise KeyReused(key=key)
    if found.status is None:
        is_abandoned = found.created_at < now - LEASE
        if found.answer == LOST or (found.answer == DONE and is_abandoned):
            raise AnswerLost(key=key)
        if not is_abandoned:
            raise InProgress(key=key)
        found.created_at = now  # whoever had it died before anything was done
    return found


def _claim(scope: str, key: str, fingerprint: str, now: datetime) -> IdempotencyKey:
    claimed = IdempotencyKey(scope=scope, key=key, fingerprint=fingerprint, created_at=now)
    session.add(claimed)
    try:
        session.flush()
    except sa.exc.IntegrityError:
        raise InProgress(key=key) from None
    return claimed


def seal(scope: str, key: str, claimed_at: datetime) -> None:
    """Say, in the transaction of the effect, that the effect of a claimed key is there.

    From now on the key never runs again. Raises InProgress when the claim was lost to another.
    """
    sealed = rows_changed(
        sa.update(IdempotencyKey)
        .where(
            IdempotencyKey.scope == scope,
            IdempotencyKey.key == key,
            IdempotencyKey.status.is_(None),
            IdempotencyKey.created_at == claimed_at,
        )
        .values(answer=DONE)
    )
    if not sealed:
        raise InProgress(key=key)


def finish(scope: str, key: str, status: int, answer: dict[str, Any]) -> None:
    """Keep the answer of a claimed key. Call inside ``committing()``."""
    session.execute(
        sa.update(IdempotencyKey)
        .where(IdempotencyKey.scope == scope, IdempotencyKey.key == key)
        .values(status=status, answer=answer)
    )


def give_up(scope: str, key: str) -> None:
    """Give a claimed key back when nothing was done under it; remember that the answer is lost when
    something was. Call inside ``committing()``.
    """
    found = session.scalar(
        sa.select(IdempotencyKey).where(
            IdempotencyKey.scope == scope,
            IdempotencyKey.key == key,
            IdempotencyKey.status.is_(None),
        )
    )
    if found is not None and found.answer == DONE:
        found.answer = LOST
    elif found is not None:
        session.delete(found)


@recurring(hours=6)
def remove_old() -> None:
    """Remove keys that are kept no longer, with the answers in them."""
    with committing():
        session.execute(
            sa.delete(IdempotencyKey).where(IdempotencyKey.created_at < clock.now() - KEPT)
        )
