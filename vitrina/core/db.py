"""The database: one engine, one session a thread, and the one place that commits.

:func:`committing` says that its transaction is going to write; SQLite has to know.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, Dialect, Engine, make_url
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, scoped_session
from sqlalchemy.orm import sessionmaker as make_sessionmaker
from sqlalchemy.types import TypeDecorator

from vitrina.core import clock, points
from vitrina.core.sqlite import sqlite_engine

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

BigId = sa.BigInteger().with_variant(sa.Integer, "sqlite")
Minor = sa.BigInteger
DUPLICATES = ("23505", "SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


class UTCDateTime(TypeDecorator[datetime]):
    """A moment. Always timezone-aware and in UTC in Python, on both databases."""

    impl = sa.DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        return dialect.type_descriptor(sa.DateTime(timezone=dialect.name != "sqlite"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class EnumText(TypeDecorator[StrEnum]):
    """A StrEnum kept as its text, so that a new state needs no migration of a type."""

    impl = sa.String(32)
    cache_ok = True

    def __init__(self, enum: type[StrEnum]) -> None:
        super().__init__()
        self.enum = enum

    def process_bind_param(self, value: StrEnum | str | None, dialect: Dialect) -> str | None:
        return None if value is None else str(self.enum(value))

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:
        return None if value is None else self.enum(value)


class Base(DeclarativeBase):
    """What every table is declared on: names of constraints, and how Python types are kept."""

    metadata = sa.MetaData(naming_convention=NAMING)
    type_annotation_map = {
        datetime: UTCDateTime,
        dict[str, Any]: JSON,
        list[str]: JSON,
        list[dict[str, Any]]: JSON,
    }


class Identified:
    """A table with an integer primary key."""

    id: Mapped[int] = mapped_column(BigId, primary_key=True)


class Dated:
    """A table whose rows say when they were made."""

    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)


class TransitionRow(Identified):
    """Columns of a transition: who moved a thing from which state to which, when, and why."""

    verb: Mapped[str] = mapped_column(sa.String(32))
    before: Mapped[str] = mapped_column(sa.String(32))
    after: Mapped[str] = mapped_column(sa.String(32))
    by: Mapped[str] = mapped_column(sa.String(80))
    note: Mapped[str] = mapped_column(sa.Text, default="")
    at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)


_sessionmaker = make_sessionmaker(autoflush=True, expire_on_commit=False)
session: scoped_session[Session] = scoped_session(_sessionmaker)
_engine: Engine | None = None
_after_commit: list[Callable[[list[Any]], None]] = []


def engine() -> Engine:
    """The engine of the connected database. Raises RuntimeError before :func:`connect`."""
    if _engine is None:
        raise RuntimeError("the database is not connected")
    return _engine


def connect(url: str | URL, *, pool_size: int = 8) -> Engine:
    """Connect to ``url`` (SQLite or PostgreSQL) and make it the database of :data:`session`.

    ``pool_size`` is the number of connections kept for each process (threads plus one is enough).
    """
    global _engine
    disconnect()
    target = make_url(url)
    if target.get_backend_name() == "sqlite":
        _engine = sqlite_engine(target, pool_size)
    else:
        _engine = sa.create_engine(
            target,
            pool_size=pool_size,
            max_overflow=4,
            pool_pre_ping=True,
            connect_args={"options": "-c timezone=UTC -c lock_timeout=10s"},
        )
    _sessionmaker.configure(bind=_engine)
    return _engine


def disconnect() -> None:
    """Close this thread's session and every pooled connection."""
    global _engine
    session.remove()
    if _engine is not None:
        _engine.dispose()
        _engine = None


def dialect() -> str:
    """``sqlite`` or ``postgresql``."""
    return engine().dialect.name


def rows_changed(statement: sa.Update | sa.Delete, *, quiet: bool = False) -> int:
    """Run an UPDATE or DELETE; returns how many rows it touched.

    The way to guard what is scarce: the condition stands in the statement, and nought means no.
    ``quiet``: objects that were read before keep what they held, and are not looked through.
    """
    options: dict[str, Any] = {"synchronize_session": False} if quiet else {}
    result = session.execute(statement, execution_options=options)
    return int(result.rowcount)  # type: ignore[attr-defined]


def before_commit(hook: Callable[[], None], *, once: str) -> None:
    """Run ``hook`` just before the present :func:`committing` commits; one hook for each ``once``.

    For rows that everybody writes: the later they are locked, the shorter others wait.
    """
    session.info.setdefault("before_commit", {}).setdefault(once, hook)


def after_commit(deliver: Callable[[list[Any]], None]) -> None:
    """Register ``deliver``: called after each commit with what was put in :func:`outgoing`."""
    if deliver not in _after_commit:
        _after_commit.append(deliver)


def outgoing() -> list[Any]:
    """What the present transaction wants delivered after its commit."""
    found: list[Any] = session.info.setdefault("outgoing", [])
    return found


@contextmanager
def committing() -> Iterator[None]:
    """One writing transaction: all of it is stored, or nothing.

    What was loaded before is read again inside the transaction, so a decision is never taken on
    yesterday's row. Faces, commands and the worker use it; domains never do. Raises RuntimeError
    when used inside itself, or when something was changed before it began.
    """
    if session.info.get("committing"):
        raise RuntimeError("committing() is already open")
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("something was changed before committing()")
    session.rollback()
    session.info["committing"] = True
    out: list[Any] = []
    try:
        session.connection(execution_options={"writing": True})
        yield
        for hook in session.info.get("before_commit", {}).values():
            hook()
        session.flush()
        out = outgoing()
        points.reach("commit.before")
        session.commit()
        points.reach("commit.after")
    except BaseException:
        session.rollback()
        raise
    finally:
        for name in ("committing", "before_commit", "outgoing"):
            session.info.pop(name, None)
    if out:
        for deliver in _after_commit:
            deliver(out)


def is_duplicate(error: sa.exc.IntegrityError) -> bool:
    """Whether a row was refused because another one has its unique values."""
    code = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "sqlite_errorname", "")
    return code in DUPLICATES


def insert_first(row: Base) -> bool:
    """Store a new row; False when somebody else was quicker to store one of the same values.

    The transaction goes on in both cases.
    """
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except sa.exc.IntegrityError as error:
        if not is_duplicate(error):
            raise
        return False
    return True


def insert_missing(model: type[Base], rows: list[dict[str, Any]], *, unique: list[str]) -> None:
    """Insert the rows whose ``unique`` columns no stored row has yet; the others are left out."""
    insert: Any = postgresql.insert if dialect() == "postgresql" else sqlite.insert
    session.execute(insert(model).values(rows).on_conflict_do_nothing(index_elements=unique))


def is_committing() -> bool:
    """Whether a :func:`committing` block is open in this thread."""
    return bool(session.info.get("committing"))


def names_any(column: Any, *values: str) -> sa.ColumnElement[bool]:
    """Whether a JSON list of texts names any of ``values``; it may find a little too much."""
    text = sa.cast(column, sa.Text)
    return sa.or_(*(text.contains(f'"{value}"', autoescape=True) for value in values))


def to_json(value: Any) -> str:
    """Compact, stable JSON: the same value always gives the same text."""
    return json.dumps(value, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
