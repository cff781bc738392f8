"""Money that comes back to a gift card which is over can be spent all the same."""

from datetime import timedelta

from tests import make
from tests.conftest import Shop
from tests.payments.test_credit import all_is_well, balance, buy, card
from vitrina.cart import credits as cart_credits
from vitrina.core import audit, clock
from vitrina.core.db import committing, session
from vitrina.core.money import Money
from vitrina.orders import actions as orders
from vitrina.orders import queries
from vitrina.orders.models import Order, OrderState
from vitrina.payments.credit import actions as credit
from vitrina.payments.credit import queries as credits


def cancel(order_id: int, shop: Shop) -> None:
    with committing():
        orders.cancel(queries.lock(order_id), reason="changed mind", by="guest")
    shop.work()


def void(account_id: int) -> None:
    with committing():
        credit.void(credits.by_id(account_id), by="staff:1")


def can_spend(code: str, amount: int) -> bool:
    session.rollback()
    return credits.by_code(code, "EUR").balance == amount


def bought_by_customer(code: str) -> Order:
    ana = make.user()
    cart = make.cart([(make.variant(price="19.90"), 2)], user=ana)
    with committing():
        cart_credits.use_gift_card(cart, code)
    return make.order(of=cart, user=ana)


def test_an_expired_card_is_good_again_for_a_year(shop: Shop) -> None:
    with committing():
        expires_at = clock.now() + timedelta(days=2)
        _, code = credit.issue_gift_card(Money(3000, "EUR"), expires_at=expires_at, by="staff:1")
    order_id = buy(code).id
    with clock.later(days=3):
        cancel(order_id, shop)
        assert can_spend(code, 3000)
        all_is_well(shop)
    with clock.later(days=360):
        assert can_spend(code, 3000)
        assert buy(code).payments[0].provider == "gift_card"


def test_what_a_void_card_paid_becomes_the_customers_store_credit(shop: Shop) -> None:
    account_id, code = card(3000)
    order_id = bought_by_customer(code).id
    void(account_id)
    cancel(order_id, shop)
    order = queries.by_id(order_id)
    assert order.user_id is not None
    own = credits.find_of_user(order.user_id, "EUR")
    assert own is not None
    assert (own.balance, balance(account_id)) == (3000, 0)
    assert credits.by_id(account_id).voided_at is not None
    all_is_well(shop)


def test_what_a_void_card_paid_for_a_guest_can_be_spent_with_it_again(shop: Shop) -> None:
    account_id, code = card(5000)
    order_id = buy(code).id
    paid = queries.by_id(order_id).payments[0].captured
    void(account_id)
    cancel(order_id, shop)
    assert can_spend(code, paid)
    (entry,), _ = audit.entries(text="credit.reopen")
    assert entry.before["voided_at"]
    assert entry.after["voided_at"] is None
    all_is_well(shop)


def test_what_a_void_card_held_for_an_order_that_is_never_paid_ends(shop: Shop) -> None:
    account_id, code = card(3000)
    order = buy(code, token="tok_decline")
    assert order.state is OrderState.AWAITING_PAYMENT
    order_id = order.id
    void(account_id)
    with committing():
        orders.expire(queries.lock(order_id), by="system")
    assert balance(account_id) == 0
    all_is_well(shop)
