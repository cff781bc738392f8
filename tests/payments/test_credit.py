"""Gift cards and store credit pay what they can, once, and come back when nothing is bought."""

from typing import Any

import pytest
import sqlalchemy as sa

from tests import make
from tests.conftest import Shop
from vitrina.cart import credits as cart_credits
from vitrina.checkout import actions, till
from vitrina.cli.doctor import examine
from vitrina.core import db
from vitrina.core.db import committing, session
from vitrina.core.money import Money
from vitrina.orders import actions as orders
from vitrina.orders import queries
from vitrina.orders.models import Order, OrderState
from vitrina.payments import registry
from vitrina.payments.credit import actions as credit
from vitrina.payments.credit import queries as credits
from vitrina.payments.credit.errors import GiftCardUnknown
from vitrina.payments.errors import NotRefundable
from vitrina.payments.ledger import queries as ledger
from vitrina.payments.models import PaymentState
from vitrina.payments.providers.sandbox import Sandbox


def card(amount: int = 3000) -> tuple[int, str]:
    with committing():
        account, code = credit.issue_gift_card(Money(amount, "EUR"), by="staff:1")
        return account.id, code


def balance(account_id: int) -> int:
    session.rollback()
    return credits.by_id(account_id).balance


def buy(code: str, *, stock: int = 5, token: str = "tok_success") -> Order:
    cart = make.cart([(make.variant(stock=stock, price="19.90"), 2)])
    with committing():
        cart_credits.use_gift_card(cart, code)
    return make.order(of=cart, token=token)


def all_is_well(shop: Shop) -> None:
    shop.work()
    assert {name: faults for name, faults in examine().items() if faults} == {}
    sums: dict[str, int] = {}
    for one in ledger.balances():
        sums[one.amount.currency] = sums.get(one.amount.currency, 0) + one.amount.minor
    assert not any(sums.values())


def test_a_card_pays_what_it_can_and_the_bank_the_rest(shop: Shop) -> None:
    account_id, code = card(3000)
    order = buy(code)
    assert [(p.provider, p.captured) for p in order.payments] == [
        ("gift_card", 3000),
        ("sandbox", order.total - 3000),
    ]
    assert (order.state, order.payment_status) == (OrderState.PAID, "paid")
    assert balance(account_id) == 0
    all_is_well(shop)


def test_a_card_that_is_enough_needs_no_bank(shop: Shop) -> None:
    account_id, code = card(10_000)
    order = buy(code, token="")
    assert [p.provider for p in order.payments] == ["gift_card"]
    assert order.state is OrderState.PAID
    assert balance(account_id) == 10_000 - order.total
    all_is_well(shop)


def test_a_declined_card_leaves_the_gift_card_ready_for_the_next_try(shop: Shop) -> None:
    account_id, code = card(3000)
    order = buy(code, token="tok_decline")
    assert order.state is OrderState.AWAITING_PAYMENT
    assert balance(account_id) == 0
    with committing():
        payment = actions.retry_payment(order, "sandbox", by="guest")
        assert payment.amount == order.total - 3000
        payment_id = payment.id
    till.pay(payment_id, token="tok_success", return_url="/")
    assert queries.by_id(order.id).state is OrderState.PAID
    all_is_well(shop)


def test_an_order_that_is_never_paid_gives_the_gift_card_back(shop: Shop) -> None:
    account_id, code = card(3000)
    order = buy(code, token="tok_decline")
    with committing():
        orders.expire(queries.lock(order.id), by="system")
    assert balance(account_id) == 3000
    all_is_well(shop)


def test_money_that_comes_after_the_card_was_spent_elsewhere_goes_back(shop: Shop) -> None:
    account_id, code = card(3000)
    order = buy(code, token="tok_3ds")
    with committing():
        orders.expire(queries.lock(order.id), by="system")
    assert buy(code).state is OrderState.PAID
    pay_late(order)
    shop.work()
    order = queries.by_id(order.id)
    assert order.state is OrderState.EXPIRED
    assert order.payment_status == "refunded"
    assert balance(account_id) == 0
    all_is_well(shop)


def pay_late(order: Order) -> None:
    """The bank has the money of an order that has expired."""
    payment = queries.by_id(order.id).attempts[-1]
    sandbox = registry.get("sandbox")
    assert isinstance(sandbox, Sandbox)
    sandbox.bank.authenticate(payment.provider_ref or "", approved=True)
    sandbox.capture(payment.provider_ref or "", payment.money, f"{payment.key}:lost")
    till.look(payment.id)


def test_late_money_that_finds_the_shelf_empty_keeps_no_gift_card(shop: Shop) -> None:
    account_id, code = card(3000)
    mug = make.variant(stock=2, price="19.90")
    cart = make.cart([(mug, 2)])
    with committing():
        cart_credits.use_gift_card(cart, code)
    order = make.order(of=cart, token="tok_3ds")
    with committing():
        orders.expire(queries.lock(order.id), by="system")
    assert make.order([(mug, 2)]).state is OrderState.PAID
    pay_late(order)
    shop.work()
    order = queries.by_id(order.id)
    assert (order.state, order.payment_status) == (OrderState.EXPIRED, "refunded")
    assert balance(account_id) == 3000
    all_is_well(shop)


def test_late_money_that_is_not_enough_without_a_spent_card_keeps_no_other_card(shop: Shop) -> None:
    first_id, first = card(1000)
    _, second = card(1500)
    cart = make.cart([(make.variant(price="19.90"), 2)])
    with committing():
        cart_credits.use_gift_card(cart, first)
        cart_credits.use_gift_card(cart, second)
    order = make.order(of=cart, token="tok_3ds")
    with committing():
        orders.expire(queries.lock(order.id), by="system")
    assert buy(second).state is OrderState.PAID
    pay_late(order)
    shop.work()
    order = queries.by_id(order.id)
    assert (order.state, order.payment_status) == (OrderState.EXPIRED, "refunded")
    assert balance(first_id) == 1000
    all_is_well(shop)


def test_a_payment_given_up_takes_no_money_although_the_bank_agrees_late(shop: Shop) -> None:
    _, code = card(3000)
    order = buy(code, token="tok_3ds")
    with committing():
        orders.expire(queries.lock(order.id), by="system")
    payment = queries.by_id(order.id).payments[-1]
    sandbox = registry.get("sandbox")
    assert isinstance(sandbox, Sandbox)
    sandbox.bank.authenticate(payment.provider_ref or "", approved=True)
    till.look(payment.id)
    assert sandbox.bank.look(payment.provider_ref or "")["status"] == "cancelled"
    assert queries.by_id(order.id).payment_status == "cancelled"
    all_is_well(shop)


def test_what_goes_back_goes_to_the_bank_first_and_then_to_the_card(shop: Shop) -> None:
    account_id, code = card(3000)
    order = buy(code)
    with committing():
        orders.cancel(order, reason="changed mind", by="guest")
    shop.work()
    order = queries.by_id(order.id)
    assert [p.state for p in order.payments] == [PaymentState.REFUNDED] * 2
    assert balance(account_id) == 3000
    all_is_well(shop)


def test_a_refund_larger_than_the_banks_part_reaches_the_card_as_well(shop: Shop) -> None:
    account_id, code = card(3000)
    order = buy(code)
    with committing():
        actions.refund(order, Money(order.total - 1000, "EUR"), reason="damaged", by="staff:1")
    shop.work()
    assert balance(account_id) == 2000
    with pytest.raises(NotRefundable), committing():
        actions.refund(queries.by_id(order.id), Money(1001, "EUR"), reason="", by="staff:1")
    all_is_well(shop)


def test_codes_that_cannot_pay_are_all_alike(shop: Shop) -> None:
    _, empty = card(500)
    with committing():
        account = credits.by_code(empty, "EUR")
        credit.void(account, by="staff:1")
    with committing():
        _, foreign = credit.issue_gift_card(Money(500, "USD"), by="staff:1")
    cart = make.cart([(make.variant(), 1)])
    facts = []
    for code in (empty, foreign, "ABCD-EFGH-JKLM-NPQR", "", "x" * 5000):
        with pytest.raises(GiftCardUnknown) as refused, committing():
            cart_credits.use_gift_card(cart, code)
        facts.append(refused.value.facts)
    assert facts == [{"field": "gift_card"}] * 5
    all_is_well(shop)


def test_store_credit_pays_for_its_customer_only(shop: Shop) -> None:
    ana, bob = make.user(), make.user()
    with committing():
        account_id = credit.give_credit(ana.id, Money(3000, "EUR"), by="staff:1").id
    cart = make.cart([(make.variant(price="19.90"), 1)], user=ana)
    with committing():
        cart_credits.use_store_credit(cart)
    assert cart_credits.applied(cart, Money(1990, "EUR"), user_id=bob.id) == []
    order = make.order(of=cart, user=ana)
    assert order.payments[0].provider == "store_credit"
    assert balance(account_id) == 3000 - order.total
    all_is_well(shop)


def test_gift_cards_are_held_and_given_free_by_their_keys_and_after_the_shelf(shop: Shop) -> None:
    (first_id, first), (second_id, second) = card(500), card(700)
    cart = make.cart([(make.variant(price="19.90"), 2)])
    with committing():
        cart_credits.use_gift_card(cart, second)
        cart_credits.use_gift_card(cart, first)
    locked: list[str] = []

    @sa.event.listens_for(db.engine(), "before_cursor_execute")
    def note(_c: Any, _cursor: Any, sql: str, *_rest: Any) -> None:
        if sql.startswith(("UPDATE stock_items", "UPDATE credit_accounts")):
            locked.append(sql.split()[1])

    order = make.order(of=cart, token="")
    held = [one.account_id for one in order.payments if one.is_credit]
    with committing():
        orders.expire(queries.lock(order.id), by="system")
    sa.event.remove(db.engine(), "before_cursor_execute", note)
    assert held == [first_id, second_id]
    assert locked == ["stock_items", "credit_accounts", "credit_accounts"] * 2
    all_is_well(shop)


def test_the_doctor_misses_what_the_books_owe_and_no_card_has(shop: Shop) -> None:
    account_id, code = card(3000)
    buy(code, token="tok_decline")  # 30.00 are held
    assert credits.find_discrepancies() == []
    with committing():
        credit.free(account_id, 3000, "nobody-s", by="nobody")
    (fault,) = credits.find_discrepancies()
    assert "gift_cards in EUR: what can be spent or is held differs by 3000" in fault
