"""Public pages are the same bytes for everybody, kept under the catalogue's version.

A hit costs one tiny SELECT and no Flask at all. What is kept is bounded, and lives in the process:
workers need not agree, because the version they ask for is in the database.
"""

import contextlib
import gzip
import hashlib
import sqlite3
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import wraps
from http.cookies import CookieError, SimpleCookie
from typing import Any

import brotli
import psycopg
from flask import make_response, request
from sqlalchemy.engine import URL, make_url
from werkzeug.wrappers import Response

from vitrina.core import db
from vitrina.web.front import Start, Wsgi
from vitrina.web.visitor import CURRENCY_COOKIE

SHARED = "public, max-age=0, s-maxage=10, stale-while-revalidate=60"
MARK = "X-Vitrina-Public"
DAY = 24 * 3600
MOST_BYTES = 96 * 1024 * 1024
NEVER_KEPT = ("/api", "/admin", "/static/", "/media/", "/healthz", "/readyz", "/metrics")
NO_DATABASE = (sqlite3.Error, psycopg.Error)
SELECT = "SELECT catalogue_version FROM store WHERE id = 1"


def public_page(view: Callable[..., Any]) -> Callable[..., Any]:
    """A page without anything personal: its 200 answers are kept and shared.

    Under a chosen currency the page is right for this visitor only, so it is private.
    """

    @wraps(view)
    def shared(*args: Any, **kwargs: Any) -> Response:
        response = make_response(view(*args, **kwargs))
        if CURRENCY_COOKIE in request.cookies:
            response.headers["Cache-Control"] = "private, no-cache"
        elif response.status_code == 200:
            response.headers[MARK] = "1"
            response.headers["Content-Encoding"] = "identity"  # it is compressed once, when kept
        return response

    shared.access = "public"  # type: ignore[attr-defined]
    shared.is_public_page = True  # type: ignore[attr-defined]
    return shared


class Versions:
    """Reads the catalogue version on a connection of its own in each thread, in no transaction.

    A session would say BEGIN and ROLLBACK around the one SELECT that a cached page costs.
    """

    def __init__(self, url: URL) -> None:
        self._url = url
        self._local = threading.local()

    def _open(self) -> Any:
        if self._url.get_backend_name() == "sqlite":
            connection: Any = sqlite3.connect(
                self._url.database or "", isolation_level=None, check_same_thread=False, timeout=20
            )
        else:
            dsn = self._url.set(drivername="postgresql").render_as_string(hide_password=False)
            connection = psycopg.connect(dsn, autocommit=True, prepare_threshold=1)
        self._local.connection = connection
        return connection

    def read(self) -> int:
        """The version now. One lost connection is replaced; a second failure is raised."""
        for last in (False, True):
            connection = getattr(self._local, "connection", None) or self._open()
            try:
                return int(connection.execute(SELECT).fetchone()[0])
            except NO_DATABASE:
                self._local.connection = None
                if last:
                    raise
        raise AssertionError("unreachable")


@dataclass(slots=True)
class Page:
    """A kept answer. ``bodies`` are by content encoding; compressed ones are made on demand."""

    headers: list[tuple[str, str]]
    etag: str
    bodies: dict[str, bytes]
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def weight(self) -> int:
        """About how many bytes it takes, its compressed copies included."""
        return len(self.bodies["identity"]) * 2

    def body(self, encoding: str) -> bytes:
        found = self.bodies.get(encoding)
        if found is None:
            plain = self.bodies["identity"]
            with self.lock:
                found = (
                    brotli.compress(plain, quality=5)
                    if encoding == "br"
                    else gzip.compress(plain, 6)
                )
                self.bodies[encoding] = found
        return found


class PageCache:
    """WSGI middleware in front of Flask that answers public pages from memory."""

    def __init__(self, app: Wsgi, *, most_bytes: int = MOST_BYTES) -> None:
        self._app = app
        self._most = most_bytes
        self._pages: OrderedDict[tuple[Any, ...], Page] = OrderedDict()
        self._size = 0
        self._version = 0
        self._lock = threading.Lock()
        self._versions: Versions | None = None
        self._url: URL | None = None

    def _read_version(self) -> int:
        url = db.engine().url
        if self._versions is None or url != self._url:
            self._versions, self._url = Versions(make_url(url)), url
            with self._lock:  # another database: what was kept is of another shop
                self._pages.clear()
                self._size = 0
        return self._versions.read()

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        is_read = environ["REQUEST_METHOD"] in ("GET", "HEAD")
        if not is_read or environ["PATH_INFO"].startswith(NEVER_KEPT) or _has_currency(environ):
            return self._app(environ, _without_mark(start))
        key = (
            environ.get("vitrina.locale"),
            environ["PATH_INFO"],
            environ.get("QUERY_STRING", ""),
            environ.get("HTTP_HOST"),
            int(time.time() // DAY),  # pages name days of delivery
        )
        try:
            version = self._read_version()
        except NO_DATABASE:  # the app knows what to say without one
            return self._app(environ, _without_mark(start))
        page = self._find(version, key)
        if page is not None:
            return _answer(page, environ, start)
        if environ["REQUEST_METHOD"] == "HEAD":  # has no body to keep
            return self._app(environ, _without_mark(start))
        return self._ask(environ, start, version, key)

    def _find(self, version: int, key: tuple[Any, ...]) -> Page | None:
        with self._lock:
            if version != self._version:
                self._pages.clear()
                self._size, self._version = 0, version
                return None
            page = self._pages.get(key)
            if page is not None:
                self._pages.move_to_end(key)
            return page

    def _ask(
        self, environ: dict[str, Any], start: Start, version: int, key: tuple[Any, ...]
    ) -> Iterable[bytes]:
        """Let the app answer; keep the answer when it says that it is a public page."""
        told: list[Any] = []

        def remember(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            told[:] = [status, headers]
            if exc_info is not None or not _marked(headers):
                return start(status, [h for h in headers if h[0] != MARK], exc_info)
            return None

        answer = self._app(environ, remember)
        if not told or not _marked(told[1]):
            return answer
        body = b"".join(answer)
        if hasattr(answer, "close"):
            answer.close()
        page = _keep(told[1], body)
        with contextlib.suppress(*NO_DATABASE):  # it went away just now: the page is made anyway
            # A page made while the catalogue changed may be of either version: do not keep it.
            if self._read_version() == version:
                self._put(version, key, page)
        return _answer(page, environ, start)

    def _put(self, version: int, key: tuple[Any, ...], page: Page) -> None:
        with self._lock:
            if version != self._version:
                return
            same = self._pages.pop(key, None)  # another thread made it too
            self._pages[key] = page
            self._size += page.weight - (same.weight if same else 0)
            while self._size > self._most:
                _, old = self._pages.popitem(last=False)
                self._size -= old.weight


def _marked(headers: list[tuple[str, str]]) -> bool:
    return any(name == MARK for name, _ in headers)


def _without_mark(start: Start) -> Start:
    def begin(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        return start(status, [h for h in headers if h[0] != MARK], exc_info)

    return begin


def _has_currency(environ: dict[str, Any]) -> bool:
    cookies = environ.get("HTTP_COOKIE", "")
    if CURRENCY_COOKIE not in cookies:
        return False
    try:
        return CURRENCY_COOKIE in SimpleCookie(cookies)
    except CookieError:
        return True


def _keep(headers: list[tuple[str, str]], body: bytes) -> Page:
    dropped = {MARK.lower(), "content-length", "content-encoding", "cache-control", "etag"}
    dropped |= {"vary", "set-cookie"}
    kept = [h for h in headers if h[0].lower() not in dropped]
    kept += [("Cache-Control", SHARED), ("Vary", "Accept-Encoding")]
    etag = hashlib.sha256(body).hexdigest()[:24]
    return Page(kept, etag, {"identity": body})


def _encoding(environ: dict[str, Any]) -> str:
    accepted = environ.get("HTTP_ACCEPT_ENCODING", "")
    if "br" in accepted:
        return "br"
    return "gzip" if "gzip" in accepted else "identity"


def _answer(page: Page, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
    encoding = _encoding(environ)
    etag = f'"{page.etag}"' if encoding == "identity" else f'"{page.etag}-{encoding}"'
    if page.etag in environ.get("HTTP_IF_NONE_MATCH", ""):
        start("304 Not Modified", [("ETag", etag), *page.headers])
        return [b""]
    body = page.body(encoding)
    headers = [*page.headers, ("ETag", etag), ("Content-Length", str(len(body)))]
    if encoding != "identity":
        headers.append(("Content-Encoding", encoding))
    start("200 OK", headers)
    return [b""] if environ["REQUEST_METHOD"] == "HEAD" else [body]
