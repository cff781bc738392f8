"""What the shop answers while its database is away, and what it says of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.conftest import Shop
from vitrina.core import db
from vitrina.web import limits

PLACES = ("sqlite:///{folder}/empty.db", "postgresql+psycopg://vitrina@127.0.0.1:1/nowhere")


@pytest.fixture(params=PLACES, ids=["sqlite", "postgresql"])
def lost(
    request: pytest.FixtureRequest, sqlite_shop: Shop, tmp_path: Path
) -> Iterator[FlaskClient]:
    """A browser of a shop whose database went away."""
    db.connect(request.param.format(folder=tmp_path))
    yield sqlite_shop.app.test_client()
    db.connect(sqlite_shop.url)


def test_the_process_is_healthy_but_not_ready(lost: FlaskClient) -> None:
    assert lost.get("/healthz").status_code == 200
    answer = lost.get("/readyz")
    assert answer.status_code == 503
    assert answer.get_json()["database"] == "does not answer"


@pytest.mark.parametrize("path", ["/", "/products", "/api/v1/products", "/ru/products?q=mug"])
def test_every_page_says_that_it_will_be_back(lost: FlaskClient, path: str) -> None:
    answer = lost.get(path)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert answer.headers["X-Request-Id"] in answer.text


def test_a_lost_cache_is_named_but_the_shop_sells(
    sqlite_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = sqlite_shop.app.test_client()
    assert browser.get("/readyz").get_json()["cache"] == "ok"
    monkeypatch.setattr(limits, "is_counting", lambda: False)
    answer = browser.get("/readyz")
    assert (answer.status_code, answer.get_json()["cache"]) == (200, "does not answer")
