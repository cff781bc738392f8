"""Invoices and credit notes: one of each kind for each cause, numbers without gaps, exact sums."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

import pytest
import sqlalchemy as sa

from tests import make
from tests.orders.invoices.documents import YEAR, company, documents, invoice_of
from vitrina.catalog.actions.currencies import set_currency
from vitrina.core import clock, db, jobs, store
from vitrina.core.db import committing, session
from vitrina.orders import queries as orders
from vitrina.orders.invoices import audits, queries
from vitrina.orders.invoices.actions import (
    issue_invoice,
)
from vitrina.orders.invoices.errors import NotSold
from vitrina.orders.invoices.models import NumberSeries

pytestmark = pytest.mark.usefixtures("shop")


@pytest.fixture(autouse=True)
def _in_that_year() -> Iterator[None]:
    with clock.at(datetime(YEAR, 6, 1, 12, tzinfo=UTC)):
        yield


def test_a_paid_order_gets_one_invoice_however_often_the_worker_runs() -> None:
    make.tax()
    order = make.paid_order()
    jobs.drain()
    again = invoice_of(order)
    assert [one.number for one in queries.of_order(order.id)] == ["INV-2026-000001"]
    assert again.number == "INV-2026-000001"
    document = documents(order)[0]
    assert (document.total, document.paid, document.due) == (order.total, order.total, 0)
    assert document.tax == order.tax
    assert [(line.kind, line.quantity, line.rate) for line in document.lines] == [
        ("goods", 2, "0.23"),
        ("delivery", 1, "0.23"),
    ]
    assert [(row.name, row.rate, row.base, row.tax) for row in document.taxes] == [
        (tax.name, "0.23", tax.base, tax.tax) for tax in order.taxes
    ]
    assert audits.find_discrepancies() == []


def test_an_order_that_is_not_paid_is_not_invoiced() -> None:
    order = make.order(token="tok_decline")
    with pytest.raises(NotSold), committing():
        issue_invoice(order)
    jobs.drain()
    assert documents(order) == []
    assert session.scalars(sa.select(NumberSeries)).all() == []


def test_an_order_that_costs_nothing_gets_an_invoice_too() -> None:
    make.tax()
    make.delivery("0.00")
    make.promotion(percent=Decimal(100))
    order = make.paid_order()
    jobs.drain()
    assert order.total == 0
    (document,) = documents(order)
    assert (document.total, document.tax, document.due) == (0, 0, 0)
    assert document.lines[0].discount == document.lines[0].unit_net * 2 == 3236


def test_a_transaction_that_is_rolled_back_leaves_no_gap() -> None:
    first, second = make.paid_order(), make.paid_order()
    with pytest.raises(ZeroDivisionError), committing():
        assert issue_invoice(first).number == "INV-2026-000001"
        raise ZeroDivisionError
    assert invoice_of(second).number == "INV-2026-000001"
    assert invoice_of(first).number == "INV-2026-000002"
    assert audits.find_discrepancies() == []


def test_each_year_and_each_prefix_begins_with_one() -> None:
    first, second, third = (make.paid_order() for _ in range(3))
    assert invoice_of(first).number == "INV-2026-000001"
    with clock.at(datetime(YEAR + 1, 1, 1, tzinfo=UTC)):
        assert invoice_of(second).number == "INV-2027-000001"
        with committing():
            store.change(by="staff:1", invoice_prefix="ISO")
        assert invoice_of(third).number == "ISO-2027-000001"
    assert audits.find_discrepancies() == []


CHANGES = (
    "UPDATE invoices SET total = total + 1",
    "UPDATE invoices SET sha256 = ''",
    "DELETE FROM invoices",
)


@pytest.mark.parametrize("change", CHANGES)
def test_an_issued_document_cannot_be_changed(change: str) -> None:
    invoice_of(make.paid_order())
    with pytest.raises(sa.exc.IntegrityError, match="append-only"), committing():
        session.execute(sa.text(change))
    assert audits.find_discrepancies() == []


@pytest.mark.parametrize("change", CHANGES)
def test_without_the_triggers_the_doctor_names_what_was_changed(change: str) -> None:
    invoice_of(make.paid_order())
    with committing():
        if db.dialect() == "sqlite":
            session.execute(sa.text("DROP TRIGGER invoices_refuse_update"))
            session.execute(sa.text("DROP TRIGGER invoices_refuse_delete"))
        else:
            session.execute(sa.text("DROP TRIGGER invoices_refuse_change ON invoices"))
        session.execute(sa.text(change))
    session.expire_all()
    (fault,) = audits.find_discrepancies()
    assert "INV-2026" in fault


def test_an_invoice_in_another_currency_says_its_tax_in_the_sellers_own() -> None:
    make.tax()
    with committing():
        set_currency("BRL", Decimal("5.00"), by="staff:1")
    of = make.cart([(make.variant(price="123.00"), 1)], currency="BRL")
    order = make.paid_order(of=of)
    assert order.currency == "BRL"
    invoice_of(order)
    (document,) = documents(order)
    assert (document.total, document.tax) == (64000, 11967)
    assert document.home_tax == {"currency": "EUR", "tax": 2393, "rate": "5"}


@pytest.mark.parametrize(
    ("vat_number", "country", "category", "words"),
    [
        ("DE 136 695 976", "DE", "K", "Article 138"),
        ("DE136695975", "DE", "Z", ""),  # the check digit is wrong
        ("PT500000000", "DE", "Z", ""),  # the seller's own country
        ("", "US", "G", "Article 146"),
    ],
)
def test_a_sale_without_tax_says_why(
    vat_number: str, country: str, category: str, words: str
) -> None:
    order = company(vat_number, country)
    invoice_of(order)
    (document,) = documents(order)
    assert {line.category for line in document.lines} == {category}
    assert words in " ".join(document.notes)
    assert bool(document.notes) is bool(words)


def test_a_service_to_a_company_abroad_is_a_reverse_charge() -> None:
    file = make.variant(requires_shipping=False)
    order = make.paid_order([(file, 1)], country="DE")
    with committing():
        found = orders.by_id(order.id)
        found.billing_address = {**(found.billing_address or {}), "vat_number": "DE136695976"}
    invoice_of(order)
    (document,) = documents(order)
    assert document.lines[0].category == "AE"
    assert document.notes[0].startswith("Reverse charge")
    assert "Article 196" in document.notes[0]
