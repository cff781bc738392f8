"""Events: news of what happened, kept in the outbox in the same transaction as their cause.

A domain calls :func:`record`; a listener writes ``@on(OrderPlaced)``. Each reaction becomes a job
row beside the event, so a crash after the commit loses nothing. Quick reactions that pages need
(``inline=True``, such as the search index) are tried at once after the commit by the process that
caused them; the worker (``core/jobs.py``) does the rest and whatever failed.
"""

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from vitrina.core import clock
from vitrina.core.db import Base, Dated, Identified, outgoing, session

INLINE_GRACE = timedelta(seconds=10)
_nobody_listens: ContextVar[bool] = ContextVar("nobody_listens", default=False)


@dataclass(frozen=True)
class Event:
    """Something that happened, in the past tense. Fields are plain JSON values."""

    name: ClassVar[str]
    _types: ClassVar[dict[str, type["Event"]]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.name = cls.__name__
        Event._types[cls.name] = cls

    @staticmethod
    def load(name: str, payload: dict[str, Any]) -> "Event":
        """The event of that name with that payload. Raises KeyError when nobody knows the name."""
        return Event._types[name](**payload)


E = TypeVar("E", bound=Event)


@dataclass(frozen=True, slots=True)
class Handler:
    """A function that the worker can run by its ``name``.

    ``event`` is the event it reacts to, None for a task. A ``transactional`` one runs inside
    ``committing()`` together with the removal of its job; the others talk to the world and commit
    for themselves.
    """

    name: str
    run: Callable[[Any], None]
    event: type[Event] | None
    inline: bool = False
    transactional: bool = True


HANDLERS: dict[str, Handler] = {}


def on(event: type[E], *, inline: bool = False) -> Callable[[Callable[[E], None]], Any]:
    """React to ``event``. The reaction runs after the commit, and may run twice.

    ``inline``: also try at once in the process that caused it; only for quick database work.
    """

    def register(function: Callable[[E], None]) -> Callable[[E], None]:
        name = f"{function.__module__.removeprefix('vitrina.')}.{function.__name__}"
        HANDLERS[name] = Handler(name, function, event, inline)
        return function

    return register


def task(function: Callable[[dict[str, Any]], None]) -> Callable[[dict[str, Any]], None]:
    """Make ``function(payload)`` a task: the worker runs it outside any transaction."""
    name = task_name(function)
    HANDLERS[name] = Handler(name, function, None, transactional=False)
    return function


def task_name(function: Callable[..., Any]) -> str:
    """The name under which a task is kept in the database: ``inventory.tasks.release``."""
    return f"{function.__module__.removeprefix('vitrina.')}.{function.__name__}"


class OutboxEvent(Identified, Base):
    """An event as it happened. Append-only."""

    __tablename__ = "events"
    name: Mapped[str] = mapped_column(sa.String(80))
    payload: Mapped[dict[str, Any]]
    at: Mapped[datetime] = mapped_column(default=clock.now)


class Job(Identified, Dated, Base):
    """Work that the worker owes. It is removed when done; ``failed_at`` says that it gave up."""

    __tablename__ = "jobs"
    handler: Mapped[str] = mapped_column(sa.String(120))
    event_name: Mapped[str | None] = mapped_column(sa.String(80))
    payload: Mapped[dict[str, Any]]
    key: Mapped[str | None] = mapped_column(sa.String(160), unique=True)
    run_at: Mapped[datetime] = mapped_column(default=clock.now)
    leased_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(sa.Text, default="")
    failed_at: Mapped[datetime | None]
    __table_args__ = (
        sa.Index("ix_jobs_due", "run_at", postgresql_where=sa.text("failed_at IS NULL")),
    )


@contextmanager
def unheard() -> Iterator[None]:
    """Keep events but owe no reactions and no tasks for the length of the block.

    For history that is written down after the fact, such as orders taken over from another shop:
    nobody wants a mail about them. The caller brings the search index up to date.
    """
    before = _nobody_listens.set(True)
    try:
        yield
    finally:
        _nobody_listens.reset(before)


def record(event: Event) -> None:
    """Write ``event`` into the outbox, with a job for each reaction, in this transaction."""
    payload = dataclasses.asdict(event)
    now = clock.now()
    session.add(OutboxEvent(name=event.name, payload=payload, at=now))
    if _nobody_listens.get():
        return
    for handler in HANDLERS.values():
        if handler.event is type(event):
            job = Job(
                handler=handler.name,
                event_name=event.name,
                payload=payload,
                run_at=now + INLINE_GRACE if handler.inline else now,
            )
            session.add(job)
            if handler.inline:
                outgoing().append(job)


def enqueue(
    function: Callable[[dict[str, Any]], None],
    payload: dict[str, Any],
    *,
    run_at: datetime | None = None,
    key: str | None = None,
) -> None:
    """Owe a task made with :func:`task`, in this transaction.

    With ``key`` a second one of the same key is not owed while the first is open.
    """
    if _nobody_listens.get():
        return
    if key is not None and session.scalar(sa.select(Job.id).where(Job.key == key)) is not None:
        return
    session.add(
        Job(handler=task_name(function), payload=payload, run_at=run_at or clock.now(), key=key)
    )
