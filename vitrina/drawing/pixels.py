"""Marks as pixels, for mail and link previews: drawn larger, then reduced to soften edges."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PIL import Image, ImageChops, ImageColor, ImageDraw

from vitrina.drawing.lines import curve
from vitrina.drawing.marks import Arc, Dot, Line, Mark, Point, Shape, Sheet


def painted(marks: Iterable[Mark], sheet: Sheet, paper: str, width_px: int) -> Image.Image:
    """An RGB picture of the sheet, ``width_px`` wide."""
    finer = 4 if width_px <= 1000 else 3 if width_px <= 1600 else 2
    scale = width_px * finer / sheet.width
    size = (width_px * finer, round(sheet.height * width_px / sheet.width) * finer)
    picture = Image.new("RGB", size, paper)
    brush = ImageDraw.Draw(picture)
    for mark in marks:
        if isinstance(mark, Line):
            points = curve(mark.points, closed=mark.closed) if mark.smooth else list(mark.points)
            if mark.closed and not mark.smooth:
                points.append(points[0])
            _stroke(brush, points, mark.ink, mark.width, scale)
        elif isinstance(mark, Arc):
            _stroke(brush, mark.flattened(), mark.ink, mark.width, scale)
        else:
            _fill(picture, brush, mark, scale)
    return picture.reduce(finer)


def _stroke(
    brush: ImageDraw.ImageDraw, points: Sequence[Point], ink: str, width: float, scale: float
) -> None:
    line = [(x * scale, y * scale) for x, y in points]
    thick = max(1, round(width * scale))
    brush.line(line, fill=ink, width=thick, joint="curve" if thick > 3 else None)
    if thick > 2:
        reach = (thick - 1) / 2
        for x, y in (line[0], line[-1]):
            brush.ellipse((x - reach, y - reach, x + reach, y + reach), fill=ink)


def _fill(
    picture: Image.Image, brush: ImageDraw.ImageDraw, mark: Shape | Dot, scale: float
) -> None:
    if isinstance(mark, Dot):
        x, y, r = mark.x * scale, mark.y * scale, mark.radius * scale
        if mark.opacity >= 1:
            brush.ellipse((x - r, y - r, x + r, y + r), fill=mark.ink)
            return
        mask = Image.new("L", picture.size, 0)
        ImageDraw.Draw(mask).ellipse((x - r, y - r, x + r, y + r), fill=round(255 * mark.opacity))
        picture.paste(ImageColor.getrgb(mark.ink), (0, 0), mask)
        return
    rings = [
        [(x * scale, y * scale) for x, y in (curve(ring, closed=True) if mark.smooth else ring)]
        for ring in mark.rings
    ]
    if len(rings) == 1 and mark.opacity >= 1:
        brush.polygon(rings[0], fill=mark.ink)
        return
    inside = Image.new("1", picture.size, 0)
    for ring in rings:
        layer = Image.new("1", picture.size, 0)
        ImageDraw.Draw(layer).polygon(ring, fill=1)
        inside = ImageChops.logical_xor(inside, layer)
    level = round(255 * mark.opacity)
    mask = inside.convert("L").point(lambda value: level if value else 0)
    picture.paste(ImageColor.getrgb(mark.ink), (0, 0), mask)
