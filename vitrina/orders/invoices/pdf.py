"""A document on paper: a pure function of what is stored, so it always has the same bytes.

The file is PDF/A-3B with the XML of Factur-X inside it (:mod:`vitrina.orders.invoices.facturx`).
What has to be on it is Article 226 of Directive 2006/112/EC; see ``document.py``.
"""

from datetime import UTC, date, datetime, time

from vitrina.core import formats, locales
from vitrina.core.address import PostalAddress, lines
from vitrina.core.locales import Locale
from vitrina.core.money import Money
from vitrina.core.words import translator
from vitrina.orders.invoices import facturx
from vitrina.orders.invoices.document import Document, Line, Party, percent
from vitrina.orders.papers import table
from vitrina.orders.papers.sheet import INK2, MARGIN, Cell, Column, Sheet

_SUMS_WIDTH = 92.0


class _Words:
    """What a document says, in its own language."""

    def __init__(self, document: Document) -> None:
        self.locale: Locale = locales.get(document.locale)
        self.gettext = translator(self.locale)
        self.document = document

    def money(self, minor: int) -> str:
        return formats.money(self.document.money(minor), self.locale, exact=True)

    def day(self, text: str) -> str:
        return formats.day(date.fromisoformat(text), self.locale, style="long")

    def title(self) -> str:
        _ = self.gettext
        return _("Credit note") if self.document.is_credit else _("Invoice")

    def rate(self, rate: str) -> str:
        return f"{str(percent(rate)).replace('.', self.comma())} %"

    def comma(self) -> str:
        return "." if self.locale.code == "en" else ","


def render(document: Document) -> bytes:
    """The PDF of a document, in its language, with its XML inside where the standard can say it."""
    words = _Words(document)
    sheet = _sheet(document, words)
    _head(sheet, document, words)
    _parties(sheet, document, words)
    _lines(sheet, document, words)
    _sums(sheet, document, words)
    _notes(sheet, document, words)
    if facturx.speaks(document):
        sheet.embed_file(
            bytes=facturx.xml(document),
            basename=facturx.FILE_NAME,
            mime_type="text/xml",
            associated_file_relationship="Alternative",
            desc="Factur-X",
            creation_date=sheet.made_at,
            modification_date=sheet.made_at,
            compress=True,
        )
        sheet.describe(facturx.extension())
    return sheet.finished()


def _sheet(document: Document, words: _Words) -> Sheet:
    _ = words.gettext
    seller = document.seller
    foot = [seller.title]
    if seller.vat_number:
        foot.append(_("VAT number %(number)s", number=seller.vat_number))
    foot += [contact for contact in (seller.email, seller.phone) if contact]
    return Sheet(
        title=f"{words.title()} {document.number}",
        author=seller.title,
        lang=words.locale.tag,
        at=datetime.combine(document.issued, time(), UTC),
        foot=" · ".join(foot),
        pages=_("Page %(page)s of %(pages)s", page="{page}", pages="{pages}"),
    )


def _head(sheet: Sheet, document: Document, words: _Words) -> None:
    sheet.words(document.seller.name, size=11, bold=True)
    sheet.ln(9)
    sheet.words(words.title(), size=26, family="serif")
    sheet.words(document.number, size=12, ink=INK2)
    sheet.ln(6)


def _facts(document: Document, words: _Words) -> list[tuple[str, str]]:
    _ = words.gettext
    found = [
        (_("Date of issue"), words.day(document.issued_on)),
        (_("Date of payment or supply"), words.day(document.supplied_on)),
        (_("Order"), f"{document.order}, {words.day(document.ordered_on)}"),
    ]
    if document.corrects:
        corrected = f"{document.corrects.number}, {words.day(document.corrects.issued_on)}"
        found.append((_("Corrects invoice"), corrected))
    return found


def _party(party: Party, words: _Words) -> list[str]:
    _ = words.gettext
    address = PostalAddress.from_dict({**party.address, "name": "", "company": ""})
    found = [party.company, party.name] if party.company != party.name else [party.name]
    found += lines(address, words.locale.code) if party.country else []
    if party.vat_number:
        found.append(_("VAT number %(number)s", number=party.vat_number))
    return [line for line in found if line]


def _parties(sheet: Sheet, document: Document, words: _Words) -> None:
    """Seller, buyer, where it went, and the dates: two columns of small blocks."""
    _ = words.gettext
    half = sheet.epw / 2
    sheet.rule()
    top = sheet.get_y() + 3
    left = sheet.block(_("Seller"), _party(document.seller, words), x=MARGIN, y=top, width=half - 6)
    right = sheet.block(
        _("Buyer"), _party(document.buyer, words), x=MARGIN + half, y=top, width=half
    )
    top = max(left, right) + 4
    left = right = top
    for title, text in _facts(document, words):
        left = sheet.block(title, [text], x=MARGIN, y=left, width=half - 6) + 1.5
    if document.delivery and not _is_same(document.delivery, document.buyer.address):
        address = lines(PostalAddress.from_dict(document.delivery), words.locale.code)
        right = sheet.block(_("Delivered to"), address, x=MARGIN + half, y=top, width=half)
    sheet.set_xy(MARGIN, max(left, right) + 5)


def _is_same(one: dict[str, str], other: dict[str, str]) -> bool:
    return {k: v for k, v in one.items() if v} == {k: v for k, v in other.items() if v}


def _lines(sheet: Sheet, document: Document, words: _Words) -> None:
    """What was sold: quantity and nature (226(6)), price without tax and discount (8), rate (9)."""
    _ = words.gettext
    has_discount = any(line.discount for line in document.lines)
    columns = [
        Column(_("Item"), 0),
        Column(_("Quantity"), 19, True),
        Column(_("Unit price without VAT"), 24, True),
        *([Column(_("Discount"), 21, True)] if has_discount else []),
        Column(_("VAT"), 13, True),
        Column(_("Without VAT"), 25, True),
        Column(_("With VAT"), 23, True),
    ]
    rest = sheet.epw - sum(column.width for column in columns)
    columns[0] = Column(columns[0].heading, rest)
    table.draw(
        sheet, columns, [_row(line, words, has_discount=has_discount) for line in document.lines]
    )


def _row(line: Line, words: _Words, *, has_discount: bool) -> list[Cell]:
    small = " · ".join(text for text in (line.label, line.sku) if text)
    refund = line.kind == "refund"
    discount = f"−{words.money(line.discount)}" if line.discount else ""
    return [
        Cell(line.title, small),
        Cell("" if refund else str(line.quantity)),
        Cell("" if refund else words.money(line.unit_net)),
        *([Cell(discount)] if has_discount else []),
        Cell(words.rate(line.rate)),
        Cell(words.money(line.net)),
        Cell(words.money(line.gross)),
    ]


def _sums(sheet: Sheet, document: Document, words: _Words) -> None:
    """Taxable amount and tax of each rate (226(8) to (10)), and what is to be paid."""
    _ = words.gettext
    rows = [(_("Total without VAT"), words.money(document.net), False)]
    for row in document.taxes:
        name = f"{row.name or _('VAT')} {words.rate(row.rate)}"
        label = _("%(name)s on %(base)s", name=name, base=words.money(row.base))
        rows.append((label, words.money(row.tax), False))
    total = _("Total credited") if document.is_credit else _("Total")
    rows.append((total, words.money(document.total), True))
    if not document.is_credit:
        rows.append((_("Already paid"), words.money(document.paid), False))
        rows.append((_("Amount due"), words.money(document.due), False))
    sheet.ln(4)
    height = 6.2
    if sheet.will_page_break(height * len(rows)):
        sheet.add_page()
    x = sheet.w - MARGIN - _SUMS_WIDTH
    for label, amount, is_total in rows:
        size = 11.0 if is_total else 9.0
        y = sheet.get_y()
        sheet.set_xy(x, y)
        sheet.words(label, size=size, bold=is_total, width=_SUMS_WIDTH - 34)
        after = sheet.get_y()
        sheet.set_xy(sheet.w - MARGIN - 34, y)
        sheet.words(amount, size=size, bold=is_total, width=34, right=True)
        sheet.set_y(max(after, y + height))


def _notes(sheet: Sheet, document: Document, words: _Words) -> None:
    """Why no tax is charged (226(11), (11a)), and the tax in the seller's own currency (230)."""
    _ = words.gettext
    texts = list(document.notes)
    if home := document.home_tax:
        amount = formats.money(Money(home["tax"], home["currency"]), words.locale, exact=True)
        texts.append(
            _(
                "VAT in the seller's currency: %(amount)s (1 %(home)s = %(rate)s %(currency)s).",
                amount=amount,
                home=home["currency"],
                rate=home["rate"].replace(".", words.comma()),
                currency=document.currency,
            )
        )
    sheet.ln(4)
    for text in texts:
        sheet.set_x(MARGIN)
        sheet.words(text, size=8.5, ink=INK2, width=sheet.epw * 0.75)
        sheet.ln(1)
