"""The worker's side of the outbox: claim, run, repeat with back-off, and never lose a job.

A job is claimed by a lease in one UPDATE (SKIP LOCKED on PostgreSQL, BEGIN IMMEDIATE on SQLite).
Whoever dies while holding a lease loses it when it runs out, and another one does the job again.
"""

import signal
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Mapped, mapped_column

from vitrina.core import clock, db, points
from vitrina.core.db import Base, committing, rows_changed, session
from vitrina.core.events import HANDLERS, Event, Job

log = structlog.get_logger("vitrina.jobs")

LEASE = timedelta(minutes=5)
"""Longer than any one job takes; it is renewed before each job of a batch."""
MOST_ATTEMPTS = 12


@dataclass(frozen=True, slots=True)
class Recurring:
    """A task that every process may begin, and one of them does, once in ``every``."""

    name: str
    every: timedelta
    run: Callable[[], None]


RECURRING: dict[str, Recurring] = {}


class Schedule(Base):
    """When a recurring task is due next; one row each, so that one worker of many runs it."""

    __tablename__ = "schedules"
    name: Mapped[str] = mapped_column(sa.String(120), primary_key=True)
    due_at: Mapped[datetime]


def recurring(**every: float) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Run a function about every ``timedelta(**every)``, outside any transaction."""

    def register(function: Callable[[], None]) -> Callable[[], None]:
        name = f"{function.__module__.removeprefix('vitrina.')}.{function.__name__}"
        RECURRING[name] = Recurring(name, timedelta(**every), function)
        return function

    return register


def backoff(attempts: int) -> timedelta:
    """How long to wait after the ``attempts``-th failure: 10 s, 20 s, 40 s ... 6 h at most."""
    return min(timedelta(seconds=10 * 2 ** max(attempts - 1, 0)), timedelta(hours=6))


@dataclass(frozen=True, slots=True)
class _Claimed:
    """A job as it was claimed; ``leased_until`` is None for one that is tried at once."""

    id: int
    handler: str
    event_name: str | None
    payload: dict[str, Any]
    attempts: int
    leased_until: datetime | None


def deliver_inline(jobs: list[Any]) -> None:
    """Try the quick reactions of a transaction that has just been committed."""
    for job in jobs:
        _run(_Claimed(job.id, job.handler, job.event_name, dict(job.payload), 1, None))


db.after_commit(deliver_inline)


def claim(limit: int = 20) -> list[Job]:
    """Take up to ``limit`` due jobs for the length of a lease."""
    now = clock.now()
    due = (
        sa.select(Job.id)
        .where(
            Job.run_at <= now,
            Job.failed_at.is_(None),
            sa.or_(Job.leased_until.is_(None), Job.leased_until < now),
        )
        .order_by(Job.run_at, Job.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    with committing():
        taken = session.scalars(
            sa.update(Job)
            .where(Job.id.in_(due.scalar_subquery()))
            .values(leased_until=now + LEASE, attempts=Job.attempts + 1)
            .returning(Job),
            execution_options={"synchronize_session": False, "populate_existing": True},
        ).all()
    return sorted(taken, key=lambda job: (job.run_at, job.id))


def _run(job: _Claimed) -> bool:
    remove = sa.delete(Job).where(Job.id == job.id)
    try:
        handler = HANDLERS[job.handler]
        if handler.transactional:
            with committing():
                # The job goes first: if another worker has it by now, nothing is done twice.
                if rows_changed(remove) == 0:
                    return True
                handler.run(
                    Event.load(job.event_name, job.payload) if job.event_name else job.payload
                )
        else:
            if not _renew(job):
                return True
            handler.run(job.payload)
            points.reach("job.done")
            with committing():
                session.execute(remove)
    except Exception as error:  # the boundary of foreign code: keep the job and the reason
        session.rollback()
        _keep(job.id, error, job.attempts)
        log.warning("job.failed", handler=job.handler, attempts=job.attempts, error=repr(error))
        return False
    return True


def _renew(job: _Claimed) -> bool:
    """Begin the lease anew; false when it ran out while others were done and somebody took it."""
    with committing():
        kept = rows_changed(
            sa.update(Job)
            .where(Job.id == job.id, Job.leased_until == job.leased_until)
            .values(leased_until=clock.now() + LEASE)
        )
    return bool(kept)


def _keep(job_id: int, error: Exception, attempts: int) -> None:
    now = clock.now()
    gone = attempts >= MOST_ATTEMPTS
    with committing():
        session.execute(
            sa.update(Job)
            .where(Job.id == job_id)
            .values(
                leased_until=None,
                run_at=now + backoff(attempts),
                failed_at=now if gone else None,
                error="".join(traceback.format_exception(error))[-4000:],
            )
        )


def run_recurring() -> int:
    """Run the recurring tasks that are due; returns how many ran."""
    ran = 0
    for item in RECURRING.values():
        if _take_turn(item):
            ran += 1
            try:
                item.run()
            except Exception as error:  # one task's fault must not stop the others
                session.rollback()
                log.warning("recurring.failed", task=item.name, error=repr(error))
    return ran


def _take_turn(item: Recurring) -> bool:
    now = clock.now()
    due = session.scalar(sa.select(Schedule.due_at).where(Schedule.name == item.name))
    if due is not None and due > now:
        session.rollback()
        return False
    with committing():
        if due is None:
            known = session.get(Schedule, item.name)
            if known is None:
                session.add(Schedule(name=item.name, due_at=now + item.every))
                return True
            return False
        moved = rows_changed(
            sa.update(Schedule)
            .where(Schedule.name == item.name, Schedule.due_at == due)
            .values(due_at=now + item.every)
        )
    return bool(moved)


def run_due(limit: int = 20) -> int:
    """Claim and run due jobs once; returns how many succeeded."""
    jobs = [
        _Claimed(j.id, j.handler, j.event_name, dict(j.payload), j.attempts, j.leased_until)
        for j in claim(limit)
    ]
    return sum(_run(job) for job in jobs)


def drain(most: int = 1000) -> int:
    """Run due jobs until none is left (at most ``most`` rounds); returns how many succeeded."""
    done = 0
    for _ in range(most):
        ran = run_due()
        done += ran
        if ran == 0:
            break
    return done


def count_failed() -> int:
    """How many jobs have given up."""
    wanted = sa.select(sa.func.count(Job.id)).where(Job.failed_at.is_not(None))
    return session.scalar(wanted) or 0


def work(stop: threading.Event, *, idle_seconds: float = 0.5, pause_seconds: float = 5) -> None:
    """Work until ``stop`` is set, looking every ``idle_seconds`` when there is nothing to do.

    While the database is away it is tried again every ``pause_seconds``.
    """
    while not stop.is_set():
        try:
            busy = run_recurring() + run_due()
            session.remove()
        except sa.exc.SQLAlchemyError as error:  # the database is away: wait, do not die
            log.error("worker.database", error=str(error))
            session.remove()
            stop.wait(pause_seconds)
            continue
        if not busy:
            stop.wait(idle_seconds)


def stop_on_signals() -> threading.Event:
    """An event that SIGTERM and SIGINT set, so that a worker ends after its present job."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop
