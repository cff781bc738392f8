"""The life of a return: asked for, agreed to, arrived, looked at, paid back."""

from datetime import timedelta

import pytest

from tests import make
from tests.conftest import Shop
from tests.orders.returns.worlds import (
    STAFF,
    arrived,
    asked,
    delivered,
    finished,
    fresh,
    nothing_is_wrong,
    order_of,
)
from vitrina.checkout import actions as checkout
from vitrina.core import clock, store
from vitrina.core.db import committing
from vitrina.core.states import WrongState
from vitrina.inventory.queries import availability
from vitrina.orders import queries as order_queries
from vitrina.orders.errors import NotRestockable, NotReturnable
from vitrina.orders.returns import actions, queries
from vitrina.orders.returns.actions import Piece, Verdict
from vitrina.orders.returns.errors import (
    InvalidInspection,
    InvalidLabel,
    NoAccount,
    NothingReturned,
    ReasonMissing,
    ReturnNotFound,
    TooLate,
    TooManyPieces,
)
from vitrina.orders.returns.models import Condition, Reason, ReturnState
from vitrina.payments.credit import queries as credit
from vitrina.payments.models import RefundState


def test_a_return_lives_from_the_question_to_the_money(shop: Shop) -> None:
    order = delivered()
    line = order.lines[0]
    variant_id = line.variant_id or 0
    assert queries.ways(order, clock.now()).left == {line.id: 3}
    back = asked(order, {line.id: 2}, note="  The colour is not mine.  ")
    assert (back.state, back.note) == (ReturnState.REQUESTED, "The colour is not mine.")
    assert queries.ways(order_of(back), clock.now()).left == {line.id: 1}
    with committing():
        actions.approve(
            back, instructions="Any carrier.", label_url="https://x.example/l.pdf", by=STAFF
        )
    with committing():
        actions.receive(back, {back.lines[0].id: 1}, by=STAFF)
    with committing():
        actions.receive(back, by=STAFF)
    back = finished(fresh(back))
    assert back.state is ReturnState.INSPECTED
    assert [one.verb for one in back.transitions] == [
        "approve", "receive", "receive", "inspect",
    ]  # fmt: skip
    assert back.given == 1998
    shop.work()
    back = fresh(back)
    assert [refund.state for refund in back.refunds] == [RefundState.SUCCEEDED]
    assert order_of(back).refunded.minor == 1998
    assert availability([variant_id])[variant_id].available == 10 - 3 + 2
    assert queries.left_to_return(order_of(back)) == {line.id: 1}
    assert nothing_is_wrong()


@pytest.mark.parametrize("steps", [(3,), (1, 2), (2, 1), (1, 1, 1)])
def test_in_whatever_steps_pieces_come_back_their_line_gives_exactly_what_it_cost(
    shop: Shop, steps: tuple[int, ...]
) -> None:
    make.tax("0.23")
    make.promotion("percent")
    order = delivered([(make.variant(price="9.99", stock=10), 3), (make.variant(stock=9), 1)])
    line = order.lines[0]
    tax, total = line.tax, line.total
    backs = [finished(arrived(order, {line.id: pieces})) for pieces in steps]
    shop.work()
    backs = [fresh(back) for back in backs]
    assert sum(back.given for back in backs) == total
    assert sum(refund.tax for back in backs for refund in back.refunds) == tax
    assert order_of(backs[0]).refunded.minor == total
    with pytest.raises(TooManyPieces):
        asked(order, {line.id: 1})
    assert nothing_is_wrong()


def test_what_was_used_gives_less_and_what_is_broken_stays_off_the_shelf(shop: Shop) -> None:
    order = delivered()
    variant_id = order.lines[0].variant_id or 0
    back = arrived(order)
    (line,) = back.lines
    assert actions.worth(back, line, 2).minor == 1998
    for wrong in (Verdict(4), Verdict(1, 4), Verdict(1, deducted=1000), Verdict(0, deducted=1)):
        with pytest.raises(InvalidInspection), committing():
            actions.inspect(back, {line.id: wrong}, by=STAFF)
    with committing():
        verdict = Verdict(2, 1, Condition.USED, deducted=500)
        actions.inspect(back, {line.id: verdict}, note="One was broken.", by=STAFF)
    back = fresh(back)
    (line,) = back.lines
    assert (back.given, line.condition, line.restocked) == (1498, Condition.USED, 1)
    assert availability([variant_id])[variant_id].available == 8
    shop.work()
    # What was looked at is back, accepted or not: it cannot come back once more.
    assert queries.left_to_return(order_of(back)) == {}
    assert nothing_is_wrong()


def test_pieces_that_never_came_can_be_sent_later(shop: Shop) -> None:
    order = delivered()
    line = order.lines[0]
    back = asked(order)
    with committing():
        actions.approve(back, by=STAFF)
    with committing():
        actions.receive(back, {back.lines[0].id: 1}, by=STAFF)
    finished(fresh(back))
    assert queries.left_to_return(order_queries.by_id(order.id)) == {line.id: 2}


def test_nobody_sends_back_more_than_was_sent_and_is_not_back(shop: Shop) -> None:
    paid = make.paid_order()
    with pytest.raises(TooManyPieces):
        asked(paid)  # nothing has left
    order = delivered()
    line = order.lines[0]
    for pieces in ({line.id: 4}, {line.id: 0}, {line.id: -1}, {paid.lines[0].id: 1}, {999_999: 1}):
        with pytest.raises(TooManyPieces):
            asked(order, pieces)
    with pytest.raises(NothingReturned), committing():
        actions.request(order, [], by="guest")
    with pytest.raises(NothingReturned), committing():
        actions.request(order, [Piece(line.id, 1, Reason.OTHER)] * 2, by="guest")
    with pytest.raises(ReasonMissing), committing():
        actions.request(order, [Piece(line.id, 1)], by="guest")
    with committing():
        checkout.refund(order, pieces_back={line.id: 2}, reason="broken", by=STAFF)
    assert queries.left_to_return(order_queries.by_id(order.id)) == {line.id: 1}


def test_staff_who_refund_meanwhile_are_not_paid_twice(shop: Shop) -> None:
    order = delivered()
    back = arrived(order)
    with committing():
        checkout.refund(order, pieces_back={order.lines[0].id: 2}, reason="goodwill", by=STAFF)
    with pytest.raises(NotReturnable):
        finished(back)
    with committing():
        actions.inspect(back, {back.lines[0].id: Verdict(1)}, by=STAFF)
    shop.work()
    assert order_of(fresh(back)).refunded.minor == 2997
    assert nothing_is_wrong()


def test_a_rejected_or_cancelled_return_leaves_the_pieces_with_the_buyer(shop: Shop) -> None:
    order = delivered()
    line = order.lines[0]
    back = asked(order)
    with pytest.raises(ReasonMissing), committing():
        actions.reject(back, reason="  ", by=STAFF)
    with committing():
        actions.reject(back, reason="It was engraved.", by=STAFF)
    assert fresh(back).transitions[-1].note == "It was engraved."
    for verb in (actions.approve, actions.receive, actions.cancel):
        with pytest.raises(WrongState), committing():
            verb(back, by=STAFF)
    again = asked(order)
    with committing():
        actions.cancel(again, by="guest")
    assert queries.left_to_return(order_queries.by_id(order.id)) == {line.id: 3}


@pytest.mark.parametrize("url", ["javascript:alert(1)", "ftp://x.example/l", "https://", "x y"])
def test_a_label_is_a_link_that_does_no_harm(sqlite_shop: Shop, url: str) -> None:
    back = asked(delivered())
    with pytest.raises(InvalidLabel), committing():
        actions.approve(back, label_url=url, by=STAFF)


def test_the_days_for_returns_are_the_stores_and_staff_may_be_generous(shop: Shop) -> None:
    order = delivered()
    line = order.lines[0]
    later = clock.now() + timedelta(days=32)
    with clock.at(later):
        assert not queries.ways(order, clock.now()).can_return
        with pytest.raises(TooLate):
            asked(order)
        with committing():
            made = actions.open_for(order, [Piece(line.id, 1, Reason.DAMAGED)], by=STAFF)
            assert made.state is ReturnState.REQUESTED
    with committing():
        store.change(by=STAFF, return_days=0)
    assert not queries.ways(order_queries.by_id(order.id), clock.now()).can_return


def test_credit_stands_on_the_customers_account_and_the_books_balance(shop: Shop) -> None:
    ana = make.user()
    order = delivered(user=ana)
    back = finished(arrived(order, as_credit=True))
    shop.work()
    account = credit.find_of_user(ana.id, "EUR")
    assert account is not None
    assert account.balance == 2997
    assert order_of(fresh(back)).refunded.minor == 2997
    assert nothing_is_wrong()
    with pytest.raises(NoAccount):
        asked(delivered(), as_credit=True)


def test_the_delivery_goes_back_once_when_staff_say_so(shop: Shop) -> None:
    order = delivered()
    total, line = order.total, order.lines[0].id
    first = finished(arrived(order, {line: 1}), with_shipping=True)
    second = finished(arrived(order, {line: 2}), with_shipping=True)
    assert (first.given, second.given) == (999 + 500, 1998)
    shop.work()
    assert order_of(fresh(first)).refunded.minor == total
    assert nothing_is_wrong()


def test_pieces_go_back_on_the_shelf_once_by_a_return_or_by_a_refund(shop: Shop) -> None:
    order = delivered()
    line = order.lines[0]
    back = finished(arrived(order, {line.id: 2}))
    assert availability([line.variant_id])[line.variant_id].available == 9
    with pytest.raises(NotRestockable), committing():
        checkout.refund(
            order_of(back),
            pieces_back={line.id: 1},
            reason="broken",
            by=STAFF,
            restock={line.id: 2},
        )
    with committing():
        checkout.refund(
            order_of(back),
            pieces_back={line.id: 1},
            reason="broken",
            by=STAFF,
            restock={line.id: 1},
        )
    assert availability([line.variant_id])[line.variant_id].available == 10
    shop.work()
    assert nothing_is_wrong()


def test_a_return_of_another_order_does_not_exist(shop: Shop) -> None:
    back, other = asked(delivered()), delivered()
    assert queries.of_order_by_number(order_of(back), back.number.lower()).id == back.id
    with pytest.raises(ReturnNotFound):
        queries.of_order_by_number(other, back.number)
    with pytest.raises(ReturnNotFound):
        queries.by_number("R-0000000")
