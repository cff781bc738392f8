"""The cart page and what leads to it, without JavaScript."""

from typing import Any

import pytest
import sqlalchemy as sa

from tests import make
from tests.browser import Browser
from tests.conftest import Shop
from vitrina.accounts.actions.sessions import open_session
from vitrina.accounts.models import User
from vitrina.cart.models import Cart
from vitrina.catalog import queries as catalog
from vitrina.catalog.actions.variants import set_price
from vitrina.core.db import committing, session
from vitrina.inventory import actions as inventory

SAME = {"Sec-Fetch-Site": "same-origin"}
JSON = {**SAME, "Accept": "application/json"}


def carts() -> int:
    session.rollback()
    return int(session.scalar(sa.select(sa.func.count()).select_from(Cart)) or 0)


def add(browser: Browser, variant_id: int, quantity: int = 1) -> None:
    browser.post("/cart/items", {"variant_id": variant_id, "quantity": quantity})


def test_who_only_looks_leaves_nothing_behind(shop: Shop) -> None:
    visitor = shop.browser()
    page = visitor.open("/cart")
    assert "blank sheet" in page.text
    assert visitor.client.get("/visitor.json").get_json() == {
        "cart": {"count": 0},
        "account": None,
        "wishlist": [],
    }
    visitor.open("/wishlist")
    assert carts() == 0
    assert visitor.client.get_cookie("cart") is None


def test_a_guest_fills_changes_and_empties_a_cart(shop: Shop) -> None:
    make.tax("0.23", countries=["PT"])
    make.delivery("5.00")
    mug = make.variant(title="Mug", price="19.90", stock=5)
    guest = shop.browser()
    add(guest, mug.id, 2)
    assert guest.url == "/cart"
    assert "Mug" in guest.page.text
    assert "€44.80" in guest.page.text
    assert guest.client.get("/visitor.json").get_json()["cart"] == {"count": 2}
    guest.submit("/quantity", quantity="3")
    assert "€64.70" in guest.page.text
    guest.submit("/removal")
    assert "Removed: Mug" in guest.page.text
    guest.submit("/cart/items")
    assert "€64.70" in guest.page.text
    guest.submit("/saving")
    assert "Saved for later" in guest.page.text
    guest.submit("/return")
    assert "€64.70" in guest.page.text


def test_a_variant_is_chosen_by_its_options(shop: Shop) -> None:
    print_ = make.product("Tide", options={"Size": ["S", "L"], "Frame": ["None", "Oak"]})
    guest = shop.browser()
    chosen = {"product_id": print_.id, "option1": "L", "option2": "Oak", "quantity": 1}
    guest.post("/cart/items", chosen)
    assert "L, Oak" in guest.page.text
    answer = guest.client.post("/cart/items", data={**chosen, "option2": "Gold"}, headers=JSON)
    assert answer.status_code == 404


def test_an_island_gets_json_and_a_sentence(shop: Shop) -> None:
    mug_id = make.variant(title="Mug", stock=2).id
    guest = shop.browser()
    data = {"variant_id": mug_id, "quantity": 2}
    added = guest.client.post("/cart/items", data=data, headers=JSON)
    assert (added.status_code, added.get_json()["count"]) == (200, 2)
    refused = guest.client.post("/cart/items", data=data, headers=JSON)
    assert refused.status_code == 409
    assert refused.get_json()["message"] == "Only 2 left."
    drawer = guest.client.get("/cart?fragment=drawer")
    assert "<html" not in drawer.text
    assert "Mug" in drawer.text
    for answer in (added, drawer, guest.client.get("/cart"), guest.client.get("/visitor.json")):
        assert "no-store" in answer.headers["Cache-Control"]


def test_the_number_nought_takes_a_line_out_and_offers_it_back(shop: Shop) -> None:
    browser = shop.browser()
    mug = make.variant(stock=5)
    add(browser, mug.id, 2)
    browser.open("/cart")
    page = browser.submit("/quantity", quantity="0")
    assert page.form("/cart/items").fields["quantity"] == "2"
    page = browser.submit("/cart/items")
    assert "2" in browser.open("/cart").form("/quantity").fields["quantity"]


@pytest.mark.parametrize("quantity", ["0", "-1", "1000", "1e3", "1.5", "", "٣", "9" * 30])
def test_a_wrong_quantity_comes_back_with_a_sentence(shop: Shop, quantity: str) -> None:
    mug = make.variant(stock=None, track_stock=False)
    guest = shop.browser()
    answer = guest.client.post(
        "/cart/items", data={"variant_id": mug.id, "quantity": quantity}, headers=JSON
    )
    assert answer.status_code == 422
    assert answer.get_json()["message"]
    assert carts() == 0


def test_a_price_in_the_form_changes_nothing(shop: Shop) -> None:
    mug = make.variant(price="19.90")
    guest = shop.browser()
    data: dict[str, Any] = {"variant_id": mug.id, "price": "0.01", "total": "0", "currency": "JPY"}
    guest.post("/cart/items", data)
    assert "€19.90" in guest.page.text


def test_the_cart_says_what_changed(shop: Shop) -> None:
    mug_id = make.variant(title="Mug", price="10.00").id
    cup_id = make.variant(title="Cup", stock=5).id
    guest = shop.browser()
    add(guest, mug_id)
    add(guest, cup_id, 4)
    with committing():
        set_price(catalog.variant(mug_id), 1200, None, by="staff:1")
        inventory.set_on_hand(cup_id, 2, by="staff:1")
    page = guest.open("/cart")
    assert "The price went up from €10 to €12." in page.text
    assert "Only 2 left." in page.text
    assert 'role="alert"' in page.html


def test_a_code_is_a_closed_link_and_says_what_it_does(shop: Shop) -> None:
    make.promotion(code="TEN", name="Ten off")
    make.promotion("amount", amount=500, code="BIG", minimum=100_000, name="Five off")
    guest = shop.browser()
    add(guest, make.variant(price="20.00").id)
    guest.open("/cart")
    guest.submit("/cart/codes", code="never", status=422)
    assert "This code cannot be used." in guest.page.text
    guest.submit("/cart/codes", code=" ten ")
    assert "Ten off" in guest.page.text
    assert "€18" in guest.page.text
    guest.submit("/cart/codes", code="big")
    assert "Add €980 more to use it." in guest.page.text
    guest.submit("/cart/codes/TEN/removal")
    assert "Ten off" not in guest.page.text


def test_the_estimate_follows_the_country(shop: Shop) -> None:
    make.delivery("5.00", countries=["PT"], code="local")
    make.delivery("15.00", countries=["JP"], code="far")
    guest = shop.browser()
    add(guest, make.variant(price="20.00").id)
    assert "€25" in guest.page.text
    guest.submit("/cart/destination", country="JP")
    assert "€35" in guest.page.text


def test_another_site_cannot_fill_or_change_a_cart(shop: Shop) -> None:
    mug_id = make.variant().id
    guest = shop.browser()
    data = {"variant_id": mug_id}
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        assert guest.client.post("/cart/items", data=data, headers=headers).status_code == 403
    add(guest, mug_id)
    action = guest.page.form("/removal").action
    # A form of the cart page needs its token as well.
    assert guest.client.post(action, data={}, headers=SAME).status_code == 400
    assert guest.client.get("/visitor.json").get_json()["cart"] == {"count": 1}


def test_a_line_of_another_cart_is_not_there(shop: Shop) -> None:
    mug_id = make.variant().id
    ana, rui = shop.browser(), shop.browser()
    add(ana, mug_id)
    add(rui, mug_id)
    theirs = ana.page.form("/removal").action
    token = rui.page.form("/removal").fields["csrf_token"]
    rui.post(theirs, {"csrf_token": token}, status=404)
    assert ana.client.get("/visitor.json").get_json()["cart"] == {"count": 1}


def test_the_cart_speaks_the_visitors_language(shop: Shop) -> None:
    mug = make.variant(title="Mug", translations={"ru": {"title": "Кружка"}})
    guest = shop.browser()
    add(guest, mug.id)
    assert "Кружка" in guest.open("/ru/cart").text


def test_a_guest_keeps_a_wishlist_and_shares_it(shop: Shop) -> None:
    mug_id = make.product("Mug").id
    guest = shop.browser()
    guest.post("/wishlist", {"product_id": mug_id})
    assert "Mug" in guest.page.text
    assert guest.client.get("/visitor.json").get_json()["wishlist"] == [mug_id]
    link = next(href for href, _ in guest.page.links if "/wishlist/shared/" in href)
    friend = shop.browser()
    assert "Mug" in friend.open(link).text
    friend.open(link[:-3], status=404)
    guest.post(f"/wishlist/{mug_id}", {"remove": "1"})
    assert "Nothing is saved here yet." in guest.page.text
    answer = guest.client.post("/wishlist", data={"product_id": "x"}, headers=JSON)
    assert answer.status_code == 404


def test_a_customer_saves_a_cart_and_opens_it_again(shop: Shop) -> None:
    mug_id = make.variant(title="Mug").id
    ana = make.user()
    browser = signed_in(shop, ana)
    add(browser, mug_id, 2)
    browser.open("/cart")
    browser.submit("/cart/carts", name="Office")
    assert "Saved as Office." in browser.page.text
    assert "blank sheet" in browser.page.text
    browser.submit("/opening")
    assert "Mug" in browser.page.text
    guest = shop.browser()
    add(guest, mug_id)
    token = guest.page.form("/removal").fields["csrf_token"]
    answer = guest.client.post("/cart/carts", data={"csrf_token": token, "name": "x"}, headers=SAME)
    assert answer.status_code == 401


def signed_in(shop: Shop, user: User) -> Browser:
    """The browser of a customer who has signed in."""
    with committing():
        token = open_session(user, ip="127.0.0.1", user_agent="test", remember=True)
    browser = shop.browser()
    with browser.client.session_transaction() as session:
        session["_user_id"] = token
    return browser


def test_the_cart_page_costs_the_same_for_one_line_and_for_thirty(shop: Shop) -> None:
    make.tax()
    make.delivery()
    costs = []
    for count in (1, 30):
        sizes = [str(number) for number in range(count)]
        ids = [variant.id for variant in make.product(options={"Size": sizes}).variants]
        guest = shop.browser()
        for variant_id in ids:
            guest.client.post("/cart/items", data={"variant_id": variant_id}, headers=SAME)
        guest.open("/cart")
        costs.append(guest.statements)
    assert costs[0] == costs[1] <= 16
