"""What buyers are told about their orders."""

from tests import make
from tests.conftest import Shop
from tests.notifications.mails import mails, only, react_again
from vitrina.checkout import actions as checkout
from vitrina.core import clock
from vitrina.core.db import committing
from vitrina.notifications import queries
from vitrina.notifications.models import MailState
from vitrina.orders import actions as orders
from vitrina.orders import queries as order_queries


def test_a_paid_order_is_confirmed_once_with_its_own_drawing(shop: Shop) -> None:
    order = make.paid_order()
    shop.work()
    react_again()
    mail = only("order_confirmation")
    assert mail.recipient == "ana@example.com"
    assert mail.state is MailState.KEPT
    assert order.number in mail.subject
    assert f"http://localhost/orders/{order.number}?token=" in mail.text
    assert "cid:order-drawing" in mail.html
    assert "data:image/png;base64," in queries.html_for_screen(mail, with_keys=True)
    assert [found.id for found in queries.of_subject(f"order:{order.number}")] == [mail.id]


def test_the_amounts_of_a_mail_add_up_as_the_order_does(sqlite_shop: Shop) -> None:
    make.promotion("percent")
    order = make.paid_order([(make.variant(price="20.00"), 2)])
    sqlite_shop.work()
    text = only("order_confirmation").text
    for part in ("Subtotal: €40.00", "Discount: -€4.00", "Total: €41.00"):
        assert part in text
    assert order.total == 4100


def test_a_transfer_is_confirmed_at_once_and_thanked_for_when_it_arrives(shop: Shop) -> None:
    order = make.order(provider="manual")
    shop.work()
    assert only("order_placed")
    assert mails("order_confirmation") == []
    with committing():
        placed = order_queries.lock(order.id)
        orders.mark_paid(placed, by="staff:1")
    shop.work()
    react_again()
    assert only("payment_received")
    assert mails("order_confirmation") == []


def test_a_declined_card_is_told_once(shop: Shop) -> None:
    make.order(token="tok_decline")
    shop.work()
    assert mails("payment_failed") == []
    with clock.later(minutes=4):
        shop.work()
        react_again()
    mail = only("payment_failed")
    assert "nothing was charged" in mail.text
    assert "We keep your order until" in mail.text
    assert mails("order_confirmation") == []


def test_a_declined_card_is_not_told_to_a_buyer_who_tries_again(shop: Shop) -> None:
    declined = make.order(token="tok_decline")
    with committing():
        checkout.retry_payment(declined, "sandbox", token="tok_success", by="guest")
    with clock.later(minutes=4):
        shop.work()
    assert mails("payment_failed") == []


def test_a_parcel_is_told_when_it_leaves_and_when_it_arrives(shop: Shop) -> None:
    order = make.paid_order()
    with committing():
        shipment = orders.ship(order, carrier="CTT", tracking_number="RR1PT", by="staff:1")
    shop.work()
    with committing():
        orders.deliver(shipment, by="staff:1")
    shop.work()
    react_again()
    assert "RR1PT" in only("shipped").text
    assert "The rest follows" not in only("shipped").text
    assert only("delivered")


def test_a_cancelled_order_is_told_and_its_money_goes_back(shop: Shop) -> None:
    order = make.paid_order()
    with committing():
        orders.cancel(order, reason="changed mind", by="customer:1")
    shop.work()
    shop.work()
    react_again()
    assert "goes back to you" in only("cancelled").text
    assert order.total_money.text in only("refunded").text


def test_an_order_speaks_its_own_language(sqlite_shop: Shop) -> None:
    order = make.paid_order()
    with committing():
        order_queries.by_id(order.id).locale = "ru"
    sqlite_shop.work()
    mail = only("order_confirmation")
    assert mail.locale == "ru"
    assert f"http://localhost/ru/orders/{order.number}" in mail.text
    assert "Португалия" in mail.text
