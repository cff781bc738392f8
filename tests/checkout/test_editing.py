"""Editing orders that have not left: what they come to, and that nothing is lost on the way."""

from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from tests import make
from tests.conftest import Shop
from vitrina.checkout import editing, till
from vitrina.checkout.actions import awaited_by_hand, receive_payment, refund, retry_payment
from vitrina.checkout.errors import OrderNotPayable
from vitrina.cli.doctor import examine
from vitrina.core.audit import AuditEntry
from vitrina.core.db import committing, session
from vitrina.core.money import Money
from vitrina.inventory.errors import NotEnoughStock
from vitrina.inventory.queries import availability
from vitrina.orders import actions, queries
from vitrina.orders.edits.errors import (
    BelowRefunds,
    EditChanged,
    NotEditable,
    NothingChanged,
    NothingLeft,
    NotSoldAnyMore,
    OtherTaxes,
    TooFewPieces,
)
from vitrina.orders.edits.models import OrderEdit
from vitrina.orders.edits.queries import of_order
from vitrina.orders.edits.rules import Wish
from vitrina.orders.errors import CannotShip
from vitrina.orders.invoices import queries as invoices
from vitrina.orders.models import Order, OrderState
from vitrina.payments import registry
from vitrina.payments.ledger.models import EntryKind, LedgerEntry, LedgerPosting
from vitrina.payments.providers.sandbox import Sandbox

BY = "staff:1"


def edit(order: Order, **wish: Any) -> OrderEdit:
    """See an edit, and confirm it."""
    seen = editing.preview(queries.by_id(order.id), Wish(**wish))
    with committing():
        return editing.confirm(order, Wish(**wish), fingerprint=seen.fingerprint, by=BY)


def again(order: Order) -> Order:
    session.expire_all()
    return queries.by_id(order.id)


def left(variant_id: int) -> int:
    return availability([variant_id])[variant_id].available


def receivable(order: Order) -> int:
    """What the buyer owes by the books, in minor units."""
    return int(
        session.scalar(
            sa.select(sa.func.coalesce(sa.func.sum(LedgerPosting.amount), 0))
            .join(LedgerEntry)
            .where(LedgerEntry.order_id == order.id, LedgerPosting.account == "receivable")
        )
        or 0
    )


def check(shop: Shop, order: Order) -> Order:
    """All of it adds up: the order, its books, its stock."""
    shop.work()
    order = again(order)
    assert order.subtotal == sum(line.unit_price * line.quantity for line in order.lines)
    assert order.tax == sum(one.tax for one in order.taxes)
    for line in order.lines:
        off = sum(one.amount for one in order.adjustments if one.line_id == line.id)
        assert off == line.discount
    assert sum(one.amount for one in order.adjustments) == order.discount
    if order.paid_at is not None:
        assert receivable(order) == order.outstanding.minor
    assert not any(examine().values()), examine()
    return order


def test_a_smaller_quantity_gives_the_difference_and_the_stock_back(shop: Shop) -> None:
    make.tax()
    mug = make.variant(stock=5, price="19.90")
    order = make.paid_order([(mug, 3)])
    line = order.lines[0]
    row = edit(order, quantities={line.id: 1})
    order = check(shop, order)
    assert order.total == 1990 + 500
    assert (row.back, row.due, row.delta) == (3980, 0, -3980)
    assert order.refunded == Money(3980, "EUR")
    assert order.outstanding.minor == 0
    assert left(mug.id) == 4
    assert order.payment_status == "paid"


def test_a_new_variant_is_charged_at_todays_price_without_promotions(shop: Shop) -> None:
    make.tax()
    make.promotion()
    mug, cup = make.variant(price="19.90"), make.variant(price="7.00", stock=2)
    order = make.paid_order([(mug, 2)])
    before = order.total
    row = edit(order, added={cup.id: 2})
    order = check(shop, order)
    assert order.total == before + 1400
    assert row.due == 1400
    assert order.outstanding.minor == 1400
    assert order.payment_status == "partially_paid"
    assert left(cup.id) == 0
    assert order.lines[1].discount == 0
    assert order.lines[1].tax == 262


def test_more_of_the_same_takes_todays_price_and_leaves_the_old_line(shop: Shop) -> None:
    make.tax()
    mug = make.variant(price="10.00", stock=9)
    order = make.paid_order([(mug, 2)])
    make.reprice(mug.id, "12.00")
    edit(order, quantities={order.lines[0].id: 3})
    order = check(shop, order)
    assert [(line.quantity, line.unit_price) for line in order.lines] == [(2, 1000), (1, 1200)]


def test_more_at_the_same_price_joins_its_line(shop: Shop) -> None:
    make.tax()
    mug = make.variant(price="10.00", stock=9)
    order = make.paid_order([(mug, 2)])
    edit(order, quantities={order.lines[0].id: 5})
    order = check(shop, order)
    assert [(line.quantity, line.total) for line in order.lines] == [(5, 5000)]
    assert left(mug.id) == 4


def test_a_discounted_line_keeps_its_share_of_the_discount(shop: Shop) -> None:
    make.tax("0.19")
    make.promotion(percent=Decimal("33.33"))
    mug = make.variant(price="9.99", stock=9)
    order = make.paid_order([(mug, 7)])
    off, line = order.lines[0].discount, order.lines[0]
    edit(order, quantities={line.id: 3})
    order = check(shop, order)
    assert order.lines[0].discount == round(off * 3 / 7)


def test_a_line_is_removed_with_its_discount_and_its_tax(shop: Shop) -> None:
    make.tax()
    make.promotion()
    mug, cup = make.variant(price="19.90"), make.variant(price="7.00")
    order = make.paid_order([(mug, 1), (cup, 1)])
    edit(order, quantities={order.lines[0].id: 0})
    order = check(shop, order)
    assert [line.variant_id for line in order.lines] == [cup.id]
    assert left(mug.id) == 5


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


def test_a_transfer_that_was_given_up_is_not_taken_for_the_rest(shop: Shop) -> None:
    mug, cup = make.variant(), make.variant(price="7.00")
    order = make.paid_order([(mug, 1)])
    edit(order, added={cup.id: 1})
    with committing():
        retry_payment(again(order), "manual", by="guest")
    assert awaited_by_hand(again(order)) is not None
    edit(again(order), quantities={again(order).lines[1].id: 0})
    edit(again(order), added={cup.id: 2})
    assert awaited_by_hand(again(order)) is None
    with pytest.raises(OrderNotPayable), committing():
        receive_payment(again(order), by=BY)


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


def test_too_little_stock_changes_nothing(shop: Shop) -> None:
    mug = make.variant(stock=3)
    order = make.paid_order([(mug, 2)])
    with pytest.raises(NotEnoughStock):
        edit(order, quantities={order.lines[0].id: 4})
    seen = editing.preview(queries.by_id(order.id), Wish(quantities={order.lines[0].id: 3}))
    make.paid_order([(mug, 1)])  # somebody is quicker
    wish = Wish(quantities={order.lines[0].id: 3})
    with pytest.raises(NotEnoughStock), committing():
        editing.confirm(order, wish, fingerprint=seen.fingerprint, by=BY)
    order = check(shop, order)
    assert order.lines[0].quantity == 2
    assert of_order(order.id) == []


def test_what_was_not_seen_is_not_done(shop: Shop) -> None:
    mug = make.variant(price="10.00", stock=9)
    order = make.paid_order([(mug, 2)])
    wish = Wish(quantities={order.lines[0].id: 3})
    seen = editing.preview(queries.by_id(order.id), wish)
    make.reprice(mug.id, "12.00")
    with pytest.raises(EditChanged), committing():
        editing.confirm(order, wish, fingerprint=seen.fingerprint, by=BY)
    assert of_order(order.id) == []
    with pytest.raises(NothingChanged):
        edit(order)


def test_an_order_keeps_something(shop: Shop) -> None:
    order = make.paid_order()
    with pytest.raises(NothingLeft):
        edit(order, quantities={order.lines[0].id: 0})


def test_the_delivery_gets_another_price_with_its_tax(shop: Shop) -> None:
    make.tax()
    order = make.paid_order([(make.variant(price="10.00"), 1)])
    tax = order.tax
    edit(order, shipping=1000)
    order = check(shop, order)
    assert order.total == 2000
    assert order.tax - tax == 187 - 93


def test_address_and_note_are_changed_within_the_same_taxes(shop: Shop) -> None:
    make.tax("0.23", countries=["PT"])
    make.tax("0.19", countries=["DE"])
    order = make.paid_order()
    moved = make.address(line1="Rua da Lua 9")
    edit(order, address=moved, note="Ring twice.")
    order = check(shop, order)
    assert order.shipping_address is not None
    assert order.shipping_address["line1"] == "Rua da Lua 9"
    assert [note.text for note in order.notes if note.is_customer] == ["Ring twice."]
    with pytest.raises(OtherTaxes):
        edit(order, address=make.address("DE"))


def test_what_was_paid_back_stays_a_part_of_the_order(shop: Shop) -> None:
    make.tax()
    mug, cup = make.variant(price="20.00"), make.variant(price="30.00")
    order = make.paid_order([(mug, 2), (cup, 1)])
    with committing():
        refund(order, pieces_back={order.lines[0].id: 1}, reason="scratch", by=BY)
    order = check(shop, order)
    with pytest.raises(TooFewPieces):
        edit(order, quantities={order.lines[0].id: 1})
    edit(order, quantities={order.lines[1].id: 0})
    order = check(shop, order)
    assert order.total == 4500
    assert order.refunded.minor == 5000
    with committing():
        refund(order, Money(2500, "EUR"), reason="all", by=BY)
    order = check(shop, order)
    assert order.refunded == order.captured


def test_a_lowered_price_can_be_more_than_what_is_left(shop: Shop) -> None:
    mug, cup = make.variant(price="10.00"), make.variant(price="90.00")
    order = make.paid_order([(mug, 1), (cup, 1)])
    with committing():
        refund(order, Money(5000, "EUR"), reason="sorry", by=BY)
    shop.work()
    with pytest.raises(BelowRefunds):
        edit(again(order), quantities={order.lines[1].id: 0})


def test_files_are_not_added_to_a_paid_order(shop: Shop) -> None:
    book = make.variant(requires_shipping=False)
    order = make.paid_order()
    with pytest.raises(NotSoldAnyMore):
        edit(order, added={book.id: 1})


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


def test_an_edit_leaves_its_story(shop: Shop) -> None:
    order = make.paid_order()
    edit(order, quantities={order.lines[0].id: 1})
    row = of_order(order.id)[0]
    assert row.before["lines"][0]["quantity"] == 2
    assert row.after["lines"][0]["quantity"] == 1
    assert row.by == BY
    noted = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "order.edit")).one()
    assert noted.subject == f"order:{order.number}"
    entry = session.scalars(sa.select(LedgerEntry).where(LedgerEntry.kind == EntryKind.EDIT)).one()
    assert entry.reference == f"{order.number}/edit:{row.id}"
