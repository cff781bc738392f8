"""Buyers' banks take money back, and decide more than once: the books follow every turn."""

from collections import Counter
from datetime import timedelta

import pytest

from tests import make
from tests.conftest import Shop
from vitrina.checkout import actions as checkout
from vitrina.core import clock
from vitrina.core.db import committing, session
from vitrina.core.money import Money
from vitrina.orders.models import Order
from vitrina.payments import queries, refunds
from vitrina.payments.errors import NotRefundable
from vitrina.payments.ledger import queries as books
from vitrina.payments.models import Payment
from vitrina.payments.provider import DisputeFact, Outcome, Status

REF = "du_1_%"


def tell(payment_id: int, state: str, *, minor: int, ref: str = REF) -> Payment:
    """The provider says how a dispute stands, twice, as a webhook and a poller do."""
    fact = DisputeFact(ref, Money(minor, "EUR"), state, "fraudulent")
    for _ in range(2):
        with committing():
            payment = queries.by_id(payment_id)
            outcome = Outcome(Status.CAPTURED, amount=payment.money, disputes=(fact,))
            checkout.settle(payment_id, outcome, by="provider:sandbox")
    return queries.by_id(payment_id)


def balance(account: str) -> int:
    return sum(one.amount.minor for one in books.balances() if one.account == account)


def entries(order: Order) -> Counter[str]:
    return Counter(str(one.kind) for one in books.of_order(order.id))


def paid(shop: Shop) -> tuple[Order, int, int]:
    """An order that is paid, its payment, and how much that is."""
    order = make.paid_order()
    (payment,) = order.payments
    return order, payment.id, payment.amount


@pytest.mark.parametrize(
    ("turns", "gone"),
    [
        (("open", "won"), False),
        (("open", "lost"), True),
        (("open", "lost", "won"), False),
        (("open", "lost", "open", "won"), False),
        (("open", "won", "open"), True),
        (("open", "won", "lost"), True),
        (("won", "lost", "won", "open", "lost", "won", "lost"), True),
        (("lost", "won", "lost", "won"), False),
    ],
)
def test_the_money_is_where_the_bank_says_after_every_turn(
    shop: Shop, turns: tuple[str, ...], gone: bool
) -> None:
    order, payment_id, amount = paid(shop)
    for state in turns:
        payment = tell(payment_id, state, minor=amount)
        taken = 0 if state == "won" else amount
        assert (payment.disputed, payment.problem) == (taken, f"dispute_{state}")
        assert balance("disputes") == taken
        assert balance("clearing:sandbox") == amount - taken
    assert (balance("disputes") == amount) is gone
    assert books.find_discrepancies() == queries.find_discrepancies() == []
    moved = entries(order)
    assert moved["dispute"] - moved["dispute_won"] == int(gone)


def test_money_won_on_appeal_can_be_given_back_and_lost_money_cannot(shop: Shop) -> None:
    _, payment_id, amount = paid(shop)
    payment = tell(payment_id, "lost", minor=amount)
    with pytest.raises(NotRefundable), committing():
        refunds.begin_refund(payment, payment.money, reason="sorry", by="staff:1")
    payment = tell(payment_id, "won", minor=amount)
    with committing():
        refund = refunds.begin_refund(payment, payment.money, reason="sorry", by="staff:1")
    assert refund.amount == amount


def test_a_dispute_opened_again_takes_no_more_than_came_in(shop: Shop) -> None:
    _, payment_id, amount = paid(shop)
    tell(payment_id, "won", minor=amount)
    tell(payment_id, "lost", minor=amount - 100, ref="du_2")
    payment = tell(payment_id, "open", minor=amount)
    assert payment.disputed == amount
    assert tell(payment_id, "won", minor=amount).disputed == amount - 100
    assert balance("disputes") == amount - 100


def test_a_payment_in_dispute_is_asked_about_however_old_it_is(shop: Shop) -> None:
    _, payment_id, amount = paid(shop)
    _, quiet_id, _ = paid(shop)
    with clock.later(days=80):
        assert asked() == []
    tell(payment_id, "open", minor=amount)
    with clock.later(days=80):
        assert asked() == [payment_id]
    tell(payment_id, "won", minor=amount)
    with clock.later(days=80):
        assert asked() == []
    assert quiet_id


def asked() -> list[int]:
    """The payments that the reconciler would ask about."""
    session.rollback()
    day = timedelta(days=1)
    return list(queries.settled_ones(["sandbox"], since=30 * day, untouched=day, limit=9))


def test_more_that_was_taken_at_the_providers_own_desk_is_named(shop: Shop) -> None:
    _, payment_id, amount = paid(shop)
    for taken, problem in ((amount, ""), (amount + 500, "unknown_capture")):
        outcome = Outcome(Status.CAPTURED, amount=Money(taken, "EUR"))
        with committing():
            checkout.settle(payment_id, outcome, by="provider:sandbox")
        payment = queries.by_id(payment_id)
        assert (payment.captured, payment.problem) == (amount, problem)
    (fault,) = queries.find_discrepancies()
    assert "unknown capture" in fault
