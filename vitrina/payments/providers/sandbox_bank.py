"""The bank behind the sandbox: a little world of its own, in its own file.

It knows what a real one knows: payments with their money, the keys under which it was called, and
the webhooks it owes. It never sees the shop's database, and the shop never sees a card number.
"""

import json
import secrets
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from vitrina.core import clock
from vitrina.payments.errors import KeyUsedOtherwise, PaymentNotFound

SCHEMA = """
CREATE TABLE IF NOT EXISTS payments (
    ref TEXT PRIMARY KEY, reference TEXT NOT NULL UNIQUE, amount INTEGER NOT NULL,
    currency TEXT NOT NULL, status TEXT NOT NULL, reason TEXT NOT NULL DEFAULT '',
    return_url TEXT NOT NULL, number TEXT NOT NULL, pays_at REAL,
    captured INTEGER NOT NULL DEFAULT 0 CHECK (captured <= amount),
    refunded INTEGER NOT NULL DEFAULT 0 CHECK (refunded <= captured)
);
CREATE TABLE IF NOT EXISTS calls (
    key TEXT PRIMARY KEY, asked TEXT NOT NULL, answer TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS events (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, ref TEXT NOT NULL, due_at REAL NOT NULL, sent_at REAL
);
CREATE TABLE IF NOT EXISTS refunds (
    ref TEXT PRIMARY KEY, payment TEXT NOT NULL, key TEXT NOT NULL, amount INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS events_due ON events (due_at) WHERE sent_at IS NULL;
"""

TOKENS = {
    "tok_success": ("authorized", ""),
    "tok_decline": ("failed", "card_declined"),
    "tok_3ds": ("requires_action", ""),
    "tok_delay": ("pending", ""),
    "tok_timeout": ("authorized", ""),
}
"""What a means of payment does: the state it starts in, and why it fails."""


class Bank:
    """All calls are safe to repeat, and to make from several processes at once."""

    def __init__(self, path: Path, delay: timedelta) -> None:
        self.path = path
        self.delay = delay
        self._local = threading.local()

    def start(
        self,
        *,
        key: str,
        reference: str,
        number: str,
        amount: int,
        currency: str,
        token: str,
        return_url: str,
    ) -> dict[str, Any]:
        """Open a payment; the same ``key`` gives the first answer again."""
        asked = [reference, amount, currency, token]
        with self._writing() as db:
            known = _known(db, f"start:{key}", asked)
            if known is None:
                status, reason = TOKENS.get(token, ("failed", "unknown_card"))
                ref = f"sbx_{secrets.token_hex(12)}"
                pays_at = self._soon() if status == "pending" else None
                db.execute(
                    "INSERT INTO payments (ref, reference, amount, currency, status, reason,"
                    " return_url, number, pays_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (ref, reference, amount, currency, status, reason, return_url, number, pays_at),
                )
                if pays_at is not None:
                    _owe(db, "payment.captured", ref, pays_at)
                elif token == "tok_timeout":  # its answer gets lost, the news of it does not
                    _owe(db, "payment.authorized", ref, self._soon())
                known = {"ref": ref}
                _remember(db, f"start:{key}", asked, known)
            return self._state(db, str(known["ref"]))

    def capture(self, *, key: str, ref: str, amount: int, currency: str) -> dict[str, Any]:
        """Take all or a part of an authorized amount, once; the rest is given up."""
        with self._writing() as db:
            asked = [ref, amount, currency]
            known = _known(db, f"capture:{key}", asked)
            if known is None:
                payment = self._state(db, ref)
                fits = 0 < amount <= payment["amount"] and currency == payment["currency"]
                if payment["status"] == "authorized" and fits:
                    db.execute(
                        "UPDATE payments SET status = 'captured', captured = ? WHERE ref = ?",
                        (amount, ref),
                    )
                elif payment["status"] == "authorized":
                    return {**payment, "status": "failed", "reason": "wrong_amount"}
                _remember(db, f"capture:{key}", asked, {"ref": ref})
            return self._state(db, ref)

    def refund(self, *, key: str, ref: str, amount: int, currency: str) -> dict[str, Any]:
        """Give back part of what was captured, once for each ``key``."""
        with self._writing() as db:
            asked = [ref, amount, currency]
            known = _known(db, f"refund:{key}", asked)
            if known is None:
                payment = self._state(db, ref)
                left = payment["captured"] - payment["refunded"]
                if currency != payment["currency"] or not 0 < amount <= left:
                    return {"status": "failed", "reason": "more_than_captured"}
                db.execute(
                    "UPDATE payments SET refunded = refunded + ? WHERE ref = ?", (amount, ref)
                )
                known = {"status": "refunded", "ref": f"sbr_{secrets.token_hex(12)}"}
                db.execute(
                    "INSERT INTO refunds (ref, payment, key, amount) VALUES (?, ?, ?, ?)",
                    (known["ref"], payment["ref"], key, amount),
                )
                _remember(db, f"refund:{key}", asked, known)
            return known

    def cancel(self, ref: str) -> dict[str, Any]:
        """Give up a payment that is not captured; it says where it stands when that is late."""
        with self._writing() as db:
            if self._state(db, ref)["status"] not in ("captured", "failed"):
                db.execute(
                    "UPDATE payments SET status = 'cancelled', reason = 'cancelled' WHERE ref = ?",
                    (ref,),
                )
            return self._state(db, ref)

    def refunds(self, ref: str) -> list[dict[str, Any]]:
        """What was given back of a payment, the oldest first."""
        with self._writing() as db:
            rows = db.execute(
                "SELECT ref, key, amount FROM refunds WHERE payment = ? ORDER BY rowid", (ref,)
            )
            return [dict(row) for row in rows]

    def authenticate(self, ref: str, *, approved: bool) -> dict[str, Any]:
        """The buyer answered the bank's question (3-D Secure)."""
        with self._writing() as db:
            payment = self._state(db, ref)
            if payment["status"] == "requires_action":
                status = "authorized" if approved else "failed"
                db.execute(
                    "UPDATE payments SET status = ?, reason = ? WHERE ref = ?",
                    (status, "" if approved else "not_authenticated", ref),
                )
                _owe(db, f"payment.{status}", ref, self._soon())
            return self._state(db, ref)

    def look(self, ref: str) -> dict[str, Any]:
        """A payment by its ref or by our reference. Raises PaymentNotFound."""
        with self._writing() as db:
            return self._state(db, ref)

    def due(self, limit: int = 20) -> list[dict[str, Any]]:
        """The events that are due and not delivered yet."""
        with self._writing() as db:
            rows = db.execute(
                "SELECT events.id, kind, events.ref, reference FROM events"
                " JOIN payments ON payments.ref = events.ref"
                " WHERE sent_at IS NULL AND due_at <= ? ORDER BY due_at, id LIMIT ?",
                (clock.now().timestamp(), limit),
            ).fetchall()
        return [dict(row) for row in rows]

    def sent(self, event_id: str) -> None:
        """An event was delivered."""
        with self._writing() as db:
            db.execute(
                "UPDATE events SET sent_at = ? WHERE id = ?", (clock.now().timestamp(), event_id)
            )

    def _soon(self) -> float:
        return (clock.now() + self.delay).timestamp()

    def _state(self, db: sqlite3.Connection, ref: str) -> dict[str, Any]:
        row = db.execute(
            "SELECT * FROM payments WHERE ref = ? OR reference = ?", (ref, ref)
        ).fetchone()
        if row is None:
            raise PaymentNotFound(ref=ref)
        payment = dict(row)
        now = clock.now().timestamp()
        if payment["status"] == "pending" and payment["pays_at"] <= now:
            db.execute(
                "UPDATE payments SET status = 'captured', captured = amount WHERE ref = ?",
                (payment["ref"],),
            )
            payment.update(status="captured", captured=payment["amount"])
        return payment

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        db = self._connection()
        db.execute("BEGIN IMMEDIATE")
        try:
            yield db
        except BaseException:
            db.execute("ROLLBACK")
            raise
        db.execute("COMMIT")

    def _connection(self) -> sqlite3.Connection:
        found: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if found is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            found = sqlite3.connect(self.path, timeout=20, isolation_level=None)
            found.row_factory = sqlite3.Row
            found.execute("PRAGMA journal_mode = WAL")
            found.execute("PRAGMA synchronous = NORMAL")
            found.executescript(SCHEMA)
            self._local.connection = found
        return found


def _known(db: sqlite3.Connection, key: str, asked: list[Any]) -> dict[str, Any] | None:
    row = db.execute("SELECT asked, answer FROM calls WHERE key = ?", (key,)).fetchone()
    if row is None:
        return None
    if row["asked"] != json.dumps(asked):
        raise KeyUsedOtherwise(key=key)
    answer: dict[str, Any] = json.loads(row["answer"])
    return answer


def _remember(db: sqlite3.Connection, key: str, asked: list[Any], answer: dict[str, Any]) -> None:
    db.execute(
        "INSERT INTO calls (key, asked, answer) VALUES (?, ?, ?)",
        (key, json.dumps(asked), json.dumps(answer)),
    )


def _owe(db: sqlite3.Connection, kind: str, ref: str, due_at: float) -> None:
    db.execute(
        "INSERT INTO events (id, kind, ref, due_at) VALUES (?, ?, ?, ?)",
        (f"evt_{secrets.token_hex(12)}", kind, ref, due_at),
    )
