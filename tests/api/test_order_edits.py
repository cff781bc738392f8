"""Changing orders over the API: a preview, and its confirmation."""

import pytest

from tests import make
from tests.api.conftest import Program, sign_in
from tests.conftest import Shop


def test_an_edit_is_seen_and_confirmed(shop: Shop) -> None:
    desk = sign_in(shop, make.staff("manager"))
    mug, cup = make.variant(price="19.90"), make.variant(price="7.00")
    order = make.paid_order([(mug, 2)])
    path, line, cup_id = f"/orders/{order.number}/edits", order.lines[0].id, cup.id
    wish = {
        "lines": [{"line_id": line, "quantity": 1}],
        "add": [{"variant_id": cup_id, "quantity": 3}],
        "note": "Ring twice.",
    }
    seen = desk.post(path, {**wish, "preview": True}, status=200).get_json()
    assert seen["order"] is None
    assert (seen["before"]["total"]["amount"], seen["after"]["total"]["amount"]) == (
        "44.80",
        "45.90",
    )
    assert (seen["due"]["amount"], seen["back"]["amount"]) == ("1.10", "0.00")
    wrong = desk.post(path, {**wish, "confirm": "0" * 32}, status=409).get_json()
    assert (wrong["code"], wrong["fingerprint"]) == ("edit_changed", seen["fingerprint"])
    done = desk.post(path, {**wish, "confirm": seen["fingerprint"]}, status=200).get_json()
    assert done["order"]["quote"]["total"]["amount"] == "45.90"
    assert done["order"]["payment_status"] == "partially_paid"
    assert done["order"]["note"] == "Ring twice."
    refused = desk.post(f"/orders/{order.number}/shipments", {"carrier": "CTT"}, status=409)
    assert refused.get_json()["code"] == "order_rest_unpaid"
    desk.post(
        f"/orders/{order.number}/shipments", {"carrier": "CTT", "even_unpaid": True}, status=201
    )


def test_the_same_key_changes_an_order_once(shop: Shop) -> None:
    desk = sign_in(shop, make.staff("manager"))
    order = make.paid_order()
    path, line = f"/orders/{order.number}/edits", order.lines[0].id
    wish = {"lines": [{"line_id": line, "quantity": 1}]}
    seen = desk.post(path, {**wish, "preview": True}, status=200).get_json()
    body, key = {**wish, "confirm": seen["fingerprint"]}, {"Idempotency-Key": "edit-1"}
    first = desk.post(path, body, status=200, headers=key)
    again = desk.post(path, body, status=200, headers=key)
    assert first.get_json() == again.get_json()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"preview": True, "confirm": "x"}, 422),
        ({"preview": True, "lines": [{"line_id": 987_654, "quantity": 1}]}, 422),
        ({"preview": True, "lines": [{"line_id": 1, "quantity": -1}]}, 422),
        ({"preview": True, "add": [{"variant_id": 987_654, "quantity": 1}]}, 409),
        ({"preview": True, "shipping_address": {"name": "A", "country": "PT"}}, 422),
        ({"preview": True, "total": 1}, 422),
    ],
)
def test_what_cannot_be_is_refused(shop: Shop, body: dict[str, object], status: int) -> None:
    desk = sign_in(shop, make.staff("manager"))
    desk.post(f"/orders/{make.paid_order().number}/edits", body, status=status)


def test_nobody_else_changes_orders(shop: Shop, api: Program) -> None:
    order = make.paid_order()
    path, body = f"/orders/{order.number}/edits", {"preview": True}
    api.post(path, body, status=401)
    sign_in(shop, make.user()).post(path, body, status=403)
    sign_in(shop, make.staff("support")).post(path, body, status=403)


def test_the_call_is_documented(api: Program) -> None:
    document = api.client.get("/api/openapi.json").get_json()
    path = next(path for path in document["paths"] if path.endswith("/edits"))
    assert document["paths"][path]["post"]["summary"] == "Change an order that has not left"
