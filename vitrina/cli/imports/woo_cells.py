"""Cells of a WooCommerce export: lists, attributes, measures, texts."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from vitrina.catalog.slugs import slugify
from vitrina.cli.imports.parsed import GRAMS, MILLIMETRES, Line, number

_COMMA = re.compile(r"(?<!\\),")
_BLOCK = re.compile(r"<(p|div|ul|ol|table|h\d|br)\b", re.IGNORECASE)
_MEASURED = re.compile(r"(Weight|Length|Width|Height) \((\w+)\)")


def kinds(line: Line) -> set[str]:
    """What a row is: simple, variable, variation, grouped, external, virtual, downloadable."""
    return {kind.strip().lower() for kind in line.get("Type").split(",")}


def listed(text: str) -> list[str]:
    """The parts of a cell that are separated by commas."""
    parts = (part.replace("\\,", ",").strip() for part in _COMMA.split(text))
    return [part for part in parts if part]


def attributes(line: Line) -> Iterator[tuple[str, list[str]]]:
    """The attributes of a row in order: name and values, each value once."""
    place = 1
    while f"Attribute {place} name" in line.cells:
        title = " ".join(line.get(f"Attribute {place} name").split())
        values = [
            " ".join(v.split())[:255] for v in listed(line.get(f"Attribute {place} value(s)"))
        ]
        if title:
            yield title, list(dict.fromkeys(values))
        place += 1


def tax_class(line: Line, parent: Line) -> str | None:
    """The tax class of a row or of its product; None is the usual one."""
    if (line.get("Tax status") or parent.get("Tax status")).lower() == "none":
        return "exempt"
    said = line.get("Tax class").lower()
    said = parent.get("Tax class").lower() if said == "parent" else said
    return slugify(said)[:40] or None


def measures(line: Line, parent: Line) -> dict[str, Any]:
    """Weight in grams and lengths in millimetres, by the fields of a variant."""
    names = {
        "Weight": "weight_g",
        "Length": "length_mm",
        "Width": "width_mm",
        "Height": "height_mm",
    }
    found: dict[str, int] = {}
    for column in parent.cells:
        match = _MEASURED.fullmatch(column)
        text = line.get(column) or parent.get(column)
        if match is None or not text:
            continue
        table = GRAMS if match[1] == "Weight" else MILLIMETRES
        unit = table.get(match[2], Decimal(1))
        try:
            measured = round(number(text) * unit)
        except ValueError:
            continue
        if 0 <= measured <= 10**8:
            found[names[match[1]]] = measured
    return found


def paragraphs(text: str) -> str:
    """Plain text with line breaks as paragraphs; HTML as it is."""
    unfolded = text.replace("\\n", "\n").strip()
    if not unfolded or _BLOCK.search(unfolded):
        return unfolded
    blocks = (block.strip() for block in re.split(r"\n\s*\n", unfolded))
    return "".join(f"<p>{block.replace(chr(10), '<br>')}</p>" for block in blocks if block)


def description(line: Line) -> str:
    """The short and the long description, one after the other."""
    short, whole_text = line.get("Short description"), line.get("Description")
    return paragraphs(short) + paragraphs(whole_text)


def categories(line: Line) -> tuple[tuple[str, ...], ...]:
    """The chains of category titles of a row."""
    chains = []
    for chain in listed(line.get("Categories")):
        titles = tuple(part.strip()[:120] for part in chain.split(">") if slugify(part))
        if titles:
            chains.append(titles)
    return tuple(dict.fromkeys(chains))
