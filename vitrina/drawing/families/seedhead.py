"""Seed head: dots set a golden angle apart, as a sunflower does it."""

from __future__ import annotations

import math

from vitrina.drawing.chance import Dice
from vitrina.drawing.marks import Dot, Line, Mark, Sheet, by_ink
from vitrina.drawing.palettes import Palette

_GOLDEN = math.pi * (3 - math.sqrt(5))


def draw(sheet: Sheet, palette: Palette, dice: Dice) -> list[Mark]:
    count = dice.whole(620, 940)
    reach = min(sheet.inner_width, sheet.inner_height) / 2 - 6
    tall = sheet.inner_height > sheet.inner_width * 1.1
    x, y = sheet.width / 2, sheet.height / 2 - (sheet.inner_height * 0.04 if tall else 0)
    noise, inks = dice.noise(), dice.shuffled(palette.inks)
    swing, scale = dice.between(0, math.tau), dice.between(1.3, 2.4)
    kind, hollow = dice.whole(0, 2), dice.pick((0.0, 0.06, 0.14))
    biggest = reach / math.sqrt(count) * 0.86
    marks: list[Mark] = []
    for k in range(count):
        share = math.sqrt((k + 0.5) / count)
        if share < hollow:
            continue
        angle = swing + k * _GOLDEN
        px, py = share * math.cos(angle), share * math.sin(angle)
        tone = noise.hills(px * scale + 9, py * scale + 9)
        ink = inks[min(len(inks) - 1, int(max(0.0, tone * 1.6 - 0.3) * len(inks)))]
        size = biggest * (0.22 + 0.78 * _bell(kind, share, tone))
        if kind == 2:
            marks.append(_petal(x, y, reach, share, angle, size, ink))
        else:
            marks.append(Dot(x + reach * px, y + reach * py, size, ink))
    return by_ink(marks)


def _bell(kind: int, share: float, tone: float) -> float:
    """How full a seed is: kind 0 grows outwards, 1 follows the noise, 2 swells in the middle."""
    if kind == 0:
        return math.pow(share, 0.8)
    if kind == 1:
        return min(1.0, max(0.0, tone * 1.7 - 0.35))
    return math.sin(math.pi * math.pow(share, 0.9))


def _petal(
    x: float, y: float, reach: float, share: float, angle: float, size: float, ink: str
) -> Line:
    """A short stroke pointing away from the heart."""
    inner, outer = reach * share - size * 1.1, reach * share + size * 1.1
    outer = min(outer, reach)
    across, along = math.cos(angle), math.sin(angle)
    width = (1.6, 2.6, 3.6)[min(2, int(size / 3.2))]
    return Line(
        ((x + inner * across, y + inner * along), (x + outer * across, y + outer * along)),
        ink,
        width,
    )
