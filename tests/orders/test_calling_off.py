"""What was paid back before it left is not sent, and others may buy it."""

import pytest

from tests import make
from tests.conftest import Shop
from vitrina.checkout import actions as checkout
from vitrina.checkout import till
from vitrina.cli.doctor import examine
from vitrina.core.db import committing, session
from vitrina.core.money import Money
from vitrina.inventory.queries import availability
from vitrina.orders import actions, queries
from vitrina.orders.errors import NothingToShip
from vitrina.orders.models import Order, OrderState
from vitrina.orders.papers import queries as papers
from vitrina.orders.returns import queries as returns
from vitrina.payments import registry
from vitrina.payments.providers.sandbox import Sandbox

BY = "staff:1"


def again(order: Order) -> Order:
    session.rollback()
    session.expire_all()
    return queries.by_id(order.id)


def left(variant_id: int) -> int:
    return availability([variant_id])[variant_id].available


def send(order: Order, pieces: dict[int, int] | None = None) -> Order:
    with committing():
        actions.ship(again(order), pieces, carrier="CTT", by=BY)
    return again(order)


def pay_back(order: Order, pieces: dict[int, int], **fields: dict[int, int]) -> Order:
    with committing():
        checkout.refund(again(order), pieces_back=pieces, reason="broken", by=BY, **fields)
    return again(order)


def all_is_well(shop: Shop) -> bool:
    shop.work()
    return not any(examine().values())


def test_a_piece_that_was_paid_back_is_neither_packed_nor_kept(shop: Shop) -> None:
    mug = make.variant(stock=5)
    order = make.paid_order([(mug, 3)])
    line = order.lines[0].id
    order = pay_back(order, {line: 1})
    assert actions.unshipped(order) == {line: 2}
    assert [one.quantity for one in papers.picks([order])] == [2]
    assert [one.quantity for one in papers.slip_of_order(order).pieces] == [2]
    assert left(mug.id) == 3
    with pytest.raises(NothingToShip):
        send(order, {line: 3})
    order = send(order)
    assert (order.state, order.fulfilment_status) == (OrderState.SHIPPED, "shipped")
    with committing():
        actions.deliver(order.shipments[0], by=BY)
    order = again(order)
    assert returns.left_to_return(order) == {line: 2}
    assert returns.arrived_at(order) is not None
    assert all_is_well(shop)


def test_what_came_back_on_the_shelf_had_left_so_the_rest_is_still_sent(shop: Shop) -> None:
    mug = make.variant(stock=5)
    order = make.paid_order([(mug, 3)])
    line = order.lines[0].id
    order = pay_back(send(order, {line: 2}), {line: 1}, restock={line: 1})
    assert actions.unshipped(order) == {line: 1}
    assert left(mug.id) == 3
    assert all_is_well(shop)


def test_an_order_of_which_nothing_else_is_wanted_is_shipped(shop: Shop) -> None:
    mug, pot = make.variant(stock=5), make.variant(stock=5)
    order = make.paid_order([(mug, 1), (pot, 1)])
    first, second = (line.id for line in order.lines)
    order = pay_back(send(order, {first: 1}), {second: 1})
    assert order.state is OrderState.SHIPPED
    assert left(pot.id) == 5
    assert all_is_well(shop)


def test_an_order_that_was_paid_back_halfway_keeps_no_stock(shop: Shop) -> None:
    mug = make.variant(stock=2)
    order = make.paid_order([(mug, 2)])
    order = send(order, {order.lines[0].id: 1})
    with committing():
        checkout.refund(order, order.total_money, reason="lost", by=BY)
    assert again(order).state is OrderState.SHIPPED
    assert left(mug.id) == 1
    assert all_is_well(shop)


def test_so_it_is_when_the_money_goes_back_at_the_providers_own_desk(shop: Shop) -> None:
    mug = make.variant(stock=2)
    order = make.paid_order([(mug, 2)])
    order = send(order, {order.lines[0].id: 1})
    payment, sandbox = order.payments[0], registry.get("sandbox")
    assert isinstance(sandbox, Sandbox)
    sandbox.refund(payment.provider_ref or "", payment.money, f"{payment.key}:theirs")
    till.look(payment.id)
    assert again(order).state is OrderState.SHIPPED
    assert left(mug.id) == 1
    assert all_is_well(shop)


def test_a_lowered_price_takes_no_piece_away(shop: Shop) -> None:
    order = make.paid_order()
    with committing():
        checkout.refund(order, Money(500, "EUR"), reason="scratch", by=BY)
    assert actions.unshipped(again(order)) == {order.lines[0].id: 2}
    assert all_is_well(shop)
