"""The life of a return: asked for, agreed to, arrived, looked at, paid back."""

from datetime import timedelta

import pytest

from tests import make
from tests.conftest import Shop
from tests.orders.returns.worlds import STAFF, arrived, asked, delivered, finished, fresh, order_of
from vitrina.catalog.models.products import DigitalFile
from vitrina.checkout import actions as checkout
from vitrina.cli.doctor import examine
from vitrina.core import clock, store
from vitrina.core.db import committing, session
from vitrina.core.states import WrongState
from vitrina.inventory.queries import availability
from vitrina.orders import actions as order_actions
from vitrina.orders import downloads
from vitrina.orders import queries as order_queries
from vitrina.orders.errors import DownloadGone, NotRestockable, NotReturnable
from vitrina.orders.models import OrderState
from vitrina.orders.returns import actions, queries
from vitrina.orders.returns.actions import Piece, Verdict
from vitrina.orders.returns.errors import (
    AlreadyDownloaded,
    InvalidInspection,
    InvalidLabel,
    NoAccount,
    NothingReturned,
    NotWithdrawable,
    ReasonMissing,
    ReturnNotFound,
    TooLate,
    TooManyPieces,
)
from vitrina.orders.returns.models import Condition, Reason, ReturnKind, ReturnState
from vitrina.orders.rules import download_token
from vitrina.payments.credit import queries as credit
from vitrina.payments.models import RefundState


def nothing_is_wrong() -> bool:
    return not any(examine().values())


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


def test_a_cancelled_return_opens_no_file_of_an_order_that_was_paid_back(shop: Shop) -> None:
    plan = make.variant(stock=None, track_stock=False, requires_shipping=False)
    with committing():
        session.add(DigitalFile(variant_id=plan.id, key="ab/plan.pdf", name="Plan.pdf", size=9))
    order = make.paid_order([(plan, 1)])
    (file,) = order_queries.downloads(order.id)
    back = asked(order)
    with committing():
        order_actions.cancel(order, reason="a favour", by=STAFF)
    shop.work()
    with committing():
        actions.cancel(fresh(back), by="guest")
    with pytest.raises(DownloadGone), committing():
        downloads.fetch(download_token(file.line_id, file.file_id))


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
