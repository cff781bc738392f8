"""Rate limits: how often an address may ask, counted across processes.

With Redis the counters live there. Without it they live in the shop's own database, and writing a
row for each request would cost more than many requests do. So every process counts in memory and
adds to the shared row: at every hit while a window has seen fewer than ``EXACT``, later once a
second or once it has 5 % more. Tight limits (sign-in) are exact; a wide one may be overrun by 5 % a
process.
"""

import math
import threading
import time
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import Flask, Response, current_app, request
from flask_limiter import Limiter
from limits.storage import Storage
from sqlalchemy.dialects import postgresql, sqlite

from vitrina.config import Settings
from vitrina.core import db
from vitrina.core.db import committing, session
from vitrina.core.jobs import recurring
from vitrina.web.tables import RateCounter

EXACT = 20
SHARE = 20  # one in twenty: 5 %
MOST_KNOWN = 20_000


@dataclass(slots=True)
class _Window:
    count: int
    expires_at: float
    pending: int = 0
    shared_at: float = 0.0


class DatabaseStorage(Storage):
    """Counters in the table ``rate_limits``, with a share of the counting in memory."""

    STORAGE_SCHEME = ["database"]

    def __init__(self, uri: str | None = None, wrap_exceptions: bool = False, **_: Any) -> None:
        super().__init__(uri, wrap_exceptions=wrap_exceptions)
        self._windows: dict[str, _Window] = {}
        self._lock = threading.Lock()

    @property
    def base_exceptions(self) -> type[Exception]:
        return sa.exc.SQLAlchemyError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count ``amount`` under ``key`` for a window of ``expiry`` seconds; gives the count."""
        key, now = key[-200:], time.time()
        with self._lock:
            window = self._window(key, now) or _Window(0, now + expiry)
            self._windows[key] = window
            window.pending += amount
            seen = window.count + window.pending
            is_due = (
                seen <= EXACT
                or window.pending * SHARE >= window.count
                or now - window.shared_at >= 1
            )
            if not is_due:
                return seen
            adding, window.pending, window.shared_at = window.pending, 0, now
            window.count = seen
        shared, expires_at = self._add(key, adding, int(now + expiry), int(now))
        with self._lock:
            window.count = max(window.count, shared)
            window.expires_at = expires_at
            return window.count + window.pending

    def _window(self, key: str, now: float) -> _Window | None:
        if len(self._windows) > MOST_KNOWN:
            self._windows = {k: w for k, w in self._windows.items() if w.expires_at > now}
        window = self._windows.get(key)
        return window if window is not None and window.expires_at > now else None

    def _add(self, key: str, amount: int, expires_at: int, now: int) -> tuple[int, int]:
        """Add to the shared row in one statement; a window that is over begins anew."""
        insert = postgresql.insert if db.dialect() == "postgresql" else sqlite.insert
        new = insert(RateCounter).values(key=key, count=amount, expires_at=expires_at)
        is_over = RateCounter.expires_at <= now
        added = new.on_conflict_do_update(
            index_elements=[RateCounter.key],
            set_={
                "count": sa.case(
                    (is_over, new.excluded.count), else_=RateCounter.count + new.excluded.count
                ),
                "expires_at": sa.case(
                    (is_over, new.excluded.expires_at), else_=RateCounter.expires_at
                ),
            },
        ).returning(RateCounter.count, RateCounter.expires_at)
        with db.engine().connect() as connection:
            connection = connection.execution_options(writing=True)
            with connection.begin():
                row = connection.execute(added).one()
        return int(row[0]), int(row[1])

    def get(self, key: str) -> int:
        """What this process knows of the count under ``key``."""
        with self._lock:
            window = self._window(key[-200:], time.time())
            return window.count + window.pending if window else 0

    def get_expiry(self, key: str) -> float:
        """When the window of ``key`` is over (seconds since 1970)."""
        with self._lock:
            window = self._window(key[-200:], time.time())
            return window.expires_at if window else time.time()

    def check(self) -> bool:
        return True

    def reset(self) -> int | None:
        """Forget every counter."""
        with self._lock:
            self._windows.clear()
        with db.engine().connect() as connection:
            connection = connection.execution_options(writing=True)
            with connection.begin():
                return int(connection.execute(sa.delete(RateCounter)).rowcount)

    def clear(self, key: str) -> None:
        """Forget the counter of ``key``."""
        with self._lock:
            self._windows.pop(key[-200:], None)
        with db.engine().connect() as connection:
            connection = connection.execution_options(writing=True)
            with connection.begin():
                connection.execute(sa.delete(RateCounter).where(RateCounter.key == key[-200:]))


def _address() -> str:
    """The caller's address, as the trusted proxies (and nobody else) say."""
    return request.remote_addr or "unknown"


limiter = Limiter(key_func=_address, swallow_errors=True)


@limiter.request_filter
def limits_are_off() -> bool:
    """Asked for each request: one process may hold a shop with limits and one without."""
    settings: Settings = current_app.config["SETTINGS"]
    return not settings.rate_limits


def init_app(app: Flask) -> None:
    """Switch the limits on, unless the settings say off; with Redis the counters are kept there."""
    settings: Settings = app.config["SETTINGS"]
    app.config["RATELIMIT_STORAGE_URI"] = settings.redis_url or "database://"
    app.config["RATELIMIT_HEADERS_ENABLED"] = False  # add_headers() says them by their new names
    app.config["RATELIMIT_IN_MEMORY_FALLBACK_ENABLED"] = True  # without Redis: each for itself
    limiter.init_app(app)


def is_counting() -> bool:
    """Whether the place of the shared counters (Redis, or the database) answers."""
    return bool(limiter.storage.check())


def add_headers(response: Response) -> None:
    """Say what is left: ``RateLimit-Limit``, ``-Remaining`` and ``-Reset`` (seconds)."""
    current = limiter.current_limit
    if current is None:
        return
    seconds = max(0, math.ceil(current.window[0] - time.time()))
    response.headers["RateLimit-Limit"] = str(current.limit.amount)
    response.headers["RateLimit-Remaining"] = str(current.remaining)
    response.headers["RateLimit-Reset"] = str(seconds)
    if response.status_code == 429:
        response.headers.setdefault("Retry-After", str(max(1, seconds)))


@recurring(hours=1)
def forget_old_windows() -> None:
    """Remove the counters of windows that are over."""
    with committing():
        session.execute(sa.delete(RateCounter).where(RateCounter.expires_at < int(time.time())))
