"""The money of orders at the desk: captures, refunds, gift cards, problems and the books."""

import csv
from datetime import timedelta
from io import StringIO

import pytest

from tests import make
from tests.admin.money import audited, sign_in
from tests.browser import Browser
from tests.conftest import Shop
from vitrina.admin.payments import harmless
from vitrina.cart.credits import use_gift_card
from vitrina.core import clock
from vitrina.core.db import committing, session
from vitrina.core.money import Money
from vitrina.inventory.queries import availability
from vitrina.orders import queries as orders
from vitrina.orders.models import OrderState
from vitrina.payments.models import Payment, WebhookEvent


@pytest.fixture
def owner(shop: Shop) -> Browser:
    return sign_in(shop)


def refunds(number: str) -> list[int]:
    session.rollback()
    order = orders.by_number(number)
    return [one.amount for payment in order.payments for one in payment.refunds]


def test_authorized_money_is_taken_in_part(shop: Shop, owner: Browser) -> None:
    number = make.authorized_order().number
    page = owner.open(f"/admin/orders/{number}")
    assert page.form("/capture").fields["capture_amount"] == "44.80"
    page = owner.submit(f"/admin/orders/{number}/capture", capture_amount="30,00")
    assert "€30.00 are being taken" in page.text
    shop.work()
    session.rollback()
    assert orders.by_number(number).captured.text == "30.00"
    assert audited("order.capture") == [{"amount": "30.00"}]


def test_authorized_money_is_let_go_and_the_buyer_may_pay_otherwise(
    shop: Shop, owner: Browser
) -> None:
    order = make.authorized_order()
    number, email = order.number, order.email
    owner.open(f"/admin/orders/{number}")
    owner.submit(f"/admin/orders/{number}/release")
    shop.work()
    session.rollback()
    order = orders.by_number(number)
    assert order.payment_status == "cancelled"
    assert order.state is OrderState.AWAITING_PAYMENT
    buyer = shop.browser()
    buyer.open("/track")
    page = buyer.submit("/track", number=number, email=email)
    assert "Pay €44.80" in page.text
    owner.post(
        f"/admin/orders/{number}/release",
        {"csrf_token": owner.page.form("/notes").fields["csrf_token"]},
    )
    assert "no authorized money" in owner.page.text


@pytest.mark.parametrize("role", ["fulfilment", "support", "analyst"])
def test_who_may_not_take_money_cannot(shop: Shop, role: str) -> None:
    number = make.authorized_order().number
    browser = sign_in(shop, role)
    page = browser.open(f"/admin/orders/{number}")
    assert "Take the money" not in page.text
    token = {"csrf_token": page.form("/logout").fields["csrf_token"]}
    browser.post(f"/admin/orders/{number}/capture", token, status=403)
    browser.post(f"/admin/orders/{number}/release", token, status=403)
    browser.post(f"/admin/orders/{number}/refunds", token, status=403)


def test_a_refund_by_line_shows_its_sum_before_it_goes_back(shop: Shop, owner: Browser) -> None:
    variant = make.variant(price="19.90", stock=5)
    variant_id = variant.id
    order = make.shipped_order([(variant, 3)])
    number, line_id = order.number, order.lines[0].id
    path = f"/admin/orders/{number}/refunds"
    owner.open(f"/admin/orders/{number}")
    owner.click("Give money back")
    typed = {f"back-{line_id}": "2", f"stock-{line_id}": "1", "refund_reason": "Torn"}
    page = owner.submit(path, **typed, step="sum")
    assert "€39.80 will go back" in page.text
    assert refunds(number) == []
    owner.submit(path, step="refund")
    assert refunds(number) == [3980]
    session.rollback()
    assert availability([variant_id])[variant_id].available == 3
    assert audited("order.refund") == [{"amount": "39.80", "reason": "Torn"}]
    page = owner.open(path)
    assert "of 1" in page.text


def test_another_sum_than_was_shown_is_shown_again(shop: Shop, owner: Browser) -> None:
    order = make.shipped_order([(make.variant(price="19.90"), 3)])
    number, line_id = order.number, order.lines[0].id
    path = f"/admin/orders/{number}/refunds"
    owner.open(path)
    owner.submit(path, **{f"back-{line_id}": "1"}, refund_reason="Torn")
    page = owner.submit(path, **{f"back-{line_id}": "2"}, step="refund")
    assert "€39.80 will go back" in page.text
    assert refunds(number) == []


def test_the_delivery_goes_back_once_and_nothing_beyond_what_was_paid(
    shop: Shop, owner: Browser
) -> None:
    order = make.shipped_order([(make.variant(price="19.90"), 1)])
    number, line_id = order.number, order.lines[0].id
    path = f"/admin/orders/{number}/refunds"
    owner.open(path)
    page = owner.submit(path, shipping="y", refund_reason="Late")
    assert "€5.00 will go back" in page.text
    owner.submit(path, step="refund")
    page = owner.open(path)
    assert "shipping" not in page.form(path).fields
    owner.submit(path, **{f"back-{line_id}": "2"}, refund_reason="No", status=422)
    owner.submit(path, **{f"back-{line_id}": "x"}, refund_reason="No", status=422)
    owner.submit(path, **{f"back-{line_id}": ""}, refund_reason="No", status=422)
    owner.submit(path, amount="20.00", refund_reason="Too much")
    owner.submit(path, step="refund", status=409)
    assert refunds(number) == [500]


def test_the_order_shows_its_payments_and_its_books(shop: Shop, owner: Browser) -> None:
    _, code = make.gift_card("30.00")
    cart = make.cart([(make.variant(price="19.90"), 2)])
    with committing():
        use_gift_card(cart, code)
    number = make.order(of=cart).number
    page = owner.open(f"/admin/orders/{number}")
    assert f"Gift card ending {code[-4:]}" in page.text
    assert "In the books" in page.text
    assert "receivable" in page.text
    analyst = sign_in(shop, "support")
    assert "In the books" not in analyst.open(f"/admin/orders/{number}").text


def test_problems_are_listed_and_solved_with_a_note(shop: Shop, owner: Browser) -> None:
    order = make.paid_order()
    payment_id, number = order.payments[0].id, order.number
    with committing():
        payment = session.get_one(Payment, payment_id)
        payment.problem = "wrong_amount"
        event = WebhookEvent(provider="sandbox", event_id="evt_9", payload={}, done_at=clock.now())
        session.add(event)
        session.flush()
        event_id = event.id
    page = owner.open("/admin/payments/problems")
    assert number in page.text
    assert "wrong amount" in page.text
    assert "evt_9" in page.text
    solution, field = f"/admin/payments/{payment_id}/solution", f"note-{payment_id}"
    page = owner.submit(solution, status=422, **{field: ""})
    assert "Say what was done." in page.text
    page = owner.submit(solution, status=422, **{field: "x" * 301})
    assert page.form(solution).fields[field] == "x" * 301
    assert number in page.text
    owner.submit(solution, **{field: "The bank has put it right"})
    settled = {f"notice-{event_id}": "Another shop's"}
    page = owner.submit(f"/admin/payments/webhooks/{event_id}/solution", **settled)
    assert "Everything adds up" in page.text
    assert audited("payment.solve")[0]["note"] == "The bank has put it right"
    assert audited("webhook.solve")[0]["note"] == "Another shop's"
    fulfilment = sign_in(shop, "fulfilment")
    fulfilment.open("/admin/payments/problems", status=403)


def test_the_trial_balance_adds_up_and_goes_out_as_csv(shop: Shop, owner: Browser) -> None:
    number = make.paid_order().number
    page = owner.open("/admin/ledger/")
    assert "held by sandbox" in page.text
    tomorrow = (clock.now() + timedelta(days=2)).date().isoformat()
    assert "Nothing was booked" in owner.open(f"/admin/ledger/?from={tomorrow}").text
    owner.open("/admin/ledger/?from=nonsense&to=9999-12-31")
    rows = list(csv.DictReader(StringIO(read(owner, "/admin/ledger/balance.csv"))))
    sums = [
        sum(Money.parse(row[side], "EUR").minor for row in rows) for side in ("debit", "credit")
    ]
    assert sums[0] == sums[1] > 0
    entries = list(csv.DictReader(StringIO(read(owner, "/admin/ledger/entries.csv"))))
    assert {row["order"] for row in entries} == {number}
    support = sign_in(shop, "support")
    support.open("/admin/ledger/", status=403)
    support.open("/admin/ledger/entries.csv", status=403)


def read(browser: Browser, path: str) -> str:
    answer = browser.client.get(path)
    assert answer.mimetype == "text/csv"
    return answer.get_data(as_text=True)


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_no_cell_of_a_csv_is_a_formula(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"
    assert harmless("sales") == "sales"


def test_a_refund_whose_form_is_sent_twice_goes_back_once(shop: Shop, owner: Browser) -> None:
    number = make.shipped_order([(make.variant(price="19.90"), 3)]).number
    path = f"/admin/orders/{number}/refunds"
    owner.open(path)
    owner.submit(path, amount="5.00", refund_reason="Scratched")
    form = owner.page.form(path)
    sure = {**form.fields, "step": "refund"}
    for _ in range(2):
        owner.post(path, sure)
        assert owner.url == f"/admin/orders/{number}"
    assert refunds(number) == [500]
    owner.open(path)
    owner.submit(path, amount="5.00", refund_reason="Scratched")
    owner.submit(path, step="refund")
    assert refunds(number) == [500, 500]  # meant twice, said twice


def test_who_only_reads_orders_writes_no_notes_on_them(shop: Shop) -> None:
    number = make.paid_order().number
    for role, may in (("analyst", False), ("support", True), ("fulfilment", True)):
        browser = sign_in(shop, role)
        page = browser.open(f"/admin/orders/{number}")
        assert ("Keep the note" in page.text) is may
        sent = {"csrf_token": page.form("/logout").fields["csrf_token"], "text": f"By {role}"}
        browser.post(f"/admin/orders/{number}/notes", sent, status=200 if may else 403)
    session.rollback()
    assert {note.text for note in orders.by_number(number).notes} == {"By support", "By fulfilment"}
