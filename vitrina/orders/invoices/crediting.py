"""What a credit note says: an invoice, and what of it is taken off."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from vitrina.core import locales
from vitrina.core.money import round_half_up
from vitrina.core.words import translator
from vitrina.orders.invoices import rules
from vitrina.orders.invoices.document import Document, Line, Reference
from vitrina.orders.invoices.models import Invoice
from vitrina.orders.invoices.snapshot import home_tax


@dataclass(frozen=True, slots=True)
class CreditLine:
    """Pieces of an order line that are credited, or (``line_id`` None) of the delivery.

    ``gross`` is in minor units; ``tax`` the tax in it, None for its share by the rate.
    """

    line_id: int | None
    quantity: int
    gross: int
    tax: int | None = None


def credit(
    invoice: Invoice,
    before: Sequence[Invoice],
    amount: int,
    lines: Sequence[CreditLine],
    now: datetime,
    tax: int | None = None,
) -> Document:
    """The credit note for ``amount`` (gross) of an invoice, still without its number.

    ``before`` are the credit notes there have been. ``lines`` name what comes back; what is left
    of the amount is taken off every rate alike. A credit of everything at once names every line.
    ``tax``: the tax in the whole amount, as the books have it; None for what the rates give.
    Raises ValueError for more than is left, KeyError for a line that the invoice does not have.
    """
    sold = Document.from_json(invoice.document)
    notes = [Document.from_json(note.document) for note in before]
    if amount == sold.total and not before:
        made = list(sold.lines)
    else:
        made = _lines(sold, notes, amount, lines, tax)
    back = sum(line.tax for line in made)
    return replace(
        sold,
        kind="credit_note",
        number="",
        issued_on=now.date().isoformat(),
        lines=tuple(made),
        taxes=rules.by_rate(made, {row.rate: row.name for row in sold.taxes}),
        net=amount - back,
        tax=back,
        total=amount,
        paid=amount,
        corrects=Reference(sold.number, sold.issued_on),
        home_tax=home_tax(sold.currency, back),
    )


def _lines(
    sold: Document,
    notes: Sequence[Document],
    amount: int,
    lines: Sequence[CreditLine],
    tax: int | None,
) -> list[Line]:
    """The lines that come back, then the rest of the amount by rate."""
    left = rules.buckets(sold.taxes, [row for note in notes for row in note.taxes])
    by_id = {line.line_id: line for line in sold.lines if line.kind in ("goods", "delivery")}
    made: list[Line] = []
    for back in lines:
        line = by_id[back.line_id]
        _check(line, back, notes)
        made.append(_part(line, back.quantity or 1, back.gross, left, back.tax))
    rest = amount - sum(line.gross for line in made)
    _ = translator(locales.get(sold.locale))
    known = None if tax is None else tax - sum(line.tax for line in made)
    taxes = rules.taxes_back(left, rules.share(rest, left), known)
    for key, (gross, part) in taxes.items():
        row = Line("refund", _("Refund"), "", "", 1, 0, 0, *key, 0, 0)
        made.append(_part(row, 1, gross, left, part))
    return made


def _check(line: Line, back: CreditLine, notes: Sequence[Document]) -> None:
    gone = sum(
        one.gross
        for note in notes
        for one in note.lines
        if (one.kind, one.line_id) == (line.kind, line.line_id)
    )
    if not 0 <= back.quantity <= line.quantity or not 0 <= back.gross <= line.gross - gone:
        raise ValueError("more than is left of the line")


def _part(
    line: Line, quantity: int, gross: int, left: dict[rules.Key, rules.Bucket], tax: int | None
) -> Line:
    """A line of a credit note; what is ``left`` of its rate is less by it."""
    bucket = left[line.rate, line.category]
    if gross > bucket.left:
        raise ValueError("more than is left of the rate")
    part = rules.tax_back(bucket, gross) if tax is None else min(tax, bucket.tax_left, gross)
    left[line.rate, line.category] = bucket.less(gross, part)
    unit = round_half_up(Decimal(gross - part) / quantity)
    return replace(line, quantity=quantity, unit_net=unit, discount=0, net=gross - part, tax=part)
