"""One migration history for SQLite and PostgreSQL, run from the package."""

import importlib
import pkgutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext

import vitrina
from vitrina.core import db

HERE = Path(__file__).resolve().parent


def folder() -> Path:
    """Where the scripts are: inside the wheel, or beside the package in a checkout."""
    inside = HERE / "migrations"
    return inside if inside.is_dir() else HERE.parent / "migrations"


def metadata() -> sa.MetaData:
    """Every table of the house: all ``models`` modules and the core's own are imported."""
    for module in pkgutil.walk_packages(vitrina.__path__, "vitrina."):
        name = module.name
        if ".models" in name or name.startswith("vitrina.core.") or name.endswith(".tables"):
            importlib.import_module(name)
    return db.Base.metadata


def is_ours(thing: Any, name: str | None, kind: str, reflected: bool, _other: Any) -> bool:
    """Leave out what a migration makes by hand: full-text tables and expression indexes."""
    return not (reflected and name is not None and name.startswith(("search_text", "fts_")))


def config() -> Config:
    made = Config()
    made.set_main_option("script_location", str(folder()))
    return made


@contextmanager
def _connection() -> Iterator[sa.Connection]:
    """A connection to migrate with.

    SQLite changes a table by making it anew, for which rows that refer to it must not stand in the
    way; they are looked at afterwards (https://sqlite.org/lang_altertable.html, section 7).
    """
    with db.engine().connect() as connection:
        if db.dialect() != "sqlite":
            yield connection
            return
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.execute("PRAGMA foreign_keys=OFF")  # before BEGIN: inside, it does nothing
        try:
            yield connection
            broken = raw.execute("PRAGMA foreign_key_check").fetchall()
            if broken:
                raise RuntimeError(f"rows without what they refer to: {broken[:5]}")
        finally:
            connection.rollback()
            raw.execute("PRAGMA foreign_keys=ON")


def upgrade(revision: str = "head") -> None:
    """Bring the connected database to ``revision``. Two at once wait for each other."""
    made = config()
    with _connection() as connection:
        if db.dialect() == "postgresql":
            connection.execute(sa.text("SELECT pg_advisory_lock(8272)"))
            connection.commit()
        made.attributes["connection"] = connection
        command.upgrade(made, revision)
        connection.commit()
        if db.dialect() == "postgresql":
            connection.execute(sa.text("SELECT pg_advisory_unlock(8272)"))
            connection.commit()


def downgrade(revision: str) -> None:
    """Take the connected database back to ``revision``."""
    made = config()
    with _connection() as connection:
        made.attributes["connection"] = connection
        command.downgrade(made, revision)
        connection.commit()


def current() -> str | None:
    """The revision of the connected database; None when it has never been migrated."""
    with db.engine().connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()
