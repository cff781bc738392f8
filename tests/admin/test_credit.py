"""Gift cards and store credit at the desk: given once, told once, and refused with a sentence."""

import pytest

from tests import make
from tests.admin.money import audited, sign_in
from tests.browser import Browser
from tests.conftest import Shop
from vitrina.core.db import session
from vitrina.payments.credit import queries as credits


@pytest.fixture
def owner(shop: Shop) -> Browser:
    return sign_in(shop)


def test_a_gift_card_is_issued_and_its_code_told_once(shop: Shop, owner: Browser) -> None:
    owner.open("/admin/gift-cards/")
    owner.click("Issue a gift card")
    page = owner.submit("/admin/gift-cards/new", amount="25,00", currency="EUR", note="The fair")
    assert owner.response is not None
    assert owner.response.headers["Cache-Control"] == "no-store"
    (card,) = credits.gift_cards()
    words = next(word for word in page.text.split() if word.count("-") == 3)
    assert credits.by_code(words, "EUR").id == card.id
    card_id = card.id
    page = owner.open(f"/admin/gift-cards/{card_id}")
    assert words not in page.text
    assert "€25.00" in page.text
    assert "issued" in page.text
    assert "The fair" in owner.open(f"/admin/gift-cards/?q={words}").text
    assert words not in str(audited("credit.issue"))
    owner.open(f"/admin/gift-cards/{card_id}")
    page = owner.submit(f"/admin/gift-cards/{card_id}/void")
    assert "void" in page.text
    session.rollback()
    assert credits.by_id(card_id).balance == 0
    assert audited("credit.void")


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": "-5"},
        {"amount": "0"},
        {"amount": "x"},
        {"last_day": "2001-01-01"},
        {"amount": ""},
    ],
)
def test_a_card_that_makes_no_sense_is_not_issued(owner: Browser, wrong: dict[str, str]) -> None:
    page = owner.open("/admin/gift-cards/new")
    token = page.form("/new").fields["csrf_token"]
    values = {"csrf_token": token, "amount": "5", "currency": "EUR", **wrong}
    owner.client.post("/admin/gift-cards/new", data=values)
    assert credits.gift_cards() == []


def test_a_customer_is_given_credit(shop: Shop, owner: Browser) -> None:
    ana = make.user("ana").id
    owner.open(f"/admin/customers/{ana}")
    owner.click("Movements, and giving more")
    page = owner.submit(f"/admin/customers/{ana}/credit", amount="12.00", currency="EUR", note="")
    assert "€12.00" in page.text
    account = credits.find_of_user(ana, "EUR")
    assert account is not None
    assert account.balance == 1200
    support = sign_in(shop, "support")
    page = support.open(f"/admin/customers/{ana}/credit")
    assert "Give the credit" not in page.text
    token = {"csrf_token": support.open("/admin/orders/").form("/logout").fields["csrf_token"]}
    support.post(f"/admin/customers/{ana}/credit", {**token, "amount": "5"}, status=403)
    support.post("/admin/gift-cards/new", {**token, "amount": "5"}, status=403)


def test_credit_and_gift_cards_are_given_once_however_often_the_button_is_pressed(
    shop: Shop, owner: Browser
) -> None:
    user_id = make.user().id
    path = f"/admin/customers/{user_id}/credit"
    owner.open(path)
    sent = {**owner.page.form(path).fields, "amount": "12.00", "currency": "EUR"}
    for _ in range(2):
        owner.post(path, sent)
    session.rollback()
    assert [one.balance for one in credits.all_of_user(user_id)] == [1200]
    owner.open("/admin/gift-cards/new")
    sent = {**owner.page.form("/new").fields, "amount": "25.00", "currency": "EUR"}
    owner.post("/admin/gift-cards/new", sent)
    page = owner.post("/admin/gift-cards/new", sent)
    assert "sent twice" in page.text
    session.rollback()
    assert len(credits.gift_cards()) == 1


def test_what_was_typed_about_a_card_is_still_there_when_it_cannot_be(owner: Browser) -> None:
    owner.open("/admin/gift-cards/new")
    typed = {"amount": "ten", "currency": "EUR", "note": "The fair in May"}
    page = owner.submit("/admin/gift-cards/new", **typed, status=422)
    assert page.form("/new").fields["note"] == "The fair in May"
    assert page.form("/new").fields["amount"] == "ten"
