"""How a call to a provider's API is carried out: faults, idempotency, one transaction, one answer.

Both providers go through :func:`perform`; what differs is the shape of the errors, which a
:class:`Dialect` gives.
"""

import hashlib
import json
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from flask import Response, current_app, request

from vitrina.simulator import faults
from vitrina.simulator.faults import Fault, Kind
from vitrina.simulator.store import Json, Store, Transaction

LEASE_SECONDS = 90
"""After this long, a key whose call never ended (its server died) may be used again."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer in JSON. ``saved``: the same idempotency key gets it again."""

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    saved: bool = True


class Refusal(Exception):
    """The call ends with an error that the caller sees.

    Nothing of what was done is kept, unless ``kept``: a declined card leaves its traces.
    """

    def __init__(self, reply: Reply, *, kept: bool = False) -> None:
        super().__init__(reply.status)
        self.reply = reply
        self.kept = kept


@dataclass(frozen=True, slots=True)
class Context:
    """What a call works with. ``decline``: the code a switch wants it declined with, or empty.

    ``url``: the simulator's own address with a slash at its end, for pages that a buyer is sent to.
    ``key``: the call's idempotency key.
    """

    tx: Transaction
    url: str
    decline: str = ""
    key: str = ""


Work = Callable[[Context], Reply]


class Dialect(Protocol):
    """A provider's way to say what the wire itself got wrong."""

    name: str
    key_seconds: int
    """How long a key is remembered; then the same key does the same thing again."""

    def too_many_requests(self) -> Reply:
        """429."""
        ...

    def server_error(self) -> Reply:
        """500."""
        ...

    def key_in_use(self, key: str) -> Reply:
        """A call with this key is running at this moment."""
        ...

    def key_reused(self, key: str) -> Reply:
        """The key was used before, with other parameters."""
        ...

    def headers(self, *, replayed: bool) -> Mapping[str, str]:
        """What every answer carries, such as a request id."""
        ...


@dataclass(frozen=True, slots=True)
class Call:
    """A call: ``operation`` is what faults are matched with, such as ``stripe.refunds.create``.

    ``key`` is the idempotency key, empty for none; ``said`` is everything that the same key must
    come with again.
    """

    operation: str
    key: str = ""
    said: str = ""

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(f"{request.method} {request.path}\n{self.said}".encode()).hexdigest()


def store() -> Store:
    """The running simulator's memory."""
    kept: Store = current_app.extensions["simulator"].store
    return kept


def own_url() -> str:
    """The address a browser reaches the simulator at, with a slash at its end."""
    url: str = current_app.extensions["simulator"].public_url
    return url or request.url_root


def perform(dialect: Dialect, call: Call, work: Work) -> Response:
    """Carry a call out once, with whatever fault is switched on for it, and answer."""
    with store().transaction() as tx:
        fault = faults.take(tx, call.operation)
    kind = fault.fault if fault else None
    if kind is Kind.UNREACHABLE:
        return hang_up()
    if kind is Kind.TOO_MANY:
        return answer(dialect, dialect.too_many_requests())
    if kind is Kind.ERROR_BEFORE:
        return answer(dialect, dialect.server_error())
    earlier = _claim(dialect, call) if call.key else None
    if earlier is not None:
        return answer(dialect, earlier, replayed=earlier.saved)
    if fault and kind is not Kind.LOST_REPLY:
        time.sleep(fault.hang)
    reply = _carry_out(dialect, call, work, fault)
    if fault and kind is Kind.LOST_REPLY:
        time.sleep(fault.hang)
        return hang_up()
    return answer(dialect, dialect.server_error() if kind is Kind.ERROR_AFTER else reply)


def answer(dialect: Dialect, reply: Reply, *, replayed: bool = False) -> Response:
    """The reply as the provider sends it."""
    body = "" if reply.body is None else json.dumps(reply.body)
    response = Response(body, reply.status, mimetype="application/json")
    for name, value in {**dialect.headers(replayed=replayed), **reply.headers}.items():
        response.headers[name] = value
    return response


def hang_up() -> Response:
    """Close the connection without a word; the answer that is returned reaches nobody."""
    line = request.environ.get("werkzeug.socket")
    if isinstance(line, socket.socket):
        line.shutdown(socket.SHUT_RDWR)
    return Response(status=502, headers={"Connection": "close"})


def _claim(dialect: Dialect, call: Call) -> Reply | None:
    """Take the key for this call, or give what a call with it has to be answered with."""
    with store().transaction() as tx:
        row = tx.sql.execute(
            "SELECT * FROM idempotency WHERE provider = ? AND key = ?", (dialect.name, call.key)
        ).fetchone()
        if row is not None and row["until"] <= tx.now():
            row = None
        if row is not None and row["fingerprint"] != call.fingerprint:
            return dialect.key_reused(call.key)
        if row is not None and row["status"] is not None:
            return Reply(json.loads(row["body"]), row["status"])
        if row is not None and time.time() - row["at"] < LEASE_SECONDS:
            return dialect.key_in_use(call.key)
        tx.sql.execute(
            "INSERT OR REPLACE INTO idempotency (provider, key, fingerprint, at, until)"
            " VALUES (?, ?, ?, ?, ?)",
            (
                dialect.name,
                call.key,
                call.fingerprint,
                time.time(),
                tx.now() + dialect.key_seconds,
            ),
        )
    return None


def _carry_out(dialect: Dialect, call: Call, work: Work, fault: Fault | None) -> Reply:
    """Do the work and keep its answer under the key, both or neither."""
    decline = fault.code if fault and fault.fault is Kind.DECLINE else ""
    stuck = fault is not None and fault.fault is Kind.ERROR_STUCK
    try:
        with store().transaction() as tx:
            try:
                reply = work(Context(tx, own_url(), decline, call.key))
            except Refusal as refusal:
                if not refusal.kept:
                    raise
                reply = refusal.reply
            reply = dialect.server_error() if stuck else reply
            _keep(tx, dialect, call, reply, saved=stuck or reply.saved)
        return reply
    except Refusal as refusal:
        with store().transaction() as tx:
            _keep(tx, dialect, call, refusal.reply, saved=refusal.reply.saved)
        return refusal.reply
    except BaseException:
        with store().transaction() as tx:
            _keep(tx, dialect, call, Reply(), saved=False)
        raise


def _keep(tx: Transaction, dialect: Dialect, call: Call, reply: Reply, *, saved: bool) -> None:
    """Remember the answer under the call's key; or free the key, where it is not to be kept."""
    where: Json = {"provider": dialect.name, "key": call.key}
    if saved:
        tx.sql.execute(
            "UPDATE idempotency SET status = :status, body = :body"
            " WHERE provider = :provider AND key = :key",
            {**where, "status": reply.status, "body": json.dumps(reply.body)},
        )
    else:
        tx.sql.execute("DELETE FROM idempotency WHERE provider = :provider AND key = :key", where)
