"""Where cart, order, payment and stock move together, or not at all.

Providers are not called from here: that happens between two commits (``till.py``).
"""

from collections.abc import Mapping

from vitrina.checkout.edit_money import is_by_hand
from vitrina.checkout.errors import OrderNotPayable
from vitrina.checkout.placing import place, used_promotions
from vitrina.checkout.rules import LONGEST_WAIT, may_expire, pays_until, pieces
from vitrina.checkout.settling import ON_ITS_WAY, close_cart, lock_cart, settle, settle_refund
from vitrina.core import clock
from vitrina.core.db import session
from vitrina.core.events import record
from vitrina.core.money import Money
from vitrina.inventory import actions as inventory
from vitrina.orders import actions as orders
from vitrina.orders import calling_off, queries, refunds
from vitrina.orders.events import PaymentFailed
from vitrina.orders.models import ORDER, Order, OrderState, OrderVerb
from vitrina.orders.rules import coupon_reference, cut
from vitrina.payments import actions as payments
from vitrina.payments import attempts, registry
from vitrina.payments import queries as payment_queries
from vitrina.payments.attempts import Payer
from vitrina.payments.errors import NotCapturable, PaymentOpen, UnknownProvider
from vitrina.payments.models import Payment, PaymentState, Refund
from vitrina.payments.provider import Outcome, ProviderInfo, Status
from vitrina.payments.queries import OPEN
from vitrina.promotions import actions as promotions

__all__ = [
    "awaited_by_hand",
    "capture",
    "expire",
    "may_pay",
    "place",
    "receive_payment",
    "refund",
    "release",
    "retry_payment",
    "settle",
    "settle_refund",
]


def retry_payment(
    order: Order, provider: str, *, token: str = "", client: str = "", by: str
) -> Payment:
    """Open another payment for what an order still waits for, and hold stock and coupons again.

    A payment that still asks the buyer to confirm is given up, and so is one that people would see
    come (a transfer); one whose money a provider may have is not. Raises OrderNotPayable,
    PaymentOpen, UnknownProvider, NotEnoughStock, CouponUsedUp, TooManyAttempts.
    """
    lock_cart(order.cart_id)
    order = queries.lock(order.id)
    info = registry.choose(provider).info
    if not info.takes(order.currency, order.country):
        raise UnknownProvider(field="provider", provider=provider[:40])
    due = order.outstanding - order.held
    if not may_pay(order):
        raise OrderNotPayable(number=order.number, state=str(order.state))
    tried = [payment_queries.lock(payment.id) for payment in order.attempts]
    if any(payment.is_on_its_way and not is_by_hand(payment) for payment in tried):
        raise PaymentOpen(number=order.number)
    payer = Payer(str(order.cart_id or ""), order.email, client, token, later=info.pay_later)
    attempts.check(payer)
    for payment in order.attempts:
        payments.abandon(payment, by=by, note="another way to pay")
    if order.paid_at is None:
        _hold_again(order, info, by=by)
    payment = payments.begin(info, due)
    order.payments.append(payment)
    if info.pay_later:
        close_cart(order)
    session.flush()
    attempts.note(payment.id, payer)
    return payment


def may_pay(order: Order) -> bool:
    """Whether an order waits for its money, or for the rest since it was changed.

    What was sent to be paid at the door is paid there.
    """
    if (order.outstanding - order.held).minor <= 0 or order.state is OrderState.CANCELLED:
        return False
    is_new = order.state is OrderState.AWAITING_PAYMENT and orders.may_cancel(order)
    return is_new or order.paid_at is not None


def _hold_again(order: Order, info: ProviderInfo, *, by: str) -> None:
    """Stock and coupons for another try of an order that was never paid."""
    until = pays_until(clock.now(), pay_later=info.pay_later, days=info.days)
    inventory.release(order.number, by=by)
    wanted = pieces((line.variant_id, line.quantity) for line in order.lines)
    expires_at = None if info.pay_later else until
    inventory.reserve(order.number, wanted, expires_at=expires_at, by=by)
    tries = len(order.attempts)
    for attempt in range(1, tries + 1):
        promotions.give_back(coupon_reference(order.number, attempt))
    reference = coupon_reference(order.number, tries + 1)
    promotions.redeem(used_promotions(order), reference, order.email)
    order.expires_at = until


def capture(order: Order, amount: Money | None = None, *, by: str) -> Payment:
    """Take the authorized money of an order, or a part of it; the worker asks the provider.

    Raises NotCapturable.
    """
    order = queries.lock(order.id)
    ready = [one for one in order.attempts if one.state is PaymentState.AUTHORIZED]
    if not ready:
        raise NotCapturable(wanted=amount.text if amount else "", authorized="0")
    payment = payment_queries.lock(ready[-1].id)
    due = min(payment.money, order.outstanding - order.held, key=lambda money: money.minor)
    payments.want_capture(payment, due if amount is None else amount, by=by)
    return payment


def release(order: Order, *, by: str) -> None:
    """Let the authorized money of an order go; its buyer has a day to pay another way.

    Raises NotCapturable when there is none, or staff are taking it already.
    """
    order = queries.lock(order.id)
    ready = [one for one in order.attempts if one.state is PaymentState.AUTHORIZED]
    if not ready or any(one.capturing is not None for one in ready):
        raise NotCapturable(wanted="", authorized="0")
    for payment in ready:
        payments.abandon(payment_queries.lock(payment.id), by=by, note="released")
    if order.state is OrderState.AWAITING_PAYMENT:
        order.expires_at = clock.now() + LONGEST_WAIT
        record(PaymentFailed(order_id=order.id, number=order.number, reason="released"))


def awaited_by_hand(order: Order) -> Payment | None:
    """The transfer, or the cash at the door, that can still bring money for an order.

    Also after its time, and after its buyer chose another way: what is too much then goes back.
    """
    if order.state is OrderState.CANCELLED:
        return None
    by_hand = [one for one in order.attempts if is_by_hand(one) and not one.captured]
    open_ones = [one for one in by_hand if one.state in OPEN]
    if open_ones:
        return open_ones[-1] if (order.outstanding - order.held).minor > 0 else None
    given_up = [one for one in by_hand if one.state is PaymentState.CANCELLED]
    if order.state is OrderState.EXPIRED and (order.outstanding - order.held).minor <= 0:
        return None
    return given_up[-1] if given_up else None


def receive_payment(order: Order, *, by: str) -> Payment:
    """Staff saw the money of a bank transfer, or the carrier brought it. Raises OrderNotPayable.

    For an order that has expired meanwhile it is late: it is sold if its stock is still there.
    """
    lock_cart(order.cart_id)
    order = queries.lock(order.id)
    payment = awaited_by_hand(order)
    if payment is None:
        raise OrderNotPayable(number=order.number, state=str(order.state))
    return settle(payment.id, Outcome(Status.CAPTURED, amount=payment.money), by=by)


def refund(
    order: Order,
    amount: Money | None = None,
    *,
    pieces_back: Mapping[int, int] | None = None,
    shipping: bool = False,
    reason: str,
    by: str,
    restock: Mapping[int, int] | None = None,
) -> list[Refund]:
    """Owe money back to the buyer, from the latest payment first.

    ``pieces_back``: pieces by order line, whose stored sums go back, with the delivery if
    ``shipping``; or a plain ``amount``; or both, when the amount is not what the lines make.
    ``restock``: pieces by order line that had left and come back onto the shelf. The other pieces
    are called off, as far as they have not left. To give everything back before anything has left
    is to cancel the order. The worker sends the refunds to the provider. Raises NotRefundable,
    NotReturnable, NotRestockable.
    """
    order = queries.lock(order.id)
    parts = refunds.parts_of(order, pieces_back or {}, shipping=shipping)
    total = order.money(sum(part.amount for part in parts)) if amount is None else amount
    nothing_left = total.minor and total == refunds.refundable(order)
    if nothing_left and not restock and orders.may_cancel(order):
        return orders.cancel(order, reason=reason, by=by)  # nothing had left: it is called off
    if amount is not None and sum(part.amount for part in parts) > amount.minor:
        parts, _rest = cut(parts, amount.minor)
    owed = refunds.owe(order, total, parts=parts, reason=reason, by=by)
    orders.restock(order, restock or {}, by=by)
    if order.paid_at is not None:
        back = restock or {}
        unsent = {line: count - back.get(line, 0) for line, count in (pieces_back or {}).items()}
        calling_off.call_off(order, unsent, by=by)
        calling_off.call_off_rest(order, by=by)
    return owed


def expire(order_id: int, *, by: str = "system") -> bool:
    """End an unpaid order whose time is over, after its provider was asked; true when it ended.

    While the provider says that the money is on its way, it waits some more.
    """
    order = queries.lock(order_id)
    now = clock.now()
    if not ORDER.can(order, OrderVerb.EXPIRE) or order.expires_at is None:
        return False
    if order.expires_at > now:
        return False
    on_its_way = [
        payment.created_at
        for payment in order.attempts
        if payment.state in ON_ITS_WAY and not is_by_hand(payment)
    ]
    if not may_expire(now, on_its_way=on_its_way):
        order.expires_at = pays_until(now, pay_later=False, days=None)
        return False
    if order.captured:  # a part of it came in: that goes back
        orders.cancel(order, reason="unpaid", by=by)
    else:
        orders.expire(order, by=by)
    return True
