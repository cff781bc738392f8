"""Orders after they were placed: parcels, files, notes, and who may look."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests import make
from vitrina.catalog.models.products import DigitalFile
from vitrina.checkout import actions as checkout
from vitrina.core import clock
from vitrina.core.db import committing, session
from vitrina.core.states import WrongState
from vitrina.inventory.models import StockItem
from vitrina.inventory.queries import find_discrepancies as stock_faults
from vitrina.orders import actions, downloads, queries
from vitrina.orders.audits import find_discrepancies
from vitrina.orders.errors import (
    CannotCancel,
    CannotShip,
    DownloadGone,
    InvalidNote,
    NothingToShip,
    OrderNotFound,
)
from vitrina.orders.models import Order, OrderState
from vitrina.orders.queries import OrderFilter
from vitrina.orders.rules import (
    coupon_reference,
    download_token,
    left_to_ship,
    link_token,
    reads_link,
)
from vitrina.shipping.models import ShipmentState

pytestmark = pytest.mark.usefixtures("shop")
BY = "staff:1"


def ship(order: Order, lines: dict[int, int] | None = None) -> Order:
    with committing():
        actions.ship(order, lines, carrier="CTT", tracking_number="RR123456785PT", by=BY)
    return queries.by_id(order.id)


def test_an_order_leaves_in_parts_and_arrives_with_the_last() -> None:
    mug, cup = make.variant(stock=5), make.variant(stock=5)
    order = make.paid_order([(mug, 2), (cup, 1)])
    first, second = order.lines
    order = ship(order, {first.id: 1})
    assert (order.state, order.fulfilment_status) == (OrderState.PAID, "partly_shipped")
    assert actions.unshipped(order) == {first.id: 1, second.id: 1}
    for too_many in ({first.id: 2}, {first.id: 0}, {first.id: -1}, {999_999: 1}):
        with pytest.raises(NothingToShip):
            ship(order, too_many)
    order = ship(order)
    assert (order.state, order.fulfilment_status) == (OrderState.SHIPPED, "shipped")
    for parcel in order.shipments:
        with committing():
            actions.deliver(parcel, by=BY)
    order = queries.by_id(order.id)
    assert (order.state, order.fulfilment_status) == (OrderState.DELIVERED, "delivered")
    items = session.scalars(sa.select(StockItem).order_by(StockItem.id)).all()
    assert [(item.on_hand, item.reserved) for item in items] == [(3, 0), (4, 0)]
    assert [*stock_faults(), *find_discrepancies()] == []


def test_what_is_not_paid_does_not_leave_unless_it_is_paid_at_the_door() -> None:
    with pytest.raises(CannotShip):
        ship(make.order(token="tok_3ds"))
    with pytest.raises(CannotShip):
        ship(make.order(provider="manual"))
    order = ship(make.order(provider="cash_on_delivery"))
    assert order.state is OrderState.SHIPPED
    with committing():
        checkout.receive_payment(order, by=BY)
    order = queries.by_id(order.id)
    assert (order.state, order.payment_status) == (OrderState.SHIPPED, "paid")
    assert find_discrepancies() == []


def test_what_has_left_cannot_be_cancelled_nor_arrive_twice() -> None:
    order = make.paid_order()
    order = ship(order, {order.lines[0].id: 1})
    with pytest.raises(CannotCancel), committing():
        actions.cancel(order, reason="late", by=BY)
    parcel = order.shipments[0]
    with committing():
        actions.deliver(parcel, by=BY)
    with pytest.raises(WrongState), committing():
        actions.deliver(parcel, by=BY)
    assert queries.by_id(order.id).shipments[0].state is ShipmentState.DELIVERED


def test_files_can_be_fetched_some_times_after_payment() -> None:
    plan = make.variant(stock=None, track_stock=False, requires_shipping=False)
    with committing():
        session.add(DigitalFile(variant_id=plan.id, key="ab/plan.pdf", name="Plan.pdf", size=9))
    unpaid = make.order([(plan, 1)], token="tok_3ds")
    assert queries.downloads(unpaid.id) == []
    order = make.paid_order([(plan, 1)], email="rui@example.com")
    (file,) = queries.downloads(order.id)
    assert (file.name, file.left) == ("Plan.pdf", 5)
    token = download_token(file.line_id, file.file_id)
    for _ in range(5):
        with committing():
            assert downloads.fetch(token).key == "ab/plan.pdf"
    for wrong in (token, token + "x", "", download_token(file.line_id, file.file_id + 1)):
        with pytest.raises(DownloadGone), committing():
            downloads.fetch(wrong)


def test_files_are_no_longer_to_be_had_after_a_month_or_a_cancellation() -> None:
    plan = make.variant(stock=None, track_stock=False, requires_shipping=False)
    with committing():
        session.add(DigitalFile(variant_id=plan.id, key="ab/plan.pdf", name="Plan.pdf", size=9))
    order = make.paid_order([(plan, 1)])
    (file,) = queries.downloads(order.id)
    token = download_token(file.line_id, file.file_id)
    with clock.at(clock.now() + timedelta(days=31)), pytest.raises(DownloadGone), committing():
        downloads.fetch(token)
    with committing():
        actions.cancel(order, reason="changed mind", by=BY)
    with pytest.raises(DownloadGone), committing():
        downloads.fetch(token)


def test_what_is_not_yours_does_not_exist() -> None:
    ana, rui = make.user(), make.user()
    order = make.paid_order(user=ana)
    assert queries.of_customer(ana.id, order.number).id == order.id
    with pytest.raises(OrderNotFound):
        queries.of_customer(rui.id, order.number)
    assert queries.find_for_guest(f" {order.number.lower()} ", order.email.upper()).id == order.id
    for number, email in ((order.number, "rui@example.com"), ("VT-0000000", order.email)):
        with pytest.raises(OrderNotFound):
            queries.find_for_guest(number, email)


def test_a_link_opens_its_own_order_only() -> None:
    token = link_token("VT-1000001")
    assert reads_link("VT-1000001", token)
    for number, given in (("VT-1000002", token), ("VT-1000001", token[:-1]), ("VT-1", None)):
        assert not reads_link(number, given)


def test_orders_are_listed_in_pages_and_found_by_words() -> None:
    ana = make.user()
    mine = [make.paid_order(user=ana).number for _ in range(3)]
    other = make.order(token="tok_decline", email="rui@example.com")
    first = queries.history(ana.id, limit=2)
    second = queries.history(ana.id, limit=2, before=first.next_before)
    assert [o.number for o in (*first.orders, *second.orders)] == mine[::-1]
    assert second.next_before is None
    for wanted in (
        OrderFilter(text="rui@EXAMPLE"),
        OrderFilter(text=other.number[3:]),
        OrderFilter(state=OrderState.AWAITING_PAYMENT),
    ):
        assert [o.number for o in queries.listing(wanted).orders] == [other.number]
    assert queries.count(OrderFilter(text="%")) == 0
    assert queries.bought(ana.id, queries.by_number(mine[0]).lines[0].product_id or 0)
    assert queries.was_ordered(other.lines[0].product_id or 0)
    assert not queries.was_ordered(999_999)


def test_a_note_has_words() -> None:
    order = make.paid_order()
    for text in ("", "  ", "x" * 2001):
        with pytest.raises(InvalidNote), committing():
            actions.add_note(order, text, by=BY)


def test_money_without_an_order_is_found() -> None:
    order = make.paid_order()
    assert find_discrepancies() == []
    with committing():
        session.execute(sa.update(Order).where(Order.id == order.id).values(state="cancelled"))
    assert order.number in find_discrepancies()[0]


def test_what_is_left_and_under_which_name_coupons_are_used() -> None:
    assert left_to_ship({1: 3, 2: 1}, [(1, 1), (2, 1), (9, 4)]) == {1: 2}
    assert [coupon_reference("VT-1", n) for n in (1, 2, 3)] == ["VT-1", "VT-1/2", "VT-1/3"]
