"""Geometry that several families share."""

from __future__ import annotations

import math
from collections.abc import Sequence

from vitrina.drawing.marks import Point


def simplified(points: Sequence[Point], tolerance: float = 0.15) -> list[Point]:
    """Drop points within ``tolerance`` of the line between kept ones (Ramer-Douglas-Peucker)."""
    if len(points) < 3:
        return list(points)
    keep = [False] * len(points)
    keep[0] = keep[-1] = True
    spans = [(0, len(points) - 1)]
    while spans:
        first, last = spans.pop()
        (ax, ay), (bx, by) = points[first], points[last]
        dx, dy = bx - ax, by - ay
        length = math.hypot(dx, dy) or 1.0
        worst, where = tolerance, -1
        for index in range(first + 1, last):
            px, py = points[index]
            away = abs((px - ax) * dy - (py - ay) * dx) / length
            if away > worst:
                worst, where = away, index
        if where > 0:
            keep[where] = True
            spans += [(first, where), (where, last)]
    return [point for point, kept in zip(points, keep, strict=True) if kept]


def curve(points: Sequence[Point], *, closed: bool = False, steps: int = 5) -> list[Point]:
    """Flatten the quadratic B-spline of these control points into a polyline."""
    if len(points) < 3:
        return list(points)
    ring = list(points)
    if closed:
        ring = [ring[-1], *ring, ring[0]]
    flat: list[Point] = [] if closed else [ring[0]]
    for (ax, ay), (bx, by), (cx, cy) in zip(ring, ring[1:], ring[2:], strict=False):
        sx, sy, ex, ey = (ax + bx) / 2, (ay + by) / 2, (bx + cx) / 2, (by + cy) / 2
        for k in range(steps):
            t = k / steps
            p, q, r = (1 - t) * (1 - t), 2 * t * (1 - t), t * t
            flat.append((p * sx + q * bx + r * ex, p * sy + q * by + r * ey))
    if closed:
        return [*flat, flat[0]]
    (ax, ay), (bx, by) = ring[-2], ring[-1]
    return [*flat, ((ax + bx) / 2, (ay + by) / 2), ring[-1]]


def circle(x: float, y: float, radius: float, count: int = 36) -> list[Point]:
    """Points on a circle, in order."""
    turn = 2 * math.pi / count
    return [
        (x + radius * math.cos(k * turn), y + radius * math.sin(k * turn)) for k in range(count)
    ]


def fitted(
    lines: Sequence[Sequence[Point]],
    box: tuple[float, float, float, float],
    *,
    centred: bool = True,
) -> list[list[Point]]:
    """Scale and move lines so that together they just fill ``box`` (left, top, right, bottom)."""
    left, top, right, bottom = box
    xs = [x for line in lines for x, _ in line]
    ys = [y for line in lines for _, y in line]
    low_x, low_y = min(xs), min(ys)
    wide, tall = max(xs) - low_x, max(ys) - low_y
    scale = min((right - left) / wide, (bottom - top) / tall)
    move_x = (left + right - wide * scale) / 2 if centred else left
    move_y = (top + bottom - tall * scale) / 2 if centred else top
    return [
        [((x - low_x) * scale + move_x, (y - low_y) * scale + move_y) for x, y in line]
        for line in lines
    ]


def kept_inside(points: Sequence[Point], x: float, y: float, radius: float) -> list[list[Point]]:
    """The stretches of a polyline inside a disc; they end on its edge."""
    runs: list[list[Point]] = [[]]
    for before, point in zip([None, *points], points, strict=False):
        inside = math.dist(point, (x, y)) <= radius
        was_inside = before is not None and math.dist(before, (x, y)) <= radius
        if before is not None and inside != was_inside:
            runs[-1].append(_edge(before, point, (x, y), radius))
        if inside:
            runs[-1].append(point)
        elif was_inside:
            runs.append([])
    return [run for run in runs if len(run) > 2]


def _edge(a: Point, b: Point, centre: Point, radius: float) -> Point:
    """Where the segment from a to b, one of them outside, meets the circle."""
    far, near = math.dist(a, centre) - radius, math.dist(b, centre) - radius
    share = far / (far - near)
    return a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share
