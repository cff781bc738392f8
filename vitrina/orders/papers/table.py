"""Tables that go on over pages: the heading is repeated, and no row is torn apart."""

from collections.abc import Sequence
from typing import cast

from fpdf.enums import Align, MethodReturnValue

from vitrina.orders.papers.sheet import FOOT, INK, INK2, LINE, MARGIN, Cell, Column, Sheet, drawable

_SIZE, _SMALL = 8.5, 7.5
_GAP, _PAD = 2.5, 1.8  # between columns, above and below a row; millimetres
_LINE = {size: size * 25.4 / 72 * 1.3 for size in (_SIZE, _SMALL)}


def draw(sheet: Sheet, columns: Sequence[Column], rows: Sequence[Sequence[Cell]]) -> None:
    """Draw ``rows`` under the headings of ``columns``, from the present place on."""
    _headings(sheet, columns)
    for row in rows:
        height = max(
            _height(sheet, column, cell) for column, cell in zip(columns, row, strict=True)
        )
        if sheet.get_y() + height + 2 * _PAD > sheet.h - FOOT:
            sheet.add_page()
            _headings(sheet, columns)
        _row(sheet, columns, row, height)


def _headings(sheet: Sheet, columns: Sequence[Column]) -> None:
    sheet.rule(INK)
    cells = [Cell("", column.heading) for column in columns]
    height = max(_height(sheet, one, cell) for one, cell in zip(columns, cells, strict=True))
    _row(sheet, columns, cells, height)


def _row(sheet: Sheet, columns: Sequence[Column], row: Sequence[Cell], height: float) -> None:
    x, top = MARGIN, sheet.get_y() + _PAD
    for column, cell in zip(columns, row, strict=True):
        y = top
        for text, size, ink in ((cell.text, _SIZE, INK), (cell.small, _SMALL, INK2)):
            if text:
                sheet.say("sans", size, ink)
                sheet.set_xy(x, y)
                sheet.multi_cell(
                    w=column.width - (0 if column is columns[-1] else _GAP),
                    h=_LINE[size],
                    text=drawable(text),
                    align=Align.R if column.right else Align.L,
                    new_x="LEFT",
                    new_y="NEXT",
                    padding=0,
                )
                y = sheet.get_y()
        x += column.width
    sheet.set_xy(MARGIN, top + height + _PAD)
    sheet.rule(LINE)


def _height(sheet: Sheet, column: Column, cell: Cell) -> float:
    height = 0.0
    for text, size in ((cell.text, _SIZE), (cell.small, _SMALL)):
        if text:
            sheet.say("sans", size)
            lines = sheet.multi_cell(
                w=column.width - _GAP,
                h=_LINE[size],
                text=drawable(text),
                align=Align.L,
                dry_run=True,
                output=MethodReturnValue.LINES,
            )
            height += _LINE[size] * max(len(cast(list[str], lines)), 1)
    return height
