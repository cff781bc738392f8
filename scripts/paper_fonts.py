"""Make the fonts of the papers from those of the front end: one weight, all alphabets in one file.

Run after `npm ci` when the fonts change: `.venv/bin/python scripts/paper_fonts.py`.
"""

import tempfile
from pathlib import Path

from fontTools.merge import Merger
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

ROOT = Path(__file__).parent.parent
SOURCES = ROOT / "frontend" / "node_modules" / "@fontsource-variable"
TARGET = ROOT / "vitrina" / "orders" / "papers" / "fonts"
ALPHABETS = ("latin", "latin-ext", "cyrillic", "cyrillic-ext")
FONTS = (
    ("golos-text", 400, ALPHABETS),
    ("golos-text", 600, ALPHABETS),
    ("piazzolla", 400, (*ALPHABETS, "greek", "greek-ext")),
)


def make(family: str, weight: int, alphabets: tuple[str, ...], folder: Path) -> Path:
    """Write one font; returns its file."""
    parts = []
    for alphabet in alphabets:
        font = TTFont(SOURCES / family / "files" / f"{family}-{alphabet}-wght-normal.woff2")
        fixed = instantiateVariableFont(font, {"wght": weight})
        fixed.flavor = None
        parts.append(folder / f"{family}-{weight}-{alphabet}.ttf")
        fixed.save(parts[-1])
    whole = Merger().merge([str(part) for part in parts])
    whole.flavor = "woff2"
    target = TARGET / f"{family}-{weight}.woff2"
    whole.save(target)
    return target


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for family, weight, alphabets in FONTS:
            print(make(family, weight, alphabets, Path(folder)).relative_to(ROOT))


if __name__ == "__main__":
    main()
