"""Stripe's form on a page of the shop: who sees it, what it may load, and that it pays."""

from typing import Any

import pytest

from tests import make
from tests.browser import Browser
from tests.conftest import Shop
from tests.payments.stripe.form import confirmed, last, of, secret_of, waiting
from tests.payments.stripe.world import World
from tests.storefront.buying import ADDRESS, orders
from vitrina.core.db import committing
from vitrina.orders import actions as ordering
from vitrina.orders.models import OrderState
from vitrina.orders.rules import link_token
from vitrina.payments import registry

WAY: dict[str, Any] = {"payment_method": "stripe", "step": "pay"}
SCRIPT = "https://js.stripe.com/v3/"


@pytest.fixture
def selling(world: World, shop: Shop) -> World:
    """A shop that takes Stripe by a form of its own, and the simulator behind it."""
    registry.configure()
    registry.register(world.element)
    return world


def header(browser: Browser, name: str) -> str:
    assert browser.response is not None
    return browser.response.headers.get(name, "")


def policy(browser: Browser) -> dict[str, list[str]]:
    """The page's content security policy, by directive."""
    rows = [row.split() for row in header(browser, "Content-Security-Policy").split(";")]
    return {name: sources for name, *sources in rows}


def test_placing_an_order_leads_to_the_form(selling: World, shop: Shop) -> None:
    make.delivery()
    browser = shop.browser()
    browser.post("/cart/items", {"variant_id": make.variant().id, "quantity": 1})
    browser.open("/checkout")
    page = browser.submit("/checkout", **{**WAY, **ADDRESS})
    number = orders()[0].number
    assert browser.url == f"/orders/{number}/pay"
    assert page.h1 == [f"Pay order {number}"]
    assert f'data-secret="{secret_of(number)}"' in page.html
    assert 'data-key="pk_test_shop"' in page.html
    back = f"http://localhost/orders/{number}/payment?key={link_token(number)}"
    assert f'data-back="{back}"' in page.html
    confirmed(selling, number)
    assert "Thank you" in browser.open(back).h1[0]
    assert orders()[0].state is OrderState.PAID


def test_the_page_allows_stripe_and_nobody_else(selling: World, shop: Shop) -> None:
    _, path = waiting()
    browser = shop.browser()
    page = browser.open(path)
    assert page.html.count(SCRIPT) == 1
    found = policy(browser)
    own = ["https://js.stripe.com", "https://*.js.stripe.com"]
    assert found["script-src"] == ["'self'", *own]
    assert found["frame-src"] == ["'self'", *own, "https://hooks.stripe.com"]
    assert found["connect-src"] == ["'self'", "https://api.stripe.com"]
    assert found["default-src"] == found["frame-ancestors"] == found["base-uri"] == ["'none'"]
    assert found["style-src"] == ["'self'"]
    assert header(browser, "Referrer-Policy") == "no-referrer"
    assert header(browser, "Cache-Control") == "private, no-store"
    assert 'payment=(self "https://js.stripe.com")' in header(browser, "Permissions-Policy")


def test_no_other_page_loads_a_foreign_script(selling: World, shop: Shop) -> None:
    number, _ = waiting()
    browser = shop.browser()
    browser.post("/cart/items", {"variant_id": make.variant().id, "quantity": 1})
    for path in ("/", "/cart", "/checkout", f"/orders/{number}?token=" + link_token(number)):
        page = browser.open(path)
        assert SCRIPT not in page.html
        assert policy(browser)["script-src"] == policy(browser)["connect-src"] == ["'self'"]
        assert policy(browser)["frame-src"] == ["'self'"]


def test_without_script_another_way_is_open(selling: World, shop: Shop) -> None:
    number, path = waiting()
    browser = shop.browser()
    page = browser.open(path)
    assert "<noscript>" in page.html
    assert "This form needs JavaScript" in page.text
    page = browser.click("Pay another way")
    assert browser.url == f"/orders/{number}"
    browser.submit("/payment", payment_method="manual")
    assert last(number).provider == "manual"
    browser.open(path)
    assert browser.url == f"/orders/{number}"


def test_the_form_is_for_whoever_holds_the_link_or_placed_the_order(
    selling: World, shop: Shop
) -> None:
    number, path = waiting(user=make.user("owner"))
    other, _ = waiting()
    bare = f"/orders/{number}/pay"
    for wrong in ("", "?key=", f"?key={link_token(other)}", "?key=forged"):
        shop.browser().open(bare + wrong, status=404)
    shop.browser().open(path)
    stranger, owner = shop.browser(), shop.browser()
    make.user("stranger")
    for browser, name in ((stranger, "stranger"), (owner, "owner")):
        browser.open("/login")
        browser.submit("/login", login=name, password=make.PASSWORD)
    stranger.open(bare, status=404)
    assert secret_of(number) in owner.open(bare).html


def test_an_order_that_is_paid_or_over_is_shown_instead(selling: World, shop: Shop) -> None:
    paid, path = waiting()
    browser = shop.browser()
    confirmed(selling, paid)
    browser.open(f"/orders/{paid}/payment?key={link_token(paid)}")
    browser.open(path)
    assert browser.url == f"/orders/{paid}"
    gone, path = waiting()
    with committing():
        ordering.cancel(of(gone), reason="changed mind", by="guest")
    browser.open(path)
    assert browser.url == f"/orders/{gone}"


def test_who_turns_away_finds_the_way_back_to_the_form(selling: World, shop: Shop) -> None:
    number, path = waiting()
    browser = shop.browser()
    page = browser.open(f"/orders/{number}/payment?key={link_token(number)}")
    assert "Nothing was charged yet" in page.text
    browser.click("Enter your card")
    assert browser.url == path.partition("?")[0]


def test_who_tries_again_comes_to_a_form_for_the_new_payment(selling: World, shop: Shop) -> None:
    number, path = waiting()
    first = secret_of(number)
    browser = shop.browser()
    browser.open(f"/orders/{number}?token={link_token(number)}")
    page = browser.submit("/payment", payment_method="stripe")
    assert browser.url == path.partition("?")[0]
    assert first not in page.html
    assert secret_of(number) in page.html


def test_a_form_that_is_switched_off_is_not_shown(selling: World, shop: Shop) -> None:
    number, path = waiting()
    registry.register(selling.stripe)  # the merchant chose Stripe's page meanwhile
    browser = shop.browser()
    assert "Enter your card" not in browser.open(path).text
    assert browser.url == f"/orders/{number}"


def test_the_api_names_the_page_with_the_form(selling: World, shop: Shop) -> None:
    number, path = waiting(user=make.user("owner"))
    client = shop.app.test_client()
    asked = {"username": "owner", "password": make.PASSWORD}
    bearer = client.post("/api/v1/auth/login", json=asked).get_json()["access_token"]
    answer = client.get(
        f"/api/v1/orders/{number}", headers={"Authorization": f"Bearer {bearer}"}
    ).get_json()
    assert answer["next_action"] == {"type": "redirect", "url": f"http://localhost{path}"}
