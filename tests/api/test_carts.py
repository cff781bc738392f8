"""Carts over the API: a guest's by its token, a customer's by the access token."""

from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from tests import make
from tests.api.conftest import Program, sign_in
from tests.conftest import Shop
from vitrina.cart.models import Cart, CartLine
from vitrina.catalog.actions.currencies import set_currency
from vitrina.core.db import committing, session


class Guest:
    """A program that keeps its cart token."""

    def __init__(self, api: Program) -> None:
        self.api = api
        self.token = ""

    def call(self, method: str, path: str, body: Any = None, status: int = 200) -> dict[str, Any]:
        headers = {"X-Cart-Token": self.token} if self.token else {}
        answer = self.api.call(method, path, body, status=status, headers=headers)
        self.token = answer.headers.get("X-Cart-Token", self.token)
        found: dict[str, Any] = answer.get_json()
        return found


@pytest.fixture
def guest(api: Program) -> Guest:
    return Guest(api)


def carts() -> int:
    return int(session.scalar(sa.select(sa.func.count()).select_from(Cart)) or 0)


def test_a_guest_fills_a_cart_and_keeps_its_token(guest: Guest) -> None:
    make.tax("0.23", countries=["PT"])
    make.delivery("5.00")
    mug = make.variant(price="19.90", stock=5)
    assert guest.call("GET", "/cart")["items"] == []
    assert carts() == 0
    cart = guest.call("POST", "/cart", {"product_id": mug.product_id, "quantity": 2})
    assert guest.token
    assert cart["count"] == 2
    assert cart["items"][0]["unit_price"] == {"amount": "19.90", "currency": "EUR"}
    assert cart["quote"]["subtotal"]["amount"] == "39.80"
    assert cart["quote"]["shipping"]["amount"] == "5.00"
    assert cart["quote"]["total"]["amount"] == "44.80"
    assert cart["quote"]["tax_included"] is True
    assert guest.call("GET", "/cart")["quote"]["fingerprint"] == cart["quote"]["fingerprint"]


def test_quantities_are_changed_and_lines_taken_out_by_product_or_line(guest: Guest) -> None:
    mug, cup = make.variant(stock=5), make.variant(stock=5)
    (mug_id, mug_product), (cup_id, cup_product) = ((one.id, one.product_id) for one in (mug, cup))
    guest.call("POST", "/cart", {"variant_id": mug_id})
    cart = guest.call("POST", "/cart", {"variant_id": cup_id})
    first, second = (item["id"] for item in cart["items"])
    cart = guest.call("PATCH", f"/cart/{mug_product}", {"quantity": 3})
    assert [item["quantity"] for item in cart["items"]] == [3, 1]
    cart = guest.call("PATCH", f"/cart/{second}", {"quantity": 2})
    assert [item["quantity"] for item in cart["items"]] == [3, 2]
    cart = guest.call("DELETE", f"/cart/{first}")
    assert [item["variant_id"] for item in cart["items"]] == [cup_id]
    assert guest.call("DELETE", f"/cart/{cup_product}")["items"] == []
    guest.call("POST", "/cart", {"variant_id": cup_id})
    assert guest.call("DELETE", "/cart")["count"] == 0


def test_two_variants_of_a_product_are_two_lines(guest: Guest) -> None:
    print_ = make.product(options={"Size": ["S", "L"]})
    print_id = print_.id
    small, large = (variant.id for variant in print_.variants)
    problem = guest.call("POST", "/cart", {"product_id": print_id}, status=422)
    assert "variant_id" in problem["errors"]
    guest.call("POST", "/cart", {"variant_id": small})
    guest.call("POST", "/cart", {"variant_id": large})
    changed = guest.call("PATCH", f"/cart/{print_id}", {"quantity": 2}, status=409)
    assert changed["code"] == "several_lines"
    assert guest.call("DELETE", f"/cart/{print_id}")["items"] == []


@pytest.mark.parametrize(
    "quantity", [0, -1, -100, 1000, 10**9, 2**63, 1.5, "1", "1e3", True, None, [], {}]
)
def test_a_quantity_that_is_none_is_refused_and_nothing_is_stored(
    guest: Guest, quantity: Any
) -> None:
    mug = make.variant(stock=None, track_stock=False)
    body = {"variant_id": mug.id, "quantity": quantity}
    assert guest.call("POST", "/cart", body, status=422)["errors"]["quantity"]
    assert (carts(), session.scalar(sa.select(sa.func.count()).select_from(CartLine))) == (0, 0)


@pytest.mark.parametrize(
    "more", ["price", "unit_price", "total", "discount", "currency", "tax", "user_id"]
)
def test_a_client_does_not_say_what_it_costs(guest: Guest, more: str) -> None:
    mug = make.variant()
    body = {"variant_id": mug.id, "quantity": 1, more: 1}
    assert guest.call("POST", "/cart", body, status=422)["errors"][more]
    assert carts() == 0


def test_more_than_there_is_is_refused_with_what_is_left(guest: Guest) -> None:
    mug = make.variant(stock=2)
    problem = guest.call("POST", "/cart", {"variant_id": mug.id, "quantity": 3}, status=409)
    assert (problem["code"], problem["available"]) == ("not_enough_stock", 2)
    assert problem["detail"] == "Only 2 left."
    assert carts() == 0


def test_a_wrong_token_and_foreign_lines_are_not_there(api: Program, guest: Guest) -> None:
    mug = make.variant()
    mug_id, product_id = mug.id, mug.product_id
    theirs = Guest(api)
    line = theirs.call("POST", "/cart", {"variant_id": mug_id})["items"][0]["id"]
    cup = make.variant()
    guest.call("POST", "/cart", {"variant_id": cup.id})
    for key in (line, str(product_id), "0", "x", "l", "l99999999999999999999", "-1"):
        assert guest.call("DELETE", f"/cart/{key}", status=404)["code"] == "line_not_found"
        guest.call("PATCH", f"/cart/{key}", {"quantity": 1}, status=404)
    guest.call("DELETE", "/cart/%00", status=404)
    for token in ("guess", "x" * 500):
        lost = Guest(api)
        lost.token = token
        assert lost.call("GET", "/cart", status=404)["code"] == "cart_not_found"
        lost.call("POST", "/cart", {"variant_id": mug_id}, status=404)
    missing = Guest(api)
    missing.call("POST", "/cart", {"variant_id": 10**15}, status=404)
    missing.call("DELETE", f"/cart/{line}", status=404)


def test_a_guests_cart_joins_the_customers(shop: Shop, guest: Guest) -> None:
    mug_id = make.variant(stock=5).id
    guest.call("POST", "/cart", {"variant_id": mug_id, "quantity": 2})
    ana = sign_in(shop, make.user())
    ana.post("/cart", {"variant_id": mug_id}, status=200)
    cart = ana.get("/cart", headers={"X-Cart-Token": guest.token}, status=200).get_json()
    assert [item["quantity"] for item in cart["items"]] == [3]
    assert guest.call("GET", "/cart", status=404)["code"] == "cart_not_found"


def test_codes_are_entered_and_taken_out(guest: Guest) -> None:
    make.promotion(code="TEN")
    make.promotion("amount", amount=500, code="BIG", minimum=100_000)
    guest.call("POST", "/cart", {"variant_id": make.variant(price="20.00").id})
    cart = guest.call("POST", "/cart/codes", {"code": "ten"})
    assert cart["quote"]["discounts"] == [
        {"name": "Ten off", "code": "TEN", "amount": {"amount": "2.00", "currency": "EUR"}}
    ]
    cart = guest.call("POST", "/cart/codes", {"code": "BIG"})
    assert cart["rejected_codes"][0]["reason"] == "minimum"
    assert cart["rejected_codes"][0]["missing"]["amount"] == "980.00"
    assert guest.call("DELETE", "/cart/codes/ten")["codes"] == ["BIG"]
    problem = guest.call("POST", "/cart/codes", {"code": "NEVER"}, status=422)
    assert problem["code"] == "unknown_coupon"


def test_ways_to_send_the_cart_depend_on_where_it_goes(guest: Guest) -> None:
    make.delivery("5.00", code="local", countries=["PT"])
    make.delivery("15.00", code="world")
    assert guest.call("GET", "/shipping-methods?country=PT")["items"] == []
    guest.call("POST", "/cart", {"variant_id": make.variant().id})
    local = guest.call("GET", "/shipping-methods?country=PT&postal_code=1100-001&region=")["items"]
    assert [(one["code"], one["price"]["amount"]) for one in local] == [("local", "5.00")]
    assert local[0]["delivery"]["from"] <= local[0]["delivery"]["to"]
    away = guest.call("GET", "/shipping-methods?country=JP")["items"]
    assert [one["code"] for one in away] == ["world"]
    for bad in ("country=pt", "country=PRT", "planet=Mars", "country="):
        guest.call("GET", f"/shipping-methods?{bad}", status=422)


def test_a_cart_in_a_currency_that_is_sold_no_longer_changes_to_the_shop_s_own(shop: Shop) -> None:
    user = make.user()
    with committing():
        set_currency("BRL", Decimal(6), by=make.BY)
    make.cart([(make.variant(stock=5, price="20.00"), 1)], user=user, currency="BRL")
    ana = sign_in(shop, user)
    assert ana.get("/cart", status=200).get_json()["currency"] == "BRL"
    with committing():
        set_currency("BRL", Decimal(6), by=make.BY, is_active=False)
    assert ana.get("/cart", status=200).get_json()["currency"] == "EUR"
