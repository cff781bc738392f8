"""Pendulum: the curve of a pen that hangs from pendulums and slowly comes to rest."""

from __future__ import annotations

import math

from vitrina.drawing.chance import Dice
from vitrina.drawing.lines import fitted
from vitrina.drawing.marks import Line, Mark, Point, Sheet
from vitrina.drawing.palettes import Palette

_CHORDS = ((2, 3), (3, 4), (1, 2), (3, 5), (4, 5), (1, 1), (2, 5))


def draw(sheet: Sheet, palette: Palette, dice: Dice) -> list[Mark]:
    inks = dice.shuffled(palette.inks)
    swings = dice.whole(1, min(3, len(inks)))
    chord = dice.pick(_CHORDS)
    tall = min(1.45, max(0.69, sheet.inner_height / sheet.inner_width))
    first = _swing(dice, chord, tall)
    curves = [first]
    for turn in range(1, swings):
        lean = turn * dice.between(0.1, 0.22)
        curves.append([_turned(point, lean, 1 - 0.08 * turn) for point in first])
    box = (sheet.left, sheet.top, sheet.right, sheet.bottom)
    return [
        Line(curve, inks[place % len(inks)], 1.2, smooth=True)
        for place, curve in enumerate(fitted(curves, box))
    ]


def _swing(dice: Dice, chord: tuple[int, int], tall: float) -> list[Point]:
    """One release of the pen: a pendulum a side, out of tune by a hair, and a third below."""
    p, q = chord
    slip = dice.between(0.0035, 0.008) * dice.pick((1, -1))
    phases = [dice.between(0, math.tau) for _ in range(3)]
    rounds = round(dice.between(30, 42) / max(1.0, (p + q) / 4))
    rest = dice.between(0.7, 1.5) / rounds
    sway = dice.pick((0.0, 0.12, 0.22))
    dense = 15 * max(p, q)
    points = []
    for k in range(rounds * dense + 1):
        turn = k / dense
        t, loss = turn * math.tau, math.exp(-rest * turn)
        x = math.sin(p * t + phases[0]) + sway * math.sin((p + slip) * t + phases[2])
        y = math.sin((q + slip) * t + phases[1]) + sway * math.cos((q - slip) * t + phases[2])
        points.append((x * loss, y * loss * tall))
    return points


def _turned(point: Point, angle: float, scale: float) -> Point:
    x, y = point
    cos, sin = math.cos(angle) * scale, math.sin(angle) * scale
    return x * cos - y * sin, x * sin + y * cos
