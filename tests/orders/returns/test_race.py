"""Many windows ask for the same pieces at once: never more comes back than was sent."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from tests.conftest import Shop
from tests.orders.returns.worlds import STAFF, arrived, delivered
from vitrina.cli.doctor import examine
from vitrina.core import clock
from vitrina.core.db import committing, session
from vitrina.core.errors import DomainError
from vitrina.orders import queries as orders
from vitrina.orders.returns import actions, audits, opening, queries
from vitrina.orders.returns.actions import Piece, Verdict
from vitrina.orders.returns.models import Reason, Return, ReturnState

THREADS, TRIES = 6, 18


def race(order_id: int, line_id: int) -> Counter[str]:
    """Ask for one piece from many threads; says how often it went how."""

    def ask(_turn: int) -> str:
        try:
            with committing():
                piece = Piece(line_id, 1, Reason.CHANGED_MIND)
                actions.request(orders.by_id(order_id), [piece], by="guest")
        except (DomainError, sa.exc.SQLAlchemyError) as error:
            return type(error).__name__
        finally:
            session.remove()
        return "asked"

    with ThreadPoolExecutor(THREADS) as pool:
        return Counter(pool.map(ask, range(TRIES)))


def test_three_pieces_can_be_asked_for_three_times(shop: Shop) -> None:
    order = delivered()
    results = race(order.id, order.lines[0].id)
    assert results.pop("asked") == 3
    assert set(results) <= {"TooManyPieces", "TooLate"}
    session.rollback()
    assert len(queries.of_order(order.id)) == 3
    assert audits.find_discrepancies() == []


def test_without_the_lock_on_the_order_the_doctor_sees_too_many_pieces(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: whoever believes what was read before the others wrote takes too much."""
    order = delivered()
    line = order.lines[0].id
    ways = queries.ways(order, clock.now())
    monkeypatch.setattr(opening.queries, "ways", lambda _order, _now: ways)
    race(order.id, line)
    session.rollback()
    assert len(queries.of_order(order.id)) > 3
    assert "pieces of line" in audits.find_discrepancies()[0]


def test_an_inspection_pays_once_however_often_the_button_is_pressed(shop: Shop) -> None:
    back = arrived(delivered())
    number, line = back.number, back.lines[0].id

    def inspect(_turn: int) -> str:
        try:
            with committing():
                verdicts = {line: Verdict(3, 3)}
                actions.inspect(queries.by_number(number), verdicts, by=STAFF)
        except DomainError as error:
            return error.code
        finally:
            session.remove()
        return "paid"

    with ThreadPoolExecutor(THREADS) as pool:
        results = Counter(pool.map(inspect, range(TRIES)))
    assert results == {"paid": 1, "wrong_state": TRIES - 1}
    shop.work()
    session.rollback()
    found = queries.by_number(number)
    assert (found.state, found.given) == (ReturnState.INSPECTED, 2997)
    assert not any(examine().values())


def test_the_doctor_names_money_for_pieces_that_nobody_accepted(shop: Shop) -> None:
    back = arrived(delivered())
    with committing():
        actions.inspect(back, {back.lines[0].id: Verdict(2)}, by=STAFF)
    with committing():
        found = session.scalars(sa.select(Return)).one()
        found.lines[0].refunded = 1
    (fault,) = audits.find_discrepancies()
    assert "2 pieces of line" in fault
    assert "1 were accepted" in fault
