"""Gift cards, store credit, captures and refunds by line over the API."""

from dataclasses import replace
from typing import Any

import pytest

from tests import make
from tests.api.buyers import Buyer
from tests.api.conftest import Program, sign_in
from tests.conftest import Shop
from vitrina.api.docs import document_of_the_shop
from vitrina.core.db import session
from vitrina.orders import queries as orders
from vitrina.payments.credit import queries as credits
from vitrina.web.limits import limiter

pytestmark = pytest.mark.usefixtures("_delivery")


@pytest.fixture
def _delivery(shop: Shop) -> None:
    make.delivery("5.00", code="standard")


@pytest.fixture
def owner(shop: Shop) -> Program:
    return sign_in(shop, make.staff("owner"))


def amount(text: str) -> dict[str, str]:
    return {"amount": text, "currency": "EUR"}


def bought(api: Program, code: str, price: str = "19.90", quantity: int = 2) -> Buyer:
    buyer = Buyer(api, (make.variant(price=price, stock=9), quantity))
    api.post("/cart/gift-cards", {"code": code}, headers=buyer.headers, status=200)
    return buyer


def test_a_card_in_the_cart_says_what_it_pays_and_goes_out_again(api: Program) -> None:
    _, code = make.gift_card("30.00")
    buyer = Buyer(api, (make.variant(price="19.90"), 2))
    cart = api.post("/cart/gift-cards", {"code": code}, headers=buyer.headers, status=200)
    (card,) = cart.get_json()["credits"]
    assert (card["kind"], card["last4"], card["amount"]) == (
        "gift_card",
        code[-4:],
        amount("30.00"),
    )
    assert cart.get_json()["due"] == amount("14.80")
    cart = api.delete(f"/cart/gift-cards/{card['id']}", headers=buyer.headers, status=200)
    assert cart.get_json()["credits"] == []
    assert cart.get_json()["due"] == amount("44.80")


def test_codes_that_cannot_pay_are_one_error(api: Program) -> None:
    _, foreign = make.gift_card("30.00", "USD")
    buyer = Buyer(api, (make.variant(), 1))
    problems = []
    for code in (foreign, "ABCD-EFGH-JKLM-NPQR", "x" * 60):
        answer = api.post("/cart/gift-cards", {"code": code}, headers=buyer.headers, status=422)
        problem = answer.get_json()
        del problem["request_id"]
        problems.append(problem)
    assert problems[0]["code"] == "gift_card_unknown"
    assert problems[0] == problems[1] == problems[2]


def test_guessing_ends_in_429_for_good_codes_too(
    shop: Shop, api: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, code = make.gift_card()
    buyer = Buyer(api, (make.variant(), 1))
    config = shop.app.config
    monkeypatch.setitem(config, "SETTINGS", replace(config["SETTINGS"], rate_limits=True))
    limiter.reset()
    for guess in range(10):
        named = {"code": f"GUESS-{guess}"}
        api.post("/cart/gift-cards", named, headers=buyer.headers, status=422)
    answer = api.post("/cart/gift-cards", {"code": code}, headers=buyer.headers, status=429)
    assert answer.get_json()["code"] == "too_many_codes"
    assert int(answer.headers["Retry-After"]) > 0


def test_a_card_and_a_bank_card_are_two_payments(api: Program) -> None:
    _, code = make.gift_card("30.00")
    order = bought(api, code).orders(due="14.80")
    assert [(p["provider"], p["status"], p["captured"]) for p in order["payments"]] == [
        ("gift_card", "captured", amount("30.00")),
        ("sandbox", "captured", amount("14.80")),
    ]
    assert order["payment_status"] == "paid"


def test_a_card_that_pays_all_needs_no_payment(api: Program) -> None:
    account, code = make.gift_card("50.00")
    account_id = account.id
    order = bought(api, code).orders(payment=None)
    assert order["status"] == "paid"
    assert [p["provider"] for p in order["payments"]] == ["gift_card"]
    session.rollback()
    assert credits.by_id(account_id).balance == 520


def test_an_order_without_a_payment_is_refused_when_something_is_left_to_pay(
    api: Program,
) -> None:
    _, code = make.gift_card("30.00")
    problem = bought(api, code).orders(status=422, payment=None)
    assert problem["code"] == "unknown_payment_provider"
    plain = Buyer(api, (make.variant(), 1)).orders(status=422, payment=None)
    assert plain["code"] == "unknown_payment_provider"


def test_another_sum_than_the_buyer_saw_is_never_charged(api: Program) -> None:
    _, code = make.gift_card("30.00")
    buyer = bought(api, code)
    problem = buyer.orders(status=409, due="14.79")
    assert problem["code"] == "quote_changed"
    assert buyer.orders(due="14.80")["status"] == "paid"


def test_store_credit_pays_for_its_customer_and_nobody_else(shop: Shop, api: Program) -> None:
    ana, bob = make.user("ana"), make.user("bob")
    make.store_credit(ana, "12.00")
    mug = make.variant(price="19.90").id
    anas, bobs = sign_in(shop, session.merge(ana)), sign_in(shop, session.merge(bob))
    for program in (anas, bobs):
        program.post("/cart", {"variant_id": mug}, status=200)
    bobs.post("/cart/store-credit", status=422)
    cart = anas.post("/cart/store-credit", status=200).get_json()
    assert cart["due"] == amount("12.90")
    anas.delete("/cart/store-credit", status=200)
    assert anas.get("/cart").get_json()["credits"] == []
    api.post("/cart/store-credit", status=401)


def test_staff_issue_cards_whose_code_is_told_once(owner: Program, api: Program) -> None:
    made = owner.post("/gift-cards", {"amount": "25.00", "note": "won at the fair"}, status=201)
    card = made.get_json()
    assert card["balance"] == amount("25.00")
    assert made.headers["Location"].endswith(f"/gift-cards/{card['id']}")
    code = card.pop("code")
    assert owner.get(f"/gift-cards/{card['id']}", status=200).get_json() == card
    page = owner.get("/gift-cards", status=200)
    assert page.get_json()["items"] == [card]
    assert code not in page.text
    bought(api, code)
    void = owner.delete(f"/gift-cards/{card['id']}", status=200).get_json()
    assert (void["status"], void["balance"]) == ("void", amount("0.00"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": "0"},
        {"amount": "-5"},
        {"amount": "5.001"},
        {"amount": "5", "currency": "XXX"},
        {"amount": "5", "expires_at": "2001-01-01T00:00:00Z"},
        {},
    ],
)
def test_cards_that_make_no_sense_are_refused(owner: Program, wrong: dict[str, Any]) -> None:
    owner.post("/gift-cards", wrong, status=422)
    assert owner.get("/gift-cards").get_json()["items"] == []


def test_cards_are_listed_in_pages(owner: Program) -> None:
    for _ in range(3):
        make.gift_card()
    first = owner.get("/gift-cards?limit=2", status=200).get_json()
    rest = owner.get(f"/gift-cards?limit=2&cursor={first['next_cursor']}", status=200).get_json()
    ids = [one["id"] for one in first["items"] + rest["items"]]
    assert len(set(ids)) == 3
    assert ids == sorted(ids, reverse=True)
    assert rest["next_cursor"] is None


def test_staff_give_credit_and_a_repeat_gives_it_once(owner: Program) -> None:
    ana = make.user("ana").id
    for _ in range(2):
        answer = owner.post(
            f"/customers/{ana}/credit",
            {"amount": "12.00", "note": "sorry"},
            status=201,
            headers={"Idempotency-Key": "sorry-1"},
        )
    assert answer.get_json()["balance"] == amount("12.00")
    listed = owner.get(f"/customers/{ana}/credit", status=200).get_json()
    assert listed["items"][0]["balance"] == amount("12.00")
    owner.post("/customers/999999/credit", {"amount": "12.00"}, status=404)


@pytest.mark.parametrize("role", ["fulfilment", "catalogue", "analyst", "support"])
def test_money_is_not_given_away_without_the_right(shop: Shop, role: str) -> None:
    ana = make.user("ana").id
    program = sign_in(shop, make.staff(role))
    program.post("/gift-cards", {"amount": "25.00"}, status=403)
    program.post(f"/customers/{ana}/credit", {"amount": "25.00"}, status=403)


def test_customers_and_strangers_see_no_cards(shop: Shop, api: Program) -> None:
    customer = sign_in(shop, make.user("ana"))
    customer.get("/gift-cards", status=403)
    customer.post("/gift-cards", {"amount": "25.00"}, status=403)
    api.get("/gift-cards", status=401)


def test_authorized_money_is_taken_in_part_by_who_may(shop: Shop, owner: Program) -> None:
    order = make.authorized_order()
    number, whole = order.number, order.total_money
    assert owner.get(f"/orders/{number}").get_json()["payment_status"] == "authorized"
    for role in ("fulfilment", "support"):
        sign_in(shop, make.staff(role)).post(f"/orders/{number}/capture", status=403)
    too_much = {"amount": f"{(whole + whole).text}"}
    owner.post(f"/orders/{number}/capture", too_much, status=409)
    answer = owner.post(f"/orders/{number}/capture", {"amount": "30.00"}, status=202)
    assert answer.get_json()["payments"][0]["capturing"] == amount("30.00")
    shop.work()
    session.rollback()
    assert orders.by_number(number).captured.text == "30.00"
    owner.post(f"/orders/{number}/capture", status=409)


def test_lines_and_the_delivery_go_back_at_what_was_paid(shop: Shop, owner: Program) -> None:
    order = make.shipped_order([(make.variant(price="19.90"), 2)])
    number, line_id = order.number, order.lines[0].id
    path = f"/orders/{number}/refunds"
    lines = [{"line_id": line_id, "quantity": 1}]
    back = owner.post(path, {"lines": lines, "restock": lines}, status=201).get_json()
    refunds = back["payments"][0]["refunds"]
    assert [one["amount"] for one in refunds] == [amount("19.90")]
    shop.work()
    back = owner.post(path, {"shipping": True}, status=201).get_json()
    assert back["payments"][0]["refunds"][1]["amount"] == amount("5.00")
    owner.post(path, {"shipping": True}, status=422)
    owner.post(path, {"lines": [{"line_id": line_id, "quantity": 2}]}, status=422)
    owner.post(path, {"amount": "0"}, status=409)
    owner.post(path, {"amount": "19.91"}, status=409)
    owner.post(path, status=201)
    shop.work()
    session.rollback()
    assert orders.by_number(number).payment_status == "refunded"


def test_the_document_has_it_all(shop: Shop) -> None:
    with shop.app.app_context():
        paths = document_of_the_shop()["paths"]
    wanted = {
        "/cart/gift-cards": {"post"},
        "/cart/gift-cards/{account_id}": {"delete"},
        "/cart/store-credit": {"post", "delete"},
        "/gift-cards": {"get", "post"},
        "/gift-cards/{account_id}": {"get", "delete"},
        "/customers/{user_id}/credit": {"get", "post"},
        "/orders/{key}/capture": {"post"},
        "/orders/{key}/refunds": {"post"},
    }
    for path, methods in wanted.items():
        known = paths.get(path) or paths[f"/api/v1{path}"]
        assert methods <= set(known), path
