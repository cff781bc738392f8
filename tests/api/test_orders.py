"""Orders over the API: from a cart to a parcel, and all that is refused on the way."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests import make
from tests.api.conftest import Program, sign_in
from tests.conftest import Shop
from vitrina.accounts.models import User
from vitrina.catalog.models.products import Variant
from vitrina.core.db import committing, session
from vitrina.core.idempotency import IdempotencyKey
from vitrina.core.money import Money
from vitrina.inventory.actions import set_on_hand
from vitrina.inventory.queries import availability
from vitrina.orders.models import Order
from vitrina.payments import registry
from vitrina.payments.providers.sandbox import Sandbox
from vitrina.shipping import rating
from vitrina.shipping import registry as shipping_registry
from vitrina.shipping.actions import MethodDraft, save_zone
from vitrina.shipping.carrier import RateRequest
from vitrina.web.limits import limiter

HOME = {
    "name": "Ana Reis",
    "line1": "Rua do Sol 12",
    "city": "Lisboa",
    "postal_code": "1100-001",
    "country": "PT",
}


@pytest.fixture(autouse=True)
def _open(shop: Shop, tmp_path: Path) -> None:
    registry.configure(
        sandbox=Sandbox.Settings(tmp_path / "bank.db", "a-secret-for-tests-0123456789")
    )
    make.tax("0.23", countries=["PT"])
    make.delivery("5.00", code="standard")


def body(token: str = "tok_success", **changes: Any) -> dict[str, Any]:
    return {
        "email": "ana@example.com",
        "shipping_address": HOME,
        "payment": {"provider": "sandbox", "token": token},
        **changes,
    }


class Buyer:
    """A guest with things in the cart, or a customer."""

    def __init__(self, api: Program, *bought: tuple[Variant, int]) -> None:
        self.api = api
        self.headers: dict[str, str] = {}
        for variant_id, quantity in [(one.id, quantity) for one, quantity in bought]:
            answer = api.post(
                "/cart",
                {"variant_id": variant_id, "quantity": quantity},
                headers=self.headers,
                status=200,
            )
            if "X-Cart-Token" in answer.headers:
                self.headers["X-Cart-Token"] = answer.headers["X-Cart-Token"]

    def orders(
        self, token: str = "tok_success", *, status: int = 201, key: str = "", **changes: Any
    ) -> dict[str, Any]:
        headers = {**self.headers, **({"Idempotency-Key": key} if key else {})}
        answer = self.api.post("/orders", body(token, **changes), headers=headers, status=status)
        found: dict[str, Any] = answer.get_json()
        return found


def count() -> int:
    return int(session.scalar(sa.select(sa.func.count()).select_from(Order)) or 0)


def left(variant_id: int) -> int:
    session.rollback()
    return availability([variant_id])[variant_id].available


def test_a_guest_buys_and_follows_the_order(api: Program) -> None:
    mug = make.variant(price="19.90", stock=5)
    mug_id = mug.id
    buyer = Buyer(api, (mug, 2))
    answer = api.post("/orders", body(), headers=buyer.headers, status=201)
    order = answer.get_json()
    assert answer.headers["Location"] == f"/api/v1/orders/{order['number']}"
    assert order["status"] == "paid"
    assert (order["payment_status"], order["fulfilment_status"]) == ("paid", "unfulfilled")
    sums = {name: order["quote"][name]["amount"] for name in ("subtotal", "discount", "shipping")}
    assert sums == {"subtotal": "39.80", "discount": "0.00", "shipping": "5.00"}
    assert order["quote"]["total"] == {"amount": "44.80", "currency": "EUR"}
    assert order["quote"]["tax"]["amount"] == "8.37"
    assert order["quote"]["taxes"][0]["rate"] == "0.23"
    assert [(line["quantity"], line["total"]["amount"]) for line in order["lines"]] == [
        (2, "39.80")
    ]
    assert order["shipping_method"]["code"] == "standard"
    assert order["shipping_address"]["city"] == "Lisboa"
    assert left(mug_id) == 3
    seen = api.get(f"/orders/{order['number']}?token={order['token']}", status=200).get_json()
    assert seen == order
    api.get(f"/orders/{order['id']}?token={order['token']}", status=200)


def test_the_same_key_gives_the_same_order(api: Program) -> None:
    mug = make.variant(stock=5)
    mug_id = mug.id
    buyer = Buyer(api, (mug, 1))
    first = buyer.orders(key="once")
    assert buyer.orders(key="once") == first
    assert (count(), left(mug_id)) == (1, 4)
    other = buyer.orders(key="once", note="Ring twice", status=422)
    assert other["code"] == "idempotency_key_reused"
    assert count() == 1


def test_a_decline_charges_nothing_and_the_cart_can_be_ordered_again(api: Program) -> None:
    mug = make.variant(stock=1)
    mug_id = mug.id
    buyer = Buyer(api, (mug, 1))
    problem = buyer.orders("tok_decline", key="first", status=402)
    assert problem["code"] == "payment_declined"
    assert left(mug_id) == 1
    assert session.scalars(sa.select(Order.state)).all() == ["awaiting_payment"]
    assert buyer.orders("tok_decline", key="first", status=402)["number"] == problem["number"]
    order = buyer.orders(key="second")
    assert order["payment_status"] == "paid"
    assert (order["number"] != problem["number"], left(mug_id)) == (True, 0)


def test_three_d_secure_tells_where_to_go(api: Program) -> None:
    order = Buyer(api, (make.variant(), 1)).orders("tok_3ds")
    assert order["payment_status"] == "requires_action"
    assert order["status"] == "awaiting_payment"
    assert order["next_action"]["url"].startswith(("http://", "https://", "/"))


@pytest.mark.parametrize("token", ["tok_delay", "tok_timeout"])
def test_money_that_is_on_its_way_is_waited_for(api: Program, token: str) -> None:
    mug = make.variant(stock=1)
    mug_id = mug.id
    order = Buyer(api, (mug, 1)).orders(token)
    assert (order["status"], order["payment_status"]) == ("awaiting_payment", "pending")
    assert left(mug_id) == 0


def test_paying_by_bank_transfer_comes_later(api: Program) -> None:
    order = Buyer(api, (make.variant(), 1)).orders(payment={"provider": "manual"})
    assert (order["status"], order["payment_status"]) == ("awaiting_payment", "pending")


@pytest.mark.parametrize(
    "more", ["total", "price", "discount", "role", "user_id", "status", "currency", "tax"]
)
def test_what_it_costs_and_who_pays_is_not_the_clients_to_say(api: Program, more: str) -> None:
    buyer = Buyer(api, (make.variant(), 1))
    for wrong in ({**body(), more: 1}, body(payment={"provider": "sandbox", more: 1})):
        problem = api.post("/orders", wrong, headers=buyer.headers, status=422).get_json()
        assert [field.rpartition(".")[2] for field in problem["errors"]] == [more]
    assert count() == 0


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": "nobody"}, "email"),
        ({"email": None}, "email"),
        ({"email": 1}, "email"),
        ({"shipping_address": None}, "shipping_address"),
        ({"shipping_address": {**HOME, "city": ""}}, "shipping_address.city"),
        ({"shipping_address": {**HOME, "country": "XX"}}, "shipping_address.country"),
        ({"billing_address": {**HOME, "line1": ""}}, "billing_address.line1"),
        ({"payment": None}, "payment"),
        ({"payment": {"provider": "beads"}}, "provider"),
        ({"shipping_method": "rocket"}, None),
        ({"coupon": "NEVER"}, "code"),
    ],
)
def test_what_is_missing_is_named_and_nothing_is_stored(
    api: Program, changes: dict[str, Any], field: str | None
) -> None:
    mug = make.variant(stock=1)
    mug_id = mug.id
    problem = Buyer(api, (mug, 1)).orders(status=422, **changes)
    assert field is None or field in problem["errors"]
    assert (count(), left(mug_id)) == (0, 1)


def test_a_coupon_takes_something_off_or_the_order_is_refused(api: Program) -> None:
    make.promotion(code="TEN")
    make.promotion("amount", amount=500, code="BIG", minimum=100_000)
    mug = make.variant(price="20.00", stock=1)
    mug_id = mug.id
    buyer = Buyer(api, (mug, 1))
    problem = buyer.orders(coupon="big", status=422)
    assert problem["code"] == "coupon_not_applied"
    assert problem["errors"]["coupon"][0]["code"] == "minimum"
    assert (count(), left(mug_id)) == (0, 1)
    assert api.get("/cart", headers=buyer.headers).get_json()["codes"] == []
    order = buyer.orders(coupon="ten")
    assert order["quote"]["discounts"] == [
        {"name": "Ten off", "code": "TEN", "amount": {"amount": "2.00", "currency": "EUR"}}
    ]
    assert order["quote"]["total"]["amount"] == "23.00"


def test_what_is_gone_and_what_is_empty_is_refused(api: Program) -> None:
    mug = make.variant(stock=2)
    mug_id = mug.id
    buyer = Buyer(api, (mug, 2))
    with committing():
        set_on_hand(mug_id, 1, by="system")
    problem = buyer.orders(status=409)
    assert problem["code"] == "not_enough_stock"
    assert problem["lines"][0]["available"] == 1
    assert Buyer(api).orders(status=409)["code"] == "cart_empty"
    lost = Buyer(api)
    lost.headers = {"X-Cart-Token": "guess"}
    assert lost.orders(status=404)["code"] == "cart_not_found"
    assert count() == 0


def test_a_price_that_changed_is_not_charged(api: Program) -> None:
    buyer = Buyer(api, (make.variant(), 1))
    assert buyer.orders(status=409, confirmed="another")["code"] == "quote_changed"
    assert count() == 0


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


def test_a_request_whose_answer_got_lost_finds_its_order_again(api: Program) -> None:
    buyer = Buyer(api, (make.variant(), 1))
    first = buyer.orders(key="lost")
    with committing():
        session.execute(sa.delete(IdempotencyKey))
    assert buyer.orders(key="lost") == first
    assert buyer.orders(key="another", status=404)["code"] == "cart_not_found"
    assert count() == 1


@dataclass(frozen=True)
class _Nothing:
    """The settings of a carrier that needs none."""


class _Live:
    """A carrier that knows its price of today."""

    code = "live"
    live = True
    Settings = _Nothing

    def __init__(self, settings: _Nothing) -> None:
        self.settings = settings

    def rate(self, ask: RateRequest) -> Money:
        return Money(777, ask.value.currency)


def test_an_order_pays_what_the_carrier_asks_today(
    shop: Shop, api: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shipping_registry, "carriers", lambda: {"live": _Live})
    draft = MethodDraft(code="live", name="Live", carrier="live", settings={"fallback_price": 999})
    with committing():
        save_zone("Brazil", ["BR"], [draft], by="system")
    buyer = Buyer(api, (make.variant(stock=5), 1))
    rating.forget_answers()  # the order comes to another process than the cart did
    brazil = {
        **HOME, "line1": "Rua Augusta 900", "city": "São Paulo", "region": "SP",
        "postal_code": "01304-001", "country": "BR",
    }  # fmt: skip
    placed = buyer.orders("tok_success", shipping_address=brazil)
    assert placed["quote"]["shipping"]["amount"] == "7.77"


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


def test_codes_of_coupons_are_counted_wherever_they_are_tried(
    shop: Shop, api: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    buyer = Buyer(api, (make.variant(stock=5), 1))
    config = shop.app.config
    monkeypatch.setitem(config, "SETTINGS", replace(config["SETTINGS"], rate_limits=True))
    limiter.reset()
    for guess in range(5):
        buyer.orders(status=422, coupon=f"GUESS{guess}")
        api.post("/cart/codes", {"code": f"MORE{guess}"}, headers=buyer.headers, status=422)
    assert buyer.orders(status=429, coupon="GUESS")["code"] == "too_many_codes"
    api.post("/cart/codes", {"code": "MORE"}, headers=buyer.headers, status=429)
    browser = shop.browser()
    variant_id = make.variant(stock=5).id
    browser.post("/cart/items", {"variant_id": variant_id, "quantity": 1})
    browser.open("/cart")
    page = browser.submit("/cart/codes", code="LAST", status=429)
    assert "Too many codes" in page.text
    assert page.form("/cart/codes").fields["code"] == "LAST"
    buyer.orders(status=201)  # without a code nothing is guessed
