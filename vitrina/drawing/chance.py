"""Seeded chance: the same number gives the same drawing on every machine and Python version.

Only ``random.Random.random`` is used: its sequence for a seed is promised never to change,
while ``shuffle``, ``choice`` and ``gauss`` make no such promise.
"""

from __future__ import annotations

import math
import random
import zlib
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """A stream of chance for one work."""

    def __init__(self, name: str, seed: int) -> None:
        self._next = random.Random(zlib.crc32(name.encode()) * 1_000_003 + seed).random

    def roll(self) -> float:
        """A number from 0 up to 1."""
        return self._next()

    def between(self, low: float, high: float) -> float:
        """A number from ``low`` up to ``high``."""
        return low + (high - low) * self._next()

    def whole(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return low + int(self._next() * (high - low + 1))

    def chance(self, probability: float) -> bool:
        """True with that probability (0 to 1)."""
        return self._next() < probability

    def pick(self, things: Sequence[T]) -> T:
        """One of the things, each as likely as the others."""
        return things[int(self._next() * len(things))]

    def shuffled(self, things: Sequence[T]) -> list[T]:
        """The things in another order; the given list stays."""
        pile = list(things)
        for last in range(len(pile) - 1, 0, -1):
            other = int(self._next() * (last + 1))
            pile[last], pile[other] = pile[other], pile[last]
        return pile

    def noise(self) -> Noise:
        """A fresh noise field fed by this stream."""
        return Noise([self._next() for _ in range(256)], self.shuffled(range(256)))


class Noise:
    """Value noise: smooth random hills over the plane, from 0 to 1."""

    def __init__(self, values: list[float], order: list[int]) -> None:
        self._order = order + order
        self._values = values

    def at(self, x: float, y: float) -> float:
        """The height at a point; hills are about one unit wide."""
        column, row = math.floor(x), math.floor(y)
        u, v = x - column, y - row
        u = u * u * u * (u * (u * 6 - 15) + 10)
        v = v * v * v * (v * (v * 6 - 15) + 10)
        order, values = self._order, self._values
        a, b = order[column & 255], order[(column + 1) & 255]
        below, above = row & 255, (row + 1) & 255
        low = values[order[a + below]]
        low += (values[order[b + below]] - low) * u
        high = values[order[a + above]]
        high += (values[order[b + above]] - high) * u
        return low + (high - low) * v

    def hills(self, x: float, y: float) -> float:
        """Two octaves: large hills with smaller ones on them."""
        return (self.at(x, y) * 2 + self.at(x * 2 + 17.3, y * 2 + 5.1)) / 3
