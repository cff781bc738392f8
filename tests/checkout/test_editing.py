"""Editing orders that have not left: what they come to, and that nothing is lost on the way."""

from decimal import Decimal

import pytest
import sqlalchemy as sa

from tests import make
from tests.checkout.edits import BY, again, check, edit, left
from tests.conftest import Shop
from vitrina.checkout import editing
from vitrina.checkout.actions import refund
from vitrina.core.audit import AuditEntry
from vitrina.core.db import committing, session
from vitrina.core.money import Money
from vitrina.inventory.errors import NotEnoughStock
from vitrina.orders import queries
from vitrina.orders.edits.errors import (
    BelowRefunds,
    EditChanged,
    NothingChanged,
    NothingLeft,
    NotSoldAnyMore,
    OtherTaxes,
    TooFewPieces,
)
from vitrina.orders.edits.queries import of_order
from vitrina.orders.edits.rules import Wish
from vitrina.payments.ledger.models import EntryKind, LedgerEntry


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
