"""Flow field: lines that follow a slow current and keep their distance from each other."""

from __future__ import annotations

import math
from collections.abc import Callable

from vitrina.drawing.chance import Dice
from vitrina.drawing.marks import Line, Mark, Point, Sheet, by_ink
from vitrina.drawing.palettes import Palette

_STEP = 4.0
_Current = Callable[[float, float], float]


class _Water:
    """What is already drawn, in cells of the chosen distance."""

    def __init__(self, sheet: Sheet, apart: float) -> None:
        self.sheet, self.apart = sheet, apart
        self._cells: dict[tuple[int, int], list[Point]] = {}

    def free(self, x: float, y: float, apart: float) -> bool:
        sheet = self.sheet
        if not (sheet.left <= x <= sheet.right and sheet.top <= y <= sheet.bottom):
            return False
        column, row = int(x / self.apart), int(y / self.apart)
        near = apart * apart
        cells = self._cells
        for i in (column - 1, column, column + 1):
            for j in (row - 1, row, row + 1):
                for px, py in cells.get((i, j), ()):
                    if (px - x) * (px - x) + (py - y) * (py - y) < near:
                        return False
        return True

    def add(self, points: list[Point]) -> None:
        for x, y in points:
            self._cells.setdefault((int(x / self.apart), int(y / self.apart)), []).append((x, y))


def draw(sheet: Sheet, palette: Palette, dice: Dice) -> list[Mark]:
    water = _Water(sheet, dice.between(10.5, 12.5))
    current = _current(dice, sheet)
    tint, inks = dice.noise(), dice.shuffled(palette.inks)
    longest = round(dice.between(60, 130))
    marks: list[Mark] = []
    for x, y in _starts(dice, sheet):
        line = _trace(water, current, x, y, longest)
        if len(line) < 9:
            continue
        water.add(line)
        shade = tint.at(x / 230, y / 230) * 1.5 - 0.25 + dice.between(-0.12, 0.12)
        ink = inks[min(len(inks) - 1, max(0, int(shade * len(inks))))]
        width = (1.5, 2.6, 4.2)[min(2, int(dice.roll() ** 1.5 * 3))]
        marks.append(Line([*line[::3], line[-1]], ink, width, smooth=True))
    return by_ink(marks)


def _current(dice: Dice, sheet: Sheet) -> _Current:
    noise, base = dice.noise(), dice.between(0, math.tau)
    scale, turn = dice.between(250, 380), dice.between(1.0, 1.9) * math.pi
    eye_x = sheet.left + sheet.inner_width * dice.between(0.3, 0.7)
    eye_y = sheet.top + sheet.inner_height * dice.between(0.3, 0.7)
    whirl = dice.pick((0.0, 0.0, 0.75))

    def current(x: float, y: float) -> float:
        drift = base + turn * (noise.at(x / scale, y / scale) - 0.5) * 2
        if not whirl:
            return drift
        around = math.atan2(y - eye_y, x - eye_x) + math.pi / 2
        return around + whirl * (noise.at(x / scale, y / scale) - 0.5) * 2

    return current


def _starts(dice: Dice, sheet: Sheet) -> list[Point]:
    spots = [
        (sheet.left + (i + dice.roll()) * 13, sheet.top + (j + dice.roll()) * 13)
        for i in range(int(sheet.inner_width / 13))
        for j in range(int(sheet.inner_height / 13))
    ]
    return dice.shuffled(spots)


def _trace(water: _Water, current: _Current, x: float, y: float, longest: int) -> list[Point]:
    """Follow the current both ways until land or another line is near."""
    if not water.free(x, y, water.apart):
        return []
    ways = []
    for sign in (_STEP, -_STEP):
        px, py, way = x, y, []
        for _ in range(longest):
            angle = current(px, py)
            px, py = px + sign * math.cos(angle), py + sign * math.sin(angle)
            if not water.free(px, py, water.apart * 0.62):
                break
            way.append((px, py))
        ways.append(way)
    return [*reversed(ways[1]), (x, y), *ways[0]]
