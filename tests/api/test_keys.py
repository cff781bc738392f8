"""An ``Idempotency-Key`` keeps its promise when things go wrong on the way."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from tests import make
from tests.api.conftest import Program, sign_in
from tests.conftest import Shop
from tests.orders.returns.worlds import delivered
from vitrina.api import order_work, products, returns
from vitrina.core import clock, idempotency
from vitrina.core.db import session
from vitrina.core.idempotency import IdempotencyKey
from vitrina.orders import queries
from vitrina.orders.rules import link_token

KEY = {"Idempotency-Key": "k1"}


@pytest.fixture
def staff(shop: Shop) -> Program:
    """A program of the owner."""
    return sign_in(shop, make.staff("owner"))


@pytest.fixture
def number(shop: Shop) -> str:
    """The number of a paid order of two pieces."""
    return make.paid_order([(make.variant(stock=5, price="20.00"), 2)]).number


def _break(monkeypatch: pytest.MonkeyPatch, module: Any, name: str, error: BaseException) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(module, name, broken)


def _refunded(number: str) -> int:
    session.rollback()
    session.expire_all()
    return sum(one.refunding + one.refunded for one in queries.by_number(number).payments)


def test_money_goes_back_once_although_the_answer_broke(
    number: str, staff: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    half = {"amount": "5.00"}
    with monkeypatch.context() as patch:
        _break(patch, order_work, "order_out", RuntimeError("boom"))
        staff.post(f"/orders/{number}/refunds", half, headers=KEY, status=500)
    again = staff.post(f"/orders/{number}/refunds", half, headers=KEY, status=409)
    assert again.get_json()["code"] == "answer_lost"
    assert _refunded(number) == 500
    staff.post(f"/orders/{number}/refunds", half, headers={"Idempotency-Key": "k2"}, status=201)
    assert _refunded(number) == 1000


def test_a_parcel_leaves_once_although_the_process_died(
    number: str, staff: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    line_id = queries.by_number(number).lines[0].id
    line = {"carrier": "CTT", "lines": [{"line_id": line_id, "quantity": 1}]}
    with monkeypatch.context() as patch:
        _break(patch, order_work, "order_out", KeyboardInterrupt())
        _break(patch, idempotency, "give_up", KeyboardInterrupt())
        with pytest.raises(KeyboardInterrupt):
            staff.post(f"/orders/{number}/shipments", line, headers=KEY)
    session.rollback()
    first = staff.post(f"/orders/{number}/shipments", line, headers=KEY, status=409)
    assert first.get_json()["code"] == "request_in_progress"
    later = clock.now() + timedelta(minutes=2)
    monkeypatch.setattr(clock, "now", lambda: later)
    again = staff.post(f"/orders/{number}/shipments", line, headers=KEY, status=409)
    assert again.get_json()["code"] == "answer_lost"
    assert len(queries.by_number(number).shipments) == 1


def test_what_was_not_done_may_be_asked_again(
    staff: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    mug = {"name": "Mug", "price": "5.00"}
    with monkeypatch.context() as patch:
        _break(patch, products, "create_product", RuntimeError("boom"))
        staff.post("/products", mug, headers=KEY, status=500)
    staff.post("/products", mug, headers=KEY, status=201)


def test_the_alias_of_the_api_knows_the_same_keys(shop: Shop, staff: Program) -> None:
    mug = {"name": "Mug", "price": "5.00"}
    first = staff.post("/products", mug, headers=KEY, status=201)
    headers = {**KEY, "Authorization": f"Bearer {staff.token}"}
    again = staff.client.post("/api/products", json=mug, headers=headers)
    assert (again.status_code, again.get_json()["id"]) == (201, first.get_json()["id"])


def test_answers_are_not_kept_for_ever(staff: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    staff.post("/products", {"name": "Mug", "price": "5.00"}, headers=KEY, status=201)
    later = clock.now() + timedelta(hours=25)
    monkeypatch.setattr(clock, "now", lambda: later)
    idempotency.remove_old()
    assert session.scalar(sa.select(sa.func.count()).select_from(IdempotencyKey)) == 0


def test_a_return_is_opened_once_although_its_answer_broke(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = delivered()
    number, line_id = order.number, order.lines[0].id
    path = f"/orders/{number}/returns?token={link_token(number)}"
    ask = {"lines": [{"line_id": line_id, "quantity": 1, "reason": "damaged"}]}
    guest = Program(shop)
    with monkeypatch.context() as patch:
        _break(patch, returns, "return_out", RuntimeError("boom"))
        guest.post(path, ask, headers=KEY, status=500)
    again = guest.post(path, ask, headers=KEY, status=409)
    assert again.get_json()["code"] == "answer_lost"
    assert len(guest.get(path, status=200).get_json()["items"]) == 1
