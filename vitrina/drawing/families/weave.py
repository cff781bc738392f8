"""Weave: bundles of thread over and under each other, in the patterns of real looms."""

from __future__ import annotations

from collections.abc import Callable

from vitrina.drawing.chance import Dice
from vitrina.drawing.marks import Line, Mark, Sheet, by_ink
from vitrina.drawing.palettes import Palette

_Over = Callable[[int, int], bool]


def draw(sheet: Sheet, palette: Palette, dice: Dice) -> list[Mark]:
    columns = dice.whole(9, 14)
    pitch = sheet.inner_width / columns
    rows = round(sheet.inner_height / pitch)
    tall = sheet.inner_height / rows
    threads = dice.whole(3, 5)
    fill = dice.between(0.6, 0.78)
    over = _pattern(dice)
    width = min(3.0, pitch * fill / threads * dice.between(0.32, 0.5))
    warp, weft = _stripes(dice, palette, columns), _stripes(dice, palette, rows)
    marks: list[Mark] = []
    for column in range(columns):
        for low, high in _visible([over(column, row) for row in range(rows)], 1 - fill):
            for k in range(threads):
                x = sheet.left + (column + 0.5 + fill * ((k + 0.5) / threads - 0.5)) * pitch
                line = ((x, sheet.top + low * tall), (x, sheet.top + high * tall))
                marks.append(Line(line, warp[column], width))
    for row in range(rows):
        for low, high in _visible([not over(column, row) for column in range(columns)], 1 - fill):
            for k in range(threads):
                y = sheet.top + (row + 0.5 + fill * ((k + 0.5) / threads - 0.5)) * tall
                line = ((sheet.left + low * pitch, y), (sheet.left + high * pitch, y))
                marks.append(Line(line, weft[row], width))
    return by_ink(marks)


def _pattern(dice: Dice) -> _Over:
    """Whether the warp lies on top at a crossing: plain, basket, twill or satin."""
    kind, lean = dice.whole(0, 3), dice.pick((1, -1))
    if kind == 0:
        return lambda column, row: (column + row) % 2 == 0
    if kind == 1:
        return lambda column, row: (column // 2 + row // 2) % 2 == 0
    if kind == 2:
        return lambda column, row: (column + lean * row) % 4 < 2
    return lambda column, row: (2 * column + lean * row) % 5 < 2


def _stripes(dice: Dice, palette: Palette, count: int) -> list[str]:
    """Stripes of one to four threads, the first ink most often, mirrored about the middle."""
    inks = [palette.inks[0], *dice.shuffled(palette.inks)]
    row: list[str] = []
    while len(row) < (count + 1) // 2:
        row += [dice.pick(inks)] * dice.whole(1, 3)
    half = row[: (count + 1) // 2]
    return half + half[::-1][count % 2 :]


def _visible(on_top: list[bool], gap: float) -> list[tuple[float, float]]:
    """Where a thread shows: it dives a little before the one that crosses it."""
    runs: list[tuple[float, float]] = []
    start: int | None = None
    for place, shown in enumerate([*on_top, False]):
        if shown and start is None:
            start = place
        elif not shown and start is not None:
            low = start - gap * 0.28 if start else start + gap / 2
            high = place + gap * 0.28 if place < len(on_top) else place - gap / 2
            runs.append((low, high))
            start = None
    return runs
