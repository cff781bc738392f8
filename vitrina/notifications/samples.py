"""Made-up facts for looking at a mail before anybody gets it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from vitrina.core import clock
from vitrina.core.locales import Locale
from vitrina.core.money import Money
from vitrina.notifications import office
from vitrina.notifications.return_views import ReturnView
from vitrina.notifications.views import LineView, OrderView, ShipmentView
from vitrina.orders.instructions import Instructions
from vitrina.payments.provider import Kind

NUMBER = "VT-4820193"


def sample(template: str, locale: Locale) -> tuple[str, dict[str, Any]]:
    """(subject_ref, context) for a mail; it holds what any of them needs."""
    return f"order:{NUMBER}", {
        "name": "Ana Reis",
        "link": office.link("/", locale),
        "masked": "an…@example.com",
        "role": "support",
        "order": replace(_order(locale), to_pay=_to_pay(locale))
        if template == "order_placed"
        else _order(locale),
        "shipment": _shipment(locale),
        "drawing": "cid:order-drawing"
        if template in ("order_confirmation", "order_placed")
        else "",
        "amount": Money(4900, locale.currency),
        "due": None if template == "order_changed" else Money(4900, locale.currency),
        "as_credit": False,
        "back": Money(4900, locale.currency) if template == "order_changed" else _back(locale),
        "reason": "One frame has a scratch.",
        "is_expired": False,
        "until": clock.now() + timedelta(minutes=15),
        "title": "Tidal Study",
        "label": "50 × 70 cm",
        "sku": "TIDAL-50-70",
        "available": 3,
        "number": "S-4820193",
        "email": "ana@example.com",
        "topic": "delivery",
        "order_number": NUMBER,
        "body": "When will it arrive?\nI am away from Friday on.",
        "ticket": office.ticket_link("S-4820193", locale),
        "admin": office.link("/admin/support/S-4820193", locale),
    }


def _order(locale: Locale) -> OrderView:
    def money(minor: int) -> Money:
        return Money(minor, locale.currency)

    now = clock.now()
    return OrderView(
        number=NUMBER,
        link=office.order_link(NUMBER, locale),
        invoice_link=office.invoice_link(NUMBER, locale),
        lines=(
            LineView("Tidal Study", "50 × 70 cm", 1, money(14800)),
            LineView("Ridge No. 4", "30 × 40 cm", 2, money(9800)),
        ),
        subtotal=money(24600),
        discount=money(2460),
        shipping=money(600),
        shipping_name="Standard",
        tax=money(4252),
        tax_added=money(0),
        total=money(22740),
        captured=money(22740),
        address=("Ana Reis", "Rua do Sol 12", "1100-001 Lisboa", "Portugal"),
        deliver_from=now + timedelta(days=3),
        deliver_to=now + timedelta(days=6),
    )


def _to_pay(locale: Locale) -> Instructions:
    account = (("account_holder", "Vitrina"), ("iban", "PT50 0002 0123 1234 5678 9015 4"))
    return Instructions(Kind.TRANSFER, Money(22740, locale.currency), NUMBER, account)


def _back(locale: Locale) -> ReturnView:
    print_ = LineView("Ridge No. 4", "30 × 40 cm", 1)
    return ReturnView(
        number="R-4820193",
        kind="return",
        link=f"{office.order_link(NUMBER, locale)}#returns",
        at=clock.now(),
        name="Ana Reis",
        note="",
        lines=(LineView("Ridge No. 4", "30 × 40 cm", 2),),
        address=("Vitrina", "Rua da Prata 8", "1100-052 Lisboa", "Portugal"),
        instructions="Any carrier will do.",
        label_url=office.link("/", locale),
        as_credit=False,
        given=Money(4400, locale.currency),
        deducted=Money(500, locale.currency),
        refused=(print_,),
    )


def _shipment(locale: Locale) -> ShipmentView:
    return ShipmentView(
        carrier="CTT",
        tracking_number="RR123456785PT",
        link=office.order_link(NUMBER, locale),
        lines=(LineView("Ridge No. 4", "30 × 40 cm", 2),),
        is_part=True,
    )
