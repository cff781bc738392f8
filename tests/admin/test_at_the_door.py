"""What staff do with parcels that are paid at the door, and with transfers that come late."""

import pytest

from tests import make
from tests.admin.test_money import sign_in
from tests.api.conftest import sign_in as token_of
from tests.browser import Browser
from tests.conftest import Shop
from vitrina.core.db import committing, session
from vitrina.inventory.queries import availability
from vitrina.orders import actions
from vitrina.orders import queries as orders
from vitrina.orders.models import Order, OrderState


@pytest.fixture
def owner(shop: Shop) -> Browser:
    return sign_in(shop)


def sent(stock: int = 2) -> Order:
    order = make.order([(make.variant(stock=stock), 2)], provider="cash_on_delivery")
    with committing():
        actions.ship(order, carrier="CTT", by="staff:1")
    return orders.by_id(order.id)


def again(order: Order) -> Order:
    session.rollback()
    session.expire_all()
    return orders.by_id(order.id)


def test_money_from_the_door_is_noted_after_the_parcel_has_left(shop: Shop, owner: Browser) -> None:
    order = sent()
    assert "It came back unpaid" in owner.open(f"/admin/orders/{order.number}").text
    page = owner.submit(f"/admin/orders/{order.number}/payment")
    assert "The order is paid." in page.text
    assert again(order).payment_status == "paid"
    assert "It came back unpaid" not in page.text
    assert "Mark as paid" not in page.text


def test_a_parcel_that_came_back_unpaid_ends_its_order(shop: Shop, owner: Browser) -> None:
    order = sent()
    line = order.lines[0]
    owner.open(f"/admin/orders/{order.number}")
    page = owner.submit(f"/admin/orders/{order.number}/refusal", **{f"stock-{line.id}": "1"})
    assert "The order is over." in page.text
    assert again(order).state is OrderState.CANCELLED
    assert availability([line.variant_id])[line.variant_id].available == 1


def test_a_card_that_nobody_paid_with_is_not_marked_as_paid(shop: Shop, owner: Browser) -> None:
    order = make.order(token="tok_decline")
    assert "Mark as paid" not in owner.open(f"/admin/orders/{order.number}").text


def test_programs_note_and_refuse_as_well(shop: Shop) -> None:
    owner, analyst = (token_of(shop, make.staff(role)) for role in ("owner", "analyst"))
    late = make.order(provider="manual").id
    paid, refused = sent().number, sent().number
    answer = owner.post(f"/orders/{paid}/payment", status=200)
    assert answer.get_json()["payment_status"] == "paid"
    owner.post(f"/orders/{paid}/payment", status=409)
    owner.post(f"/orders/{paid}/refusal", status=409)
    analyst.post(f"/orders/{refused}/refusal", status=403)
    answer = owner.post(f"/orders/{refused}/refusal", {"restock": []}, status=200)
    assert answer.get_json()["status"] == "cancelled"
    with committing():
        actions.expire(orders.lock(late), by="system")
    answer = owner.post(f"/orders/{late}/payment", status=200)
    assert answer.get_json()["status"] == "paid"
