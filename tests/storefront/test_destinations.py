"""Orders that go to another country, are collected, cancelled or looked for."""

import pytest
import sqlalchemy as sa

from tests import make
from tests.conftest import Shop
from tests.storefront.buying import ADDRESS, GOOD, at_checkout, left, orders
from vitrina.core.db import committing, session
from vitrina.notifications.models import Mail
from vitrina.orders.actions import deliver, ship
from vitrina.orders.models import OrderState
from vitrina.orders.rules import link_token
from vitrina.payments import registry
from vitrina.shipping.actions import MethodDraft, save_zone


def test_another_country_changes_the_fields_without_losing_what_was_typed(
    shop: Shop, print_id: int
) -> None:
    browser = at_checkout(shop, print_id)
    page = browser.submit("/checkout", **{**ADDRESS, "country": "BR"}, step="update")
    assert page.form("/checkout").fields["name"] == "Ana Reis"
    assert 'name="region"' in page.html
    assert orders() == []


def test_a_buyer_cancels_what_is_not_packed_and_gets_the_money_back(
    shop: Shop, print_id: int
) -> None:
    browser = at_checkout(shop, print_id)
    page = browser.submit("/checkout", **ADDRESS, card=GOOD, step="pay")
    form = page.form("/cancellation")
    for _ in range(2):  # the button is pressed twice
        page = browser.post(form.action, form.fields)
        assert "The order is cancelled." in page.text
    assert "What you paid is on its way back." in page.text
    shop.work()
    (order,) = orders()
    assert order.state is OrderState.CANCELLED
    assert order.refunded == order.total_money
    assert left(print_id) == 5
    link = f"/orders/{order.number}?token={link_token(order.number)}"
    assert "What you paid went back." in browser.open(link).text


def test_a_cancellation_needs_no_answer_of_the_provider(shop: Shop, print_id: int) -> None:
    browser = at_checkout(shop, print_id)
    page = browser.submit("/checkout", **ADDRESS, card=GOOD, step="pay")
    form, sandbox = page.form("/cancellation"), registry.get("sandbox")
    registry.configure()
    assert "The order is cancelled." in browser.post(form.action, form.fields).text
    registry.register(sandbox)
    shop.work()
    (order,) = orders()
    assert order.refunded == order.total_money


def test_a_cancelled_order_that_was_never_paid_promises_no_money(shop: Shop) -> None:
    order = make.order(token="tok_decline")
    browser = shop.browser()
    browser.open(f"/orders/{order.number}?token={link_token(order.number)}")
    page = browser.submit("/cancellation")
    assert "It was cancelled. Nothing was charged." in page.text


@pytest.fixture
def collected_id(shop: Shop) -> int:
    """A print that is sent for 5.00 or collected for nothing."""
    with committing():
        sent = MethodDraft(code="standard", name="Standard", settings={"price": 500})
        collected = MethodDraft(
            code="pickup", name="Collect", carrier="pickup", description="Calçada 41, Tue to Sat"
        )
        save_zone("World", ["*"], [collected, sent], by="staff:1")
    return make.variant(stock=5, price="20.00").id


def test_nobody_collects_who_has_not_chosen_to(shop: Shop, collected_id: int) -> None:
    browser = at_checkout(shop, collected_id)
    assert browser.page.form("/checkout").fields["shipping_method"] == "standard"
    assert "Delivery address" in browser.page.text
    assert "€25" in browser.open("/cart").text
    browser.open("/checkout")
    browser.submit("/checkout", **ADDRESS, card=GOOD, step="pay")
    (order,) = orders()
    assert (order.shipping_code, order.shipping) == ("standard", 500)


def test_another_country_without_that_delivery_keeps_what_was_typed(
    shop: Shop, collected_id: int
) -> None:
    with committing():
        sent = MethodDraft(code="abroad", name="Abroad", settings={"price": 900})
        save_zone("Brazil", ["BR"], [sent], by="staff:1")
    browser = at_checkout(shop, collected_id)
    there = {**ADDRESS, "country": "BR", "postal_code": "01310-100"}
    page = browser.submit("/checkout", **there, shipping_method="pickup", step="update")
    fields = page.form("/checkout").fields
    assert (fields["shipping_method"], fields["name"]) == ("abroad", "Ana Reis")
    assert "29.00" in page.text


def test_an_order_that_is_collected_says_where_and_speaks_of_no_parcel(
    shop: Shop, collected_id: int
) -> None:
    browser = at_checkout(shop, collected_id)
    page = browser.open("/checkout?shipping_method=pickup")
    assert "Nothing is sent there" in page.text
    page = browser.submit("/checkout", **ADDRESS, card=GOOD, step="pay")
    for words in ("Collect at Calçada 41, Tue to Sat", "Ready to collect", "Being packed"):
        assert words in page.text
    for words in ("On its way", "Deliver to", "when it leaves"):
        assert words not in page.text
    (order,) = orders()
    path = f"/orders/{order.number}?token={link_token(order.number)}"
    with committing():
        ship(order, carrier="", by="staff:1")
    assert "Come for it when it suits you" in browser.open(path).text
    (order,) = orders()
    with committing():
        deliver(order.shipments[0], by="staff:1")
    assert "You have collected it" in browser.open(path).text
    shop.work()
    said = " ".join(session.scalars(sa.select(Mail.text)))
    assert "Calçada 41" in said
    assert "carrier" not in said


def test_tracking_finds_an_order_by_number_and_mail_and_says_no_more(
    shop: Shop, print_id: int
) -> None:
    browser = at_checkout(shop, print_id)
    browser.submit("/checkout", **ADDRESS, card=GOOD, step="pay")
    number = orders()[0].number
    guest = shop.browser()
    guest.open("/track")
    wrong_mail = guest.submit("/track", number=number, email="eve@example.com", status=404)
    guest.open("/track")
    wrong_number = guest.submit("/track", number="VT-0000000", email="ana@example.com", status=404)
    said = "We know no order with this number and this e-mail"
    assert said in wrong_mail.text
    assert said in wrong_number.text
    guest.open("/track")
    assert number in guest.submit("/track", number=number.lower(), email="ANA@example.com").h1[0]
