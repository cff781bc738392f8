"""Many workers issue at once: numbers have no gaps and no doubles, whoever gives up half-way."""

import itertools
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from tests import make
from vitrina.core.db import committing, session
from vitrina.orders import queries as orders
from vitrina.orders.invoices import actions, audits
from vitrina.orders.invoices.models import Invoice, NumberSeries

pytestmark = pytest.mark.usefixtures("shop")
ORDERS, THREADS = 12, 6


def race(order_ids: list[int]) -> list[str]:
    """Issue every order's invoice from many threads, three times each; every fifth gives up."""

    def issue(turn: int) -> str:
        try:
            with committing():
                actions.issue_invoice(orders.by_id(order_ids[turn % len(order_ids)]))
                if turn % 5 == 0:
                    raise ZeroDivisionError
        except ZeroDivisionError:
            return "gave up"
        except sa.exc.SQLAlchemyError as error:
            return type(error).__name__
        finally:
            session.remove()
        return "issued"

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(issue, range(3 * len(order_ids))))


def positions() -> list[int]:
    session.rollback()  # look at what is there now
    return sorted(session.scalars(sa.select(Invoice.position)))


def test_a_race_leaves_no_gap_and_no_double() -> None:
    ids = [make.paid_order().id for _ in range(ORDERS)]
    results = race(ids)
    assert set(results) == {"issued", "gave up"}
    assert positions() == list(range(1, ORDERS + 1))
    assert sorted(session.scalars(sa.select(Invoice.order_id))) == sorted(ids)
    assert audits.find_discrepancies() == []


def test_numbers_counted_outside_the_transaction_leave_gaps_that_the_doctor_sees(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The twin: without the guard the same race must fail."""
    ids = [make.paid_order().id for _ in range(ORDERS)]
    with committing():
        session.add(NumberSeries(code="INV-X", next_number=1))
    counter = itertools.count(1)
    monkeypatch.setattr(actions, "_take_number", lambda kind, year: ("INV-X", next(counter)))
    race(ids)
    assert positions() != list(range(1, ORDERS + 1))
    assert audits.find_discrepancies()[0].startswith("series INV-X: gave out 0 numbers")


def test_a_counter_that_is_wrong_is_named() -> None:
    order = make.paid_order()
    with committing():
        actions.issue_invoice(order)
    with committing():
        session.execute(sa.update(NumberSeries).values(next_number=5))
    (fault,) = audits.find_discrepancies()
    assert "gave out 4 numbers up to 1, 1 documents are there" in fault
