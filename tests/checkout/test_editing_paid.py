"""Editing orders that are paid, sent or invoiced: what is owed, what goes back, what stays."""

import pytest

from tests import make
from tests.checkout.edits import BY, again, check, edit, left, receivable
from tests.conftest import Shop
from vitrina.checkout import till
from vitrina.checkout.actions import awaited_by_hand, receive_payment, refund, retry_payment
from vitrina.checkout.errors import OrderNotPayable
from vitrina.cli.doctor import examine
from vitrina.core.db import committing
from vitrina.core.money import Money
from vitrina.orders import actions, queries
from vitrina.orders.edits.errors import (
    NotEditable,
    TooFewPieces,
)
from vitrina.orders.errors import CannotShip
from vitrina.orders.invoices import queries as invoices
from vitrina.orders.models import OrderState
from vitrina.payments import registry
from vitrina.payments.providers.sandbox import Sandbox


def test_the_rest_is_paid_by_the_buyer_and_then_it_ships(shop: Shop) -> None:
    mug, cup = make.variant(), make.variant(price="7.00")
    order = make.paid_order([(mug, 1)])
    edit(order, added={cup.id: 1})
    order = again(order)
    with pytest.raises(CannotShip), committing():
        actions.ship(order, carrier="CTT", by=BY)
    with committing():
        payment = retry_payment(order, "sandbox", token="tok_success", by="guest")
        payment_id, amount = payment.id, payment.amount
    assert amount == 700
    till.pay(payment_id, token="tok_success", return_url="http://localhost/back")
    order = check(shop, order)
    assert order.outstanding.minor == 0
    assert order.payment_status == "paid"
    with committing():
        actions.ship(order, carrier="CTT", by=BY)
    assert check(shop, order).state is OrderState.SHIPPED


def test_staff_may_send_it_before_the_rest_is_paid(shop: Shop) -> None:
    mug, cup = make.variant(), make.variant(price="7.00")
    order = make.paid_order([(mug, 1)])
    edit(order, added={cup.id: 1})
    with committing():
        actions.ship(again(order), carrier="CTT", even_unpaid=True, by=BY)
    assert check(shop, order).state is OrderState.SHIPPED


def test_nobody_pays_the_rest_of_a_cancelled_order_and_what_comes_late_goes_back(
    shop: Shop,
) -> None:
    make.tax()
    mug, cup = make.variant(), make.variant(price="7.00")
    order = make.paid_order([(mug, 1)])
    edit(order, added={cup.id: 1})
    with committing():
        payment_id = retry_payment(again(order), "sandbox", by="guest").id
    till.pay(payment_id, token="tok_3ds", return_url="http://localhost/back")
    with committing():
        actions.cancel(again(order), reason="sold out", by=BY)
    assert not actions.owes_rest(again(order))
    assert receivable(order) == 0
    with pytest.raises(OrderNotPayable), committing():
        retry_payment(again(order), "sandbox", by="guest")
    payment = again(order).payments[-1]
    sandbox = registry.get("sandbox")
    assert isinstance(sandbox, Sandbox)
    sandbox.bank.authenticate(payment.provider_ref or "", approved=True)
    sandbox.capture(payment.provider_ref or "", payment.money, f"{payment.key}:lost")
    till.look(payment_id)
    shop.work()
    order = again(order)
    assert order.captured == order.refunded == order.total_money
    assert receivable(order) == 0
    issued = invoices.of_order(order.id)
    assert sum(-one.total if one.corrects else one.total for one in issued) == 0
    assert sum(-one.tax if one.corrects else one.tax for one in issued) == 0
    assert not any(examine().values()), examine()


def test_a_transfer_that_was_given_up_counts_for_what_it_brings(
    shop: Shop,
) -> None:
    mug, cup = make.variant(), make.variant(price="7.00")
    order = make.paid_order([(mug, 1)])
    edit(order, added={cup.id: 1})
    with committing():
        retry_payment(again(order), "manual", by="guest")
    assert awaited_by_hand(again(order)) is not None
    edit(again(order), quantities={again(order).lines[1].id: 0})
    edit(again(order), added={cup.id: 2})
    with committing():
        receive_payment(again(order), by=BY)
    order = again(order)
    assert order.outstanding == order.money(700)
    assert awaited_by_hand(order) is None
    with pytest.raises(OrderNotPayable), committing():
        receive_payment(order, by=BY)
    check(shop, order)


def test_sent_pieces_stay(shop: Shop) -> None:
    mug, cup = make.variant(), make.variant(price="7.00")
    order = make.paid_order([(mug, 3), (cup, 1)])
    with committing():
        actions.ship(order, {order.lines[0].id: 2}, carrier="CTT", by=BY)
    order = again(order)
    with pytest.raises(TooFewPieces):
        edit(order, quantities={order.lines[0].id: 1})
    edit(order, quantities={order.lines[0].id: 2, order.lines[1].id: 0})
    order = check(shop, order)
    assert left(mug.id) == 3
    assert order.state is OrderState.SHIPPED


def test_a_wholly_sent_order_is_not_edited(shop: Shop) -> None:
    order = make.shipped_order()
    with pytest.raises(NotEditable):
        edit(order, quantities={order.lines[0].id: 1})


def test_an_unpaid_transfer_asks_for_the_new_sum(shop: Shop) -> None:
    mug = make.variant(stock=9, price="10.00")
    order = make.order([(mug, 2)], provider="manual")
    edit(order, quantities={order.lines[0].id: 4})
    order = check(shop, order)
    assert order.payments[-1].amount == 4500
    with committing():
        receive_payment(queries.lock(order.id), by=BY)
    order = check(shop, order)
    assert order.state is OrderState.PAID
    assert left(mug.id) == 5


def test_an_order_whose_card_was_declined_is_held_again_for_a_day(shop: Shop) -> None:
    mug = make.variant(stock=3, price="10.00")
    order = make.order([(mug, 2)], token="tok_decline")
    assert left(mug.id) == 3
    edit(order, quantities={order.lines[0].id: 3})
    order = check(shop, order)
    assert left(mug.id) == 0
    assert order.expires_at is not None
    with committing():
        payment_id = retry_payment(order, "sandbox", token="tok_success", by="guest").id
    till.pay(payment_id, token="tok_success", return_url="http://localhost/back")
    order = check(shop, order)
    assert (order.state, order.total) == (OrderState.PAID, 3500)
    assert left(mug.id) == 0


def test_money_on_its_way_stops_an_edit(shop: Shop) -> None:
    order = make.order(token="tok_delay")
    with pytest.raises(NotEditable):
        edit(order, quantities={order.lines[0].id: 1})


def test_a_gift_card_that_covers_the_smaller_order_pays_it(shop: Shop) -> None:
    mug = make.variant(stock=3, price="20.00")
    _card, code = make.gift_card("30.00")
    cart = make.cart([(mug, 2)])
    from vitrina.cart.credits import use_gift_card

    with committing():
        use_gift_card(cart, code)
    order = make.order(of=cart, token="tok_decline")
    edit(order, quantities={order.lines[0].id: 1})
    order = check(shop, order)
    assert order.state is OrderState.PAID
    assert order.captured.minor == 3000
    assert order.refunded.minor == 500
    assert order.outstanding.minor == 0


def test_an_edited_invoice_is_credited_and_written_anew(shop: Shop) -> None:
    make.tax()
    mug = make.variant(price="20.00")
    order = make.paid_order([(mug, 3)])
    shop.work()
    edit(order, quantities={order.lines[0].id: 1})
    check(shop, order)
    kinds = [(str(one.kind), one.total) for one in invoices.of_order(order.id)]
    assert kinds == [("invoice", 6500), ("credit_note", 6500), ("invoice", 2500)]


def test_a_new_invoice_is_less_by_what_went_back_before(shop: Shop) -> None:
    make.tax()
    mug, cup = make.variant(price="20.00"), make.variant(price="10.00")
    order = make.paid_order([(mug, 2), (cup, 1)])
    shop.work()
    with committing():
        refund(order, pieces_back={order.lines[0].id: 1}, reason="scratch", by=BY)
    shop.work()
    edit(again(order), quantities={order.lines[1].id: 0})
    with committing():
        refund(again(order), Money(500, "EUR"), reason="late", by=BY)
    check(shop, order)
    kinds = [(str(one.kind), one.total) for one in invoices.of_order(order.id)]
    notes = sum(total for kind, total in kinds if kind == "credit_note")
    sold = sum(total for kind, total in kinds if kind == "invoice")
    assert sold - notes == 4500 - 2000 - 500
