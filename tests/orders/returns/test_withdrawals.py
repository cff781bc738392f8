"""A consumer withdraws without a reason: what is sent back, what was never sent, and files."""

from datetime import timedelta

import pytest

from tests import make
from tests.conftest import Shop
from tests.notifications.mails import only
from tests.orders.returns.worlds import (
    STAFF,
    asked,
    delivered,
    finished,
    fresh,
    nothing_is_wrong,
)
from vitrina.catalog.models.products import DigitalFile
from vitrina.core import clock, store
from vitrina.core.db import committing, session
from vitrina.inventory.queries import availability
from vitrina.orders import actions as order_actions
from vitrina.orders import downloads
from vitrina.orders import queries as order_queries
from vitrina.orders.errors import DownloadGone
from vitrina.orders.models import OrderState
from vitrina.orders.returns import actions, queries
from vitrina.orders.returns.errors import (
    AlreadyDownloaded,
    NothingReturned,
    NotWithdrawable,
    TooLate,
    TooManyPieces,
)
from vitrina.orders.returns.models import Reason, ReturnKind, ReturnState
from vitrina.orders.rules import download_token


def test_a_consumer_withdraws_without_a_reason_and_without_anybodys_leave(shop: Shop) -> None:
    order = delivered()
    total = order.total
    with committing():
        back = actions.withdraw(order, {order.lines[0].id: 3}, name=" Ana Reis ", by="guest")
        assert back is not None
    back = fresh(back)
    assert (back.kind, back.state) == (ReturnKind.WITHDRAWAL, ReturnState.APPROVED)
    assert (back.name, back.with_shipping) == ("Ana Reis", True)
    assert back.lines[0].reason is Reason.NONE
    with committing():
        actions.receive(back, by=STAFF)
    assert finished(fresh(back)).given == total  # the delivery as well: Article 13
    shop.work()
    assert nothing_is_wrong()


def test_a_part_of_the_order_keeps_its_delivery(shop: Shop) -> None:
    order = delivered()
    with committing():
        back = actions.withdraw(order, {order.lines[0].id: 2}, name="Ana", by="guest")
    assert back is not None
    assert not fresh(back).with_shipping


def test_what_has_not_left_is_cancelled_at_once(shop: Shop) -> None:
    order = make.paid_order()
    with committing():
        assert actions.withdraw(order, {}, name="Ana Reis", by="guest") is None
    shop.work()
    order = order_queries.by_id(order.id)
    assert (order.state, order.refunded) == (OrderState.CANCELLED, order.total_money)
    assert queries.of_order(order.id) == []
    assert nothing_is_wrong()


def test_a_part_that_has_not_left_is_called_off_and_paid_back(shop: Shop) -> None:
    mug, pot = make.variant(price="10.00", stock=5), make.variant(price="20.00", stock=5)
    order = make.paid_order([(mug, 2), (pot, 1)])
    first, second = (line.id for line in order.lines)
    with committing():
        assert actions.withdraw(order, {first: 1}, name="Ana Reis", by="guest") is None
    shop.work()
    order = order_queries.by_id(order.id)
    assert (order.state, order.refunded.minor) == (OrderState.PAID, 1000)
    assert order_actions.unshipped(order) == {first: 1, second: 1}
    assert availability([mug.id])[mug.id].available == 4
    mail = only("withdrawal_received")
    assert "1 x " in mail.text
    assert "2 x " not in mail.text
    assert "Send the goods back" not in mail.text
    with committing():
        actions.withdraw(order, {first: 1, second: 1}, name="Ana Reis", by="guest")
    shop.work()
    order = order_queries.by_id(order.id)
    assert (order.state, order.refunded) == (OrderState.CANCELLED, order.total_money)
    assert nothing_is_wrong()


def test_of_a_partly_sent_order_the_rest_is_called_off_and_what_left_comes_back(
    shop: Shop,
) -> None:
    mug, pot = make.variant(price="10.00", stock=5), make.variant(price="20.00", stock=5)
    order = make.paid_order([(mug, 1), (pot, 1)])
    first, second = (line.id for line in order.lines)
    with committing():
        order_actions.ship(order, {first: 1}, carrier="CTT", by=STAFF)
    order = order_queries.by_id(order.id)
    assert queries.ways(order, clock.now()).withdrawable == {first: 1, second: 1}
    with committing():
        back = actions.withdraw(order, {first: 1, second: 1}, name="Ana", by="guest")
        assert back is not None
    back = fresh(back)
    assert [(line.order_line_id, line.quantity) for line in back.lines] == [(first, 1)]
    assert back.with_shipping
    shop.work()
    order = order_queries.by_id(back.order_id)
    assert (order.state, order.refunded.minor) == (OrderState.SHIPPED, 2000)
    mail = only("withdrawal_received")
    assert mail.text.count("1 x ") == 2
    assert "Send the goods back" in mail.text
    with committing():
        actions.receive(back, by=STAFF)
    finished(fresh(back))
    shop.work()
    order = order_queries.by_id(order.id)
    assert order.refunded == order.total_money
    assert nothing_is_wrong()


def test_beside_a_file_that_was_fetched_the_unsent_mug_is_withdrawn_from(shop: Shop) -> None:
    plan = make.variant(stock=None, track_stock=False, requires_shipping=False)
    mug = make.variant(price="10.00")
    with committing():
        session.add(DigitalFile(variant_id=plan.id, key="ab/plan.pdf", name="Plan.pdf", size=9))
    order = make.paid_order([(plan, 1), (mug, 1)])
    (file,) = order_queries.downloads(order.id)
    with committing():
        downloads.fetch(download_token(file.line_id, file.file_id))
    order = order_queries.by_id(order.id)
    line = next(one.id for one in order.lines if one.variant_id == mug.id)
    assert queries.ways(order, clock.now()).withdrawable == {line: 1}
    with committing():
        assert actions.withdraw(order, {line: 1}, name="Ana", by="guest") is None
    shop.work()
    order = order_queries.by_id(order.id)
    assert order.refunded.minor == 1500  # with the delivery: nothing is ever sent
    assert order_actions.unshipped(order) == {}
    assert nothing_is_wrong()


def test_more_than_is_left_and_a_part_of_what_is_not_paid_are_refused(shop: Shop) -> None:
    paid, transfer = make.paid_order(), make.order(provider="manual")
    with pytest.raises(TooManyPieces), committing():
        actions.withdraw(paid, {paid.lines[0].id: 3}, name="Ana", by="guest")
    with pytest.raises(NotWithdrawable), committing():
        actions.withdraw(transfer, {transfer.lines[0].id: 1}, name="Ana", by="guest")


def test_from_an_order_that_nobody_pays_for_there_is_nothing_to_withdraw(shop: Shop) -> None:
    failed, transfer = make.order(token="tok_decline"), make.order(provider="manual")
    assert not queries.ways(failed, clock.now()).can_withdraw
    assert queries.ways(transfer, clock.now()).can_withdraw
    with pytest.raises(NothingReturned), committing():
        actions.withdraw(failed, {}, name="Ana", by="guest")


def test_after_fourteen_days_the_right_is_over_and_elsewhere_there_is_none(shop: Shop) -> None:
    order = delivered()
    pieces = {order.lines[0].id: 1}
    with clock.at(clock.now() + timedelta(days=18)), pytest.raises(TooLate), committing():
        actions.withdraw(order, pieces, name="Ana", by="guest")
    on_its_way = make.shipped_order()
    with clock.at(clock.now() + timedelta(days=18)), committing():
        assert actions.withdraw(on_its_way, {on_its_way.lines[0].id: 1}, name="Ana", by="guest")
    with committing():
        store.current().country = "US"
    american = make.delivered_order(country="US")
    with pytest.raises(NotWithdrawable), committing():
        actions.withdraw(american, {american.lines[0].id: 1}, name="Ana", by="guest")


def test_a_file_comes_back_until_it_was_fetched(shop: Shop) -> None:
    plan = make.variant(stock=None, track_stock=False, requires_shipping=False)
    with committing():
        session.add(DigitalFile(variant_id=plan.id, key="ab/plan.pdf", name="Plan.pdf", size=9))
    order = make.paid_order([(plan, 1)])
    (file,) = order_queries.downloads(order.id)
    token = download_token(file.line_id, file.file_id)
    back = asked(order)
    with pytest.raises(DownloadGone), committing():
        downloads.fetch(token)
    with committing():
        actions.cancel(back, by="guest")
    with committing():
        downloads.fetch(token)
    assert not queries.ways(order, clock.now()).can_withdraw
    with pytest.raises(AlreadyDownloaded):
        asked(order)


def test_a_cancelled_order_ends_its_returns_and_opens_no_file(shop: Shop) -> None:
    plan = make.variant(stock=None, track_stock=False, requires_shipping=False)
    with committing():
        session.add(DigitalFile(variant_id=plan.id, key="ab/plan.pdf", name="Plan.pdf", size=9))
    order = make.paid_order([(plan, 1)])
    (file,) = order_queries.downloads(order.id)
    back = asked(order)
    with committing():
        order_actions.cancel(order, reason="a favour", by=STAFF)
    shop.work()
    assert fresh(back).state is ReturnState.CANCELLED
    with pytest.raises(DownloadGone), committing():
        downloads.fetch(download_token(file.line_id, file.file_id))
