"""What becomes of an order when its payment moves: sold, kept waiting, or the money goes back."""

import sqlalchemy as sa
import structlog

from vitrina.cart.keeping import mark_ordered
from vitrina.cart.models import Cart, CartState
from vitrina.checkout.placing import used_promotions
from vitrina.checkout.rules import AUTHORIZED_TIME, pieces
from vitrina.core import clock
from vitrina.core.db import session
from vitrina.core.events import record
from vitrina.inventory import actions as inventory
from vitrina.inventory.errors import NotEnoughStock
from vitrina.orders import actions as orders
from vitrina.orders import calling_off, downloads, queries, refunds
from vitrina.orders.events import (
    OrderAuthorized,
    PaymentDisputed,
    PaymentFailed,
    PaymentRefunded,
    RestPaid,
)
from vitrina.orders.models import Order, OrderState
from vitrina.orders.rules import coupon_reference, coupon_references, late_reference
from vitrina.payments import actions as payments
from vitrina.payments import customers
from vitrina.payments import queries as payment_queries
from vitrina.payments import refunds as returning
from vitrina.payments.credit import queries as credit
from vitrina.payments.credit.errors import NotEnoughCredit
from vitrina.payments.errors import NotRefundable
from vitrina.payments.models import Payment, PaymentState, Refund, RefundState
from vitrina.payments.provider import CUSTOMER_MISSING, Outcome, RefundFact, Status
from vitrina.payments.queries import OPEN
from vitrina.payments.rules import Effect
from vitrina.promotions import actions as promotions
from vitrina.promotions.errors import CouponAlreadyUsed, CouponUsedUp

log = structlog.get_logger("vitrina.checkout")
ON_ITS_WAY = (PaymentState.PENDING, PaymentState.AUTHORIZED)


def settle(payment_id: int, outcome: Outcome, *, by: str) -> Payment:
    """Bring a payment, its order and its stock to where the provider says the payment stands.

    The return page, webhooks and the poller all come through here; twice is the same as once.
    """
    lock_cart(queries.cart_of_payment(payment_id))
    order = queries.lock_by_payment(payment_id)
    payment = payment_queries.lock(payment_id)
    effect = payments.apply(payment, outcome, by=by)
    if effect is Effect.CAPTURED:
        _captured(order, payment, by=by)
    elif effect is Effect.AUTHORIZED:
        _authorized(order, payment, by=by)
    elif effect is Effect.ENDED:
        _ended(order, payment, by=by)
    if payment.problem in ("wrong_amount", "wrong_currency"):
        _note_wrong_amount(order, payment, outcome, by)
    adopt(order, payment, outcome, by=by)
    if order.user_id is not None:
        _know_customer(order.user_id, payment, outcome)
    return payment


def _know_customer(user_id: int, payment: Payment, outcome: Outcome) -> None:
    """Keep the provider's name for a customer who wanted their card kept, while it knows them."""
    said = payment.ask or {}
    if outcome.customer and said.get("save"):
        customers.remember(payment.provider, user_id, outcome.customer)
    elif outcome.reason == CUSTOMER_MISSING:
        customers.forget(payment.provider, user_id, str(said.get("customer", "")))


def lock_cart(cart_id: int | None) -> None:
    """Lock a cart before its order, as whoever places an order does (docs/locking.md)."""
    if cart_id is not None:
        session.execute(sa.select(Cart.id).where(Cart.id == cart_id).with_for_update())


def _note_wrong_amount(order: Order, payment: Payment, outcome: Outcome, by: str) -> None:
    log.error("checkout.wrong_amount", order=order.number, payment=payment.id)
    got = f"{outcome.amount.text} {outcome.amount.currency}" if outcome.amount else "?"
    if not any(note.text.startswith("wrong amount") for note in order.notes):
        orders.add_note(order, f"wrong amount: {payment.money.text} asked, {got}", by=by)


def _captured(order: Order, payment: Payment, *, by: str) -> None:
    """Money is here: the order is sold, or waits for the rest, or the money goes back."""
    if order.state is OrderState.CANCELLED:
        _came_too_late(order, payment, by=by)
    elif order.paid_at is not None:
        was_due = order.outstanding.minor + payment.captured > 0
        _give_back_surplus(order, payment, reason="paid_twice", by=by)
        if was_due and order.outstanding.minor <= 0:
            record(RestPaid(order_id=order.id, number=order.number, payment_id=payment.id))
    elif not _is_covered(order, by=by):
        if order.state is OrderState.EXPIRED:
            _came_too_late(order, payment, by=by)
    elif order.state in (OrderState.SHIPPED, OrderState.DELIVERED) or _hold(order, by=by):
        orders.mark_paid(order, by=by)
        close_cart(order)
        if order.outstanding.minor < 0:
            _give_back_surplus(order, payment, reason="paid_too_much", by=by)
    elif order.state is OrderState.AWAITING_PAYMENT:
        orders.cancel(order, reason="sold_out", by=by)
    else:
        _came_too_late(order, payment, by=by)


def _came_too_late(order: Order, payment: Payment, *, by: str) -> None:
    """The order cannot be sold any more: its money goes back, and gift cards are free."""
    for held in order.credits:
        payments.abandon(held, by=by, note="paid_too_late")
    refunds.give_back(order, payment, payment.refundable, reason="paid_too_late", by=by)


def _is_covered(order: Order, *, by: str) -> bool:
    """Whether what came in and what gift cards hold is the whole sum.

    An order that expired gave its gift cards free; they are held again if they still have it.
    """
    session.expire(order, ["payments"])
    if order.state is OrderState.EXPIRED:
        # Each once, though it may have been held and given free for late money before.
        freed = {one.account_id: one.money for one in order.credits}
        if freed:
            inventory.lock(line.variant_id for line in order.lines if line.variant_id)
        for account_id, amount in freed.items():
            account = credit.by_id(account_id or 0)
            try:
                order.payments.append(payments.hold_credit(account, amount, by=by))
            except NotEnoughCredit:
                log.info("checkout.credit_is_gone", order=order.number)
        session.flush()
    return (order.outstanding - order.held).minor <= 0


def _give_back_surplus(order: Order, payment: Payment, *, reason: str, by: str) -> None:
    """Money for an order that is paid: what was not owed goes back."""
    session.expire(order, ["payments"])
    surplus = min(payment.refundable, -order.outstanding, key=lambda money: money.minor)
    if surplus.minor > 0:
        refunds.give_back(order, payment, surplus, reason=reason, by=by)


def _authorized(order: Order, payment: Payment, *, by: str) -> None:
    """The bank holds the money until staff take it: the order is accepted, its stock is kept."""
    if order.state is not OrderState.AWAITING_PAYMENT or not _hold(order, by=by):
        payments.abandon(payment, by=by, note="too_late")
        return
    order.expires_at = clock.now() + AUTHORIZED_TIME
    close_cart(order)
    record(OrderAuthorized(order_id=order.id, number=order.number))


def adopt(order: Order, payment: Payment, outcome: Outcome, *, by: str) -> None:
    """Take over what happened at the provider's own desk: refunds, and banks taking money back."""
    for fact in outcome.refunds:
        known = returning.find_known(payment, fact)
        if known is None and fact.status in (Status.REFUNDED, Status.PENDING):
            known = _adopted(order, payment, fact, by)
        if known is None:
            continue
        if known.state is RefundState.SUCCEEDED and fact.status is Status.FAILED:
            returning.undo_refund(payment, known, by=by)
        else:
            settle_refund(known.id, Outcome(fact.status, ref=fact.ref), by=by)
    calling_off.call_off_rest(order, by=by)
    for dispute in outcome.disputes:
        if returning.take_dispute(payment, dispute, by=by):
            record(PaymentDisputed(order_id=order.id, number=order.number, state=dispute.state))


def _adopted(order: Order, payment: Payment, fact: RefundFact, by: str) -> Refund | None:
    try:
        refund = refunds.adopt(order, payment, fact.amount, by=by)
    except NotRefundable:
        payment.problem = "unknown_refund"
        log.error("checkout.unknown_refund", order=order.number, refund=fact.ref)
        return None
    refund.provider_ref = fact.ref
    session.flush()
    return refund


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
    _use_coupons_again(order)
    return True


def _use_coupons_again(order: Order) -> None:
    """Count the coupons of an order that gave them back when it seemed that no money would come."""
    promotion_ids = used_promotions(order)
    if promotions.is_used(promotion_ids, coupon_references(order.number, len(order.attempts))):
        return
    try:
        # The buyer has paid the price with the coupon, so a limit reached since is no reason.
        with session.begin_nested():
            promotions.redeem(promotion_ids, late_reference(order.number), order.email)
    except (CouponUsedUp, CouponAlreadyUsed):
        log.info("checkout.coupon_over_limit", order=order.number)


def close_cart(order: Order) -> None:
    """The cart of an accepted order is empty from now on."""
    cart = session.get(Cart, order.cart_id) if order.cart_id is not None else None
    if cart is not None and cart.state is CartState.ACTIVE:
        mark_ordered(cart)


def _ended(order: Order, payment: Payment, *, by: str) -> None:
    """No money came of this attempt: others may have the stock, and the buyer may try again."""
    if order.state is not OrderState.AWAITING_PAYMENT:
        return
    attempts = [one.id for one in order.attempts]
    if not any(one.state in OPEN for one in order.attempts):
        inventory.release(order.number, by=by)
    promotions.give_back(coupon_reference(order.number, attempts.index(payment.id) + 1))
    record(PaymentFailed(order_id=order.id, number=order.number, reason=payment.failure))


def settle_refund(refund_id: int, outcome: Outcome, *, by: str) -> Refund:
    """Note what the provider said to a refund; twice is the same as once."""
    refund = payment_queries.refund_by_id(refund_id)
    order = queries.lock_by_payment(refund.payment_id)
    if returning.settle_refund(refund, outcome, user_id=order.user_id, by=by):
        downloads.revoke(refunds.lines_taken_back(order, refund))
        record(PaymentRefunded(order_id=order.id, number=order.number, refund_id=refund.id))
    return refund
