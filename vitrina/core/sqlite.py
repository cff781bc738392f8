"""How SQLite is opened.

It needs to be told when a transaction is going to write: a deferred BEGIN that becomes a writer
later fails at once with "database is locked" when another one wrote in between. So reads run in a
plain BEGIN, and a transaction with the execution option ``writing`` opens with BEGIN IMMEDIATE.
"""

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, Engine


def sqlite_engine(target: URL, pool_size: int) -> Engine:
    """An engine for the file of ``target``, whose folder is made; one writer, many readers."""
    if target.database and target.database != ":memory:":
        Path(target.database).parent.mkdir(parents=True, exist_ok=True)
    made = sa.create_engine(
        target,
        pool_size=pool_size,
        max_overflow=4,
        connect_args={"timeout": 20, "check_same_thread": False},
    )

    @event.listens_for(made, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, below
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=NORMAL",
            "foreign_keys=ON",
            "busy_timeout=20000",
            "cache_size=-32000",
            "temp_store=MEMORY",
            "mmap_size=268435456",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(made, "begin")
    def _begin(connection: Connection) -> None:
        writing = connection.get_execution_options().get("writing", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return made
