"""The colours that Sass prints are the ones in tokens.json, and each pair of them can be read."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

STYLES = Path(__file__).parents[2] / "frontend" / "styles"
TOKENS: dict[str, Any] = json.loads((STYLES / "tokens.json").read_text(encoding="utf-8"))


def luminance(colour: str) -> float:
    """Relative luminance of a `#RRGGBB` colour, as WCAG 2.2 defines it."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def sass_themes() -> dict[str, dict[str, str]]:
    """The `$themes` map of the stylesheet, read as text."""
    source = (STYLES / "_tokens.scss").read_text(encoding="utf-8")
    themes = source.split("$themes: (", 1)[1].split("\n);", 1)[0]
    blocks = re.findall(r'"([a-z]+)": \(\n(.*?)\n  \),', themes, flags=re.DOTALL)
    return {
        name: dict(re.findall(r'"([a-z0-9]+)": (#[0-9A-F]{6}),', body)) for name, body in blocks
    }


def pairs() -> list[tuple[str, str, str, float]]:
    return [
        (theme, text, ground, least)
        for theme in TOKENS["themes"]
        for text, ground, least in TOKENS["pairs"]
    ]


def test_sass_and_the_token_file_name_the_same_colours() -> None:
    assert sass_themes() == TOKENS["themes"]


@pytest.mark.parametrize(("theme", "text", "ground", "least"), pairs())
def test_every_pair_keeps_its_contrast(theme: str, text: str, ground: str, least: float) -> None:
    colours = TOKENS["themes"][theme]
    assert contrast(colours[text], colours[ground]) >= least


def test_no_stylesheet_names_a_colour_of_its_own() -> None:
    strays = {
        path.name: found
        for path in STYLES.rglob("*.scss")
        if path.name != "_tokens.scss"
        and (
            found := re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[\s;,)])", path.read_text(encoding="utf-8"))
        )
    }
    assert strays == {}


def test_the_npm_lock_says_nothing_of_where_packages_came_from() -> None:
    lock = json.loads((STYLES.parent / "package-lock.json").read_text(encoding="utf-8"))
    assert [name for name, entry in lock["packages"].items() if "resolved" in entry] == []
