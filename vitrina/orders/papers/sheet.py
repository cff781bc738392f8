"""A sheet of A4 in the shop's one ink: the drawing helper of every paper.

The files are PDF/A-3B: fonts are embedded, colours are sRGB, and nothing depends on the moment of
drawing, so the same content always gives the same bytes. Text is drawn as it is; there is no markup
in it.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from fontTools.ttLib import TTFont
from fpdf import FPDF
from fpdf.enums import Align

from vitrina.orders.papers.xmp import metadata

FONTS = Path(__file__).parent / "fonts"
FACES = {
    ("sans", ""): "golos-text-400.woff2",
    ("sans", "B"): "golos-text-600.woff2",
    ("serif", ""): "piazzolla-400.woff2",
}
INK, INK2, LINE = (0x13, 0x23, 0x5B), (0x40, 0x4C, 0x79), (0xD3, 0xD6, 0xDE)
MARGIN, FOOT = 18.0, 24.0  # millimetres
PRODUCER = "Vitrina"
_LEADING = 1.36
_POINT = 25.4 / 72
_ALL_PAGES = "¤¶¤"  # stands for the number of pages until there is one; no text holds it
_SPACES = {"\N{NARROW NO-BREAK SPACE}": "\N{NO-BREAK SPACE}", "\N{HYPHEN}": "-"}


@lru_cache(maxsize=1)
def _drawable() -> frozenset[int]:
    """Every character that one of the fonts can draw."""
    return frozenset(code for file in FACES.values() for code in TTFont(FONTS / file).getBestCmap())


def drawable(text: str) -> str:
    """``text`` in characters that the fonts have: without accents, or ``?``, where they lack one.

    PDF/A allows no empty boxes.
    """
    known = _drawable()
    found = []
    for char in unicodedata.normalize("NFC", text.replace(_ALL_PAGES, "")):
        char = _SPACES.get(char, char)
        if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Mn"):
            found.append(" " if char in "\n\t" else "")
        elif ord(char) in known:
            found.append(char)
        else:
            plain = unicodedata.normalize("NFKD", char)[0]
            found.append(plain if ord(plain) in known else "?")
    return "".join(found)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its heading, its width in millimetres, and which side it keeps to."""

    heading: str
    width: float
    right: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a table: a text, and smaller words below it."""

    text: str
    small: str = ""


class Sheet(FPDF):
    """A paper under construction; :meth:`finished` gives its bytes.

    ``at`` is the moment that the file says it was made; ``foot`` stands at the foot of each page
    beside ``pages``, a text with ``{page}`` and ``{pages}``. Lengths are millimetres.
    """

    def __init__(
        self, *, title: str, author: str, lang: str, at: datetime, foot: str, pages: str
    ) -> None:
        super().__init__(format="A4", enforce_compliance="PDF/A-3B")
        self.foot, self.pages_words, self.made_at = drawable(foot), drawable(pages), at
        for (family, style), file in FACES.items():
            self.add_font(family, style, FONTS / file)
        self.set_fallback_fonts(["serif"], exact_match=False)
        self.alias_nb_pages(_ALL_PAGES)
        self.set_margin(MARGIN)
        self.c_margin = 0  # text begins where the hairlines do
        self.set_auto_page_break(True, FOOT)
        self.set_title(title)
        self.set_author(author)
        self.set_lang(lang)
        self.set_creator(PRODUCER)
        self.set_producer(PRODUCER)
        self.set_creation_date(at)
        self.describe()
        self.add_page()

    def describe(self, extension: str = "") -> None:
        """Write the metadata; ``extension`` is RDF of a standard that asks for more."""
        words = metadata(
            title=str(self.title),
            author=str(self.author),
            producer=PRODUCER,
            at=self.made_at,
            extension=extension,
        )
        self.set_xmp_metadata(words)

    def header(self) -> None:
        """The head of every page but the first: what this is."""
        if self.page_no() > 1:
            self.words(str(self.title), size=7.5, ink=INK2)
            self.ln(4)

    def footer(self) -> None:
        """The foot of each page: a hairline, the shop, and which page this is."""
        self.set_y(-FOOT + 6)
        self.rule()
        self.set_y(-FOOT + 8)
        self.words(self.foot, size=7.5, ink=INK2, width=self.epw - 34)
        self.set_y(-FOOT + 8)
        # How many pages there are is only known at the end, and is a digit or two then.
        words = self.pages_words.replace("{page}", str(self.page_no()))
        words = words.replace("{pages}", _ALL_PAGES)
        wider = self.get_string_width(_ALL_PAGES) - self.get_string_width("0")
        self.set_x(self.w - MARGIN - 30)
        self.cell(w=30 + wider, h=_height(7.5), text=words, align=Align.R)

    def say(
        self, family: str, size: float, ink: tuple[int, int, int] = INK, *, bold: bool = False
    ) -> None:
        """Write what follows in ``sans`` or ``serif``, ``size`` points, in ``ink``."""
        self.set_font(family, "B" if bold else "", size)
        self.set_text_color(*ink)

    def rule(self, ink: tuple[int, int, int] = INK) -> None:
        """A hairline across the page."""
        self.set_draw_color(*ink)
        self.set_line_width(0.2)
        self.line(MARGIN, self.get_y(), self.w - MARGIN, self.get_y())

    def words(
        self,
        text: str,
        *,
        size: float = 9,
        family: str = "sans",
        ink: tuple[int, int, int] = INK,
        bold: bool = False,
        width: float = 0,
        right: bool = False,
    ) -> None:
        """A paragraph at the present place, wrapped at ``width``; the next one stands below it."""
        self.say(family, size, ink, bold=bold)
        self.multi_cell(
            w=width,
            h=_height(size),
            text=drawable(text),
            align=Align.R if right else Align.L,
            new_x="LEFT",
            new_y="NEXT",
        )

    def block(self, title: str, lines: Sequence[str], *, x: float, y: float, width: float) -> float:
        """A small title with lines under it at (``x``, ``y``); returns where it ends."""
        self.set_xy(x, y)
        self.words(title, size=7.5, ink=INK2, width=width)
        for line in lines:
            self.set_x(x)
            self.words(line, width=width)
        return self.get_y()

    def picture(self, png: bytes, *, x: float, y: float, width: float) -> None:
        """A PNG without transparency at (``x``, ``y``)."""
        self.image(BytesIO(png), x=x, y=y, w=width)

    def finished(self) -> bytes:
        """The bytes of the file."""
        return bytes(self.output())


def _height(size: float) -> float:
    """The height of a line of ``size`` points, in millimetres."""
    return size * _POINT * _LEADING
