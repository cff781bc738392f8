"""The works of the demo shop, their families and collections, with texts in three languages.

The texts lie beside this file in ``texts/*.toml``; they are read once, and checked as they are
read.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from vitrina.drawing.studio import FAMILIES, Work
from vitrina.drawing.words import Words


@dataclass(frozen=True, slots=True)
class Size:
    """A sheet on offer: centimetres, grams of the rolled parcel, price in minor units of EUR."""

    width_cm: int
    height_cm: int
    grams: int
    price: int

    @property
    def label(self) -> str:
        return f"{self.width_cm} × {self.height_cm} cm"


FORMATS: dict[str, dict[str, Size]] = {
    "portrait": {
        "S": Size(30, 40, 240, 7200),
        "M": Size(50, 70, 410, 14800),
        "L": Size(70, 100, 680, 22800),
    },
    "landscape": {
        "S": Size(40, 30, 240, 7200),
        "M": Size(70, 50, 410, 14800),
        "L": Size(100, 70, 680, 22800),
    },
    "square": {
        "S": Size(30, 30, 210, 6400),
        "M": Size(50, 50, 340, 11800),
        "L": Size(70, 70, 540, 17600),
    },
}


@dataclass(frozen=True, slots=True)
class Print:
    """A curated work: what is drawn, its sizes and edition, and what the shop says about it."""

    key: str
    family: str
    seed: int
    palette: str
    format: str
    sizes: tuple[Size, ...]
    edition: int
    title: Words
    description: Words

    def work(self, size: Size | None = None) -> Work:
        """The drawing in one of the sizes on offer; without one, in the middle size."""
        chosen = size or self.sizes[len(self.sizes) // 2]
        return Work(self.family, self.seed, self.palette, chosen.width_cm, chosen.height_cm)


@dataclass(frozen=True, slots=True)
class Family:
    """What the shop says about one way of drawing."""

    key: str
    name: Words
    description: Words


@dataclass(frozen=True, slots=True)
class Theme:
    """A themed collection and the keys of its prints, in order."""

    key: str
    name: Words
    description: Words
    works: tuple[str, ...]


@cache
def prints() -> tuple[Print, ...]:
    """All prints of the demo shop, in the order of the catalogue."""
    return tuple(_print(key, row) for key, row in _read("works").items())


@cache
def families() -> tuple[Family, ...]:
    """All families, in the order of the menu. Raises ValueError if one has no text."""
    rows = _read("families")
    if set(rows) != set(FAMILIES):
        raise ValueError(f"families without text or code: {set(rows) ^ set(FAMILIES)}")
    return tuple(
        Family(key, _words(row["name"]), _words(row["description"])) for key, row in rows.items()
    )


@cache
def themes() -> tuple[Theme, ...]:
    """All themed collections. Raises ValueError if one names a print that does not exist."""
    known = {each.key for each in prints()}
    made = []
    for key, row in _read("collections").items():
        missing = set(row["works"]) - known
        if missing:
            raise ValueError(f"{key} names unknown prints: {sorted(missing)}")
        made.append(
            Theme(key, _words(row["name"]), _words(row["description"]), tuple(row["works"]))
        )
    return tuple(made)


def _print(key: str, row: dict[str, Any]) -> Print:
    offered = FORMATS[row["format"]]
    return Print(
        key=key,
        family=row["family"],
        seed=row["seed"],
        palette=row["palette"],
        format=row["format"],
        sizes=tuple(_priced(offered[letter], row["price"]) for letter in row["sizes"]),
        edition=row["edition"],
        title=_words(row["title"]),
        description=_words(row["description"]),
    )


def _priced(size: Size, percent: int) -> Size:
    """The size at a share of its list price, in whole euros."""
    price = (size.price * percent // 100 + 50) // 100 * 100
    return Size(size.width_cm, size.height_cm, size.grams, price)


def _words(texts: Sequence[str]) -> Words:
    english, portuguese, russian = texts
    return Words(english, portuguese, russian)


def _read(name: str) -> dict[str, Any]:
    text = files("vitrina.drawing").joinpath("texts", f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
