"""Goods that sell out while somebody is at the checkout."""

import pytest

from tests import make
from tests.browser import Browser, Page
from tests.conftest import Shop
from tests.storefront.buying import ADDRESS, GOOD, at_checkout, orders
from vitrina.catalog.models.products import Variant
from vitrina.core.db import committing, session
from vitrina.inventory import actions as inventory


def only(variant_id: int, pieces: int) -> None:
    with committing():
        inventory.set_on_hand(variant_id, pieces, by="staff:1")


def title(variant_id: int) -> str:
    variant = session.get_one(Variant, variant_id)
    name, label = variant.product.text("title", "en"), variant.label("en")
    return f"{name}, {label}" if label else name


def pressed_pay(browser: Browser) -> Page:
    return browser.submit("/checkout", **ADDRESS, card=GOOD, step="pay", status=409)


def keeps_the_address(page: Page) -> bool:
    typed = page.form("/checkout").fields
    return "Delivery address" in page.text and typed["line1"] == ADDRESS["line1"]


def cannot_pay(page: Page) -> bool:
    words = ("Place order", "Pay €", "Nothing is left to pay", "Nothing is sent there")
    return "Change your cart" in page.text and not any(one in page.text for one in words)


@pytest.mark.parametrize("left", [1, 2])
def test_a_line_that_lacks_pieces_is_named_with_how_many_are_left(
    shop: Shop, print_id: int, left: int
) -> None:
    browser = at_checkout(shop, print_id, 3)
    only(print_id, left)
    page = pressed_pay(browser)
    words = "only 1 is left." if left == 1 else "only 2 are left."
    assert f"{title(print_id)}: {words}" in page.text
    assert "not enough of something" not in page.text
    assert keeps_the_address(page)
    assert cannot_pay(page)
    assert orders() == []


def test_a_cart_that_is_sold_out_as_a_whole_still_asks_where_to_send_it(
    shop: Shop, print_id: int
) -> None:
    browser = at_checkout(shop, print_id)
    only(print_id, 0)
    page = pressed_pay(browser)
    assert f"{title(print_id)} is sold out." in page.text
    assert keeps_the_address(page)
    assert cannot_pay(page)
    assert "€0" not in page.text
    assert "We do not deliver to this address yet" not in page.text


def test_each_line_that_is_short_is_named_and_no_other(shop: Shop, print_id: int) -> None:
    gone, there = make.variant(stock=5).id, make.variant(stock=5).id
    browser = at_checkout(shop, print_id, 3)
    for variant_id in (gone, there):
        browser.post("/cart/items", {"variant_id": variant_id, "quantity": 1})
    browser.open("/checkout")
    only(print_id, 2)
    only(gone, 0)
    page = pressed_pay(browser)
    assert f"{title(print_id)}: only 2 are left." in page.text
    assert f"{title(gone)} is sold out." in page.text
    assert page.text.count("is sold out.") == 1
    assert cannot_pay(page)


def test_it_is_said_as_well_to_who_only_opens_the_checkout(shop: Shop, print_id: int) -> None:
    browser = at_checkout(shop, print_id)
    only(print_id, 0)
    page = browser.open("/checkout")
    assert f"{title(print_id)} is sold out." in page.text
    assert cannot_pay(page)
    page = browser.open("/cart")
    assert "Not possible" not in page.text


def test_once_the_cart_is_settled_the_rest_is_bought(shop: Shop, print_id: int) -> None:
    gone = make.variant(stock=5).id
    browser = at_checkout(shop, gone)
    browser.post("/cart/items", {"variant_id": print_id, "quantity": 1})
    browser.open("/checkout")
    only(gone, 0)
    pressed_pay(browser)
    page = browser.open("/cart")
    removal = next(form for form in page.forms if form.action.endswith("/removal"))
    browser.post(removal.action, dict(removal.fields))
    browser.open("/checkout")
    browser.submit("/checkout", **ADDRESS, card=GOOD, step="pay")
    assert [line.variant_id for line in orders()[0].lines] == [print_id]


def test_files_alone_are_still_sent_nowhere(shop: Shop) -> None:
    file_id = make.variant(stock=5, requires_shipping=False).id
    browser = at_checkout(shop, file_id)
    only(file_id, 0)
    page = pressed_pay(browser)
    assert f"{title(file_id)} is sold out." in page.text
    assert "Delivery address" not in page.text
