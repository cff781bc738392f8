"""From a cart to a paid order: stock, coupons, payment and cart move together, or not at all."""

import pytest

from tests import make
from tests.browser import counting
from tests.checkout.buying import cart_state, faults, left, news
from tests.conftest import Shop
from vitrina.cart.actions import enter_code
from vitrina.cart.errors import EmptyCart
from vitrina.cart.models import Cart, CartState
from vitrina.cart.queries import contents
from vitrina.catalog.actions.variants import set_price
from vitrina.checkout import actions, till
from vitrina.checkout.errors import (
    AddressMissing,
    CartOrdered,
    EmailMissing,
    OrderNotPayable,
    QuoteChanged,
)
from vitrina.checkout.rules import Checkout
from vitrina.core.db import committing, session
from vitrina.core.ids import new_token
from vitrina.core.money import Money
from vitrina.inventory.errors import NotEnoughStock
from vitrina.orders import actions as order_actions
from vitrina.orders import queries
from vitrina.orders.errors import CannotCancel
from vitrina.orders.models import Order, OrderState
from vitrina.payments.errors import NotRefundable, UnknownProvider
from vitrina.payments.models import PaymentState
from vitrina.promotions.errors import CouponUsedUp
from vitrina.promotions.models import Promotion

pytestmark = pytest.mark.usefixtures("shop")


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


def test_an_order_costs_few_statements() -> None:
    mugs = [make.variant(stock=5) for _ in range(3)]
    make.tax()
    make.delivery()
    cart = make.cart([(mug, 1) for mug in mugs])
    with counting() as count:
        order = place(cart)
        pay(order)
    assert count[0] <= 54, count[0]
