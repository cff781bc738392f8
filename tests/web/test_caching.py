"""Public pages come from memory, are never stale, and are nobody's in particular."""

import gzip
from collections.abc import Callable, Iterable
from typing import Any

import brotli
from werkzeug.test import Client

from vitrina.core import store
from vitrina.core.db import committing
from vitrina.web.caching import MARK, PageCache


class Counter:
    """A little app that counts how often it is asked, and says so in its public page."""

    def __init__(self, *, public: bool = True, during: Callable[[], None] | None = None) -> None:
        self.asked = 0
        self.public = public
        self.during = during

    def __call__(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        self.asked += 1
        if self.during:
            self.during()
        headers = [("Content-Type", "text/html"), ("Set-Cookie", "session=secret")]
        start("200 OK", headers + ([(MARK, "1")] if self.public else []))
        return [f"page {self.asked} ".encode() * 50]


def bump() -> None:
    with committing():
        store.touch_catalogue()


def test_a_public_page_is_made_once_and_never_with_a_cookie(database: str) -> None:
    app = Counter()
    client = Client(PageCache(app))
    first, second = client.get("/"), client.get("/")
    assert first.data == second.data
    assert app.asked == 1
    assert "Set-Cookie" not in second.headers
    assert MARK not in first.headers
    assert second.headers["Cache-Control"].startswith("public")


def test_a_change_that_a_shopper_can_see_makes_it_anew(database: str) -> None:
    app = Counter()
    client = Client(PageCache(app))
    before = client.get("/").data
    bump()
    assert client.get("/").data != before


def test_a_page_made_while_the_catalogue_changed_is_not_kept(database: str) -> None:
    app = Counter(during=bump)
    client = Client(PageCache(app))
    client.get("/")
    client.get("/")
    assert app.asked == 2


def test_each_address_language_and_query_has_its_own(database: str) -> None:
    app = Counter()
    client = Client(PageCache(app))
    client.get("/")
    client.get("/?page=2")
    client.get("/", environ_overrides={"vitrina.locale": "ru"})
    assert app.asked == 3


def test_a_visitor_with_a_chosen_currency_is_answered_by_the_app(database: str) -> None:
    app = Counter()
    client = Client(PageCache(app))
    client.get("/")
    client.set_cookie("currency", "BRL")
    client.get("/")
    assert app.asked == 2


def test_a_private_page_and_a_form_are_never_kept(database: str) -> None:
    app = Counter(public=False)
    client = Client(PageCache(app))
    client.get("/account")
    client.get("/account")
    client.post("/account")
    assert app.asked == 3


def test_a_browser_that_has_the_page_is_told_so(database: str) -> None:
    client = Client(PageCache(Counter()))
    for encoding in ("identity", "gzip", "br"):
        sent = client.get("/", headers={"Accept-Encoding": encoding})
        again = client.get(
            "/", headers={"Accept-Encoding": encoding, "If-None-Match": sent.headers["ETag"]}
        )
        assert (again.status_code, again.data) == (304, b"")


def test_it_is_compressed_for_those_who_read_it(database: str) -> None:
    client = Client(PageCache(Counter()))
    plain = client.get("/").data
    assert brotli.decompress(client.get("/", headers={"Accept-Encoding": "gzip, br"}).data) == plain
    assert gzip.decompress(client.get("/", headers={"Accept-Encoding": "gzip"}).data) == plain


def test_what_is_kept_is_bounded(database: str) -> None:
    app = Counter()
    cache = PageCache(app, most_bytes=5_000)
    client = Client(cache)
    for page in range(20):
        client.get(f"/?page={page}")
    assert cache._size <= 5_000
    client.get("/?page=19")
    assert app.asked == 20


def test_a_page_that_two_made_at_once_is_counted_once(database: str) -> None:
    cache = PageCache(Counter())

    def other() -> None:
        app.during = None
        Client(cache).get("/")

    app = Counter(during=other)
    cache._app = app
    Client(cache).get("/")
    assert app.asked == 2
    assert cache._size == sum(page.weight for page in cache._pages.values())
