"""Cash on delivery that is refused at the door comes back, and its order ends."""

import pytest

from tests import make
from tests.conftest import Shop
from vitrina.checkout import actions as checkout
from vitrina.cli.doctor import examine
from vitrina.core.db import committing, session
from vitrina.inventory.queries import availability
from vitrina.orders import actions, queries, refusing
from vitrina.orders.errors import CannotCancel, NotRestockable
from vitrina.orders.models import Order, OrderState
from vitrina.payments.models import PaymentState
from vitrina.promotions.models import Promotion
from vitrina.shipping.models import ShipmentState

BY = "staff:1"


def again(order: Order) -> Order:
    session.rollback()
    session.expire_all()
    return queries.by_id(order.id)


def left(variant_id: int) -> int:
    return availability([variant_id])[variant_id].available


def on_its_way(order: Order, pieces: dict[int, int] | None = None) -> Order:
    with committing():
        actions.ship(order, pieces, carrier="CTT", by=BY)
    return again(order)


def refuse(order: Order, restock: dict[int, int] | None = None) -> Order:
    with committing():
        refusing.refuse(order, restock, by=BY)
    return again(order)


def all_is_well(shop: Shop) -> bool:
    shop.work()
    return not any(examine().values())


def test_what_was_refused_at_the_door_is_for_sale_again(shop: Shop) -> None:
    make.promotion(code="TEN", usage_limit=1)
    mug = make.variant(stock=2)
    order = make.order([(mug, 2)], provider="cash_on_delivery", codes=["TEN"])
    order = refuse(on_its_way(order))
    assert order.state is OrderState.CANCELLED
    assert order.shipments[0].state is ShipmentState.RETURNED
    assert order.payments[0].state is PaymentState.CANCELLED
    assert left(mug.id) == 2
    assert session.query(Promotion).one().used == 0
    assert all_is_well(shop)
    with pytest.raises(CannotCancel):
        refuse(order)


def test_what_came_back_broken_stays_off_the_shelf(shop: Shop) -> None:
    mug = make.variant(stock=2)
    order = on_its_way(make.order([(mug, 2)], provider="cash_on_delivery"))
    line = order.lines[0].id
    with pytest.raises(NotRestockable):
        refuse(order, {line: 3})
    refuse(again(order), {line: 1})
    assert left(mug.id) == 1
    assert all_is_well(shop)


def test_the_rest_of_an_order_whose_first_parcel_was_refused_does_not_leave(shop: Shop) -> None:
    mug = make.variant(stock=2)
    order = make.order([(mug, 2)], provider="cash_on_delivery")
    order = on_its_way(order, {order.lines[0].id: 1})
    assert refuse(order).state is OrderState.CANCELLED
    assert left(mug.id) == 2
    assert all_is_well(shop)


def test_what_was_paid_or_has_not_left_is_not_refused(shop: Shop) -> None:
    with pytest.raises(CannotCancel):
        refuse(make.shipped_order())
    order = make.order(provider="cash_on_delivery")
    with pytest.raises(CannotCancel):
        refuse(order)
    order = on_its_way(order)
    with committing():
        checkout.receive_payment(order, by=BY)
    with pytest.raises(CannotCancel):
        refuse(again(order))
    assert all_is_well(shop)
