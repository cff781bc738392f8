"""Truchet arcs: one tile in two positions; every loop that closes gets one ink."""

from __future__ import annotations

from vitrina.drawing.chance import Dice
from vitrina.drawing.marks import Arc, Dot, Mark, Sheet, by_ink
from vitrina.drawing.palettes import Palette

_Port = tuple[str, int, int, int]


class _Threads:
    """Which arc ends belong to the same thread (union-find)."""

    def __init__(self) -> None:
        self._parent: dict[_Port, _Port] = {}

    def root(self, port: _Port) -> _Port:
        parent = self._parent.setdefault(port, port)
        while parent != self._parent[parent]:
            self._parent[parent] = parent = self._parent[self._parent[parent]]
        return parent

    def tie(self, one: _Port, other: _Port) -> None:
        self._parent[self.root(one)] = self.root(other)


def draw(sheet: Sheet, palette: Palette, dice: Dice) -> list[Mark]:
    strands = dice.pick((1, 2, 3, 3, 4))
    columns = (
        dice.whole(7, 10)
        if strands == 1
        else dice.whole(6, 8)
        if strands == 2
        else dice.whole(4, 6)
    )
    size = sheet.inner_width / columns
    rows = int(sheet.inner_height / size + 0.2)
    size = min(size, sheet.inner_height / rows)
    left, top = (sheet.width - columns * size) / 2, (sheet.height - rows * size) / 2
    width = {1: 0.2, 2: 0.09, 3: 0.07, 4: 0.048}[strands] * size
    spread = {1: 0.0, 2: 0.2, 3: 0.19, 4: 0.13}[strands]
    order = dice.pick((0.5, 0.5, 0.78))
    threads, arcs = _Threads(), []
    for row in range(rows):
        for column in range(columns):
            flip = dice.chance(order if (row + column) % 2 else 1 - order)
            for strand in range(strands):
                off = (strand - (strands - 1) / 2) * spread
                arcs += _tile(threads, column, row, (strand, strands), 0.5 + off, flip)
    ink_of = _dye(threads, arcs, dice, palette)
    marks: list[Mark] = [
        Arc(left + x * size, top + y * size, r * size, start, 90, ink_of[threads.root(port)], width)
        for x, y, r, start, port in arcs
    ]
    return by_ink(marks) + _stars(dice, palette, (left, top, size), (columns, rows))


_Bow = tuple[float, float, float, float, _Port]


def _tile(
    threads: _Threads, column: int, row: int, strand: tuple[int, int], radius: float, flip: bool
) -> list[_Bow]:
    """Two quarter circles around opposite corners, and which thread they carry on."""
    near, many = strand
    far = many - 1 - near
    top, bottom = ("h", column, row), ("h", column, row + 1)
    west, east = ("v", column, row), ("v", column + 1, row)
    if flip:
        threads.tie((*top, near), (*west, near))
        threads.tie((*bottom, far), (*east, far))
        return [
            (column, row, radius, 0, (*top, near)),
            (column + 1, row + 1, radius, 180, (*bottom, far)),
        ]
    threads.tie((*top, far), (*east, near))
    threads.tie((*bottom, near), (*west, far))
    return [
        (column + 1, row, radius, 90, (*top, far)),
        (column, row + 1, radius, 270, (*bottom, near)),
    ]


def _dye(threads: _Threads, arcs: list[_Bow], dice: Dice, palette: Palette) -> dict[_Port, str]:
    """The long threads take the first ink, the shorter ones the rest, in turn."""
    lengths: dict[_Port, int] = {}
    for *_, port in arcs:
        root = threads.root(port)
        lengths[root] = lengths.get(root, 0) + 1
    first, others = palette.inks[0], dice.shuffled(palette.inks[1:])
    ranked = sorted(lengths, key=lambda root: (-lengths[root], root))
    dye: dict[_Port, str] = {}
    for place, root in enumerate(ranked):
        loud = dice.chance(0.5 if place else 0.0)
        dye[root] = others[place % len(others)] if loud else first
    return dye


def _stars(
    dice: Dice, palette: Palette, frame: tuple[float, float, float], count: tuple[int, int]
) -> list[Mark]:
    """On some prints, a dot where four tiles meet."""
    if not dice.chance(0.35):
        return []
    left, top, size = frame
    return [
        Dot(left + i * size, top + j * size, size * 0.06, palette.inks[-1])
        for i in range(1, count[0])
        for j in range(1, count[1])
        if dice.chance(0.3)
    ]
