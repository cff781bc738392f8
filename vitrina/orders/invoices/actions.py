"""Issuing invoices and credit notes. What is issued is never changed: it is credited."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from vitrina.core import clock, db, store
from vitrina.core.db import session
from vitrina.core.events import record
from vitrina.core.money import CurrencyMismatch, Money
from vitrina.orders import queries as orders
from vitrina.orders.invoices import queries, rules, snapshot
from vitrina.orders.invoices.crediting import CreditLine
from vitrina.orders.invoices.crediting import credit as credit_of
from vitrina.orders.invoices.document import Document, digest
from vitrina.orders.invoices.errors import CreditTooHigh, NotSold
from vitrina.orders.invoices.events import DocumentIssued
from vitrina.orders.invoices.models import DocumentKind, Invoice, NumberSeries
from vitrina.orders.models import Order
from vitrina.payments.models import Refund, RefundState


def issue_invoice(order: Order) -> Invoice:
    """Issue the invoice of a paid order, once; a repeat gives the one there is.

    Raises NotSold when the order was never paid.
    """
    order = orders.lock(order.id)
    cause = f"order:{order.number}"
    known = queries.find_by_cause(cause) and queries.find_open(order.id)
    if known is not None:
        return known
    if order.paid_at is None:
        raise NotSold(number=order.number)
    now = clock.now()
    return _issue(order, snapshot.of_order(order, now), cause, now)


def issue_credit_note(
    order: Order,
    amount: Money,
    *,
    refund_key: str,
    lines: Sequence[CreditLine] = (),
    tax: int | None = None,
) -> Invoice:
    """Take ``amount`` (with its tax) off the order's invoice, once for each ``refund_key``.

    ``lines`` say which pieces it is for; what they do not cover comes off every rate alike.
    ``tax`` is the tax in the amount, in minor units, where the books know it already.
    Raises NotSold without an invoice, CreditTooHigh for more than is left of it.
    """
    order = orders.lock(order.id)
    cause = f"refund:{refund_key}"
    known = queries.find_by_cause(cause)
    if known is not None:
        return known
    invoice = queries.find_open(order.id)
    if invoice is None:
        raise NotSold(number=order.number)
    return _credit(order, invoice, amount, cause, lines, tax)


def reissue_invoice(order: Order, *, cause: str) -> Invoice:
    """Credit what is left of an order's invoice, and invoice the order as it is now.

    For an order that was changed after it was paid. ``cause`` (``edit:7``) makes it happen once;
    nothing happens when the invoice would say the same. What had gone back of the sale is credited
    on the new invoice. Raises NotSold when the order was never paid.
    """
    order = orders.lock(order.id)
    known = queries.find_by_cause(cause)
    if known is not None:
        return known
    invoice, now = issue_invoice(order), clock.now()
    document = snapshot.of_order(order, now)
    if _says_the_same(document, Document.from_json(invoice.document)):
        return invoice
    left = invoice.total - sum(note.total for note in queries.credits_of(invoice.id))
    if left:
        _credit(order, invoice, order.money(left), f"{cause}/credit")
    made = _issue(order, document, cause, now)
    amount, tax = _gone_back(order)
    if amount:
        _credit(order, made, order.money(amount), f"{cause}/refunds", tax=tax)
    return made


def _says_the_same(one: Document, other: Document) -> bool:
    """Whether two invoices differ only by what changes with the day."""
    blank: dict[str, Any] = {
        "number": "",
        "issued_on": "",
        "paid": 0,
        "payment": "",
        "home_tax": None,
    }
    return replace(one, **blank) == replace(other, **blank)


def _gone_back(order: Order) -> tuple[int, int]:
    """What went back of the sale so far, and the tax in it."""
    gone = [
        refund
        for payment in order.payments
        for refund in payment.refunds
        if refund.of_sale and refund.state is RefundState.SUCCEEDED
    ]
    return sum(one.amount for one in gone), sum(one.tax for one in gone)


def credit_refund(order: Order, refund: Refund) -> Invoice | None:
    """Credit money that went back on an order; None when it is none of what was invoiced.

    Money beyond the invoice (an order that was paid twice) was never sold.
    """
    if order.paid_at is None or not refund.of_sale:
        return None
    order = orders.lock_whole(order.id)
    issue_invoice(order)
    known = queries.find_by_cause(f"refund:{refund.key}")
    invoice = queries.find_open(order.id)
    if known is not None or invoice is None:
        return known
    owed = rules.to_credit(
        refunded=_gone_back(order)[0],
        captured=(order.total_money - order.outstanding).minor,
        invoiced=invoice.total,
        credited=sum(
            note.total
            for note in queries.credits_of(invoice.id)
            if note.cause != _cancelled(order)  # that money never came
        ),
    )
    part = min(refund.amount, owed)
    if part <= 0:
        return None
    whole, amount = part == refund.amount, order.money(part)
    tax = refund.tax if whole else None
    lines = _named(invoice, refund) if whole else []
    try:
        return issue_credit_note(order, amount, refund_key=refund.key, lines=lines, tax=tax)
    except CreditTooHigh:  # the lines were changed since the invoice; the amount still holds
        return issue_credit_note(order, amount, refund_key=refund.key, tax=tax)


def credit_forgone(order: Order) -> Invoice | None:
    """Credit what a cancelled order was still to be paid since it was changed; None for nothing."""
    order = orders.lock(order.id)
    if order.paid_at is None or order.outstanding.minor <= 0:
        return None
    issue_invoice(order)
    cause = _cancelled(order)
    known, invoice = queries.find_by_cause(cause), queries.find_open(order.id)
    if known is not None or invoice is None:
        return known
    left = invoice.total - sum(note.total for note in queries.credits_of(invoice.id))
    part = min(order.outstanding.minor, left)
    return _credit(order, invoice, order.money(part), cause) if part > 0 else None


def _cancelled(order: Order) -> str:
    return f"cancelled:{order.number}"


def _named(invoice: Invoice, refund: Refund) -> list[CreditLine]:
    """The lines that a refund was for; none when one of them came after the invoice."""
    rows = queries.refunded_lines(refund.id)
    sold = {line["line_id"] for line in invoice.document["lines"]}
    if not sold.issuperset(row.order_line_id for row in rows):
        return []
    return [CreditLine(row.order_line_id, row.quantity, row.amount, row.tax) for row in rows]


def _credit(
    order: Order,
    invoice: Invoice,
    amount: Money,
    cause: str,
    lines: Sequence[CreditLine] = (),
    tax: int | None = None,
) -> Invoice:
    if amount.currency != invoice.currency:
        raise CurrencyMismatch(left=invoice.currency, right=amount.currency)
    before = queries.credits_of(invoice.id)
    left = invoice.total - sum(note.total for note in before)
    if not 0 < amount.minor <= left:
        raise CreditTooHigh(wanted=amount.text, left=order.money(left).text)
    now = clock.now()
    try:
        document = credit_of(invoice, before, amount.minor, lines, now, tax)
    except (ValueError, KeyError):
        raise CreditTooHigh(wanted=amount.text, left=order.money(left).text) from None
    return _issue(order, document, cause, now, corrects=invoice.id)


def _issue(
    order: Order, document: Document, cause: str, now: datetime, corrects: int | None = None
) -> Invoice:
    kind = DocumentKind(document.kind)
    series, position = _take_number(kind, now.year)
    numbered = replace(document, number=rules.number(series, position)).as_json()
    made = Invoice(
        number=numbered["number"],
        series=series,
        position=position,
        kind=kind,
        order_id=order.id,
        cause=cause,
        corrects=corrects,
        issued_at=now,
        locale=document.locale,
        currency=document.currency,
        total=document.total,
        tax=document.tax,
        document=numbered,
        sha256=digest(numbered),
    )
    session.add(made)
    session.flush()
    record(DocumentIssued(order.id, order.number, str(kind), made.number))
    return made


def _take_number(kind: DocumentKind, year: int) -> tuple[str, int]:
    """The next number of the kind's series of a year; taken for good when the caller commits."""
    shop = store.current()
    prefix = shop.invoice_prefix if kind is DocumentKind.INVOICE else shop.credit_note_prefix
    code = rules.series(prefix, year)
    insert: Any = postgresql.insert if db.dialect() == "postgresql" else sqlite.insert
    session.execute(insert(NumberSeries).values(code=code, next_number=1).on_conflict_do_nothing())
    after = session.scalar(
        sa.update(NumberSeries)
        .where(NumberSeries.code == code)
        .values(next_number=NumberSeries.next_number + 1)
        .returning(NumberSeries.next_number),
        execution_options={"synchronize_session": False},
    )
    assert after is not None  # the row is there: it has just been made if it was not
    return code, int(after) - 1
