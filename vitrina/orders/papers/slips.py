"""What goes with the goods: the packing slip in a parcel, and the list by which they are picked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from vitrina.core import formats
from vitrina.core.locales import Locale
from vitrina.core.words import translator
from vitrina.orders.papers import table
from vitrina.orders.papers.sheet import INK2, MARGIN, Cell, Column, Sheet

_PICTURE = 62.0


@dataclass(frozen=True, slots=True)
class Shop:
    """Who sends it, and how to be reached."""

    name: str
    email: str
    phone: str

    @property
    def foot(self) -> str:
        return " · ".join(part for part in (self.name, self.email, self.phone) if part)


@dataclass(frozen=True, slots=True)
class Piece:
    """Pieces of one variant. ``where`` says for which orders they are, on a picking list."""

    title: str
    label: str
    sku: str
    quantity: int
    location: str = ""
    where: str = ""


@dataclass(frozen=True, slots=True)
class Slip:
    """A packing slip: of a parcel (``number`` is its own), or of all that an order still gets."""

    number: str
    order: str
    ordered_at: datetime
    address: tuple[str, ...]
    method: str
    pieces: tuple[Piece, ...]
    is_part: bool
    note: str
    locale: Locale


def packing_slip(slip: Slip, shop: Shop, *, at: datetime, picture: bytes | None = None) -> bytes:
    """The slip as PDF, in the order's language and without prices: it may be a present.

    ``picture`` is a PNG that stands at the top; ``at`` the moment the file says it was made.
    """
    _ = translator(slip.locale)
    sheet = _sheet(_("Packing slip"), slip.number, shop, slip.locale, at)
    top = sheet.get_y()
    if picture:
        sheet.picture(picture, x=sheet.w - MARGIN - _PICTURE, y=top, width=_PICTURE)
    _title(sheet, shop, _("Packing slip"), slip.number)
    y = max(sheet.get_y(), top + (_PICTURE * 0.7 + 4 if picture else 0))
    sheet.set_y(y)
    sheet.rule()
    half = sheet.epw / 2
    day = formats.day(slip.ordered_at, slip.locale, style="long")
    facts = [(_("Order"), f"{slip.order}, {day}"), (_("Delivery"), slip.method)]
    end = sheet.block(_("Delivered to"), slip.address, x=MARGIN, y=y + 3, width=half - 6)
    right = y + 3
    for title, text in facts:
        if text:
            right = sheet.block(title, [text], x=MARGIN + half, y=right, width=half) + 1.5
    sheet.set_xy(MARGIN, max(end, right) + 5)
    columns = [
        Column(_("Item"), sheet.epw - 58),
        Column(_("SKU"), 38),
        Column(_("Pieces"), 20, True),
    ]
    rows = [
        [Cell(one.title, one.label), Cell(one.sku), Cell(str(one.quantity))] for one in slip.pieces
    ]
    table.draw(sheet, columns, rows)
    sheet.ln(4)
    if slip.is_part:
        sheet.words(_("This is a part of your order. The rest comes in another parcel."), ink=INK2)
    if slip.note:
        sheet.block(
            _("Your note"), [slip.note], x=MARGIN, y=sheet.get_y() + 2, width=sheet.epw * 0.75
        )
    return sheet.finished()


def picking_list(
    pieces: Sequence[Piece], orders: Sequence[str], shop: Shop, *, locale: Locale, at: datetime
) -> bytes:
    """What to fetch from which shelf for ``orders``, by location and SKU, with a box to tick."""
    _ = translator(locale)
    sheet = _sheet(_("Picking list"), "", shop, locale, at)
    _title(sheet, shop, _("Picking list"), formats.moment(at, locale))
    sheet.words(_("Orders: %(numbers)s", numbers=", ".join(orders) or "–"), size=8.5, ink=INK2)
    sheet.ln(4)
    columns = [
        Column("", 12),
        Column(_("Location"), 26),
        Column(_("SKU"), 34),
        Column(_("Item"), sheet.epw - 137),
        Column(_("Pieces"), 17, True),
        Column(_("For orders"), 48),
    ]
    rows = [
        [
            Cell("[   ]"),
            Cell(one.location),
            Cell(one.sku),
            Cell(one.title, one.label),
            Cell(str(one.quantity)),
            Cell("", one.where),
        ]
        for one in pieces
    ]
    table.draw(sheet, columns, rows)
    sheet.ln(3)
    total = sum(one.quantity for one in pieces)
    sheet.words(_("Pieces in all: %(number)s", number=total), bold=True)
    return sheet.finished()


def _sheet(title: str, number: str, shop: Shop, locale: Locale, at: datetime) -> Sheet:
    _ = translator(locale)
    return Sheet(
        title=f"{title} {number}".strip(),
        author=shop.name,
        lang=locale.tag,
        at=at,
        foot=shop.foot,
        pages=_("Page %(page)s of %(pages)s", page="{page}", pages="{pages}"),
    )


def _title(sheet: Sheet, shop: Shop, title: str, number: str) -> None:
    sheet.words(shop.name, size=11, bold=True)
    sheet.ln(9)
    sheet.words(title, size=26, family="serif")
    sheet.words(number, size=12, ink=INK2)
    sheet.ln(6)
