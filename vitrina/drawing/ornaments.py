"""One-ink drawings of the pages: the footer's wave, empty places, and one for every order."""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable

from vitrina.drawing import pixels, vector
from vitrina.drawing.chance import Dice
from vitrina.drawing.families import flow, pendulum, ridge, rings, seedhead, weave
from vitrina.drawing.marks import Line, Mark, Point, Sheet
from vitrina.drawing.palettes import Palette
from vitrina.drawing.studio import encoded, named
from vitrina.drawing.words import Words

INK = "#13235B"
PAPER = "#F2F3F0"

_Ornament = Callable[[Dice, str], list[Mark]]
_ORDER_SHEET = Sheet(600.0, 420.0, 30.0)
_ORDER_FAMILIES = (rings.draw, pendulum.draw, ridge.draw, flow.draw, seedhead.draw, weave.draw)


def ornament(seed: int, kind: str) -> str:
    """An ornament of ``KINDS`` as SVG in ``currentColor``, hidden from screen readers.

    Raises KeyError for another kind.
    """
    sheet, draw = KINDS[kind]
    return _in_one_ink(
        draw(Dice(kind, seed), "currentColor"), sheet, f"ornament ornament-{kind}", None
    )


def order_drawing(number: str, title: str | None = None) -> str:
    """The drawing that belongs to one order and no other, as SVG in ``currentColor``."""
    return _in_one_ink(_order(number, "currentColor"), _ORDER_SHEET, "order-drawing", title)


def order_picture(number: str, width_px: int, *, ink: str = INK, paper: str = PAPER) -> bytes:
    """The same drawing as PNG bytes, for mail and the packing slip."""
    image = pixels.painted(_order(number, ink), _ORDER_SHEET, paper, width_px)
    return encoded(image, "PNG")


def _order(number: str, ink: str) -> list[Mark]:
    seed = zlib.crc32(number.encode())
    palette = Palette("order", Words("", "", ""), "none", (ink,))
    return _ORDER_FAMILIES[seed % len(_ORDER_FAMILIES)](_ORDER_SHEET, palette, Dice("order", seed))


def _in_one_ink(marks: list[Mark], sheet: Sheet, name: str, title: str | None) -> str:
    width, height = vector.number(sheet.width), vector.number(sheet.height)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="{name}" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}"{named(title)}{vector.paths(marks)}</svg>'
    )


def _wave(dice: Dice, ink: str) -> list[Mark]:
    """Nine lines across the page that breathe together."""
    noise = dice.noise()
    marks: list[Mark] = []
    for row in range(9):
        line = []
        for k in range(61):
            x = k * 24.0
            swell = math.sin(math.pi * k / 60) ** 2
            rise = noise.at(k * 0.13 + row * 0.06, row * 0.16) - 0.5
            line.append((x, 24 + row * 9 + swell * rise * 42))
        marks.append(Line(line, ink, 1.2, smooth=True))
    return marks


def _blank_sheet(left: float, top: float, right: float, bottom: float, ink: str) -> Line:
    corners = ((left, top), (right, top), (right, bottom), (left, bottom))
    return Line(corners, ink, 1.6, closed=True)


def _started(dice: Dice, ink: str) -> list[Mark]:
    """A blank sheet with one line begun, and the pencil still lying on it."""
    noise = dice.noise()
    line: list[Point] = [
        (78 + k * 6.0, 150 - 46 * (noise.hills(k * 0.19, 2.5) - 0.5) * min(1.0, k / 6))
        for k in range(21)
    ]
    x, y = line[-1]
    pencil = [(x + a, y - b) for a, b in ((0, 0), (9, 4), (60, 55), (52, 63), (2, 11))]
    return [
        _blank_sheet(40, 20, 280, 320, ink),
        Line(line, ink, 2.4, smooth=True),
        Line(pencil, ink, 1.6, closed=True),
        Line(((x + 9, y - 4), (x + 2, y - 11)), ink, 1.6),
        Line(((x + 52, y - 47), (x + 44, y - 55)), ink, 1.6),
    ]


def _ran_off(dice: Dice, ink: str) -> list[Mark]:
    """A line that left its sheet and went for a walk."""
    noise = dice.noise()
    rows: list[Mark] = [_blank_sheet(40, 30, 260, 310, ink)]
    for row in range(6):
        points = [
            (70 + k * 8.0, 92 + row * 22 - 44 * (noise.hills(k * 0.24, row * 0.3) - 0.4))
            for k in range(21)
        ]
        rows.append(Line(points, ink, 1.6, smooth=True))
    loops: list[Point] = [(70.0 + k * 9, 240.0 - 8 * noise.at(k * 0.3, 7.7)) for k in range(19)]
    turn = dice.between(-0.2, 0.2)
    for k in range(150):
        angle = k * 0.21 + turn
        x = 246 + k * 2.9 + 30 * math.sin(angle) * min(1.0, k / 14)
        y = 236 - 34 * (1 - math.cos(angle)) * min(1.0, k / 14) + 38 * math.sin(k * 0.031)
        loops.append((x, y))
    rows.append(Line(loops, ink, 2.4, smooth=True))
    return rows


KINDS: dict[str, tuple[Sheet, _Ornament]] = {
    "wave": (Sheet(1440.0, 120.0, 0.0), _wave),
    "empty-cart": (Sheet(320.0, 340.0, 0.0), _started),
    "not-found": (Sheet(660.0, 340.0, 0.0), _ran_off),
}
