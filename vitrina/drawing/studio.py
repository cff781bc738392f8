"""The print studio: a family, a seed, a palette and a size make a work.

The same work is always the same drawing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from io import BytesIO

from PIL import Image

from vitrina.drawing import pixels, vector
from vitrina.drawing.chance import Dice
from vitrina.drawing.families import (
    contour,
    cut,
    flow,
    pendulum,
    ridge,
    rings,
    seedhead,
    strata,
    truchet,
    weave,
)
from vitrina.drawing.marks import Mark, Sheet
from vitrina.drawing.palettes import PALETTES, Palette

Draw = Callable[[Sheet, Palette, Dice], list[Mark]]

FAMILIES: dict[str, Draw] = {
    "ridge": ridge.draw,
    "flow": flow.draw,
    "truchet": truchet.draw,
    "rings": rings.draw,
    "cut": cut.draw,
    "contour": contour.draw,
    "seedhead": seedhead.draw,
    "weave": weave.draw,
    "pendulum": pendulum.draw,
    "strata": strata.draw,
}

WALL = "#E7E9EE"


@dataclass(frozen=True, slots=True)
class Work:
    """What is printed: the code that draws it, its seed, its inks and the sheet in centimetres.

    Raises ValueError for a family or palette that does not exist and for an impossible sheet.
    """

    family: str
    seed: int
    palette: str
    width_cm: int
    height_cm: int

    def __post_init__(self) -> None:
        if self.family not in FAMILIES:
            raise ValueError(f"no family {self.family!r}")
        if self.palette not in PALETTES:
            raise ValueError(f"no palette {self.palette!r}")
        if min(self.width_cm, self.height_cm) < 1:
            raise ValueError("a sheet has a width and a height in centimetres")

    @property
    def sheet(self) -> Sheet:
        return Sheet.of(self.width_cm, self.height_cm)

    @property
    def inks(self) -> Palette:
        return PALETTES[self.palette]


@lru_cache(maxsize=16)
def marks(work: Work) -> tuple[Mark, ...]:
    """The marks of a work, in the order they are printed."""
    return tuple(FAMILIES[work.family](work.sheet, work.inks, Dice(work.family, work.seed)))


def sheet_svg(work: Work) -> str:
    """Paper and marks without the ``<svg>`` around them, in sheet units."""
    sheet = work.sheet
    size = f'width="{vector.number(sheet.width)}" height="{vector.number(sheet.height)}"'
    return f'<rect {size} fill="{work.inks.paper}"/>{vector.paths(marks(work))}'


def svg(work: Work, title: str | None = None) -> str:
    """The work as a standalone SVG of its sheet; ``title`` is its accessible name."""
    sheet = work.sheet
    width, height = vector.number(sheet.width), vector.number(sheet.height)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}"{named(title)}{sheet_svg(work)}</svg>'
    )


def named(title: str | None) -> str:
    """The end of an ``<svg>`` tag: an image with a title, or decoration without one."""
    if not title:
        return ' aria-hidden="true">'
    return f' role="img"><title>{escape(title, quote=False)}</title>'


def detail(work: Work, title: str | None = None) -> str:
    """A close view, as SVG: the middle of the sheet at twice its size."""
    sheet = work.sheet
    size = min(sheet.width, sheet.height) / 2
    left, top = (sheet.width - size) / 2 + size * 0.12, (sheet.height - size) / 2 - size * 0.1
    box = " ".join(vector.number(value) for value in (left, top, size, size))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" width="600" height="600"'
        f"{named(title)}{sheet_svg(work)}</svg>"
    )


def picture(work: Work, width_px: int) -> Image.Image:
    """The work as an RGB picture, ``width_px`` wide."""
    return pixels.painted(marks(work), work.sheet, work.inks.paper, width_px)


def raster(work: Work, width_px: int, kind: str = "PNG") -> bytes:
    """The work as PNG bytes (or ``kind="JPEG"``), ``width_px`` wide: for mail and documents."""
    return encoded(picture(work, width_px), kind)


def encoded(image: Image.Image, kind: str) -> bytes:
    """The bytes of a picture file, without any metadata."""
    out = BytesIO()
    if kind == "JPEG":
        image.save(out, "JPEG", quality=86, optimize=True, progressive=True)
    else:
        image.save(out, kind, optimize=True)
    return out.getvalue()
