"""What staff see and say of money that they send back themselves, at the desk and over the API."""

import pytest

from tests import make
from tests.admin.money import audited, sign_in
from tests.api.conftest import sign_in as token_of
from tests.conftest import Shop
from vitrina.checkout import actions as checkout
from vitrina.core.db import committing, session
from vitrina.core.money import Money
from vitrina.orders import queries as orders
from vitrina.orders.models import Order


def owing(*amounts: str, reason: str = "Scratched") -> Order:
    order = make.transferred_order()
    for amount in amounts:
        with committing():
            money = Money.parse(amount, order.currency)
            checkout.refund(orders.by_id(order.id), money, reason=reason, by="staff:1")
    return orders.by_id(order.id)


def refunded(number: str) -> str:
    session.rollback()
    session.expire_all()
    return orders.by_number(number).refunded.text


def test_the_page_of_the_order_asks_for_it_and_takes_the_word_once(shop: Shop) -> None:
    owner, number = sign_in(shop), owing("10.00").number
    shop.work()
    page = owner.open(f"/admin/orders/{number}")
    assert "€10.00 is to be sent back by you" in page.text
    path = page.form("/confirmation").action
    sent = page.form("/confirmation").fields
    for _ in range(2):
        owner.post(path, sent)
    assert "It was sent back" in owner.page.text
    assert "is to be sent back by you" not in owner.open(f"/admin/orders/{number}").text
    assert refunded(number) == "10.00"
    assert audited("order.refund_sent") == [{"amount": "10.00"}]


def test_what_is_to_be_sent_is_listed_with_the_oldest_first(shop: Shop) -> None:
    owner = sign_in(shop)
    first, second = owing("10.00").number, owing("7.50", reason="Too late").number
    shop.work()
    page = owner.open("/admin/payments/problems")
    for words in ("To be sent back by hand", "€7.50", "ana@example.com", "Too late"):
        assert words in page.text
    assert page.text.index(first) < page.text.index(second)
    make.send_back(orders.by_number(first))
    page = owner.open("/admin/payments/problems")
    assert first not in page.text
    assert second in page.text


@pytest.mark.parametrize("role", ["fulfilment", "support", "analyst"])
def test_who_may_not_give_money_back_cannot_say_so(shop: Shop, role: str) -> None:
    order = owing("10.00")
    number, refund_id = order.number, order.payments[0].refunds[0].id
    browser, program = sign_in(shop, role), token_of(shop, make.staff(role))
    page = browser.open(f"/admin/orders/{number}")
    assert "It was sent back" not in page.text
    token = {"csrf_token": page.form("/logout").fields["csrf_token"]}
    browser.post(f"/admin/orders/{number}/refunds/{refund_id}/confirmation", token, status=403)
    program.post(f"/orders/{number}/refunds/{refund_id}/confirmation", status=403)
    assert refunded(number) == "0.00"


def test_programs_say_it_as_well(shop: Shop) -> None:
    number, other = owing("10.00").number, make.transferred_order().number
    manager = token_of(shop, make.staff("manager"))
    shop.work()
    (shown,) = manager.get(f"/orders/{number}", status=200).get_json()["payments"][0]["refunds"]
    assert (shown["status"], shown["by_hand"]) == ("pending", True)
    path = f"refunds/{shown['id']}/confirmation"
    manager.post(f"/orders/{other}/{path}", status=404)
    for _ in range(2):
        told = manager.post(f"/orders/{number}/{path}", status=200).get_json()
        assert told["payments"][0]["refunds"][0]["status"] == "succeeded"
        assert told["payment_status"] == "partially_refunded"
    assert refunded(number) == "10.00"
    assert len(audited("order.refund_sent")) == 1
