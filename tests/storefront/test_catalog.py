"""The catalogue's pages, without JavaScript: home, lists, products, search, files."""

import io

import pytest
from PIL import Image

from tests import make
from tests.conftest import Shop
from tests.storefront.pages import structured
from vitrina.catalog import queries as catalog
from vitrina.catalog.actions.collections import create_collection, set_collection_products
from vitrina.catalog.actions.media import upload_picture
from vitrina.catalog.actions.products import create_products
from vitrina.catalog.drafts import OptionDraft, ProductDraft, ValueDraft, VariantDraft
from vitrina.core import storage
from vitrina.core.db import committing, session
from vitrina.core.locales import LOCALES

SIZES = OptionDraft(
    "Size", (ValueDraft("Small", {"width_cm": 30}), ValueDraft("Large", {"width_cm": 50})), "size"
)


def _fill(count: int) -> None:
    session.rollback()
    with committing():
        create_products(
            [
                ProductDraft(
                    title=f"Print {number}",
                    product_type=f"Kind {number % 3}",
                    options=(SIZES,),
                    variants=(
                        VariantDraft(1000 + number, ("Small",), track_stock=False),
                        VariantDraft(2000 + number, ("Large",), track_stock=False),
                    ),
                )
                for number in range(count)
            ],
            by="system",
        )


def test_an_empty_shop_shows_its_pages(shop: Shop) -> None:
    here = shop.browser()
    for path in ("/", "/products", "/search", "/search?q=mug", "/sitemap.xml", "/robots.txt"):
        here.open(path)


@pytest.mark.parametrize("prefix", [locale.path for locale in LOCALES.values()])
def test_every_page_stands_in_every_language(shop: Shop, prefix: str) -> None:
    shelf = make.category("Cups")
    mug = make.product("Mug", categories=[shelf], translations={"ru": {"title": "Кружка"}})
    here = shop.browser()
    for path in ("/", "/products", "/categories/cups", f"/products/{mug.slug}", "/search?q=mug"):
        page = here.open(prefix + path)
        words = page.h1[0] if path.startswith("/products/") else page.text
        assert ("Кружка" if prefix == "/ru" else "Mug") in words


@pytest.mark.parametrize("prefix", [locale.path for locale in LOCALES.values()])
def test_a_page_that_is_not_there_says_so_in_a_sentence(shop: Shop, prefix: str) -> None:
    here = shop.browser()
    for path in ("/products/nothing", "/nothing"):
        page = here.open(prefix + path, status=404)
        assert "Macro" not in page.text
    page = shop.browser().open("/nothing", status=404)
    assert "The address may have changed" in page.text


def test_home_shows_what_is_new_and_the_ways_in(shop: Shop) -> None:
    make.category("Cups")
    mug = make.product("Mug")
    session.rollback()
    with committing():
        chosen = create_collection("For tea", by="staff:1")
        set_collection_products(chosen, [mug.id], by="staff:1")
    page = shop.browser().open("/")
    assert {"Mug", "Cups", "For tea"} <= {words.strip() for _, words in page.links}
    kinds = {block["@type"] for block in structured(page.html)}
    assert {"Organization", "WebSite"} <= kinds


def test_a_list_is_filtered_sorted_and_paged_by_plain_addresses(shop: Shop) -> None:
    _fill(30)
    here = shop.browser()
    page = here.open("/products?sort=price_asc&f.Size=Small&max_price=10.09")
    assert "10 products" in page.text
    assert "Up to" in page.text
    chips = [href for href, words in page.links if "Remove" in words]
    assert "/products?max_price=10.09&sort=price_asc" in chips
    page = here.open("/products?sort=price_asc")
    assert "24 of 30 shown" in page.text
    page = here.click("Show more")
    assert "30 of 30 shown" in page.text
    assert "Print 29" in page.text


def test_a_list_without_results_offers_to_take_the_last_filter_off(shop: Shop) -> None:
    _fill(2)
    page = shop.browser().open("/products?f.Size=Huge&min_price=5000")
    assert "Nothing fits all of these filters" in page.text
    assert any("Remove “From" in words for _, words in page.links)


NONSENSE = """
page=x page=99999999999 page=-1 page=9000 min_price=NaN min_price=1e99 max_price=%D9%A1 sort=x f.=1
rating=9 f.a%27b=%22
"""


@pytest.mark.parametrize("query", [*NONSENSE.split(), "f.Size=" + "x" * 3000])
def test_an_address_that_makes_no_sense_still_shows_a_list(shop: Shop, query: str) -> None:
    _fill(1)
    shop.browser().open(f"/products?{query}")
    shop.browser().open(f"/search?{query}")


def test_a_character_that_no_text_has_is_refused(shop: Shop) -> None:
    for path in ("/products", "/search"):
        assert shop.app.test_client().get(f"{path}?q=%00").status_code == 400


def test_a_category_shows_those_below_it_and_the_way_back(shop: Shop) -> None:
    top = make.category("Kitchen")
    below = make.category("Cups", top)
    make.product("Mug", categories=[below])
    here = shop.browser()
    page = here.open("/categories/kitchen")
    assert "Mug" in page.text
    page = here.click("Cups")
    assert here.url == "/categories/kitchen/cups"
    assert ("/categories/kitchen", "Kitchen") in page.links
    here.open("/categories/nowhere", status=404)
    here.open("/collections/nowhere", status=404)


def test_search_forgives_and_says_what_it_understood(shop: Shop) -> None:
    make.product("Tidal Study")
    here = shop.browser()
    page = here.open("/search?q=tidla")
    assert "Tidal Study" in page.text
    assert "Nothing says “tidla”" in page.text
    page = here.open("/search?q=zzzzzz")
    assert "Nothing found for “zzzzzz”" in page.h1[0]
    assert "Tidal Study" in page.text


def test_suggestions_are_json(shop: Shop) -> None:
    make.product("Tidal Study", price="19.90", categories=[make.category("Tides")])
    client = shop.app.test_client()
    found = client.get("/search/suggest?q=tid").get_json()
    assert found["products"][0]["url"] == "/products/tidal-study"
    assert found["categories"] == [{"title": "Tides", "url": "/categories/tides"}]
    assert client.get("/search/suggest").get_json()["products"] == []


def test_a_public_page_is_the_same_for_everybody(shop: Shop) -> None:
    mug = make.product("Mug")
    here = shop.browser()
    for path in ("/", "/products", f"/products/{mug.slug}", "/search?q=mug"):
        answer = shop.app.test_client().get(path)
        assert answer.headers["Cache-Control"].startswith("public")
        assert "csrf" not in answer.text.lower()
        assert "Set-Cookie" not in answer.headers
        here.open(path)


def test_pages_cost_the_same_few_statements_at_any_size(shop: Shop) -> None:
    shelf = make.category("Shelf")
    make.product("Print zero", categories=[shelf], options={"Size": ["S", "L"]})
    paths = {
        "/": 14,
        "/products": 12,
        "/categories/shelf": 12,
        "/search?q=print": 12,
        "/products/print-zero": 24,
    }

    def cost(path: str) -> int:
        here = shop.browser()
        here.open(path, headers={"Cookie": "currency=EUR"})
        return here.statements

    small = {path: cost(path) for path in paths}
    _fill(40)
    assert {path: cost(path) for path in paths} == small
    for path, most in paths.items():
        assert small[path] <= most, (path, small[path])


def test_files_are_served_for_ever_and_pictures_without_scripts(shop: Shop) -> None:
    client = shop.app.test_client()
    key = storage.put(b'<svg xmlns="http://www.w3.org/2000/svg"/>', ".svg")
    answer = client.get(f"/media/{key}")
    assert answer.mimetype == "image/svg+xml"
    assert "immutable" in answer.headers["Cache-Control"]
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    again = client.get(f"/media/{key}", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    secret = storage.put(b"PK", ".zip")
    for path in (secret, "../shop.db", "aa/" + "0" * 38 + ".svg", "x", f"{key}%00", key.upper()):
        assert client.get(f"/media/{path}").status_code == 404


def test_an_uploaded_picture_comes_in_several_sizes(shop: Shop) -> None:
    mug = make.product("Mug")
    out = io.BytesIO()
    Image.new("RGB", (700, 500), "teal").save(out, "PNG")
    session.rollback()
    with committing():
        upload_picture(catalog.by_id(mug.id), out.getvalue(), alt="A mug", by="staff:1")
    shop.work()
    html = shop.browser().open("/products").html
    assert 'type="image/avif"' in html
    assert " 640w" in html


def test_the_site_map_names_every_public_page_in_every_language(shop: Shop) -> None:
    make.product("Mug", categories=[make.category("Cups")])
    make.product("Coming", status="draft")
    text = shop.app.test_client().get("/sitemap.xml").text
    for path in ("/products/mug", "/ru/products/mug", "/pt-br/categories/cups"):
        assert f"<loc>http://localhost{path}</loc>" in text
    assert "coming" not in text
    assert "Disallow: /checkout" in shop.app.test_client().get("/robots.txt").text
