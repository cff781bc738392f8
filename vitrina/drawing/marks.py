"""The marks a drawing is made of: strokes, filled shapes, arcs and dots.

Families give lists of marks; ``vector`` and ``pixels`` turn the same list into SVG and into a
picture. All lengths are in sheet units (the short side of a sheet is 600); y grows downwards.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Line:
    """A stroke. ``smooth`` reads the points as the control points of a quadratic B-spline."""

    points: Sequence[Point]
    ink: str
    width: float
    closed: bool = False
    smooth: bool = False


@dataclass(frozen=True, slots=True)
class Shape:
    """A filled area; with several rings, the even-odd rule decides what is inside."""

    rings: Sequence[Sequence[Point]]
    ink: str
    opacity: float = 1.0
    smooth: bool = False


@dataclass(frozen=True, slots=True)
class Arc:
    """A stroked part of a circle, from ``start`` over ``sweep`` degrees (less than 360)."""

    x: float
    y: float
    radius: float
    start: float
    sweep: float
    ink: str
    width: float

    def at(self, degrees: float) -> Point:
        """The point of its circle in that direction."""
        angle = math.radians(degrees)
        return self.x + self.radius * math.cos(angle), self.y + self.radius * math.sin(angle)

    def flattened(self) -> list[Point]:
        """It as points of a line, about one for every six degrees."""
        steps = max(6, round(abs(self.sweep) / 6))
        return [self.at(self.start + self.sweep * k / steps) for k in range(steps + 1)]


@dataclass(frozen=True, slots=True)
class Dot:
    """A filled circle."""

    x: float
    y: float
    radius: float
    ink: str
    opacity: float = 1.0


Mark = Line | Shape | Arc | Dot


@dataclass(frozen=True, slots=True)
class Sheet:
    """The paper: its size and the margin that stays empty, in sheet units."""

    width: float
    height: float
    margin: float

    @classmethod
    def of(cls, width_cm: int, height_cm: int, *, margin: float = 54.0) -> Sheet:
        """A sheet of that proportion whose short side is 600 units."""
        unit = 600.0 / min(width_cm, height_cm)
        return cls(round(width_cm * unit, 1), round(height_cm * unit, 1), margin)

    @property
    def left(self) -> float:
        return self.margin

    @property
    def top(self) -> float:
        return self.margin

    @property
    def right(self) -> float:
        return self.width - self.margin

    @property
    def bottom(self) -> float:
        return self.height - self.margin

    @property
    def inner_width(self) -> float:
        return self.width - 2 * self.margin

    @property
    def inner_height(self) -> float:
        return self.height - 2 * self.margin


def by_ink(marks: Iterable[Mark]) -> list[Mark]:
    """Marks ordered by ink and weight, one path each; for marks that do not cover others."""
    return sorted(marks, key=lambda mark: (mark.ink, getattr(mark, "width", 0.0)))
