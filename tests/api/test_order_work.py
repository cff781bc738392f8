"""What staff do with orders over the API, and what each may see."""

from pathlib import Path

import pytest

from tests import make
from tests.api.buyers import Buyer, left
from tests.api.conftest import Program, sign_in
from tests.conftest import Shop
from vitrina.accounts.models import User
from vitrina.catalog.models.products import Variant
from vitrina.core.db import session
from vitrina.payments import registry
from vitrina.payments.providers.sandbox import Sandbox


@pytest.fixture(autouse=True)
def _open(shop: Shop, tmp_path: Path) -> None:
    registry.configure(
        sandbox=Sandbox.Settings(tmp_path / "bank.db", "a-secret-for-tests-0123456789")
    )
    make.tax("0.23", countries=["PT"])
    make.delivery("5.00", code="standard")


def test_each_sees_only_their_own(shop: Shop, api: Program) -> None:
    ana, ben = sign_in(shop, make.user()), sign_in(shop, make.user())
    one, two = (make.variant(), make.variant())
    two_id = two.id
    first = Buyer(ana, (one, 1)).orders(email=None)
    second = Buyer(ana, (session.get_one(Variant, two_id), 1)).orders()
    assert first["email"].startswith("ana")
    page = ana.get("/orders/history?limit=1", status=200).get_json()
    assert [order["number"] for order in page["items"]] == [second["number"]]
    assert page["total"] == 2
    page = ana.get(f"/orders?limit=1&cursor={page['next_cursor']}", status=200).get_json()
    assert [order["number"] for order in page["items"]] == [first["number"]]
    assert page["next_cursor"] is None
    for program in (ben, api):
        for key in (first["number"], first["id"], "VT-1", "0", "9" * 19, "x"):
            problem = program.get(f"/orders/{key}", status=404).get_json()
            assert problem["code"] == "order_not_found"
        program.get(f"/orders/{first['number']}?token={second['token']}", status=404)
    assert ben.get("/orders", status=200).get_json()["items"] == []
    api.get("/orders/history", status=401)
    for bad in ("limit=0", "limit=101", "cursor=x", "status=gone", "user_id=1"):
        ana.get(f"/orders/history?{bad}", status=422)
    clerk = sign_in(shop, make.staff("support"))
    assert clerk.get("/orders", status=200).get_json()["total"] == 2
    assert clerk.get("/orders/history", status=200).get_json()["items"] == []
    clerk.get(f"/orders/{first['number']}", status=200)


def staff_member(shop: Shop, role: str) -> Program:
    made: User = make.staff(role)
    return sign_in(shop, made)


def test_staff_send_it_and_give_money_back(shop: Shop, api: Program) -> None:
    mug = make.variant(price="20.00", stock=5)
    mug_id = mug.id
    order = Buyer(api, (mug, 2)).orders()
    path, line = f"/orders/{order['number']}", order["lines"][0]["id"]
    packer, manager = staff_member(shop, "fulfilment"), staff_member(shop, "manager")
    some = {"carrier": "CTT", "lines": [{"line_id": line, "quantity": 1}]}
    api.post(f"{path}/shipments", some, status=401)
    packer.post(f"{path}/refunds", {}, status=403)
    packer.post(f"{path}/cancellation", {}, status=403)
    sent = packer.post(f"{path}/shipments", some, status=201).get_json()
    assert sent["fulfilment_status"] == "partly_shipped"
    too_many = {"carrier": "CTT", "lines": [{"line_id": line, "quantity": 2}]}
    packer.post(f"{path}/shipments", too_many, status=422)
    manager.post(f"{path}/cancellation", status=409)
    wrong = {"restock": [{"line_id": line, "quantity": 2}]}
    assert "restock" in manager.post(f"{path}/refunds", wrong, status=422).get_json()["errors"]
    back = {"amount": "20.00", "reason": "broken", "restock": [{"line_id": line, "quantity": 1}]}
    refunded = manager.post(f"{path}/refunds", back, status=201).get_json()
    assert refunded["payments"][0]["refunds"][0]["status"] == "pending"
    assert left(mug_id) == 4
    shop.work()
    shown = manager.get(path, status=200).get_json()
    assert shown["payment_status"] == "partially_refunded"
    manager.post(f"{path}/refunds", {"amount": "100.00"}, status=409)
    manager.post(f"{path}/refunds", {"amount": "1.001"}, status=422)
    sent = packer.post(f"{path}/shipments", {"carrier": "CTT"}, status=201).get_json()
    assert (sent["status"], len(sent["shipments"])) == ("shipped", 2)


def test_staff_cancel_an_order_and_all_comes_back(shop: Shop, api: Program) -> None:
    mug = make.variant(stock=1)
    mug_id = mug.id
    order = Buyer(api, (mug, 1)).orders()
    manager = staff_member(shop, "manager")
    path = f"/orders/{order['number']}/cancellation"
    assert manager.post(path, {"reason": "asked"}, status=200).get_json()["status"] == "cancelled"
    shop.work()
    shown = manager.get(f"/orders/{order['number']}", status=200).get_json()
    assert (shown["payment_status"], left(mug_id)) == ("refunded", 1)
    manager.post(path, {}, status=409)
    manager.post("/orders/VT-1/cancellation", {}, status=404)


def test_staff_who_may_only_read_are_not_told_the_link_that_acts_for_the_buyer(
    shop: Shop, api: Program
) -> None:
    made = Buyer(api, (make.variant(stock=5), 1)).orders("tok_3ds")
    assert made["next_action"]["url"]
    path = f"/orders/{made['number']}"
    seen = sign_in(shop, make.staff("analyst")).get(path, status=200).get_json()
    assert (seen["token"], seen["next_action"]) == (None, None)
    own = api.get(f"{path}?token={made['token']}", status=200).get_json()
    assert (own["token"], own["next_action"]) == (made["token"], made["next_action"])
