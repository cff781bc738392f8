"""Offset rings: soft rings around a few wells; where they cross, the inks make a third tone."""

from __future__ import annotations

import math

from vitrina.drawing.chance import Dice
from vitrina.drawing.lines import fitted
from vitrina.drawing.marks import Line, Mark, Point, Sheet
from vitrina.drawing.palettes import Palette

_AROUND = 44


def draw(sheet: Sheet, palette: Palette, dice: Dice) -> list[Mark]:
    tall = sheet.inner_height / sheet.inner_width
    wells = dice.whole(2, 4)
    inks = dice.shuffled(palette.inks)
    turn = dice.between(0, math.tau)
    rings: list[list[Point]] = []
    owners: list[str] = []
    for well in range(wells):
        angle = turn + well * math.tau / wells + dice.between(-0.3, 0.3)
        away = dice.between(0.45, 0.7) if wells > 2 else dice.between(0.35, 0.5)
        x = math.cos(angle) * away * min(1.0, 1 / tall)
        y = math.sin(angle) * away * min(1.5, max(1.0, tall))
        made = _well(dice, x, y, dice.between(0.62, 0.95))
        rings += made
        owners += [inks[well % len(inks)]] * len(made)
    pad = sheet.inner_width * 0.01
    box = (sheet.left + pad, sheet.top + pad, sheet.right - pad, sheet.bottom - pad)
    return [
        Line(ring, ink, 1.5, closed=True, smooth=True)
        for ring, ink in zip(fitted(rings, box), owners, strict=True)
    ]


def _well(dice: Dice, x: float, y: float, size: float) -> list[list[Point]]:
    noise, count = dice.noise(), dice.whole(20, 29)
    slip, way = dice.between(0.1, 0.42) * size, dice.between(0, math.tau)
    depth, swell = dice.between(0.2, 0.42), dice.between(0.7, 1.3)
    rings = []
    for ring in range(count):
        share = (ring + 1) / count
        cx = x + slip * (1 - share) * math.cos(way)
        cy = y + slip * (1 - share) * math.sin(way)
        line = []
        for k in range(_AROUND):
            angle = k * math.tau / _AROUND
            bend = noise.hills(
                5 + swell * math.cos(angle) + share * 0.5, 5 + swell * math.sin(angle)
            )
            radius = size * share * (1 + depth * 2 * (bend - 0.5))
            line.append((cx + radius * math.cos(angle), cy + radius * math.sin(angle)))
        rings.append(line)
    return rings
