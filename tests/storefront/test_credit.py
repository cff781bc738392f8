"""Gift cards and store credit in the storefront, without script."""

from dataclasses import replace
from typing import Any

import pytest

from tests import make
from tests.browser import Browser
from tests.conftest import Shop
from tests.storefront.buying import ADDRESS, BAD, GOOD, at_checkout, left, orders
from vitrina.core.db import committing, session
from vitrina.core.money import Money
from vitrina.notifications import queries as mails
from vitrina.orders import actions as ordering
from vitrina.orders.models import OrderState
from vitrina.orders.rules import link_token
from vitrina.payments.credit import actions as credit
from vitrina.payments.credit import queries as credits
from vitrina.web.limits import limiter

NO_CARD = "No gift card with this code can pay. Check the code."


@pytest.fixture
def print_id(shop: Shop) -> int:
    make.delivery()
    return make.variant(stock=5, price="148.00").id


@pytest.fixture
def limited(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """The shop with its rate limits on."""
    config = shop.app.config
    monkeypatch.setitem(config, "SETTINGS", replace(config["SETTINGS"], rate_limits=True))
    limiter.reset()
    return shop


def card(amount: str = "30.00", currency: str = "EUR") -> tuple[int, str]:
    with committing():
        account, code = credit.issue_gift_card(Money.parse(amount, currency), by="staff:1")
        return account.id, code


def balance(account_id: int) -> int:
    session.rollback()
    return credits.by_id(account_id).balance


def pay(browser: Browser, **fields: Any) -> Any:
    return browser.submit("/checkout", **{**ADDRESS, "step": "pay", **fields})


def test_a_card_in_the_cart_says_what_it_pays(shop: Shop, print_id: int) -> None:
    _, code = card()
    browser = at_checkout(shop, print_id)
    browser.open("/cart")
    page = browser.submit("/cart/gift-cards", gift_card=code.lower().replace("-", " "))
    assert f"Gift card ending {code[-4:]} −€30 " in page.text
    assert "Left to pay €123 " in page.text


def test_the_button_beside_a_card_takes_it_out(shop: Shop, print_id: int) -> None:
    account_id, code = card()
    browser = at_checkout(shop, print_id)
    browser.open("/cart")
    browser.submit("/cart/gift-cards", gift_card=code)
    page = browser.submit(f"/cart/gift-cards/{account_id}/removal")
    assert "Gift card ending" not in page.text
    assert "Left to pay" not in page.text


def test_a_code_that_cannot_pay_is_said_beside_its_field_always_alike(
    shop: Shop, print_id: int
) -> None:
    spent, _ = card()
    _, foreign = card(currency="USD")
    with committing():
        credit.void(credits.by_id(spent), by="staff:1")
    browser = at_checkout(shop, print_id)
    browser.open("/cart")
    for code in ("ABCD-EFGH-JKLM-NPQR", foreign, "", "x" * 500):
        page = browser.submit("/cart/gift-cards", gift_card=code, status=422)
        assert NO_CARD in page.text


def test_a_card_and_a_bank_card_pay_together(shop: Shop, print_id: int) -> None:
    account_id, code = card()
    browser = at_checkout(shop, print_id)
    page = browser.submit("/checkout", **ADDRESS, step="gift_card", gift_card=code)
    assert page.form("/checkout").fields["line1"] == "Rua do Sol 12"
    assert "Pay €123.00" in page.text
    page = pay(browser, card=GOOD)
    (order,) = orders()
    assert [(p.provider, p.captured) for p in order.payments] == [
        ("gift_card", 3000),
        ("sandbox", 12300),
    ]
    assert balance(account_id) == 0
    assert f"Gift card ending {code[-4:]} paid €30.00" in page.text
    assert "Card paid €123.00" in page.text
    shop.work()
    mail = next(one for one in mails.of_subject(f"order:{order.number}") if "€" in one.text)
    assert f"Gift card ending {code[-4:]}: €30.00" in mail.text


def test_a_code_that_was_typed_but_not_sent_is_tried_before_anything_is_charged(
    shop: Shop, print_id: int
) -> None:
    _, code = card()
    browser = at_checkout(shop, print_id)
    page = pay(browser, card=GOOD, gift_card=code)
    assert orders() == []
    assert "Pay €123.00" in page.text
    pay(browser, card=GOOD)
    assert orders()[0].state is OrderState.PAID


def test_a_card_that_pays_all_asks_for_no_other_way_to_pay(shop: Shop, print_id: int) -> None:
    account_id, code = card("500.00")
    browser = at_checkout(shop, print_id, 2)
    page = browser.submit("/checkout", **ADDRESS, step="gift_card", gift_card=code)
    assert "payment_method" not in page.form("/checkout").fields
    assert "Nothing is left to pay." in page.text
    assert "Place order" in page.text
    pay(browser)
    (order,) = orders()
    assert [p.provider for p in order.payments] == ["gift_card"]
    assert order.state is OrderState.PAID
    assert balance(account_id) == 50000 - order.total
    assert left(print_id) == 3


def test_a_card_spent_elsewhere_meanwhile_charges_nobody(shop: Shop, print_id: int) -> None:
    account_id, code = card("500.00")
    browser = at_checkout(shop, print_id)
    browser.submit("/checkout", **ADDRESS, step="gift_card", gift_card=code)
    with committing():
        credit.void(credits.by_id(account_id), by="staff:1")
    page = pay(browser, status=422)
    assert orders() == []
    assert left(print_id) == 5
    assert "Pay €153.00" in page.text


def test_a_card_with_less_on_it_than_was_shown_charges_nobody_more(
    shop: Shop, print_id: int
) -> None:
    account_id, code = card("30.00")
    browser = at_checkout(shop, print_id)
    browser.submit("/checkout", **ADDRESS, step="gift_card", gift_card=code)
    with committing():
        credit.hold(account_id, 1000, "elsewhere", by="guest")
    page = pay(browser, card=GOOD, status=409)
    assert orders() == []
    assert "nothing was charged" in page.text
    assert "Pay €133.00" in page.text
    pay(browser, card=GOOD)
    assert [p.amount for p in orders()[0].payments] == [2000, 13300]


@pytest.mark.parametrize("due", ["0", "-5", "", "x", "99999"])
def test_what_is_left_to_pay_cannot_be_made_up(shop: Shop, print_id: int, due: str) -> None:
    browser = at_checkout(shop, print_id)
    pay(browser, card=GOOD, due=due, status=409)
    assert orders() == []
    assert left(print_id) == 5


def test_after_a_declined_card_the_rest_alone_is_paid_again(shop: Shop, print_id: int) -> None:
    _, code = card()
    browser = at_checkout(shop, print_id)
    browser.submit("/checkout", **ADDRESS, step="gift_card", gift_card=code)
    pay(browser, card=BAD, status=402)
    number = orders()[0].number
    page = browser.open(f"/orders/{number}?token={link_token(number)}")
    assert "Pay €123.00" in page.text
    browser.submit("/payment", card=GOOD)
    assert [p.captured for p in orders()[0].payments] == [3000, 0, 12300]


def test_guessing_codes_ends_in_429_over_cart_and_checkout_together(
    limited: Shop, print_id: int
) -> None:
    _, code = card()
    browser = at_checkout(limited, print_id)
    browser.open("/cart")
    for guess in range(9):
        browser.submit("/cart/gift-cards", gift_card=f"GUESS-{guess}", status=422)
    browser.open("/checkout")
    browser.submit("/checkout", **ADDRESS, step="gift_card", gift_card="GUESS", status=422)
    page = browser.submit("/checkout", **ADDRESS, step="gift_card", gift_card=code, status=429)
    assert "Too many codes were tried" in page.text
    assert page.form("/checkout").fields["line1"] == "Rua do Sol 12"
    browser.open("/cart")
    page = browser.submit("/cart/gift-cards", gift_card=code, status=429)
    assert "Gift card ending" not in page.text


def signed_in(shop: Shop, name: str) -> tuple[Browser, int]:
    user = make.user(name)
    browser = shop.browser()
    browser.open("/login")
    browser.submit("/login", login=name, password=make.PASSWORD)
    return browser, user.id


def test_a_customer_pays_with_store_credit_and_reads_its_statement(
    shop: Shop, print_id: int
) -> None:
    browser, user_id = signed_in(shop, "ana")
    with committing():
        account_id = credit.give_credit(user_id, Money(1200, "EUR"), by="staff:1").id
    browser.post("/cart/items", {"variant_id": print_id})
    page = browser.open("/cart")
    assert "Use store credit (€12)" in page.text
    browser.submit("/cart/store-credit")
    page = browser.open("/checkout")
    assert "Store credit −€12 " in page.text
    page = pay(browser, card=GOOD)
    assert "Store credit paid €12.00" in page.text
    (order,) = orders()
    page = browser.open("/account/credit")
    assert "Store credit: €0.00" in page.text
    assert order.number in page.text
    with committing():
        ordering.cancel(order, reason="by_customer", by="staff:1")
    shop.work()
    assert balance(account_id) == 1200
    assert "Refunded" in browser.open("/account/credit").text


def test_the_credit_of_another_customer_is_nobody_elses(shop: Shop, print_id: int) -> None:
    browser, _ = signed_in(shop, "bob")
    ana = make.user("ana")
    with committing():
        credit.give_credit(ana.id, Money(5000, "EUR"), by="staff:1")
    browser.post("/cart/items", {"variant_id": print_id})
    page = browser.open("/cart")
    assert "store credit" not in page.text
    token = page.form("/cart/gift-cards").fields["csrf_token"]
    page = browser.post("/cart/store-credit", {"csrf_token": token})
    assert "No gift card with this code can pay" in page.text
    assert "€50.00" not in browser.open("/account/credit").text


def test_the_statement_is_for_its_customer_alone(shop: Shop) -> None:
    page = shop.browser().open("/account/credit")
    assert "Sign in" in page.h1[0]
