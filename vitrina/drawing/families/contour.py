"""Contour: lines of equal height over land that does not exist (marching squares)."""

from __future__ import annotations

import math

from vitrina.drawing.chance import Dice
from vitrina.drawing.lines import kept_inside
from vitrina.drawing.marks import Line, Mark, Point, Shape, Sheet
from vitrina.drawing.palettes import Palette

_Grid = list[list[float]]
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
    count = dice.whole(17, 24)
    order = dice.shuffled(palette.inks) if dice.chance(0.5) else list(palette.inks)
    disc = kind == 1
    radius = min(sheet.inner_width, sheet.inner_height) / 2
    marks: list[Mark] = []
    for level in range(1, count):
        ink = order[min(len(order) - 1, level * len(order) // count)]
        width = 2.3 if level % 5 == 0 else 1.1
        for line in level_lines(grid, level / count):
            stretch = place(line)
            closed = line[0] == line[-1] and not disc
            parts = kept_inside(stretch, sheet.width / 2, sheet.height / 2, radius) if disc else [stretch]
            for part in parts:
                if len(part) > 4:
                    marks.append(Line(part[:-1] if closed else part, ink, width, closed, smooth=True))
    return sorted(marks, key=lambda mark: mark.width)  # type: ignore[union-attr]


def _land(dice: Dice, columns: int, rows: int, *, shore: bool) -> _Grid:
    """Heights from 0 to 1; with a shore, the land sinks to nothing at the edge of the sheet."""
    noise, scale = dice.noise(), dice.between(16, 24)
    lift, dx, dy = dice.between(0.0, 0.35), dice.between(-1, 1), dice.between(-1, 1)
    grid = []
    for j in range(rows + 1):
        line = []
        for i in range(columns + 1):
            height = noise.hills(i / scale, j / scale)
            height += lift * (dx * (i / columns - 0.5) + dy * (j / rows - 0.5))
            if shore:
                away = max(abs(2 * i / columns - 1), abs(2 * j / rows - 1))
                height = height + 0.12 - 0.9 * away**5
            line.append(height)
        grid.append(line)
    low = min(min(line) for line in grid)
    high = max(max(line) for line in grid)
    if shore:
        low = max(low, 0.1)
    return [[(height - low) / (high - low) for height in line] for line in grid]


def _layers(grid: _Grid, palette: Palette, place: object) -> list[Mark]:
    """Sheets of inked paper laid on each other, every one smaller than the last."""
    assert callable(place)
    marks: list[Mark] = []
    inks = palette.inks
    for step, level in enumerate((0.2, 0.36, 0.5, 0.63, 0.76)):
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
    """The lines where a grid of heights passes a level, in grid coordinates; closed ones end where they begin."""
    links: dict[tuple[int, int, int], list[tuple[int, int, int]]] = {}
    spots: dict[tuple[int, int, int], Point] = {}
    for j in range(len(grid) - 1):
        upper, lower = grid[j], grid[j + 1]
        for i in range(len(upper) - 1):
            a, b, c, d = upper[i] > level, upper[i + 1] > level, lower[i + 1] > level, lower[i] > level
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
