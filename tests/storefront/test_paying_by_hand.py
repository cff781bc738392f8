"""What a buyer is told who sends the money without a provider: where it goes, and what to name."""

from typing import Any

import pytest

from tests import make
from tests.api.conftest import Program
from tests.conftest import Shop
from tests.notifications.mails import only
from vitrina.core import store
from vitrina.core.db import committing
from vitrina.orders.models import Order
from vitrina.orders.rules import link_token
from vitrina.payments.errors import WrongProviderSetting
from vitrina.payments.providers.manual import BankTransfer, Cheque
from vitrina.payments.settings.actions import save

IBAN = "PT50000201231234567890154"
SHOWN = "PT50 0002 0123 1234 5678 9015 4"


def set_up(code: str, settings: Any, **entered: str) -> None:
    with committing():
        save(code, settings, entered, is_enabled=True, by="staff:1")


def page_of(shop: Shop, order: Order) -> str:
    return shop.browser().open(f"/orders/{order.number}?token={link_token(order.number)}").text


def test_a_transfer_names_the_account_on_the_page_in_the_mail_and_over_the_api(shop: Shop) -> None:
    set_up("manual", BankTransfer.Settings, account_holder="Isoline Lda", iban=IBAN, bank="Banco")
    order = make.order(provider="manual")
    shop.work()
    page, mail = page_of(shop, order), only("order_placed")
    assert order.expires_at is not None
    until = f"until {order.expires_at:%B} {order.expires_at.day}"
    for said in (SHOWN, "Isoline Lda", "Banco", f"the order's number: {order.number}", until):
        assert said in page.replace("’", "'")
        assert said in mail.text.replace("’", "'")
    assert SHOWN in mail.html
    token = link_token(order.number)
    told = Program(shop).get(f"/orders/{order.number}?token={token}", status=200).get_json()
    assert told["payment_instructions"] == {
        "kind": "transfer",
        "amount": {"amount": order.total_money.text, "currency": "EUR"},
        "reference": order.number,
        "account": {"account_holder": "Isoline Lda", "iban": SHOWN, "bank": "Banco"},
        "due_at": order.expires_at.isoformat().replace("+00:00", "Z"),
    }


def test_without_an_account_the_buyer_is_led_to_somebody_who_knows_it(shop: Shop) -> None:
    page = page_of(shop, make.order(provider="manual"))
    assert "Ask us for the account" in page


@pytest.mark.parametrize(
    ("field", "value"),
    [("iban", "PT50000201231234567890155"), ("iban", "my account"), ("bic", "NOT A BIC")],
)
def test_an_account_with_a_wrong_digit_is_not_kept(shop: Shop, field: str, value: str) -> None:
    with pytest.raises(WrongProviderSetting):
        set_up("manual", BankTransfer.Settings, **{field: value})


def test_a_cheque_is_made_out_to_the_store_unless_the_merchant_says_otherwise(shop: Shop) -> None:
    with committing():
        found = store.current()
        found.company = "Isoline Lda"
        found.address = {"line1": "Calçada 41", "city": "Lisboa", "postal_code": "1100-568"}
    set_up("cheque", Cheque.Settings)
    page = page_of(shop, make.order(provider="cheque"))
    assert "Send a cheque of" in page
    assert "Isoline Lda" in page
    assert "Calçada 41, 1100-568 Lisboa" in page
    set_up("cheque", Cheque.Settings, payable_to="Ana Reis")
    assert "Ana Reis" in page_of(shop, make.order(provider="cheque"))


def test_who_pays_at_the_door_is_not_asked_to_send_money(shop: Shop) -> None:
    order = make.order(provider="cash_on_delivery")
    shop.work()
    page, mail = page_of(shop, order), only("order_placed")
    assert "when it is handed to you" in page
    assert "How to pay" not in page
    assert "Waiting for payment" not in page
    assert "when it is handed to you" in mail.text
    assert "until your payment arrives" not in mail.text
    assert "waiting for your payment" not in mail.subject


def test_a_paid_transfer_says_nothing_of_an_account_any_more(shop: Shop) -> None:
    set_up("manual", BankTransfer.Settings, iban=IBAN)
    assert SHOWN not in page_of(shop, make.paid_order())


def test_who_chose_a_transfer_may_pay_in_another_way(shop: Shop) -> None:
    order = make.order(provider="manual")
    browser = shop.browser()
    page = browser.open(f"/orders/{order.number}?token={link_token(order.number)}")
    assert "Pay in another way" in page.text
    assert page.form("/payment").fields["payment_method"] == "sandbox"
    page = browser.submit("/payment", card="4242 4242 4242 4242")
    assert "We pack it now" in page.text
    assert "Pay in another way" not in page.text
