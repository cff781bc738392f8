"""Codes that staff read are words, in every language."""

from collections.abc import Iterable

import pytest

from tests.admin.test_money import sign_in
from tests.conftest import Shop
from tests.orders.returns.worlds import delivered
from vitrina.core.locales import LOCALES
from vitrina.inventory.models import MovementKind
from vitrina.notifications.models import MailState
from vitrina.orders.invoices.models import DocumentKind
from vitrina.orders.models import OrderState, OrderVerb
from vitrina.orders.returns.models import ReturnVerb
from vitrina.payments.credit.models import CreditMovementKind
from vitrina.payments.ledger.models import EntryKind
from vitrina.payments.models import DisputeState, PaymentState, PaymentVerb, RefundState
from vitrina.promotions.rules import Standing
from vitrina.shipping.models import ShipmentState, ShipmentVerb
from vitrina.support.models import TicketState, Topic
from vitrina.web.messages.states import WORDS, word

KINDS: dict[str, Iterable[str]] = {
    "order": OrderState,
    "payment": PaymentState,
    "delivery": ShipmentState,
    "refund": RefundState,
    "dispute": DisputeState,
    "step": (
        *OrderVerb,
        *(f"parcel_{one}" for one in ShipmentVerb),
        *(f"payment_{one}" for one in PaymentVerb),
    ),
    "return step": ReturnVerb,
    "entry": EntryKind,
    "credit": CreditMovementKind,
    "mail": MailState,
    "question": TicketState,
    "topic": Topic,
    "stock": MovementKind,
    "document": DocumentKind,
    "promotion": Standing,
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_code_has_a_word(kind: str) -> None:
    assert {str(code) for code in KINDS[kind]} <= set(WORDS[kind])


def test_what_a_provider_holds_is_said_with_its_name(sqlite_shop: Shop) -> None:
    with sqlite_shop.app.test_request_context():
        assert word("account", "clearing:stripe") == "held by stripe"
        assert word("problem", "never_seen") == "never seen"


def test_staff_read_no_code_of_an_order(sqlite_shop: Shop) -> None:
    number = delivered().number
    owner = sign_in(sqlite_shop)
    pages = {
        code: owner.open(f"{locale.path}/admin/orders/{number}").text
        for code, locale in LOCALES.items()
    }
    assert "payment received" in pages["en"]
    for code in ("pt-BR", "ru"):
        for english in ("payment received", "parcel sent", "delivered", "receivable", "captured"):
            assert english not in pages[code]
