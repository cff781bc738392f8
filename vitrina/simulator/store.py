"""The simulator's memory: one SQLite file, so that several processes see the same bank.

Whatever changes happens inside :meth:`Store.transaction`, which holds the file's write lock from
its first moment: two calls about one payment come one after the other, as they do at a real bank.
"""

import json
import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Json = dict[str, Any]

LOCK_SECONDS = 60

SCHEMA = """
CREATE TABLE IF NOT EXISTS objects (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    body TEXT NOT NULL,
    created INTEGER NOT NULL,
    UNIQUE (kind, id)
);
CREATE INDEX IF NOT EXISTS objects_by_payment
    ON objects (kind, json_extract(body, '$.payment_intent'));
CREATE INDEX IF NOT EXISTS objects_by_customer
    ON objects (kind, json_extract(body, '$.customer'));
CREATE TABLE IF NOT EXISTS entries (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    provider TEXT NOT NULL,
    payment TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('authorize', 'charge', 'refund', 'dispute', 'void')),
    amount INTEGER NOT NULL,
    currency TEXT NOT NULL,
    ref TEXT NOT NULL,
    reference TEXT NOT NULL,
    at REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS entries_by_payment ON entries (provider, payment);
CREATE TABLE IF NOT EXISTS idempotency (
    provider TEXT NOT NULL,
    key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    status INTEGER,
    body TEXT,
    at REAL NOT NULL,
    until INTEGER NOT NULL,
    PRIMARY KEY (provider, key)
);
CREATE TABLE IF NOT EXISTS faults (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    body TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS endpoints (
    provider TEXT NOT NULL,
    url TEXT NOT NULL,
    secret TEXT NOT NULL,
    PRIMARY KEY (provider, url)
);
CREATE TABLE IF NOT EXISTS events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    provider TEXT NOT NULL,
    id TEXT NOT NULL UNIQUE,
    body TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'delivered', 'lost', 'failed')),
    attempts INTEGER NOT NULL DEFAULT 0,
    due REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS events_by_due ON events (state, due);
CREATE TABLE IF NOT EXISTS timers (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    provider TEXT NOT NULL,
    at INTEGER NOT NULL,
    what TEXT NOT NULL,
    id TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS timers_by_time ON timers (provider, at);
CREATE TABLE IF NOT EXISTS settings (
    name TEXT PRIMARY KEY,
    body TEXT NOT NULL
);
"""

VERSION = 2
"""Of the schema. A file of another version is begun anew: nothing in it is worth a migration."""

FORGOTTEN = ("objects", "entries", "idempotency", "faults", "events", "timers", "settings")
"""The tables that a reset empties: all but the endpoints."""


class Transaction:
    """What can be read and written while the file is locked."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.sql = connection

    def now(self) -> int:
        """The simulator's time, in seconds since 1970; it can be moved on for expiries."""
        return int(time.time()) + int(self.setting("clock", 0))

    def setting(self, name: str, default: Any) -> Any:
        """A remembered switch, or ``default``."""
        row = self.sql.execute("SELECT body FROM settings WHERE name = ?", (name,)).fetchone()
        return default if row is None else json.loads(row[0])

    def remember(self, name: str, value: Any) -> None:
        """Set a switch for all processes."""
        self.sql.execute(
            "INSERT OR REPLACE INTO settings (name, body) VALUES (?, ?)",
            (name, json.dumps(value)),
        )

    def later(self, provider: str, at: int, what: str, object_id: str) -> None:
        """Let :meth:`due` tell of ``what`` about an object at this time or soon after."""
        self.sql.execute(
            "INSERT INTO timers (provider, at, what, id) VALUES (?, ?, ?, ?)",
            (provider, at, what, object_id),
        )

    def due(self, provider: str) -> list[tuple[str, str]]:
        """What is due now and the object's id, each told once."""
        rows = self.sql.execute(
            "DELETE FROM timers WHERE provider = ? AND at <= ? RETURNING what, id",
            (provider, self.now()),
        ).fetchall()
        return [(row["what"], row["id"]) for row in rows]

    # objects -----------------------------------------------------------------------------------

    def put(self, kind: str, body: Json) -> Json:
        """Keep an object under its ``id``, anew or over the one that was there; gives it back."""
        self.sql.execute(
            "INSERT INTO objects (kind, id, body, created) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body",
            (kind, body["id"], json.dumps(body), self.now()),
        )
        return body

    def get(self, kind: str, object_id: str) -> Json | None:
        """The object, or None."""
        row = self.sql.execute(
            "SELECT body FROM objects WHERE kind = ? AND id = ?", (kind, object_id)
        ).fetchone()
        return None if row is None else json.loads(row[0])

    def find(self, kind: str, **fields: str | int) -> list[Json]:
        """The objects of a kind whose top-level fields have these values, newest first."""
        where, values = "kind = ?", [kind]
        for name, value in fields.items():
            if not re.fullmatch(r"\w+", name):
                raise ValueError(name)
            where += f" AND json_extract(body, '$.{name}') = ?"
            values.append(value)  # type: ignore[arg-type]
        rows = self.sql.execute(f"SELECT body FROM objects WHERE {where} ORDER BY seq DESC", values)
        return [json.loads(row[0]) for row in rows]

    # money -------------------------------------------------------------------------------------

    def enter(
        self,
        provider: str,
        payment: str,
        kind: str,
        amount: int,
        currency: str,
        *,
        ref: str,
        reference: str = "",
    ) -> None:
        """Write a movement into the ledger; it is never changed.

        ``amount`` in minor units, ``ref`` the charge, capture or refund it came from, ``reference``
        what the shop calls the payment, where it said so.
        """
        self.sql.execute(
            "INSERT INTO entries (provider, payment, kind, amount, currency, ref, reference, at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (provider, payment, kind, amount, currency.upper(), ref, reference, self.now()),
        )

    def entries(self, provider: str = "", payment: str = "") -> list[Json]:
        """The ledger's rows in the order of their happening; empty arguments match all."""
        rows = self.sql.execute(
            "SELECT provider, payment, kind, amount, currency, ref, reference, at FROM entries"
            " WHERE (? = '' OR provider = ?) AND (? = '' OR payment = ?) ORDER BY seq",
            (provider, provider, payment, payment),
        )
        return [dict(row) for row in rows]


class Store:
    """The file. Every transaction opens it for itself, so threads and processes share nothing."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        # One connection stays open: when the last one closes, SQLite folds the log into the file,
        # which takes longer than all the rest of a transaction.
        self._kept_open = self._connect()
        self._kept_open.execute("PRAGMA journal_mode = WAL")
        self._begin_anew_if_old(self._kept_open)
        self._kept_open.executescript(SCHEMA)

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Lock the file, and keep what the block did unless it raises."""
        connection = self._connect()
        try:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield Transaction(connection)
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")
        finally:
            connection.close()

    def reset(self) -> None:
        """Forget everything but where the webhooks go."""
        with self.transaction() as tx:
            for table in FORGOTTEN:
                tx.sql.execute(f"DELETE FROM {table}")

    def close(self) -> None:
        """Let go of the file."""
        self._kept_open.close()

    @staticmethod
    def _begin_anew_if_old(connection: sqlite3.Connection) -> None:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version == VERSION:
            return
        for table in (*FORGOTTEN, "endpoints"):
            connection.execute(f"DROP TABLE IF EXISTS {table}")
        connection.execute(f"PRAGMA user_version = {VERSION}")

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.path, timeout=LOCK_SECONDS, isolation_level=None, check_same_thread=False
        )
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA synchronous = NORMAL")
        return connection
