"""Orders over the API: from a cart to a parcel, and all that is refused on the way."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests import make
from tests.api.buyers import HOME, Buyer, body, left
from tests.api.conftest import Program
from tests.conftest import Shop
from vitrina.core.db import committing, session
from vitrina.core.idempotency import IdempotencyKey
from vitrina.core.money import Money
from vitrina.inventory.actions import set_on_hand
from vitrina.orders.models import Order
from vitrina.payments import registry
from vitrina.payments.providers.sandbox import Sandbox
from vitrina.shipping import rating
from vitrina.shipping import registry as shipping_registry
from vitrina.shipping.actions import MethodDraft, save_zone
from vitrina.shipping.carrier import RateRequest
from vitrina.web.limits import limiter


@pytest.fixture(autouse=True)
def _open(shop: Shop, tmp_path: Path) -> None:
    registry.configure(
        sandbox=Sandbox.Settings(tmp_path / "bank.db", "a-secret-for-tests-0123456789")
    )
    make.tax("0.23", countries=["PT"])
    make.delivery("5.00", code="standard")


def count() -> int:
    return int(session.scalar(sa.select(sa.func.count()).select_from(Order)) or 0)


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


def test_who_chose_a_transfer_may_pay_by_card_instead(api: Program) -> None:
    order = Buyer(api, (make.variant(), 1)).orders(payment={"provider": "manual"})
    path = f"/orders/{order['number']}/payments"
    card = {"provider": "sandbox", "token": "tok_success"}
    api.post(path, card, status=404)
    problem = api.post(f"{path}?token={order['token']}", {**card, "token": "tok_decline"})
    assert (problem.status_code, problem.get_json()["code"]) == (402, "payment_declined")
    paid = api.post(f"{path}?token={order['token']}", card, status=201).get_json()
    assert (paid["number"], paid["payment_status"]) == (order["number"], "paid")
    api.post(f"{path}?token={order['token']}", card, status=409)


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
