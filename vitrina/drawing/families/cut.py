"""Recursive cut: a sheet cut again and again; pieces are inked, ruled or left alone."""

from __future__ import annotations

from vitrina.drawing.chance import Dice
from vitrina.drawing.marks import Line, Mark, Point, Shape, Sheet
from vitrina.drawing.palettes import Palette

_Box = tuple[float, float, float, float]


def draw(sheet: Sheet, palette: Palette, dice: Dice) -> list[Mark]:
    gap = dice.pick((5.0, 7.0, 9.0))
    smallest = dice.between(46, 74)
    ink_share = dice.between(0.34, 0.66)
    half = gap / 2
    whole = (sheet.left - half, sheet.top - half, sheet.right + half, sheet.bottom + half)
    weights = dice.shuffled(palette.inks)
    solids: list[Mark] = []
    ruled: list[Mark] = []
    for left, top, right, bottom in _pieces(dice, whole, smallest, 0):
        box = (left + half, top + half, right - half, bottom - half)
        ink = weights[min(len(weights) - 1, int(dice.roll() ** 1.5 * len(weights)))]
        fate = dice.roll()
        if fate < ink_share:
            solids.append(Shape((_corners(box),), ink))
        elif fate < ink_share + 0.06:
            solids.append(Shape((_quarter(box, dice.whole(0, 3)),), ink))
        elif fate < 0.93:
            ruled += _rules(box, ink, dice)
    return sorted(solids, key=lambda mark: mark.ink) + sorted(ruled, key=lambda mark: mark.ink)


def _pieces(dice: Dice, box: _Box, smallest: float, depth: int) -> list[_Box]:
    left, top, right, bottom = box
    wide, tall = right - left, bottom - top
    stop = depth > 2 and dice.chance(0.08 + 0.07 * (depth - 2))
    if max(wide, tall) < smallest * 2 or depth > 8 or (stop and max(wide, tall) < 260):
        return [box]
    share = dice.pick((0.33, 0.38, 0.5, 0.62, 0.67))
    if wide > tall * 1.1 or (wide > tall * 0.9 and dice.chance(0.5)):
        at = left + wide * share
        parts: tuple[_Box, _Box] = ((left, top, at, bottom), (at, top, right, bottom))
    else:
        at = top + tall * share
        parts = ((left, top, right, at), (left, at, right, bottom))
    return [piece for part in parts for piece in _pieces(dice, part, smallest, depth + 1)]


def _corners(box: _Box) -> list[Point]:
    left, top, right, bottom = box
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def _quarter(box: _Box, corner: int) -> list[Point]:
    """The half of a piece on one side of its diagonal."""
    points = _corners(box)
    return [point for k, point in enumerate(points) if k != corner]


def _rules(box: _Box, ink: str, dice: Dice) -> list[Line]:
    """Parallel rules that fill a piece exactly from edge to edge."""
    left, top, right, bottom = box
    wide, tall = right - left, bottom - top
    pitch = dice.pick((5.0, 6.5, 8.0))
    inset = 0.6
    if dice.chance(0.72):
        count = max(2, round(tall / pitch))
        return [
            Line(((left + inset, y), (right - inset, y)), ink, 1.6)
            for y in (top + inset + (tall - 2 * inset) * k / count for k in range(count + 1))
        ]
    count = max(2, round(wide / pitch))
    return [
        Line(((x, top + inset), (x, bottom - inset)), ink, 1.6)
        for x in (left + inset + (wide - 2 * inset) * k / count for k in range(count + 1))
    ]
