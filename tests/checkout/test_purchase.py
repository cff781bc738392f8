"""From a cart to a paid order: stock, coupons, payment and cart move together, or not at all."""

import pytest
import sqlalchemy as sa

from tests import make
from tests.browser import counting
from tests.conftest import Shop
from vitrina.cart.actions import enter_code
from vitrina.cart.errors import EmptyCart
from vitrina.cart.models import Cart, CartState
from vitrina.cart.queries import contents
from vitrina.catalog.actions.variants import set_price
from vitrina.catalog.queries import variant
from vitrina.checkout import actions, till
from vitrina.checkout.errors import (
    AddressMissing,
    CartOrdered,
    EmailMissing,
    OrderNotPayable,
    QuoteChanged,
)
from vitrina.checkout.rules import Checkout
from vitrina.checkout.tasks import deliver_sandbox_webhooks, expire_unpaid, poll_payments
from vitrina.core import clock
from vitrina.core.db import committing, session
from vitrina.core.events import OutboxEvent
from vitrina.core.ids import new_token
from vitrina.core.money import Money
from vitrina.inventory import actions as inventory
from vitrina.inventory.errors import NotEnoughStock
from vitrina.inventory.queries import availability
from vitrina.inventory.queries import find_discrepancies as stock_faults
from vitrina.orders import actions as order_actions
from vitrina.orders import queries
from vitrina.orders.audits import find_discrepancies as order_faults
from vitrina.orders.errors import CannotCancel
from vitrina.orders.models import Order, OrderState
from vitrina.payments import registry
from vitrina.payments.errors import NotRefundable, PaymentOpen, UnknownProvider
from vitrina.payments.models import PaymentState
from vitrina.payments.provider import Outcome, Status
from vitrina.payments.queries import find_discrepancies as payment_faults
from vitrina.promotions.errors import CouponUsedUp
from vitrina.promotions.models import Promotion

pytestmark = pytest.mark.usefixtures("shop")


def left(variant_id: int) -> int:
    session.rollback()
    return availability([variant_id])[variant_id].available


def news(order: Order) -> list[str]:
    rows = session.execute(sa.select(OutboxEvent.name, OutboxEvent.payload).order_by("id"))
    return [name for name, payload in rows if payload.get("number") == order.number]


def faults() -> list[str]:
    session.rollback()
    return [*stock_faults(), *payment_faults(), *order_faults()]


def ask(**changes: object) -> Checkout:
    values = {"email": "ana@example.com", "provider": "sandbox", "shipping_address": make.address()}
    return Checkout(**{**values, **changes})  # type: ignore[arg-type]


def place(cart: Cart, wanted: Checkout | None = None, key: str | None = None) -> Order:
    with committing():
        return actions.place(
            cart, wanted or ask(), key=key or new_token(), user_id=None, locale="en"
        )


def pay(order: Order, token: str = "tok_success") -> till.PayResult:
    return till.pay(order.payments[-1].id, token=token, return_url="http://localhost/back")


def cart_state(order: Order) -> CartState:
    session.rollback()
    return session.get_one(Cart, order.cart_id).state


def test_a_paid_order_has_sold_what_was_in_the_cart() -> None:
    mug = make.variant(stock=5, price="19.90")
    order = make.paid_order([(mug, 2)])
    assert order.state is OrderState.PAID
    assert (order.subtotal, order.shipping, order.total) == (3980, 500, 4480)
    assert order.payment_status == "paid"
    assert order.captured == Money(4480, "EUR")
    assert left(mug.id) == 3
    assert cart_state(order) is CartState.ORDERED
    assert news(order) == ["OrderPlaced", "OrderPaid"]
    assert [t.verb for t in order.transitions] == ["pay"]
    assert order.lines[0].sku == mug.sku
    assert faults() == []


def test_the_same_key_is_one_order_and_one_charge() -> None:
    mug = make.variant(stock=5)
    make.delivery()
    cart, key = make.cart([(mug, 1)]), new_token()
    first, second = place(cart, key=key), place(cart, key=key)
    assert first.id == second.id
    assert pay(first) == pay(second)
    assert place(cart, key=key).id == first.id
    assert len(queries.by_id(first.id).payments) == 1
    assert left(mug.id) == 4
    assert faults() == []


def test_a_cart_is_bought_once() -> None:
    order = make.paid_order()
    cart = session.get_one(Cart, order.cart_id)
    with pytest.raises(CartOrdered):
        place(cart)


def test_a_declined_card_frees_the_stock_and_keeps_the_cart() -> None:
    mug = make.variant(stock=2)
    order = make.order([(mug, 2)], token="tok_decline")
    assert order.state is OrderState.AWAITING_PAYMENT
    assert order.payment_status == "failed"
    assert order.payments[0].failure == "card_declined"
    assert left(mug.id) == 2
    assert cart_state(order) is CartState.ACTIVE
    assert news(order) == ["OrderPlaced", "PaymentFailed"]
    again = make.order(of=session.get_one(Cart, order.cart_id))
    assert again.state is OrderState.PAID
    assert queries.by_id(order.id).state is OrderState.CANCELLED
    assert "OrderCancelled" not in news(order)
    assert left(mug.id) == 0
    assert faults() == []


def test_a_declined_order_can_be_paid_again_where_it_is() -> None:
    mug = make.variant(stock=2)
    order = make.order([(mug, 2)], token="tok_decline")
    with committing():
        payment = actions.retry_payment(order, "sandbox", by="guest")
    assert left(mug.id) == 0
    assert till.pay(payment.id, token="tok_success", return_url="/").state is PaymentState.CAPTURED
    order = queries.by_id(order.id)
    assert (order.state, order.payment_status) == (OrderState.PAID, "paid")
    assert cart_state(order) is CartState.ORDERED
    with pytest.raises(OrderNotPayable), committing():
        actions.retry_payment(order, "sandbox", by="guest")
    assert faults() == []


def test_paying_again_needs_the_stock_again() -> None:
    mug = make.variant(stock=2)
    order = make.order([(mug, 2)], token="tok_decline")
    make.paid_order([(mug, 1)])
    with pytest.raises(NotEnoughStock), committing():
        actions.retry_payment(order, "sandbox", by="guest")


def test_what_was_confirmed_is_what_is_charged() -> None:
    mug = make.variant(stock=5, price="19.90")
    make.delivery()
    cart = make.cart([(mug, 1)])
    seen = contents(cart, locale="en", destination=None, email="ana@example.com").quote
    with committing():
        set_price(mug, 2090, None, by="staff:1")
    with pytest.raises(QuoteChanged) as changed:
        place(cart, ask(confirmed=seen.fingerprint))
    assert changed.value.facts["total"] == "25.90"
    assert left(mug.id) == 5
    assert place(cart, ask(confirmed=changed.value.facts["fingerprint"])).total == 2590


def test_a_checkout_needs_an_e_mail_an_address_and_something_to_buy() -> None:
    make.delivery()
    cart = make.cart([(make.variant(), 1)])
    for email in ("", "ana", "ana@example", "ana@exa mple.com", "a" * 250 + "@b.pt", "a\n@b.pt"):
        with pytest.raises(EmailMissing):
            place(cart, ask(email=email))
    with pytest.raises(AddressMissing):
        place(cart, ask(shipping_address=None))
    with pytest.raises(UnknownProvider):
        place(cart, ask(provider="gold"))
    with pytest.raises(EmptyCart):
        place(make.cart())


def test_what_is_gone_by_now_is_said_by_name() -> None:
    mug = make.variant(stock=2)
    make.delivery()
    cart = make.cart([(mug, 2)])
    make.paid_order([(mug, 1)])
    with pytest.raises(NotEnoughStock) as refused:
        place(cart)
    assert refused.value.facts["lines"] == [
        {"variant_id": mug.id, "sku": mug.sku, "wanted": 2, "available": 1}
    ]


def test_three_d_secure_waits_for_the_buyer(shop: Shop) -> None:
    mug = make.variant(stock=2)
    order = make.order([(mug, 1)], token="tok_3ds")
    payment = order.payments[0]
    assert order.payment_status == "requires_action"
    assert payment.next_action == {
        "type": "redirect",
        "url": f"/sandbox/3ds/{payment.provider_ref}",
    }
    assert left(mug.id) == 1
    registry.get("sandbox").bank.authenticate(payment.provider_ref, approved=True)  # type: ignore[attr-defined]
    assert till.look(payment.id).state is PaymentState.CAPTURED
    assert till.look(payment.id).state is PaymentState.CAPTURED
    assert queries.by_id(order.id).state is OrderState.PAID
    assert faults() == []


def test_delayed_money_completes_the_order_by_webhook(shop: Shop) -> None:
    order = make.order(token="tok_delay")
    assert order.payment_status == "pending"
    with pytest.raises(PaymentOpen), committing():
        actions.retry_payment(order, "sandbox", by="guest")
    with clock.later(seconds=10):
        deliver_sandbox_webhooks()
        deliver_sandbox_webhooks()
        shop.work()
    order = queries.by_id(order.id)
    assert order.state is OrderState.PAID
    assert news(order).count("OrderPaid") == 1
    assert faults() == []


def test_a_lost_answer_is_never_guessed_and_settled_by_asking() -> None:
    order = make.order(token="tok_timeout")
    assert order.state is OrderState.AWAITING_PAYMENT
    assert order.payment_status == "pending"
    with clock.later(minutes=1):
        poll_payments()
    assert queries.by_id(order.id).state is OrderState.PAID
    assert faults() == []


def test_an_unpaid_order_ends_after_its_provider_was_asked() -> None:
    mug = make.variant(stock=2)
    order = make.order([(mug, 2)], token="tok_3ds")
    with clock.later(minutes=10):
        expire_unpaid()
    assert left(mug.id) == 0
    with clock.later(minutes=16):
        expire_unpaid()
    order = queries.by_id(order.id)
    assert order.state is OrderState.EXPIRED
    assert order.payments[0].state is PaymentState.CANCELLED
    assert left(mug.id) == 2
    assert news(order) == ["OrderPlaced", "OrderExpired"]


def test_an_order_that_was_paid_unnoticed_is_not_ended() -> None:
    order = make.order(token="tok_timeout")
    with clock.later(minutes=16):
        expire_unpaid()
    assert queries.by_id(order.id).state is OrderState.PAID


def late_money(order: Order) -> Order:
    payment = order.payments[0]
    with committing():
        actions.settle(
            payment.id, Outcome(Status.CAPTURED, amount=payment.money), by="provider:sandbox"
        )
    return queries.by_id(order.id)


def expired(mug_stock: int = 2) -> tuple[Order, int]:
    mug = make.variant(stock=mug_stock)
    order = make.order([(mug, 2)], token="tok_3ds")
    with clock.later(minutes=16):
        expire_unpaid()
    return order, mug.id


def test_late_money_revives_an_order_while_there_is_stock() -> None:
    order, mug = expired()
    order = late_money(order)
    assert order.state is OrderState.PAID
    assert left(mug) == 0
    assert faults() == []


def test_late_money_goes_back_when_the_stock_is_gone(shop: Shop) -> None:
    order, mug = expired()
    make.paid_order([(variant(mug), 1)])
    order = late_money(order)
    assert order.state is OrderState.EXPIRED
    assert order.payments[0].refunding == order.total
    assert "RefundAsked" in news(order)
    assert faults() == []


def test_money_that_comes_after_a_cancellation_goes_back() -> None:
    order = make.order(token="tok_3ds")
    with committing():
        order_actions.cancel(order, reason="changed mind", by="guest")
    order = late_money(order)
    assert order.state is OrderState.CANCELLED
    assert order.payments[0].refunding == order.total


def test_paying_twice_gives_the_second_one_back() -> None:
    order = make.order(token="tok_3ds")
    with committing():
        payment = actions.retry_payment(order, "sandbox", by="guest")
    till.pay(payment.id, token="tok_success", return_url="/")
    order = late_money(order)
    assert order.state is OrderState.PAID
    assert [p.refunding for p in order.payments] == [order.total, 0]


def test_money_in_another_currency_is_not_taken_for_the_money() -> None:
    order = make.order(token="tok_3ds")
    payment = order.payments[0]
    for wrong in (Money(payment.amount, "RUB"), None):
        with committing():
            actions.settle(payment.id, Outcome(Status.CAPTURED, amount=wrong), by="provider:x")
    order = queries.by_id(order.id)
    assert order.state is OrderState.AWAITING_PAYMENT
    assert len(order.notes) == 1
    assert order.captured == Money(0, "EUR")
    assert any("wrong currency" in fault for fault in faults())


def test_too_little_money_pays_no_order_and_goes_back_when_the_rest_never_comes(
    shop: Shop,
) -> None:
    order = make.order(token="tok_3ds")
    payment = order.payments[0]
    with committing():
        actions.settle(
            payment.id, Outcome(Status.CAPTURED, amount=Money(1, "EUR")), by="provider:x"
        )
    order = queries.by_id(order.id)
    assert order.state is OrderState.AWAITING_PAYMENT
    assert (order.captured.minor, order.outstanding.minor) == (1, order.total - 1)
    assert order.payments[0].problem == "wrong_amount"
    with clock.later(minutes=20), committing():
        assert actions.expire(order.id)
    order = queries.by_id(order.id)
    assert order.state is OrderState.CANCELLED
    assert [(one.amount, one.of_sale) for one in order.payments[0].refunds] == [(1, False)]


def test_too_much_money_pays_the_order_and_the_surplus_goes_back() -> None:
    order = make.order(token="tok_3ds")
    payment = order.payments[0]
    much = Money(payment.amount + 500, "EUR")
    with committing():
        actions.settle(payment.id, Outcome(Status.CAPTURED, amount=much), by="provider:x")
    order = queries.by_id(order.id)
    assert (order.state, order.payment_status) == (OrderState.PAID, "paid")
    assert [(one.amount, one.of_sale) for one in order.payments[0].refunds] == [(500, False)]
    assert faults() == []


def test_refunds_are_sent_by_the_worker_and_never_more_than_came(shop: Shop) -> None:
    order = make.paid_order()
    with committing():
        actions.refund(order, Money(1000, "EUR"), reason="scratched", by="staff:1")
    shop.work()
    order = queries.by_id(order.id)
    assert order.payment_status == "partially_refunded"
    assert order.refunded == Money(1000, "EUR")
    for amount in (order.total, order.total - 999, 0, -5):
        with pytest.raises(NotRefundable), committing():
            actions.refund(order, Money(amount, "EUR"), reason="", by="staff:1")
    with pytest.raises(NotRefundable), committing():
        actions.refund(order, Money(5, "RUB"), reason="", by="staff:1")
    with committing():
        actions.refund(order, Money(order.total - 1000, "EUR"), reason="", by="staff:1")
    shop.work()
    assert queries.by_id(order.id).payment_status == "refunded"
    assert news(order).count("PaymentRefunded") == 2
    assert faults() == []


def test_cancelling_gives_stock_and_money_back(shop: Shop) -> None:
    mug = make.variant(stock=5)
    order = make.paid_order([(mug, 2)])
    with committing():
        order_actions.cancel(order, reason="changed mind", by="guest")
    shop.work()
    order = queries.by_id(order.id)
    assert (order.state, order.payment_status) == (OrderState.CANCELLED, "refunded")
    assert left(mug.id) == 5
    told = [name for name in news(order)[2:] if name != "DocumentIssued"]
    assert told == ["RefundAsked", "OrderCancelled", "PaymentRefunded"]
    with pytest.raises(CannotCancel), committing():
        order_actions.cancel(order, reason="again", by="guest")
    assert faults() == []


def test_a_one_use_coupon_comes_back_with_a_declined_card_and_stays_used_when_paid() -> None:
    promotion = make.promotion(code="ONCE", usage_limit=1)
    mug = make.variant(stock=9, price="10.00")
    make.delivery("0.00")

    def cart_with_code() -> Cart:
        from vitrina.cart.actions import enter_code

        cart = make.cart([(mug, 1)])
        with committing():
            enter_code(cart, "once")
        return cart

    def used() -> int:
        session.rollback()
        return session.get_one(Promotion, promotion.id).used

    first, second = cart_with_code(), cart_with_code()
    declined = make.order(of=first, token="tok_decline")
    assert (declined.total, used()) == (900, 0)
    with committing():
        payment = actions.retry_payment(declined, "sandbox", by="guest")
    assert used() == 1
    till.pay(payment.id, token="tok_success", return_url="/")
    assert used() == 1
    other = make.order(of=second, email="rui@example.com")
    assert other.total == 1000


def test_a_coupon_that_somebody_else_used_up_meanwhile_is_refused() -> None:
    make.promotion(code="ONCE", usage_limit=1)
    mug = make.variant(stock=9, price="10.00")
    make.delivery("0.00")
    cart = make.cart([(mug, 1)])
    with committing():
        enter_code(cart, "once")
    declined = make.order(of=cart, token="tok_decline")
    other = make.cart([(mug, 1)])
    with committing():
        enter_code(other, "once")
    make.paid_order(of=other, email="rui@example.com")
    with pytest.raises(CouponUsedUp), committing():
        actions.retry_payment(declined, "sandbox", by="guest")


def test_nothing_to_pay_is_paid_at_once() -> None:
    mug = make.variant(stock=5, price="0.00")
    make.delivery("0.00")
    order = make.order([(mug, 1)])
    assert order.state is OrderState.PAID
    assert (order.payments, order.payment_status) == ([], "paid")
    assert cart_state(order) is CartState.ORDERED
    assert faults() == []


def test_a_bank_transfer_is_accepted_now_and_paid_when_staff_see_it() -> None:
    mug = make.variant(stock=5)
    order = make.order([(mug, 2)], provider="manual")
    assert order.state is OrderState.AWAITING_PAYMENT
    assert cart_state(order) is CartState.ORDERED
    with clock.later(hours=3), committing():
        inventory.release_expired()
    assert left(mug.id) == 3
    with committing():
        actions.receive_payment(order, by="staff:1")
    assert queries.by_id(order.id).state is OrderState.PAID
    with pytest.raises(OrderNotPayable), committing():
        actions.receive_payment(order, by="staff:1")
    assert faults() == []


def test_a_bank_transfer_that_never_comes_ends_after_a_week() -> None:
    mug = make.variant(stock=5)
    order = make.order([(mug, 2)], provider="manual")
    with clock.later(days=8):
        expire_unpaid()
    assert queries.by_id(order.id).state is OrderState.EXPIRED
    assert left(mug.id) == 5


def test_a_transfer_that_comes_late_pays_the_order_while_there_is_stock(shop: Shop) -> None:
    mug = make.variant(stock=2)
    order = make.order([(mug, 2)], provider="manual")
    with clock.later(days=8):
        expire_unpaid()
    assert left(mug.id) == 2
    with committing():
        actions.receive_payment(queries.by_id(order.id), by="staff:1")
    assert queries.by_id(order.id).state is OrderState.PAID
    assert left(mug.id) == 0
    with pytest.raises(OrderNotPayable), committing():
        actions.receive_payment(queries.by_id(order.id), by="staff:1")
    shop.work()
    assert faults() == []


def test_a_transfer_that_comes_too_late_goes_back(shop: Shop) -> None:
    mug = make.variant(stock=2)
    order = make.order([(mug, 2)], provider="manual")
    with clock.later(days=8):
        expire_unpaid()
        make.paid_order([(variant(mug.id), 1)])
    with committing():
        actions.receive_payment(queries.by_id(order.id), by="staff:1")
    shop.work()
    order = queries.by_id(order.id)
    assert (order.state, order.payment_status) == (OrderState.EXPIRED, "refunded")
    assert faults() == []


def test_money_that_was_sent_off_late_has_a_day_as_well() -> None:
    order = make.authorized_order()
    with committing():
        actions.release(order, by="staff:1")
    with clock.later(hours=23):
        with committing():
            again = actions.retry_payment(queries.by_id(order.id), "sandbox", by="guest").id
        till.pay(again, token="tok_delay", return_url="/")
    with clock.later(hours=24), committing():
        assert not actions.expire(order.id)
    with clock.later(hours=48), committing():
        assert actions.expire(order.id)


def test_an_order_costs_few_statements() -> None:
    mugs = [make.variant(stock=5) for _ in range(3)]
    make.tax()
    make.delivery()
    cart = make.cart([(mug, 1) for mug in mugs])
    with counting() as count:
        order = place(cart)
        pay(order)
    assert count[0] <= 54, count[0]
