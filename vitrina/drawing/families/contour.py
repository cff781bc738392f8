"""Contour: lines of equal height over land that does not exist (marching squares)."""

from __future__ import annotations

import math
from collections.abc import Callable

from vitrina.drawing.chance import Dice
from vitrina.drawing.lines import kept_inside
from vitrina.drawing.marks import Line, Mark, Point, Shape, Sheet
from vitrina.drawing.palettes import Palette

_Grid = list[list[float]]
_Place = Callable[[list[Point]], list[Point]]
_CELL = 9.0


def draw(sheet: Sheet, palette: Palette, dice: Dice) -> list[Mark]:
    kind = dice.whole(0, 3)
    columns, rows = round(sheet.inner_width / _CELL), round(sheet.inner_height / _CELL)
    grid = _land(dice, columns, rows, shore=kind == 0)
    step_x, step_y = sheet.inner_width / columns, sheet.inner_height / rows

    def place(line: list[Point]) -> list[Point]:
        return [(sheet.left + x * step_x, sheet.top + y * step_y) for x, y in line]

    if kind == 0:
        return _layers(grid, palette, place)
    count = dice.whole(20, 28)
    order = dice.shuffled(palette.inks) if dice.chance(0.5) else list(palette.inks)
    disc = kind == 1
    radius = min(sheet.inner_width, sheet.inner_height) / 2
    marks: list[Line] = []
    for level in range(1, count):
        ink = order[min(len(order) - 1, level * len(order) // count)]
        width = 2.8 if level % 5 == 0 else 1.5
        for line in level_lines(grid, level / count):
            stretch = place(line)
            closed = line[0] == line[-1] and not disc
            parts = (
                kept_inside(stretch, sheet.width / 2, sheet.height / 2, radius)
                if disc
                else [stretch]
            )
            marks += [
                Line(part[:-1] if closed else part, ink, width, closed, smooth=True)
                for part in parts
                if len(part) > 4
            ]
    marks.sort(key=lambda mark: mark.width)
    return [*marks]


def _land(dice: Dice, columns: int, rows: int, *, shore: bool) -> _Grid:
    """Heights from 0 to 1: round hills and hollows on uneven ground; a shore is low all round."""
    noise, hills = dice.noise(), _hills(dice, columns, rows, shore)
    scale, rough = dice.between(20, 30), dice.between(0.35, 0.6)
    grid = []
    for j in range(rows + 1):
        line = []
        for i in range(columns + 1):
            height = rough * noise.hills(i / scale, j / scale)
            for x, y, spread, size in hills:
                away = ((i - x) * (i - x) + (j - y) * (j - y)) * spread
                if away < 9:
                    height += size * math.exp(-away)
            line.append(height)
        grid.append(line)
    low = min(min(line) for line in grid)
    high = max(max(line) for line in grid)
    if shore:
        low = max(max(grid[0]), max(grid[-1]), max(max(line[0], line[-1]) for line in grid))
    return [[(height - low) / (high - low) for height in line] for line in grid]


def _hills(
    dice: Dice, columns: int, rows: int, shore: bool
) -> list[tuple[float, float, float, float]]:
    """Centre, steepness and height (or depth) of each hill."""
    inset = 0.27 if shore else 0.0
    short = min(columns, rows)
    made = []
    for _ in range(dice.whole(4, 6) if shore else dice.whole(6, 9)):
        x = columns * dice.between(inset, 1 - inset)
        y = rows * dice.between(inset, 1 - inset)
        radius = short * dice.between(0.17, 0.27 if shore else 0.34)
        size = dice.between(0.5, 1.1) if shore or dice.chance(0.62) else -dice.between(0.4, 0.8)
        made.append((x, y, 1 / (radius * radius), size))
    return made


def _layers(grid: _Grid, palette: Palette, place: _Place) -> list[Mark]:
    """Sheets of inked paper laid on each other, every one smaller than the last."""
    marks: list[Mark] = []
    inks = palette.inks
    for step, level in enumerate((0.03, 0.16, 0.3, 0.45, 0.6, 0.75)):
        rings = [place(line[:-1]) for line in level_lines(grid, level) if len(line) > 8]
        if not rings:
            continue
        if step % 2 == 0:
            marks.append(Shape(rings, inks[step // 2 % len(inks)], smooth=True))
        else:
            marks.append(Shape(rings, palette.paper, smooth=True))
            marks += [Line(ring, inks[step // 2 % len(inks)], 1.2, True, True) for ring in rings]
    return marks


def level_lines(grid: _Grid, level: float) -> list[list[Point]]:
    """The lines where a grid of heights passes a level, in grid coordinates.

    A closed line ends with the point it begins with.
    """
    links: dict[tuple[int, int, int], list[tuple[int, int, int]]] = {}
    spots: dict[tuple[int, int, int], Point] = {}
    for j in range(len(grid) - 1):
        upper, lower = grid[j], grid[j + 1]
        for i in range(len(upper) - 1):
            a, b, c, d = (
                upper[i] > level,
                upper[i + 1] > level,
                lower[i + 1] > level,
                lower[i] > level,
            )
            if a == b == c == d:
                continue
            edges = _edges((a, b, c, d), i, j)
            for one, other in edges:
                links.setdefault(one, []).append(other)
                links.setdefault(other, []).append(one)
    for edge in links:
        spots[edge] = _spot(grid, edge, level)
    return _chained(links, spots)


def _edges(
    corners: tuple[bool, bool, bool, bool], i: int, j: int
) -> list[tuple[tuple[int, int, int], tuple[int, int, int]]]:
    """Which sides of the cell a line joins; (0, i, j) is a level side, (1, i, j) an upright one."""
    a, b, c, d = corners
    sides = [
        side
        for side, crossed in (
            ((0, i, j), a != b),
            ((1, i + 1, j), b != c),
            ((0, i, j + 1), c != d),
            ((1, i, j), d != a),
        )
        if crossed
    ]
    if len(sides) == 2:
        return [(sides[0], sides[1])]
    return [(sides[0], sides[3]), (sides[1], sides[2])]


def _spot(grid: _Grid, edge: tuple[int, int, int], level: float) -> Point:
    upright, i, j = edge
    here = grid[j][i]
    there = grid[j + 1][i] if upright else grid[j][i + 1]
    share = (level - here) / (there - here) if math.fabs(there - here) > 1e-12 else 0.5
    return (i, j + share) if upright else (i + share, j)


def _chained(
    links: dict[tuple[int, int, int], list[tuple[int, int, int]]],
    spots: dict[tuple[int, int, int], Point],
) -> list[list[Point]]:
    """Join the pieces end to end: first from open ends, then around the closed lines."""
    lines: list[list[Point]] = []
    seen: set[tuple[int, int, int]] = set()
    for start in [edge for edge in links if len(links[edge]) == 1] + list(links):
        if start in seen:
            continue
        line, edge = [spots[start]], start
        seen.add(start)
        while True:
            onward = [other for other in links[edge] if other not in seen]
            if not onward:
                break
            edge = onward[0]
            seen.add(edge)
            line.append(spots[edge])
        if len(links[start]) == 2:
            line.append(line[0])
        lines.append(line)
    return lines
