"""Credit notes: every refund has its own, with the lines and the tax that the books have."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tests import make
from tests.orders.invoices.documents import YEAR, documents, invoice_of
from vitrina.checkout import actions as checkout
from vitrina.checkout import till
from vitrina.core import clock, jobs
from vitrina.core.db import committing
from vitrina.core.money import Money
from vitrina.orders import queries as orders
from vitrina.orders import refunds
from vitrina.orders.invoices import audits
from vitrina.orders.invoices.actions import (
    issue_credit_note,
    reissue_invoice,
)
from vitrina.orders.invoices.crediting import CreditLine
from vitrina.orders.invoices.errors import CreditTooHigh
from vitrina.orders.models import Order
from vitrina.payments.models import Refund
from vitrina.tax.actions import RateDraft, save_zone

pytestmark = pytest.mark.usefixtures("shop")


@pytest.fixture(autouse=True)
def _in_that_year() -> Iterator[None]:
    with clock.at(datetime(YEAR, 6, 1, 12, tzinfo=UTC)):
        yield


def give_back(order: Order, amount: str) -> None:
    """Staff give back a part, the provider says yes, and the worker does what is owed."""
    with committing():
        money = Money.parse(amount, order.currency)
        owed = checkout.refund(orders.by_id(order.id), money, reason="damaged", by="staff:1")
        ids = [refund.id for refund in owed]
    for refund_id in ids:
        till.send_refund(refund_id)
    jobs.drain()


def refund_pieces(order: Order, pieces: dict[int, int], *, shipping: bool = False) -> None:
    """As :func:`give_back`, for pieces of lines."""
    with committing():
        found = orders.by_id(order.id)
        owed = checkout.refund(
            found, pieces_back=pieces, shipping=shipping, reason="returned", by="staff:1"
        )
        ids = [refund.id for refund in owed]
    for refund_id in ids:
        till.send_refund(refund_id)
    jobs.drain()


def give_back_surplus(order: Order) -> Refund:
    """Money that was no part of the sale, as after a second payment of an order."""
    payment = order.payments[0]
    return refunds.give_back(order, payment, order.money(100), reason="paid_twice", by="system")


def test_a_refund_of_everything_credits_every_line() -> None:
    make.tax()
    order = make.paid_order()
    jobs.drain()
    give_back(order, order.total_money.text)
    invoice, note = documents(order)
    assert note.number == "CN-2026-000001"
    assert (note.net, note.tax, note.total) == (invoice.net, invoice.tax, invoice.total)
    assert note.lines == invoice.lines
    assert note.corrects is not None
    assert (note.corrects.number, note.corrects.issued_on) == (invoice.number, "2026-06-01")


def test_credits_of_parts_add_up_to_the_invoice_to_the_last_unit() -> None:
    make.tax("0.07")
    order = make.paid_order([(make.variant(price="3.33"), 3), (make.variant(price="0.99"), 1)])
    jobs.drain()
    left = order.total
    for part in (1, 2, 3, 101, 333):
        give_back(order, order.money(part).text)
        left -= part
    give_back(order, order.money(left).text)
    invoice, *notes = documents(order)
    assert len(notes) == 6
    assert sum(note.total for note in notes) == invoice.total
    assert sum(note.tax for note in notes) == invoice.tax
    for note in notes:
        assert sum(row.base + row.tax for row in note.taxes) == note.total
    assert audits.find_discrepancies() == []


def test_a_credit_note_has_the_lines_and_the_tax_that_the_books_have() -> None:
    """Pieces, the delivery, a lowered price and the rest, at two rates."""
    with committing():
        rates = [
            RateDraft("VAT", Decimal("0.23")),
            RateDraft("Reduced", Decimal("0.06"), "reduced"),
        ]
        save_zone("Everywhere", ["*"], rates, by="staff:1")
    book = make.variant(title="Book", price="13.37", tax_class="reduced")
    order = make.paid_order([(make.variant(title="Vase", price="9.99"), 3), (book, 2)])
    jobs.drain()
    vase, other = order.lines
    assert (vase.tax_rate, other.tax_rate) == (Decimal("0.23"), Decimal("0.06"))
    refund_pieces(order, {vase.id: 1, other.id: 1})
    refund_pieces(order, {vase.id: 1}, shipping=True)
    give_back(order, "1.01")
    give_back(order, order.money(order.total - orders.by_id(order.id).refunded.minor).text)
    invoice, *notes = documents(order)
    paid = orders.by_id(order.id).payments
    books = [(one.amount, one.tax) for payment in paid for one in payment.refunds]
    assert [(note.total, note.tax) for note in notes] == books
    assert [(line.title, line.quantity) for line in notes[0].lines] == [("Vase", 1), ("Book", 1)]
    assert [(line.title, line.quantity) for line in notes[1].lines] == [
        ("Vase", 1),
        ("Delivery", 1),
    ]
    assert {row.rate for row in notes[2].taxes} == {"0.23", "0.06"}
    assert sum(note.tax for note in notes) == invoice.tax
    assert audits.find_discrepancies() == []


def test_money_that_was_never_owed_is_given_back_without_a_credit_note() -> None:
    order = make.paid_order()
    jobs.drain()
    with committing():
        refund = give_back_surplus(orders.by_id(order.id))
    till.send_refund(refund.id)
    jobs.drain()
    assert [one.kind for one in documents(order)] == ["invoice"]


def test_a_refund_before_the_worker_came_round_is_credited_all_the_same() -> None:
    order = make.paid_order()
    with committing():
        owed = checkout.refund(orders.by_id(order.id), order.captured, reason="", by="staff:1")
        refund_id = owed[0].id
    till.send_refund(refund_id)
    jobs.drain()
    assert [one.kind for one in documents(order)] == ["invoice", "credit_note"]


def test_a_credit_note_is_issued_once_for_a_refund_and_never_above_the_invoice() -> None:
    order = make.paid_order()
    invoice_of(order)
    with committing():
        first = issue_credit_note(order, order.money(500), refund_key="a")
        assert issue_credit_note(order, order.money(500), refund_key="a") is first
    with pytest.raises(CreditTooHigh), committing():
        issue_credit_note(order, order.money(order.total - 499), refund_key="b")
    assert [one.number for one in documents(order)] == ["INV-2026-000001", "CN-2026-000001"]


def test_a_credit_of_lines_names_the_pieces_and_takes_the_rest_off_alike() -> None:
    make.tax()
    order = make.paid_order([(make.variant(title="Vase", price="10.00"), 3)])
    invoice_of(order)
    with committing():
        vase = order.lines[0]
        back = [CreditLine(vase.id, 2, 2000)]
        issue_credit_note(order, order.money(2500), refund_key="a", lines=back)
    note = documents(order)[1]
    assert [(line.title, line.quantity, line.gross) for line in note.lines] == [
        ("Vase", 2, 2000),
        ("Refund", 1, 500),
    ]
    assert note.tax == 467  # of 25.00 at 23 %


@pytest.mark.parametrize(("quantity", "gross"), [(2, 1000), (1, 1001), (-1, 1000), (1, -1)])
def test_a_credit_of_more_than_was_sold_of_a_line_is_refused(quantity: int, gross: int) -> None:
    order = make.paid_order([(make.variant(price="10.00"), 1), (make.variant(price="50.00"), 1)])
    invoice_of(order)
    with pytest.raises(CreditTooHigh), committing():
        back = [CreditLine(order.lines[0].id, quantity, gross)]
        issue_credit_note(order, order.money(1001), refund_key="a", lines=back)


def test_a_line_is_not_credited_twice() -> None:
    order = make.paid_order([(make.variant(price="10.00"), 1), (make.variant(price="50.00"), 1)])
    invoice_of(order)
    back = [CreditLine(order.lines[0].id, 1, 1000)]
    with committing():
        issue_credit_note(order, order.money(1000), refund_key="a", lines=back)
    with pytest.raises(CreditTooHigh), committing():
        issue_credit_note(order, order.money(1000), refund_key="b", lines=back)


def test_an_order_that_was_changed_is_credited_and_invoiced_anew_once() -> None:
    order = make.paid_order()
    invoice_of(order)
    with committing():
        assert reissue_invoice(order, cause="edit:0").number == "INV-2026-000001"
    with committing():
        found = orders.by_id(order.id)
        found.billing_address = {**(found.billing_address or {}), "company": "Muster GmbH"}
        made = reissue_invoice(order, cause="edit:1")
        assert reissue_invoice(order, cause="edit:1") is made
    assert [one.number for one in documents(order)] == [
        "INV-2026-000001",
        "CN-2026-000001",
        "INV-2026-000002",
    ]
