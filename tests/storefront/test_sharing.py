"""Public pages are the same bytes for everybody; private ones belong to nobody else."""

import gzip

import pytest

from tests import make
from tests.conftest import Shop

PUBLIC = ["/", "/products", "/search?q=mug", "/sitemap.xml", "/robots.txt"]
PRIVATE = ["/cart", "/login", "/register", "/track", "/support", "/visitor.json", "/account"]


@pytest.mark.parametrize("path", PUBLIC)
def test_two_visitors_read_the_same_public_bytes_and_get_no_cookie(shop: Shop, path: str) -> None:
    mug = make.variant(stock=5)
    somebody, nobody = shop.browser().client, shop.browser().client
    somebody.post("/cart/items", data={"variant_id": mug.id, "quantity": 1})
    shown = [client.get(path) for client in (somebody, nobody)]
    assert shown[0].data == shown[1].data
    for answer in shown:
        assert "Set-Cookie" not in answer.headers
        assert "public" in answer.headers["Cache-Control"]
        assert b"csrf_token" not in answer.data


@pytest.mark.parametrize("path", PRIVATE)
def test_private_pages_are_kept_nowhere(shop: Shop, path: str) -> None:
    answer = shop.browser().client.get(path)
    assert "no-store" in answer.headers["Cache-Control"]
    assert "public" not in answer.headers["Cache-Control"]


def test_both_kinds_of_pages_are_compressed(shop: Shop) -> None:
    client = shop.browser().client
    for path in ("/products", "/products", "/login"):
        answer = client.get(path, headers={"Accept-Encoding": "gzip"})
        assert answer.headers["Content-Encoding"] == "gzip", path
        assert b"</html>" in gzip.decompress(answer.data)
    assert "Content-Encoding" not in client.get("/products").headers


def test_a_chosen_currency_makes_pages_private(shop: Shop) -> None:
    client = shop.browser().client
    client.set_cookie("currency", "EUR")
    assert "private" in client.get("/products").headers["Cache-Control"]
