"""Strata: hills or waves in flat layers, each cut from one ink or ruled along its back."""

from __future__ import annotations

from vitrina.drawing.chance import Dice
from vitrina.drawing.lines import circle
from vitrina.drawing.marks import Line, Mark, Point, Shape, Sheet
from vitrina.drawing.palettes import Palette

_ACROSS = 28


def draw(sheet: Sheet, palette: Palette, dice: Dice) -> list[Mark]:
    layers = dice.whole(5, 8)
    sky = sheet.inner_height * dice.between(0.26, 0.4)
    step = (sheet.inner_height - sky) / layers
    inks = dice.shuffled(palette.inks)
    sun = inks.pop()
    marks: list[Mark] = [_sun(dice, sheet, sky, sun)]
    for layer in range(layers):
        base = sheet.top + sky + step * (layer + 0.15)
        back = _back(dice, sheet, base, step * dice.between(0.7, 1.5))
        ink = inks[layer % len(inks)]
        ground = [*back, (sheet.right, sheet.bottom), (sheet.left, sheet.bottom)]
        if layer % 2 == 0 and layer < layers - 1:
            marks.append(Shape((ground,), palette.paper))
            marks += _ruled(back, sheet, ink, step)
        else:
            marks.append(Shape((ground,), ink))
    return marks


def _sun(dice: Dice, sheet: Sheet, sky: float, ink: str) -> Mark:
    radius = min(sheet.inner_width, sheet.inner_height) * dice.between(0.11, 0.19)
    x = sheet.left + sheet.inner_width * dice.pick((0.27, 0.38, 0.62, 0.73))
    y = sheet.top + max(radius + 4, sky * dice.between(0.5, 1.0))
    return Shape((circle(x, y, radius, 72),), ink)


def _back(dice: Dice, sheet: Sheet, base: float, rise: float) -> list[Point]:
    """The upper edge of a layer, finely divided."""
    noise, waves = dice.noise(), dice.between(1.6, 3.4)
    fine = _ACROSS * 4
    return [
        (
            sheet.left + sheet.inner_width * k / fine,
            min(sheet.bottom - 4, base + rise * (0.5 - noise.hills(k / fine * waves, 0.5))),
        )
        for k in range(fine + 1)
    ]


def _ruled(back: list[Point], sheet: Sheet, ink: str, step: float) -> list[Mark]:
    """Lines that repeat the edge below it, further and further apart."""
    marks: list[Mark] = []
    drop, gap = 0.0, 4.6
    while drop < step * 2.4:
        line = [(x, y + drop) for x, y in back[::2]]
        if max(y for _, y in line) > sheet.bottom:
            break
        marks.append(Line(line, ink, 1.6))
        drop += gap
        gap *= 1.05
    return marks
