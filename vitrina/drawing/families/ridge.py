"""Ridge field: rows of hills, each hiding what stands behind it."""

from __future__ import annotations

import math
from collections.abc import Callable

from vitrina.drawing.chance import Dice, Noise
from vitrina.drawing.lines import simplified
from vitrina.drawing.marks import Line, Mark, Point, Sheet
from vitrina.drawing.palettes import Palette

_COLUMNS = 150
_Swell = Callable[[float, float], float]


def draw(sheet: Sheet, palette: Palette, dice: Dice) -> list[Mark]:
    rows = round(sheet.inner_height / dice.between(12.5, 16.5))
    reach = dice.between(88, 128)
    noise, swell = dice.noise(), _swell(dice)
    inks = _bands(dice, palette, rows)
    land = [_row(noise, swell, row / (rows - 1), row * 0.21) for row in range(rows)]
    gap = _gap(sheet, land, reach)
    horizon = [math.inf] * (_COLUMNS + 1)
    marks: list[Mark] = []
    for row in reversed(range(rows)):
        base = sheet.bottom - (rows - 1 - row) * gap
        line = [
            (sheet.left + sheet.inner_width * k / _COLUMNS, base - reach * land[row][k])
            for k in range(_COLUMNS + 1)
        ]
        marks += [
            Line(simplified(run, 0.12), inks[row], 1.8)
            for run in _in_sight(line, horizon)
            if len(run) > 1
        ]
    return marks


def _gap(sheet: Sheet, land: list[list[float]], reach: float) -> float:
    """The distance of rows at which the highest peak just meets the top margin."""
    last = len(land) - 1
    return min(
        (sheet.inner_height - reach * max(heights)) / (last - row)
        for row, heights in enumerate(land[:last])
    )


def _swell(dice: Dice) -> _Swell:
    """Where the land may rise: a massif, two of them, or a slanting range."""
    kind, middle, wide = dice.whole(0, 2), dice.between(0.38, 0.62), dice.between(0.13, 0.19)
    lean = dice.between(-0.3, 0.3)

    def swell(x: float, y: float) -> float:
        if kind == 0:
            return math.exp(-(((x - middle - lean * 0.4 * (y - 0.5)) / wide) ** 2))
        if kind == 1:
            left = math.exp(-(((x - 0.3 - lean * 0.3 * y) / 0.11) ** 2))
            return left + 0.75 * math.exp(-(((x - 0.7 + lean * 0.3 * y) / 0.1) ** 2))
        ridge = 0.25 + 0.5 * y if lean > 0 else 0.75 - 0.5 * y
        return math.exp(-(((x - ridge) / 0.16) ** 2))

    return swell


def _row(noise: Noise, swell: _Swell, y: float, walk: float) -> list[float]:
    heights = []
    for k in range(_COLUMNS + 1):
        x = k / _COLUMNS
        edge = min(1.0, min(x, 1 - x) * 14)
        rise = swell(x, y)
        rough = noise.hills(x * 9, walk)
        heights.append(
            edge * (rise * (0.12 + rough * rough * 1.35) + 0.05 * noise.at(x * 22, walk))
        )
    return heights


def _bands(dice: Dice, palette: Palette, rows: int) -> list[str]:
    """The ink of each row: broad bands, as if the sun had stopped on some of them."""
    order, inks, drift = dice.shuffled(palette.inks), [], dice.noise()
    for row in range(rows):
        place = row / rows * len(order) * 1.15 + 0.9 * (drift.at(row * 0.13, 3.3) - 0.5)
        inks.append(order[int(max(0.0, place)) % len(order)])
    return inks


def _in_sight(line: list[Point], horizon: list[float]) -> list[list[Point]]:
    """The parts of a row above everything nearer; raises the horizon to the row."""
    runs: list[list[Point]] = []
    run: list[Point] = []
    horizon_before = math.inf
    for k, (x, y) in enumerate(line):
        if y < horizon[k]:
            if not run and k and line[k - 1][1] >= horizon[k - 1]:
                run.append(_crossing(line[k - 1], (x, y), horizon[k - 1], horizon[k]))
            run.append((x, y))
        elif run:
            run.append(_crossing(line[k - 1], (x, y), horizon_before, horizon[k]))
            runs.append(run)
            run = []
        horizon_before = horizon[k]
        horizon[k] = min(horizon[k], y)
    return [*runs, run] if run else runs


def _crossing(a: Point, b: Point, wall_a: float, wall_b: float) -> Point:
    """Where the segment from a to b passes the horizon."""
    over, under = wall_a - a[1], b[1] - wall_b
    if not math.isfinite(over + under) or over + under == 0:
        return a
    share = min(1.0, max(0.0, over / (over + under)))
    return a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share
