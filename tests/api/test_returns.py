"""Returns over the API: buyers ask and withdraw, staff agree, receive and inspect."""

import pytest

from tests import make
from tests.api.conftest import Program, sign_in
from tests.conftest import Shop
from tests.orders.returns.worlds import asked, delivered
from vitrina.cli.doctor import examine
from vitrina.core.db import session
from vitrina.orders.rules import link_token


def body(line_id: int, quantity: int = 1, **changes: object) -> dict[str, object]:
    return {"lines": [{"line_id": line_id, "quantity": quantity, "reason": "damaged"}], **changes}


def test_a_return_lives_over_the_api(shop: Shop, api: Program) -> None:
    order = delivered()
    number, line, link = order.number, order.lines[0].id, link_token(order.number)
    desk = sign_in(shop, make.staff("manager"))
    ways = api.get(f"/orders/{number}/returns?token={link}", status=200).get_json()
    assert (ways["left"], ways["can_return"]) == ([{"line_id": line, "quantity": 3}], True)
    made = api.post(f"/orders/{number}/returns?token={link}", body(line, 2), status=201).get_json()
    assert (made["status"], made["lines"][0]["reason"]) == ("requested", "damaged")
    path = f"/returns/{made['number']}"
    desk.post(f"{path}/approval", {"instructions": "Any carrier."}, status=200)
    desk.post(f"{path}/arrival", {"lines": [{"line_id": line, "quantity": 1}]}, status=200)
    desk.post(f"{path}/arrival", {"lines": [{"line_id": 987_654, "quantity": 1}]}, status=422)
    desk.post(f"{path}/arrival", status=200)
    verdict = {"line_id": line, "refunded": 2, "restocked": 1, "condition": "used"}
    desk.post(f"{path}/inspection", {"lines": [{**verdict, "refunded": 3}]}, status=422)
    done = desk.post(
        f"{path}/inspection", {"lines": [{**verdict, "deducted": "4.98"}]}, status=200
    ).get_json()
    assert (done["status"], done["given"]["amount"]) == ("inspected", "15.00")
    desk.post(f"{path}/inspection", {"lines": [verdict]}, status=409)
    shop.work()
    seen = api.get(f"{path}?token={link}", status=200).get_json()
    assert [step["status"] for step in seen["history"]] == [
        "approved", "received", "received", "inspected",
    ]  # fmt: skip
    assert [one["number"] for one in desk.get("/returns").get_json()["items"]] == [made["number"]]
    session.rollback()
    assert not any(examine().values())


def test_a_customer_sees_and_cancels_only_their_own(shop: Shop, api: Program) -> None:
    ana, rui = make.user(), make.user()
    mine, theirs = asked(delivered(user=ana)), asked(delivered(user=rui))
    numbers, order = (mine.number, theirs.number), theirs.order.number
    line = theirs.lines[0].order_line_id
    program = sign_in(shop, ana)
    assert [one["number"] for one in program.get("/returns").get_json()["items"]] == [numbers[0]]
    unknown = program.get("/returns/R-0000000", status=404).get_json()
    for answer in (
        program.get(f"/returns/{numbers[1]}", status=404),
        program.post(f"/returns/{numbers[1]}/cancellation", status=404),
    ):
        assert answer.get_json()["code"] == unknown["code"]
    program.get(f"/orders/{order}/returns", status=404)
    program.post(f"/orders/{order}/returns", body(line), status=404)
    program.post(f"/orders/{order}/withdrawal", {"name": "Ana"}, status=404)
    api.get("/returns", status=401)
    for token in ("", "null", "x"):
        api.get(f"/returns/{numbers[1]}?token={token}", status=404)
    assert program.post(f"/returns/{numbers[0]}/cancellation", status=200).get_json()[
        "status"
    ] == "cancelled"  # fmt: skip


@pytest.mark.parametrize(("role", "status"), [("analyst", 403), ("support", 200)])
def test_staff_need_the_permission(shop: Shop, role: str, status: int) -> None:
    back = asked(delivered())
    number, order, line = back.number, back.order.number, back.lines[0].order_line_id
    program = sign_in(shop, make.staff(role))
    program.post(f"/returns/{number}/approval", status=status)
    program.post(
        f"/returns/{number}/inspection", {"lines": [{"line_id": line, "refunded": 1}]}, status=403
    )
    if status == 403:
        program.post(f"/orders/{order}/returns", body(line), status=404)


def test_a_consumer_withdraws_over_the_api(shop: Shop, api: Program) -> None:
    order, unsent = delivered(), make.paid_order()
    number, link = order.number, link_token(order.number)
    other, key = unsent.number, link_token(unsent.number)
    receipt = api.post(
        f"/orders/{number}/withdrawal?token={link}", {"name": "Ana Reis"}, status=201
    ).get_json()
    assert (receipt["cancelled"], receipt["name"]) == (False, "Ana Reis")
    seen = api.get(f"/returns/{receipt['return_number']}?token={link}", status=200).get_json()
    assert (seen["kind"], seen["status"], seen["with_shipping"]) == ("withdrawal", "approved", True)
    api.post(f"/orders/{number}/withdrawal?token={link}", {"name": "Ana"}, status=422)
    receipt = api.post(
        f"/orders/{other}/withdrawal?token={key}", {"name": "Ana Reis"}, status=201
    ).get_json()
    assert (receipt["cancelled"], receipt["return_number"]) == (True, None)


def test_what_does_not_fit_is_refused(shop: Shop, api: Program) -> None:
    order = delivered()
    line, link = order.lines[0].id, link_token(order.number)
    path = f"/orders/{order.number}/returns?token={link}"
    for wrong in (
        {"lines": []},
        body(line, 4),
        body(987_654),
        body(line, kind="withdrawal"),
        body(line, is_admin=True),
        {"lines": [{"line_id": line, "quantity": 1}]},
        {"lines": [{"line_id": line, "quantity": 1, "reason": "none"}]},
    ):
        api.post(path, wrong, status=422)
    api.post(path, body(line, as_credit=True), status=409)
