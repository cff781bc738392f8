"""Marks as SVG paths: short numbers, one path for each run of marks in the same ink and weight."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby, pairwise

from vitrina.drawing.marks import Arc, Dot, Line, Mark, Point, Shape

Style = tuple[str, str, float, bool]


def number(value: float) -> str:
    """A length with at most one decimal, in its shortest form: 0.5 is ``.5``."""
    return _tenths(round(value * 10))


def _tenths(value: int) -> str:
    sign, (whole, rest) = "-" if value < 0 else "", divmod(abs(value), 10)
    if not rest:
        return f"{sign}{whole}"
    return f"{sign}{whole or ''}.{rest}"


def _pair(x: int, y: int) -> str:
    left, right = _tenths(x), _tenths(y)
    return left + right if right[0] == "-" else f"{left} {right}"


def _snapped(points: Iterable[Point]) -> list[tuple[int, int]]:
    return [(round(x * 10), round(y * 10)) for x, y in points]


def _straight(points: Sequence[Point], closed: bool) -> str:
    spots = _snapped(points)
    steps = [f"M{_pair(*spots[0])}"]
    for (ax, ay), (bx, by) in pairwise(spots):
        if (ax, ay) == (bx, by):
            continue
        step = _pair(bx - ax, by - ay)
        glue = "l" if len(steps) == 1 else "" if step[0] == "-" else " "
        steps.append(glue + step)
    return "".join(steps) + ("z" if closed else "")


def _spline(points: Sequence[Point], closed: bool) -> str:
    """A quadratic B-spline with one pair of numbers a point.

    ``t`` mirrors the last control point, so each step only names where it ends. The end is chosen
    from the mirrored (rounded) control point, not the ideal one: rounding errors never add up.
    """
    spots = _snapped(points)
    if closed:
        spots = [*spots, spots[0], spots[1]]
    (ax, ay), (cx, cy) = spots[0], spots[1]
    x, y = (ax + cx) // 2, (ay + cy) // 2
    path = [f"M{_pair(x, y)}" if closed else f"M{_pair(ax, ay)}l{_pair(x - ax, y - ay)}"]
    for index, (px, py) in enumerate(spots[2:]):
        ex, ey = (cx + px) // 2, (cy + py) // 2
        step = _pair(ex - x, ey - y)
        if index == 0:
            path.append(
                f"q{_pair(cx - x, cy - y)} {step}t"
                if len(spots) > 3
                else f"q{_pair(cx - x, cy - y)} {step}"
            )
        else:
            path.append(step if path[-1][-1] == "t" or step[0] == "-" else f" {step}")
        x, y, cx, cy = ex, ey, 2 * ex - cx, 2 * ey - cy
    if closed:
        return "".join(path) + "z"
    last_x, last_y = spots[-1]
    return "".join(path) + f"L{_pair(last_x, last_y)}"


def _path(points: Sequence[Point], smooth: bool, closed: bool) -> str:
    if smooth and len(points) > 2:
        return _spline(points, closed)
    return _straight(points, closed)


def _round(x: float, y: float, radius: float) -> str:
    r, span = number(radius), round(radius * 20)
    half = f"a{r} {r} 0 1 0 "
    start = f"M{number(x - radius)} {number(y)}"
    return f"{start}{half}{_tenths(span)} 0{half}{_tenths(-span)} 0z"


def _outline(mark: Mark) -> str:
    if isinstance(mark, Line):
        return _path(mark.points, mark.smooth, mark.closed)
    if isinstance(mark, Shape):
        return "".join(_path(ring, mark.smooth, True) for ring in mark.rings)
    if isinstance(mark, Dot):
        return _round(mark.x, mark.y, mark.radius)
    start, end = _snapped([mark.at(mark.start), mark.at(mark.start + mark.sweep)])
    flags = f"0 {int(abs(mark.sweep) > 180)} {int(mark.sweep > 0)}"
    r = number(mark.radius)
    return f"M{_pair(*start)}a{r} {r} {flags} {_pair(end[0] - start[0], end[1] - start[1])}"


def _style(mark: Mark) -> Style:
    if isinstance(mark, Line | Arc):
        return "stroke", mark.ink, mark.width, False
    return "fill", mark.ink, mark.opacity, isinstance(mark, Shape) and len(mark.rings) > 1


def paths(marks: Iterable[Mark]) -> str:
    """The marks as ``<path>`` elements inside one group, in the order given."""
    parts = ['<g fill="none" stroke-linecap="round" stroke-linejoin="round">']
    for (kind, ink, amount, even), run in groupby(marks, key=_style):
        outline = "".join(_outline(mark) for mark in run)
        if kind == "stroke":
            parts.append(f'<path stroke="{ink}" stroke-width="{amount:g}" d="{outline}"/>')
            continue
        extra = f' fill-opacity="{amount:g}"' if amount < 1 else ""
        extra += ' fill-rule="evenodd"' if even else ""
        parts.append(f'<path fill="{ink}"{extra} d="{outline}"/>')
    return "".join([*parts, "</g>"])
