"""The payments of an order in words, for its buyer."""

from flask_babel import gettext as _

from vitrina.orders.credits import accounts_of
from vitrina.orders.models import HELD, Order
from vitrina.payments import registry
from vitrina.payments.credit.models import CreditAccount
from vitrina.payments.models import Payment, PaymentState
from vitrina.payments.provider import Kind
from vitrina.storefront import credit_parts
from vitrina.web.formats import money

ENDED = (PaymentState.FAILED, PaymentState.CANCELLED)


def payments(order: Order) -> list[dict[str, str]]:
    """Every payment that brought or can bring money: ``name``, ``amount``, ``state``."""
    accounts = accounts_of(order.payments)
    return [
        {
            "name": name(one, accounts.get(one.id)),
            "amount": money(order.money(one.captured or one.amount), exact=True),
            "state": _state(one, order),
        }
        for one in order.payments
        if one.state not in ENDED
    ]


def credit_rows(order: Order) -> list[dict[str, str]]:
    """What gift cards and credit are going to pay of an order that waits for the rest."""
    if order.paid_at is not None:
        return []
    accounts = accounts_of(order.payments)
    return [
        {
            "label": credit_parts.name(accounts[one.id]),
            "amount": f"−{money(order.money(one.captured or one.amount))}",
        }
        for one in order.payments
        if one.id in accounts and one.state not in ENDED
    ]


def due_row(order: Order) -> dict[str, str] | None:
    """What is left to pay beside gift cards, or since it was changed; None without either."""
    if order.paid_at and order.outstanding.minor > 0:
        return {"label": _("Left to pay"), "amount": money(order.outstanding, exact=True)}
    if not credit_rows(order):
        return None
    left = order.outstanding - order.held
    return {"label": _("Left to pay"), "amount": money(left, exact=True)}


def name(payment: Payment, account: CreditAccount | None) -> str:
    """What paid: a gift card, a card with its last digits, a transfer."""
    if account is not None:
        return credit_parts.name(account)
    card = payment.card or {}
    if card.get("last4"):
        brand = str(card.get("brand") or "").capitalize() or _("Card")
        return _("%(brand)s ending %(last4)s", brand=brand, last4=card["last4"])
    info = next((p.info for p in registry.everyone() if p.info.code == payment.provider), None)
    names = {
        Kind.CARD: _("Card"),
        Kind.TRANSFER: _("Bank transfer"),
        Kind.CHEQUE: _("Cheque"),
        Kind.ON_DELIVERY: _("Cash on delivery"),
    }
    return names.get(info.kind, info.name) if info else payment.provider


def _state(payment: Payment, order: Order) -> str:
    if payment.refunded:
        back = money(order.money(payment.refunded), exact=True)
        return _("%(amount)s went back", amount=back)
    if payment.captured:
        return _("paid")
    if payment.is_credit and payment.state in HELD:
        return _("kept for this order")
    if payment.state is PaymentState.AUTHORIZED:
        return _("authorized, not charged yet")
    return _("not paid yet")
