"""What does not hold in invoices: for ``vitrina doctor``."""

import sqlalchemy as sa

from vitrina.core.db import session
from vitrina.orders.invoices import rules
from vitrina.orders.invoices.document import Document, digest
from vitrina.orders.invoices.models import DocumentKind, Invoice, NumberSeries

PAGE = 500


def find_discrepancies() -> list[str]:
    """Series with gaps, documents that were changed, and credits above their invoice."""
    return [*_gaps(), *_changed(), *_over_credited()]


def _gaps() -> list[str]:
    rows = session.execute(
        sa.select(
            NumberSeries.code,
            NumberSeries.next_number,
            sa.func.count(Invoice.id),
            sa.func.coalesce(sa.func.max(Invoice.position), 0),
        )
        .outerjoin(Invoice, Invoice.series == NumberSeries.code)
        .group_by(NumberSeries.code, NumberSeries.next_number)
        .order_by(NumberSeries.code)
    )
    return [
        f"series {code}: gave out {after - 1} numbers up to {last}, {count} documents are there"
        for code, after, count, last in rows
        if not count == last == after - 1
    ]


def _changed() -> list[str]:
    """Documents whose text, number or sums are not what was issued; read in pages."""
    found: list[str] = []
    last = 0
    while True:
        rows = session.scalars(
            sa.select(Invoice).where(Invoice.id > last).order_by(Invoice.id).limit(PAGE)
        ).all()
        if not rows:
            return found
        for row in rows:
            found += [f"{row.kind} {row.number}: {fault}" for fault in _faults(row)]
            session.expunge(row)
        last = rows[-1].id


def _faults(row: Invoice) -> list[str]:
    if digest(row.document) != row.sha256:
        return ["its document does not have the hash it was issued with"]
    document = Document.from_json(row.document)
    faults = []
    if not document.number == row.number == rules.number(row.series, row.position):
        faults.append(f"its document says {document.number}, its series {row.position}")
    if (document.total, document.tax) != (row.total, row.tax):
        faults.append(f"its document says {document.total}, its row {row.total}")
    net = sum(line.net for line in document.lines)
    tax = sum(line.tax for line in document.lines)
    if (net, tax, net + tax) != (document.net, document.tax, document.total):
        faults.append(f"its lines add up to {net} and {tax} tax, it says {document.total}")
    if (net, tax) != (
        sum(row.base for row in document.taxes),
        sum(row.tax for row in document.taxes),
    ):
        faults.append("its rates do not add up to its lines")
    return faults


def _over_credited() -> list[str]:
    credits = (
        sa.select(
            Invoice.corrects,
            sa.func.sum(Invoice.total).label("total"),
            sa.func.sum(Invoice.tax).label("tax"),
        )
        .where(Invoice.kind == DocumentKind.CREDIT_NOTE)
        .group_by(Invoice.corrects)
        .subquery()
    )
    rows = session.execute(
        sa.select(Invoice.number, Invoice.total, credits.c.total)
        .join(credits, credits.c.corrects == Invoice.id)
        .where(sa.or_(credits.c.total > Invoice.total, credits.c.tax > Invoice.tax))
        .order_by(Invoice.id)
    )
    return [f"invoice {row[0]}: {row[2]} was credited of {row[1]}" for row in rows]
