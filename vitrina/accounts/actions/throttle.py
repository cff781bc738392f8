"""Counting attempts, so that guessing gets slower and slower.

An attempt is charged before the password is looked at, in one conditional UPDATE: a burst of
parallel attempts cannot slip past the counter, because only one gets the row while it is free.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from vitrina.accounts import rules
from vitrina.accounts.errors import TooManyAttempts
from vitrina.accounts.models import Throttle
from vitrina.core import clock, db
from vitrina.core.db import rows_changed, session


def charge(key: str, *, free: int) -> None:
    """Charge one attempt to ``key``; after ``free`` ones each blocks the key for a while.

    Raises TooManyAttempts while the key is blocked.
    """
    now = clock.now()
    _make_row(key)
    forgotten = Throttle.started_at < now - rules.FAILURES_KEPT
    steps = [
        (Throttle.failures == free + n, now + timedelta(seconds=rules.pause(free + n, free)))
        for n in range(13)
    ]
    pauses: Any = sa.case(
        (sa.or_(forgotten, Throttle.failures < free), sa.null()),
        *steps,
        else_=now + timedelta(seconds=rules.LONGEST_PAUSE),
    )
    charged = rows_changed(
        sa.update(Throttle)
        .where(
            Throttle.key == key,
            sa.or_(Throttle.blocked_until.is_(None), Throttle.blocked_until <= now),
        )
        .values(
            failures=sa.case((forgotten, 1), else_=Throttle.failures + 1),
            started_at=sa.case((forgotten, now), else_=Throttle.started_at),
            blocked_until=pauses,
        )
        .execution_options(synchronize_session=False)
    )
    if not charged:
        raise TooManyAttempts(retry_after=_seconds_left(key))


def give_back(keys: Sequence[str], *, forget: Sequence[str] = ()) -> None:
    """Take the last attempt off ``keys`` because it was right; ``forget`` clears keys wholly."""
    for key in keys:
        session.execute(
            sa.update(Throttle)
            .where(Throttle.key == key, Throttle.failures > 0)
            .values(failures=Throttle.failures - 1, blocked_until=None)
            .execution_options(synchronize_session=False)
        )
    if forget:
        session.execute(
            sa.delete(Throttle)
            .where(Throttle.key.in_(forget))
            .execution_options(synchronize_session=False)
        )


def may_still(key: str, *, most: int, within: timedelta) -> bool:
    """Count one more use of ``key`` and say whether it is among the first ``most`` of its time."""
    now = clock.now()
    _make_row(key)
    over = Throttle.started_at < now - within
    counted = rows_changed(
        sa.update(Throttle)
        .where(Throttle.key == key, sa.or_(over, Throttle.failures < most))
        .values(
            failures=sa.case((over, 1), else_=Throttle.failures + 1),
            started_at=sa.case((over, now), else_=Throttle.started_at),
        )
        .execution_options(synchronize_session=False)
    )
    return bool(counted)


def forget_old() -> None:
    """Remove counters that nobody has touched for two days."""
    session.execute(
        sa.delete(Throttle)
        .where(Throttle.started_at < clock.now() - 2 * rules.FAILURES_KEPT)
        .execution_options(synchronize_session=False)
    )


def _make_row(key: str) -> None:
    insert = postgresql.insert if db.dialect() == "postgresql" else sqlite.insert
    session.execute(
        insert(Throttle)
        .values(key=key, failures=0, started_at=clock.now())
        .on_conflict_do_nothing(index_elements=[Throttle.key])
    )


def _seconds_left(key: str) -> int:
    until = session.scalar(sa.select(Throttle.blocked_until).where(Throttle.key == key))
    left = (until - clock.now()).total_seconds() if until is not None else 1
    return max(1, int(left + 0.999))
