"""What a buyer has to do for a payment that no provider takes: send money, or have it ready."""

from dataclasses import dataclass
from datetime import datetime

from vitrina.core import store
from vitrina.core.address import PostalAddress, lines
from vitrina.core.money import Money
from vitrina.orders.models import Order, OrderState
from vitrina.payments import registry
from vitrina.payments.errors import UnknownProvider
from vitrina.payments.models import Payment, PaymentState
from vitrina.payments.provider import BY_HAND, Kind, ProviderInfo

_OVER = (OrderState.CANCELLED, OrderState.EXPIRED)


@dataclass(frozen=True, slots=True)
class Instructions:
    """How the ``amount`` is to be paid, with the order's ``number`` as the reference.

    ``kind`` is one of BY_HAND. ``account``: where it goes, as pairs of a field (``iban``,
    ``payable_to``) and its value; empty when the merchant has not said it. ``due_at``: until when
    the order waits, None for any time.
    """

    kind: Kind
    amount: Money
    number: str
    account: tuple[tuple[str, str], ...]
    due_at: datetime | None = None


def instructions(order: Order) -> Instructions | None:
    """What the buyer of ``order`` has to do now; None when there is nothing, or a provider asks."""
    payment = order.attempts[-1] if order.attempts else None
    if payment is None or not _is_open(order, payment):
        return None
    try:
        info = registry.get(payment.provider).info
    except UnknownProvider:
        return None
    if info.kind not in BY_HAND:
        return None
    account = _account(info, order.locale)
    return Instructions(info.kind, payment.money, order.number, account, order.expires_at)


def _is_open(order: Order, payment: Payment) -> bool:
    if order.state in _OVER or order.outstanding.minor <= 0:
        return False
    return payment.state in (PaymentState.PENDING, PaymentState.AUTHORIZED)


def _account(info: ProviderInfo, locale: str) -> tuple[tuple[str, str], ...]:
    """What the merchant entered; a cheque goes to the store where nothing else is said."""
    entered = dict(info.account)
    if info.kind is Kind.CHEQUE:
        shop = store.current()
        entered.setdefault("payable_to", shop.company or shop.name)
        if shop.address:
            address = PostalAddress.from_dict({"country": shop.country, **shop.address})
            entered.setdefault("send_to", ", ".join(lines(address, locale)))
    return tuple((field, value) for field, value in entered.items() if value)
