"""Where cart, order, payment and stock move together, or not at all.

Providers are not called from here: that happens between two commits (``till.py``).
"""

import structlog

from vitrina.cart.keeping import mark_ordered
from vitrina.cart.models import Cart, CartState
from vitrina.checkout.errors import OrderNotPayable
from vitrina.checkout.placing import place, used_promotions
from vitrina.checkout.rules import may_expire, pays_until, pieces
from vitrina.core import clock
from vitrina.core.db import session
from vitrina.core.events import record
from vitrina.core.money import Money
from vitrina.inventory import actions as inventory
from vitrina.inventory.errors import NotEnoughStock
from vitrina.orders import actions as orders
from vitrina.orders import queries
from vitrina.orders.events import PaymentFailed, PaymentRefunded
from vitrina.orders.models import ORDER, Order, OrderState, OrderVerb
from vitrina.orders.rules import coupon_reference
from vitrina.payments import actions as payments
from vitrina.payments import queries as payment_queries
from vitrina.payments import registry
from vitrina.payments.errors import NotRefundable, PaymentOpen
from vitrina.payments.models import Payment, PaymentState, Refund
from vitrina.payments.provider import Outcome, Status
from vitrina.payments.queries import OPEN
from vitrina.payments.rules import Effect
from vitrina.promotions import actions as promotions
from vitrina.promotions.errors import CouponAlreadyUsed, CouponUsedUp

__all__ = [
    "expire",
    "place",
    "receive_payment",
    "refund",
    "retry_payment",
    "settle",
    "settle_refund",
]

log = structlog.get_logger("vitrina.checkout")
ON_ITS_WAY = (PaymentState.PENDING, PaymentState.AUTHORIZED)


def settle(payment_id: int, outcome: Outcome, *, by: str) -> Payment:
    """Bring a payment, its order and its stock to where the provider says the payment stands.

    The return page, webhooks and the poller all come through here; twice is the same as once.
    """
    order = queries.lock_by_payment(payment_id)
    payment = payment_queries.lock(payment_id)
    effect = payments.apply(payment, outcome, by=by)
    if effect is Effect.CAPTURED:
        _captured(order, payment, by=by)
    elif effect is Effect.ENDED:
        _ended(order, payment, by=by)
    elif effect is Effect.MISMATCH:
        log.error("checkout.wrong_amount", order=order.number, payment=payment.id)
        got = f"{outcome.amount.text} {outcome.amount.currency}" if outcome.amount else "?"
        if not any(note.text.startswith("wrong amount") for note in order.notes):
            orders.add_note(order, f"wrong amount: {payment.money.text} asked, {got}", by=by)
    return payment


def _captured(order: Order, payment: Payment, *, by: str) -> None:
    """Money is here: the order is sold, or the money goes back. There is no third way."""
    by_door = order.paid_at is None and order.state in (OrderState.SHIPPED, OrderState.DELIVERED)
    waits = order.state in (OrderState.AWAITING_PAYMENT, OrderState.EXPIRED)
    if by_door or (waits and _hold(order, by=by)):
        orders.mark_paid(order, by=by)
        _close_cart(order)
        return
    reason = "paid_twice" if order.paid_at else "paid_too_late"
    if order.state is OrderState.AWAITING_PAYMENT:
        orders.cancel(order, reason="sold_out", by=by)
    else:
        orders.refund(order, payment, payment.refundable, reason=reason, by=by)


def _hold(order: Order, *, by: str) -> bool:
    """Keep the order's stock for good; take it again when it was given back. False: it is gone."""
    if inventory.commit(order.number, by=by) or inventory.is_promised(order.number):
        return True
    wanted = pieces((line.variant_id, line.quantity) for line in order.lines)
    try:
        with session.begin_nested():
            inventory.reserve(order.number, wanted, expires_at=None, by=by)
    except NotEnoughStock:
        return False
    try:
        # The buyer has paid the price with the coupon, so a limit reached since is no reason.
        with session.begin_nested():
            promotions.redeem(used_promotions(order), f"{order.number}/late", order.email)
    except (CouponUsedUp, CouponAlreadyUsed):
        log.info("checkout.coupon_over_limit", order=order.number)
    return True


def _close_cart(order: Order) -> None:
    cart = session.get(Cart, order.cart_id) if order.cart_id is not None else None
    if cart is not None and cart.state is CartState.ACTIVE:
        mark_ordered(cart)


def _ended(order: Order, payment: Payment, *, by: str) -> None:
    """No money came of this attempt: others may have the stock, and the buyer may try again."""
    if order.state is not OrderState.AWAITING_PAYMENT:
        return
    attempts = [one.id for one in order.payments]
    if not any(one.state in OPEN for one in order.payments):
        inventory.release(order.number, by=by)
    promotions.give_back(coupon_reference(order.number, attempts.index(payment.id) + 1))
    record(PaymentFailed(order_id=order.id, number=order.number, reason=payment.failure))


def retry_payment(order: Order, provider: str, *, by: str) -> Payment:
    """Open another payment of an unpaid order, and hold its stock and coupons again.

    A payment that still asks the buyer to confirm is given up; one whose money may be on its way is
    not. Raises OrderNotPayable, PaymentOpen, UnknownProvider, NotEnoughStock, CouponUsedUp.
    """
    order = queries.lock(order.id)
    info = registry.get(provider).info
    if order.state is not OrderState.AWAITING_PAYMENT:
        raise OrderNotPayable(number=order.number, state=str(order.state))
    if any(payment.state in ON_ITS_WAY for payment in order.payments):
        raise PaymentOpen(number=order.number)
    for payment in order.payments:
        payments.abandon(payment, by=by, note="another way to pay")
    now = clock.now()
    until = pays_until(now, pay_later=info.pay_later, days=info.days)
    inventory.release(order.number, by=by)
    wanted = pieces((line.variant_id, line.quantity) for line in order.lines)
    expires_at = None if info.pay_later else until
    inventory.reserve(order.number, wanted, expires_at=expires_at, by=by)
    for attempt in range(1, len(order.payments) + 1):
        promotions.give_back(coupon_reference(order.number, attempt))
    reference = coupon_reference(order.number, len(order.payments) + 1)
    promotions.redeem(used_promotions(order), reference, order.email)
    order.expires_at = until
    payment = payments.begin(info.code, order.total_money)
    order.payments.append(payment)
    if info.pay_later:
        _close_cart(order)
    session.flush()
    return payment


def receive_payment(order: Order, *, by: str) -> Payment:
    """Staff saw the money of a bank transfer, or the carrier brought it. Raises OrderNotPayable."""
    open_ones = [
        payment
        for payment in order.payments
        if payment.state in OPEN and registry.get(payment.provider).info.pay_later
    ]
    if not open_ones:
        raise OrderNotPayable(number=order.number, state=str(order.state))
    payment = open_ones[-1]
    return settle(payment.id, Outcome(Status.CAPTURED, amount=payment.money), by=by)


def refund(
    order: Order, amount: Money, *, reason: str, by: str, restock: dict[int, int] | None = None
) -> list[Refund]:
    """Owe ``amount`` back to the buyer, from the latest payment first.

    ``restock``: pieces by order line that come back onto the shelf (of lines that have left).
    The worker sends the refunds to the provider. Raises NotRefundable.
    """
    order = queries.lock(order.id)
    refunds, left = [], amount
    for payment in reversed(order.payments):
        if not left:
            break
        part = min(left, payment.refundable, key=lambda money: money.minor)
        if part.minor > 0:
            refunds.append(orders.refund(order, payment, part, reason=reason, by=by))
            left = left - part
    if left.minor != 0 or not refunds:
        raise NotRefundable(wanted=amount.text, refundable=(amount - left).text)
    for line in order.lines:
        if restock and line.variant_id and (quantity := restock.get(line.id)):
            inventory.restock(line.variant_id, quantity, order.number, by=by)
    return refunds


def settle_refund(refund_id: int, outcome: Outcome, *, by: str) -> Refund:
    """Note what the provider said to a refund; twice is the same as once."""
    refund = payment_queries.refund_by_id(refund_id)
    order = queries.lock_by_payment(refund.payment_id)
    if payments.settle_refund(refund, outcome, by=by):
        record(PaymentRefunded(order_id=order.id, number=order.number, refund_id=refund.id))
    return refund


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
    on_its_way = any(
        payment.state in ON_ITS_WAY and not registry.get(payment.provider).info.pay_later
        for payment in order.payments
    )
    if not may_expire(order.created_at, now, money_on_its_way=on_its_way):
        order.expires_at = pays_until(now, pay_later=False, days=None)
        return False
    orders.expire(order, by=by)
    return True
