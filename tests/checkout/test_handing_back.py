"""Money that people send back: it waits for them, and is booked and told once, when they say so."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa

from tests import make
from tests.checkout.buying import faults
from tests.conftest import Shop
from tests.notifications.mails import mails, only, react_again
from vitrina.checkout import actions, handing_back, reconciling, till
from vitrina.core import clock
from vitrina.core.db import committing, session
from vitrina.core.money import Money
from vitrina.orders import actions as ordering
from vitrina.orders import audits, queries
from vitrina.orders.invoices import queries as invoices
from vitrina.orders.models import Order
from vitrina.payments.errors import NotRefundable, NotSentByHand, PaymentNotFound
from vitrina.payments.ledger.models import EntryKind, LedgerEntry
from vitrina.payments.models import Refund, RefundState
from vitrina.payments.providers.manual import Cheque
from vitrina.payments.settings.actions import save

BY_HAND = pytest.mark.parametrize("provider", ["manual", "cheque", "cash_on_delivery"])


def owed(order: Order, amount: str = "10.00") -> int:
    """Staff note that a part goes back; the worker does all that it does about it."""
    with committing():
        money = Money.parse(amount, order.currency)
        (refund,) = actions.refund(again(order), money, reason="Scratched", by="staff:1")
        return refund.id


def again(order: Order) -> Order:
    session.rollback()
    session.expire_all()
    return queries.by_id(order.id)


def booked() -> int:
    session.rollback()
    wanted = sa.select(sa.func.count()).where(LedgerEntry.kind == EntryKind.REFUND)
    return session.scalar(wanted) or 0


def papers(order: Order) -> int:
    """How many credit notes an order has, beside its invoice."""
    return len(invoices.of_order(order.id)) - 1


def confirm(order: Order, refund_id: int) -> Money | None:
    with committing():
        return handing_back.confirm(again(order), refund_id, by="staff:7")


def paid(provider: str = "manual") -> Order:
    with committing():
        save("cheque", Cheque.Settings, {}, is_enabled=True, by="staff:1")
    return make.transferred_order(provider=provider)


@BY_HAND
def test_nothing_is_told_or_booked_before_staff_have_sent_it(shop: Shop, provider: str) -> None:
    order = paid(provider)
    refund_id = owed(order)
    for _ in range(2):
        shop.work()
    order = again(order)
    assert (order.refunded.minor, order.payments[-1].refunding) == (0, 1000)
    assert order.payment_status == "paid"
    assert (mails("refunded"), booked(), papers(order)) == ([], 0, 0)
    sent = confirm(order, refund_id)
    assert sent is not None
    assert sent.text == "10.00"
    shop.work()
    react_again()
    order = again(order)
    assert (order.refunded.text, order.payments[-1].refunding) == ("10.00", 0)
    assert order.payment_status == "partially_refunded"
    assert "We have sent €10.00 back to you" in only("refunded").text
    assert (booked(), papers(order)) == (1, 1)
    assert order.payments[-1].transitions[-1].by == "staff:7"
    assert faults() == []


def test_the_refund_of_a_cancelled_order_waits_as_well(shop: Shop) -> None:
    order = paid()
    with committing():
        ordering.cancel(again(order), reason="changed mind", by="staff:1")
    shop.work()
    assert "You get another mail when it is on its way" in only("cancelled").text
    assert mails("refunded") == []
    make.send_back(order)
    shop.work()
    assert only("refunded").text
    assert again(order).payment_status == "refunded"
    assert faults() == []


def test_it_is_left_alone_by_the_worker_and_late_after_two_weeks(shop: Shop) -> None:
    order = paid()
    refund_id = owed(order)
    shop.work()
    for days in (1, 13):
        with clock.later(days=days):
            assert till.send_refund(refund_id) is RefundState.PENDING
            report = reconciling.reconcile(everything=True)
            reconciling.ask_again()
            assert (report.asked, report.repaired, report.left) == (0, [], [])
            assert audits.find_waiting() == []
    assert session.get_one(Refund, refund_id).sent_at is None
    with clock.later(days=15):
        assert "not sent back for two weeks" in audits.find_waiting()[0]


def test_what_waits_to_be_sent_cannot_be_given_back_twice(shop: Shop) -> None:
    order = paid()
    total = order.total_money.text
    owed(order)
    with pytest.raises(NotRefundable):
        owed(order, total)
    owed(order, (order.total_money - Money.parse("10.00", order.currency)).text)
    assert again(order).is_given_back
    assert len(handing_back.waiting(again(order))) == 2
    make.send_back(order)
    assert again(order).payment_status == "refunded"
    assert faults() == []


def test_said_from_many_windows_it_was_sent_once(shop: Shop) -> None:
    order = paid()
    order_id, refund_id = order.id, owed(order)

    def say(_turn: int) -> Any:
        try:
            with committing():
                return handing_back.confirm(queries.by_id(order_id), refund_id, by="staff:1")
        finally:
            session.remove()

    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(say, range(8)))
    assert len([one for one in said if one is not None]) == 1
    shop.work()
    assert only("refunded").text
    assert (booked(), papers(again(order))) == (1, 1)
    assert again(order).refunded.text == "10.00"
    assert faults() == []


def test_staff_do_not_speak_for_a_provider_or_another_order(shop: Shop) -> None:
    card, order = make.paid_order(), paid()
    by_card, by_hand = owed(card), owed(order)
    with pytest.raises(NotSentByHand):
        confirm(card, by_card)
    for wrong in (by_hand, 10**6):
        with pytest.raises(PaymentNotFound):
            confirm(card, wrong)
    shop.work()
    assert again(card).payment_status == "partially_refunded"
    assert again(order).refunded.minor == 0
