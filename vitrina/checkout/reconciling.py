"""Reconciling: ask the providers about everything that may differ, and repair both ways.

Orders complete although every webhook was lost, and money that came late, went back or was taken
back at the provider's own desk is found. What cannot be repaired is left to people.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from vitrina.checkout import actions, till
from vitrina.checkout.rules import PAYMENT_TIME
from vitrina.core import clock
from vitrina.core.db import committing, session
from vitrina.orders import queries as orders
from vitrina.payments import queries, registry
from vitrina.payments.queries import OPEN

log = structlog.get_logger("vitrina.reconcile")
SOME = 50
"""How many rows of a kind one round looks at, unless it is told to look at all."""

ALL = 1_000_000
ASK_AGAIN = timedelta(seconds=30)
ASK_OF_OLD = timedelta(hours=12)
REMEMBERED = timedelta(days=30)
"""How long after it was begun a settled payment is still asked about."""


@dataclass
class Report:
    """What a round did: rows asked about, what it repaired, and what is left to people."""

    asked: int = 0
    repaired: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


Progress = Callable[[int, int], None]


def reconcile(*, everything: bool = False, progress: Progress | None = None) -> Report:
    """One round over open payments and refunds, overdue orders, and payments settled lately.

    ``everything``: now, and all that were begun in the last 30 days; otherwise only those that
    nobody has asked about for a while, 50 of each kind. ``progress`` is told how many of how many
    are done.
    """
    report = Report()
    limit = ALL if everything else SOME
    soon = timedelta(0) if everything else ASK_AGAIN
    old = timedelta(0) if everything else ASK_OF_OLD
    live = [one.code for one in registry.everyone() if not one.info.pay_later]
    steps: list[tuple[Sequence[int], Callable[[int], str], Callable[[int], None]]] = [
        (queries.open_ones(live, untouched=soon, limit=limit), _look, queries.put_off),
        (
            queries.open_refunds(registry.by_hand(), untouched=soon, limit=limit),
            _send,
            queries.put_off_refund,
        ),
        (
            queries.settled_ones(live, since=REMEMBERED, untouched=old, limit=limit),
            _look,
            queries.put_off,
        ),
        (orders.overdue(clock.now(), limit=limit), _expire, _put_off_order),
    ]
    session.rollback()
    total = sum(len(ids) for ids, _, _ in steps)
    for ids, work, put_off in steps:
        for row_id in ids:
            _one(row_id, work, put_off, report)
            if progress is not None:
                progress(report.asked, total)
    report.left = unsolved()
    return report


def _one(
    row_id: int, work: Callable[[int], str], put_off: Callable[[int], None], report: Report
) -> None:
    """Do something with a row; its fault must not keep the others waiting, now or next time."""
    report.asked += 1
    try:
        repaired = work(row_id)
    except Exception as error:
        session.rollback()
        log.warning("reconcile.failed", what=work.__name__, id=row_id, error=repr(error))
        with committing():
            put_off(row_id)
        return
    if repaired:
        report.repaired.append(repaired)


def _look(payment_id: int) -> str:
    before = _facts(payment_id)
    till.look(payment_id)
    after = _facts(payment_id)
    if before == after:
        return ""
    return f"payment {payment_id}: {before} at the shop, {after} at the provider"


def _facts(payment_id: int) -> str:
    payment = queries.by_id(payment_id)
    text = str(payment.state)
    if payment.captured:
        text += f" {payment.captured} {payment.currency}"
    if payment.refunded or payment.disputed:
        text += f", {payment.refunded} back, {payment.disputed} disputed"
    session.rollback()
    return text


def _send(refund_id: int) -> str:
    state = till.send_refund(refund_id)
    session.rollback()
    return "" if state == "pending" else f"refund {refund_id}: {state}"


def _expire(order_id: int) -> str:
    """End an order whose time is over, after asking the provider about its money."""
    order = orders.by_id(order_id)
    number = order.number
    for payment_id in [one.id for one in order.attempts if one.state in OPEN]:
        till.look(payment_id)
    with committing():
        ended = actions.expire(order_id)
    return f"order {number}: never paid, ended" if ended else ""


def _put_off_order(order_id: int) -> None:
    orders.put_off(order_id, clock.now() + PAYMENT_TIME)


def unsolved() -> list[str]:
    """What only people can repair, one line each."""
    found = [
        f"payment {payment.id} ({payment.provider} {payment.provider_ref or payment.reference}):"
        f" {payment.problem.replace('_', ' ')}"
        for payment in queries.problems()
    ]
    found += [
        f"webhook {event.event_id} of {event.provider}: of a payment that is not ours"
        for event in queries.unmatched_notices()
    ]
    session.rollback()
    return found


def expire_overdue() -> None:
    """End the orders whose time is over, all of them, page by page."""
    report = Report()
    while ids := orders.overdue(clock.now(), limit=SOME):
        session.rollback()
        for order_id in ids:
            _one(order_id, _expire, _put_off_order, report)
        if len(ids) < SOME:
            break


def ask_again() -> None:
    """Ask about payments and refunds that stay open, so that no webhook is ever needed."""
    report = Report()
    live = [one.code for one in registry.everyone() if not one.info.pay_later]
    open_ones = queries.open_ones(live, untouched=ASK_AGAIN, limit=SOME)
    refunds = queries.open_refunds(registry.by_hand(), untouched=ASK_AGAIN, limit=SOME)
    session.rollback()
    for payment_id in open_ones:
        _one(payment_id, _look, queries.put_off, report)
    for refund_id in refunds:
        _one(refund_id, _send, queries.put_off_refund, report)
