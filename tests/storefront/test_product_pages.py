"""The pages of products, without JavaScript: choices, prices, reviews, waiting for stock."""

import re

import sqlalchemy as sa

from tests import make
from tests.conftest import Shop
from tests.storefront.pages import structured
from vitrina.catalog import queries as catalog
from vitrina.catalog.actions.products import archive_product, update_product
from vitrina.catalog.actions.reviews import ReviewDraft, take_reviews
from vitrina.catalog.actions.variants import set_price
from vitrina.core import clock
from vitrina.core.db import committing, session
from vitrina.inventory import actions as inventory
from vitrina.notifications.models import Mail


def test_a_sold_out_variant_is_asked_for_and_told_of_each_time_it_is_back(shop: Shop) -> None:
    mug = make.variant(stock=0)
    variant_id, slug = mug.id, mug.product.slug
    path = f"/products/{slug}/notice"
    here = shop.browser()
    assert "Arrives" not in here.open(f"/products/{slug}").text
    here.click("Tell me when it is back")
    here.submit(path, email="nobody", status=422)
    for _time in range(2):
        here.open(f"{path}?variant={variant_id}")
        page = here.submit(path, email="ana@example.com")
        assert "We write to ana@example.com" in page.text
        for pieces in (3, 0):
            with committing():
                inventory.set_on_hand(variant_id, pieces, by="staff:1")
            shop.work()
    wanted = sa.select(Mail.recipient).where(Mail.template == "back_in_stock")
    assert list(session.scalars(wanted)) == ["ana@example.com"] * 2


def test_what_can_be_bought_is_not_asked_for(shop: Shop) -> None:
    path = f"/products/{make.variant(stock=3).product.slug}"
    here = shop.browser()
    here.open(f"{path}/notice")
    assert here.url == path


def test_an_old_address_of_a_product_leads_to_the_present_one_for_ever(shop: Shop) -> None:
    mug = make.product("Mug")
    session.rollback()
    with committing():
        update_product(catalog.by_id(mug.id), by="staff:1", slug="cup")
    answer = shop.app.test_client().get("/ru/products/mug")
    assert (answer.status_code, answer.headers["Location"]) == (301, "/ru/products/cup")


def test_a_product_that_is_not_for_sale_has_no_page(shop: Shop) -> None:
    make.product("Coming", status="draft")
    old = make.product("Old")
    session.rollback()
    with committing():
        archive_product(catalog.by_id(old.id), by="staff:1")
    here = shop.browser()
    here.open("/products/coming", status=404)
    here.open("/products/old", status=404)
    here.open("/products/nothing", status=404)


def test_the_form_of_a_product_puts_the_chosen_variant_into_the_cart(shop: Shop) -> None:
    mug = make.product("Mug", options={"Size": ["Small", "Large"], "Glaze": ["Blue"]}, stock=3)
    large = mug.variants[1]
    here = shop.browser()
    here.open(f"/products/{mug.slug}?variant={large.id}")
    form = here.page.form("/cart/items")
    assert form.fields["option1"] == "Large"
    here.submit("/cart/items", option1="Large", option2="Blue")
    assert here.url == "/cart"
    assert "Large, Blue" in here.page.text


def test_a_sold_out_variant_says_so_and_the_others_stay(shop: Shop) -> None:
    few = make.product("Few", stock=2)
    none = make.product("None", stock=0)
    here = shop.browser()
    assert "Only 2 left" in here.open(f"/products/{few.slug}").text
    page = here.open(f"/products/{none.slug}")
    assert "Sold out" in page.text
    offer = structured(page.html)[0]["offers"]
    assert isinstance(offer, list)
    assert offer[0]["availability"] == "https://schema.org/OutOfStock"


def test_a_reduced_price_stands_beside_the_old_and_the_lowest_of_30_days(shop: Shop) -> None:
    mug = make.product("Mug", price="20.00")
    for later, price in ((10, 1800), (20, 1500)):
        session.rollback()
        with clock.later(days=later), committing():
            set_price(catalog.by_id(mug.id).variants[0], price, 2000, by="staff:1")
    text = shop.browser().open(f"/products/{mug.slug}").text
    assert "€15" in text
    assert "was €20" in text
    assert "Lowest price of the last 30 days: €18" in text


def test_delivery_and_returns_stand_beside_the_button(shop: Shop) -> None:
    make.delivery("5.00")
    mug = make.product("Mug")
    text = shop.browser().open(f"/products/{mug.slug}").text
    assert re.search(r"Arrives .* to Portugal: €5", text)
    assert "Free for 30 days" in text


def test_bars_of_reviews_are_links_that_filter(shop: Shop) -> None:
    mug = make.product("Mug")
    people = [make.user() for _ in range(3)]
    session.rollback()
    with committing():
        take_reviews(
            [
                ReviewDraft(mug.id, one.id, one.username, stars, f"T{stars}", is_verified=True)
                for one, stars in zip(people, (5, 5, 2), strict=False)
            ][:3]
        )
    here = shop.browser()
    page = here.open(f"/products/{mug.slug}")
    assert "4.0 from 3 reviews" in page.text
    page = here.open(f"/products/{mug.slug}?stars=2")
    assert "T2" in page.text
    assert "T5" not in page.text
    here.open(f"/products/{mug.slug}?stars=x&reviews=x&reviews_page=x")
