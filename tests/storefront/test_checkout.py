"""Buying in the storefront, without script: every way a checkout can go."""

from decimal import Decimal

import pytest
import sqlalchemy as sa

from tests import make
from tests.api.conftest import sign_in
from tests.conftest import Shop
from tests.storefront.buying import ADDRESS, ASKS, BAD, GOOD, at_checkout, left, orders
from vitrina.core import clock, jobs
from vitrina.core.db import committing, session
from vitrina.inventory import actions as inventory
from vitrina.notifications.models import Mail
from vitrina.orders.models import OrderState
from vitrina.payments.models import Payment


def test_a_guest_buys_with_a_card_and_sees_the_order(shop: Shop, print_id: int) -> None:
    browser = at_checkout(shop, print_id, 2)
    page = browser.submit("/checkout", **ADDRESS, card=GOOD, step="pay")
    (order,) = orders()
    assert order.state is OrderState.PAID
    assert order.number in page.h1[0]
    assert left(print_id) == 3
    assert "Your cart is a blank sheet" in browser.open("/cart").text


def test_the_order_page_opens_with_its_link_only(shop: Shop, print_id: int) -> None:
    browser = at_checkout(shop, print_id)
    browser.submit("/checkout", **ADDRESS, card=GOOD, step="pay")
    number = orders()[0].number
    stranger = shop.browser()
    stranger.open(f"/orders/{number}", status=404)
    stranger.open(f"/orders/{number}?token=", status=404)
    stranger.open(f"/orders/{number}?token=forged", status=404)


def test_a_declined_card_charges_nothing_keeps_all_and_another_card_works(
    shop: Shop, print_id: int
) -> None:
    browser = at_checkout(shop, print_id)
    page = browser.submit("/checkout", **ADDRESS, card=BAD, step="pay", status=402)
    assert "Nothing was charged" in page.text
    assert page.form("/checkout").fields["line1"] == "Rua do Sol 12"
    assert left(print_id) == 5
    browser.submit("/checkout", card=GOOD, step="pay")
    assert [order.state for order in orders()][-1] is OrderState.PAID
    assert left(print_id) == 4


def test_the_bank_asks_and_the_buyer_approves(shop: Shop, print_id: int) -> None:
    browser = at_checkout(shop, print_id)
    page = browser.submit("/checkout", **ADDRESS, card=ASKS, step="pay")
    assert page.h1 == ["Confirm the payment"]
    form = page.forms[-1]
    page = browser.post(form.action, {**form.fields, "answer": "approve"})
    (order,) = orders()
    assert order.state is OrderState.PAID
    assert order.number in page.h1[0]


def test_the_bank_asks_and_the_buyer_declines(shop: Shop, print_id: int) -> None:
    browser = at_checkout(shop, print_id)
    page = browser.submit("/checkout", **ADDRESS, card=ASKS, step="pay")
    form = page.forms[-1]
    page = browser.post(form.action, {**form.fields, "answer": "decline"})
    (order,) = orders()
    assert order.state is OrderState.AWAITING_PAYMENT
    assert "Nothing was charged" in page.text
    assert left(print_id) == 5
    page = browser.submit("/payment", card=GOOD)
    assert orders()[0].state is OrderState.PAID


def test_who_turns_away_from_the_bank_may_order_the_same_cart_again(
    shop: Shop, print_id: int
) -> None:
    browser = at_checkout(shop, print_id)
    browser.submit("/checkout", **ADDRESS, card=ASKS, step="pay")
    browser.open("/checkout")
    browser.submit("/checkout", **ADDRESS, card=GOOD, step="pay")
    assert [order.state for order in orders()] == [OrderState.CANCELLED, OrderState.PAID]
    assert left(print_id) == 4


def test_the_same_form_sent_twice_is_one_order_and_one_payment(shop: Shop, print_id: int) -> None:
    browser = at_checkout(shop, print_id)
    form = browser.page.form("/checkout")
    sent = {**form.fields, **ADDRESS, "card": GOOD, "step": "pay"}
    first = browser.client.post("/checkout", data=sent, headers={"Sec-Fetch-Site": "same-origin"})
    browser.client.post("/checkout", data=sent, headers={"Sec-Fetch-Site": "same-origin"})
    assert first.status_code == 303
    assert len(orders()) == 1
    assert session.scalar(sa.select(sa.func.count()).select_from(Payment)) == 1


def test_what_is_missing_is_said_at_its_field_and_nothing_is_lost(
    shop: Shop, print_id: int
) -> None:
    browser = at_checkout(shop, print_id)
    page = browser.submit(
        "/checkout",
        **{**ADDRESS, "email": "ana", "postal_code": "12"},
        card="1234",
        step="pay",
        status=422,
    )
    assert page.title.startswith("Error:")
    assert "Enter an e-mail address" in page.text
    assert "postal code" in page.text
    assert "test cards" in page.text
    assert page.form("/checkout").fields["city"] == "Lisboa"
    assert orders() == []


def test_a_price_that_changed_meanwhile_is_shown_before_anything_is_charged(
    shop: Shop, print_id: int
) -> None:
    browser = at_checkout(shop, print_id)
    make.reprice(print_id, "190.00")
    page = browser.submit("/checkout", **ADDRESS, card=GOOD, step="pay", status=409)
    assert "The sum has changed" in page.text
    assert orders() == []
    browser.submit("/checkout", card=GOOD, step="pay")
    assert orders()[0].state is OrderState.PAID


def test_the_last_piece_that_was_sold_meanwhile_is_said_and_nothing_is_charged(
    shop: Shop, print_id: int
) -> None:
    browser = at_checkout(shop, print_id)
    with committing():
        inventory.set_on_hand(print_id, 0, by="staff:1")
    page = browser.submit("/checkout", **ADDRESS, card=GOOD, step="pay", status=409)
    assert page.title.startswith("Error:")
    assert orders() == []


def test_a_bank_transfer_is_accepted_and_waits(shop: Shop, print_id: int) -> None:
    browser = at_checkout(shop, print_id)
    page = browser.submit("/checkout", **ADDRESS, payment_method="manual", step="pay")
    (order,) = orders()
    assert order.state is OrderState.AWAITING_PAYMENT
    assert "How to pay" in page.text


def test_an_empty_cart_leads_back_to_the_cart(shop: Shop) -> None:
    browser = shop.browser()
    assert "blank sheet" in browser.open("/checkout").text


def test_money_by_webhook_settles_a_delayed_payment_and_a_forged_one_does_not(
    shop: Shop, print_id: int
) -> None:
    browser = at_checkout(shop, print_id)
    browser.submit("/checkout", **ADDRESS, card="4000 0000 0000 0077", step="pay")
    assert orders()[0].state is OrderState.AWAITING_PAYMENT
    forged = browser.client.post(
        "/webhooks/payments/sandbox", data=b"{}", headers={"Sandbox-Signature": "t=1,v1=00"}
    )
    assert forged.status_code == 400
    with clock.later(seconds=30):
        jobs.run_recurring()
        jobs.drain()
    assert orders()[0].state is OrderState.PAID


def test_the_button_pressed_twice_leads_to_the_one_order(shop: Shop, print_id: int) -> None:
    browser = at_checkout(shop, print_id)
    fields = {**browser.page.form("/checkout").fields, **ADDRESS, "card": GOOD, "step": "pay"}
    browser.post("/checkout", fields)
    page = browser.post("/checkout", fields)
    assert len(orders()) == 1
    assert orders()[0].number in page.h1[0]


def test_a_good_card_after_the_back_button_is_asked_although_the_first_was_declined(
    shop: Shop, print_id: int
) -> None:
    browser = at_checkout(shop, print_id)
    fields = {**browser.page.form("/checkout").fields, **ADDRESS, "step": "pay"}
    browser.post("/checkout", {**fields, "card": BAD}, status=402)
    browser.post("/checkout", {**fields, "card": GOOD})
    assert orders()[-1].state is OrderState.PAID


def test_the_key_of_a_form_may_be_as_long_as_it_likes(shop: Shop, print_id: int) -> None:
    browser = at_checkout(shop, print_id)
    browser.submit("/checkout", **ADDRESS, card=GOOD, step="pay", key="k" * 500)
    assert [order.state for order in orders()] == [OrderState.PAID]


def test_a_file_is_taxed_where_its_buyer_is(shop: Shop) -> None:
    make.tax("0.23", countries=["PT"])
    make.tax("0.10", countries=["BR"])
    file = make.variant(requires_shipping=False, price="20.00", stock=None, track_stock=False)
    browser = at_checkout(shop, file.id)
    assert "Delivery address" not in browser.page.text
    brazil = {
        "email": "ana@example.com",
        "name": "Ana Reis",
        "line1": "Rua Augusta 900",
        "city": "São Paulo",
        "region": "SP",
        "postal_code": "01304-001",
        "country": "BR",
    }
    browser.submit("/checkout", **brazil, step="update")
    browser.submit("/checkout", card=GOOD, step="pay")
    (order,) = orders()
    assert order.state is OrderState.PAID
    assert order.shipping_address is None
    assert order.billing_address is not None
    assert order.billing_address["country"] == "BR"
    assert [tax.rate for tax in order.taxes] == [Decimal("0.10")]


@pytest.mark.parametrize("email", ["josé@example.com", "ana@example", "a@b@example.com"])
def test_an_address_that_no_mail_reaches_is_refused(shop: Shop, print_id: int, email: str) -> None:
    browser = at_checkout(shop, print_id)
    browser.submit("/checkout", **{**ADDRESS, "email": email}, card=GOOD, step="pay", status=422)
    assert orders() == []


def test_a_mail_reaches_an_address_of_an_international_domain(shop: Shop, print_id: int) -> None:
    browser = at_checkout(shop, print_id)
    browser.submit("/checkout", **{**ADDRESS, "email": "ana@bücher.example"}, card=GOOD, step="pay")
    jobs.drain()
    session.rollback()
    assert orders()[0].email == "ana@xn--bcher-kva.example"
    assert "ana@xn--bcher-kva.example" in set(session.scalars(sa.select(Mail.recipient)))


def test_no_form_can_name_the_key_of_an_order_that_came_over_the_api(
    shop: Shop, print_id: int
) -> None:
    ana = make.user()
    program = sign_in(shop, ana)
    program.post("/cart", {"variant_id": print_id}, status=200)
    home = {name: ADDRESS[name] for name in ADDRESS if name != "email"}
    ask = {"shipping_address": home, "payment": {"provider": "manual"}}
    made = program.post("/orders", ask, headers={"Idempotency-Key": "1"}, status=201).get_json()
    stranger = shop.browser()
    stranger.open("/track")
    csrf = stranger.page.form("/track").fields["csrf_token"]
    stranger.post("/checkout", {"key": f"user:{ana.id}:1", "csrf_token": csrf})
    assert stranger.url == "/cart"
    assert made["number"] not in stranger.page.text
