"""Pictures around a work: in a frame, on a wall beside a person, and for link previews."""

from __future__ import annotations

from dataclasses import replace
from os import PathLike

from PIL import Image, ImageDraw, ImageFont

from vitrina.drawing import vector
from vitrina.drawing.marks import Line, Mark, Point
from vitrina.drawing.studio import WALL, Work, encoded, named, picture, sheet_svg

INK = "#13235B"
FRAMES: dict[str, tuple[str, str] | None] = {
    "unframed": None,
    "oak": ("#C8A272", "#9C7747"),
    "black": ("#1F2023", "#44464C"),
    "white": ("#FBFBF8", "#C9CCD3"),
}
_STAGE = 1000
_UNIT = 5.0
_ROOM = (320.0, 250.0)
_FLOOR = 232.0
_EYES = 152.0
_PERSON_AT = 52.0


def framed(work: Work, frame: str = "unframed", title: str | None = None) -> str:
    """The work in a frame of ``FRAMES`` on the wall, as a square standalone SVG.

    Raises KeyError for a frame that the studio does not make.
    """
    colours = FRAMES[frame]
    rim_cm = 2.0 if colours else 0.0
    unit = _STAGE * 0.74 / (max(work.width_cm, work.height_cm) + 2 * rim_cm)
    width, height, rim = work.width_cm * unit, work.height_cm * unit, rim_cm * unit
    left, top = (_STAGE - width) / 2, (_STAGE - height) / 2
    outer = (left - rim, top - rim, width + 2 * rim, height + 2 * rim)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_STAGE} {_STAGE}" '
        f'width="{_STAGE}" height="{_STAGE}"{named(title)}',
        f'<rect width="{_STAGE}" height="{_STAGE}" fill="{WALL}"/>',
        _shadow(outer, deep=bool(colours)),
    ]
    if colours:
        parts.append(_rim(outer, rim, colours))
    parts.append(_hung(work, left, top, width, height))
    edge = f'x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="{height:.1f}"'
    parts.append(f'<rect {edge} fill="none" stroke="{INK}" stroke-opacity=".22"/></svg>')
    return "".join(parts)


def _shadow(box: tuple[float, float, float, float], *, deep: bool) -> str:
    """One soft shadow without a filter: thin sheets of ink, each a little larger and paler."""
    left, top, width, height = box
    fall = 12 if deep else 7
    layers = []
    for step in range(6):
        grow = step * fall / 4
        layers.append(
            f'<rect x="{left - grow * 0.4:.1f}" y="{top + fall * 0.5:.1f}" '
            f'width="{width + grow * 0.8:.1f}" height="{height + grow:.1f}" '
            f'fill="{INK}" fill-opacity=".035"/>'
        )
    return "".join(layers)


def _rim(box: tuple[float, float, float, float], rim: float, colours: tuple[str, str]) -> str:
    """The moulding with its mitred corners."""
    left, top, width, height = box
    face, line = colours
    right, bottom = left + width, top + height
    corners = (
        (left, top, 1, 1),
        (right, top, -1, 1),
        (right, bottom, -1, -1),
        (left, bottom, 1, -1),
    )
    mitres = "".join(f"M{x:.1f} {y:.1f}l{sx * rim:.1f} {sy * rim:.1f}" for x, y, sx, sy in corners)
    return (
        f'<rect x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="{height:.1f}" '
        f'fill="{face}" stroke="{line}"/><path d="{mitres}" stroke="{line}"/>'
    )


def _hung(work: Work, left: float, top: float, width: float, height: float) -> str:
    sheet = work.sheet
    box = f"0 0 {vector.number(sheet.width)} {vector.number(sheet.height)}"
    return (
        f'<svg x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="{height:.1f}" '
        f'viewBox="{box}">{sheet_svg(work)}</svg>'
    )


def in_scale(
    work: Work,
    width_cm: int,
    height_cm: int,
    *,
    title: str | None = None,
    standalone: bool = True,
) -> str:
    """A wall with the work at its true size beside a person of 170 cm and a bar of 50 cm, as SVG.

    With ``standalone=False`` there is no wall colour and every line is ``currentColor``, so that
    the picture, put into a page, takes the ink of the page's theme.
    """
    hung = replace(work, width_cm=width_cm, height_cm=height_cm)
    ink = INK if standalone else "currentColor"
    wide, tall = _ROOM[0] * _UNIT, _ROOM[1] * _UNIT
    middle = (_PERSON_AT + 24 + _ROOM[0]) / 2
    left = (middle - width_cm / 2) * _UNIT
    top = (_FLOOR - _EYES - height_cm / 2) * _UNIT
    wall = f'<rect width="{wide:g}" height="{tall:g}" fill="{WALL}"/>' if standalone else ""
    box = (left, top, width_cm * _UNIT, height_cm * _UNIT)
    edge = f'x="{left:.1f}" y="{top:.1f}" width="{box[2]:.1f}" height="{box[3]:.1f}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="in-scale" viewBox="0 0 {wide:g} {tall:g}" '
        f'width="{wide:g}" height="{tall:g}"{named(title)}{wall}'
        f"{vector.paths(_room(ink))}{_measures(ink)}{_hung(hung, *box)}"
        f'<rect {edge} fill="none" stroke="{ink}" stroke-opacity=".4" stroke-width="1.5"/></svg>'
    )


_COAT: tuple[Point, ...] = (
    (4, 148.5), (4, 143), (6, 140.8), (12, 138.6), (17.4, 136), (19.6, 129), (20.6, 116),
    (22.6, 102), (23.8, 92), (24.4, 82), (22.6, 75.5), (20.4, 80), (19.4, 92), (17.8, 104),
    (15.6, 118), (14.8, 112), (13.4, 100), (14.6, 86), (17, 68), (18.4, 52),
    (18.6, 47.6), (12, 46.8), (0, 46.4),
)  # fmt: skip
_LEG: tuple[Point, ...] = (
    (11.5, 49), (11.2, 36), (10.2, 20), (9.2, 7), (11.5, 3), (12, 0.5), (4.5, 0.5),
    (4.2, 8), (4, 24), (2.6, 48.5),
)  # fmt: skip
_HEAD: tuple[Point, ...] = (
    (0, 170), (4.5, 170), (8.6, 166.5), (9.6, 160), (8.4, 152.5), (4.6, 147.2), (0, 146.6),
)  # fmt: skip


def _room(ink: str) -> list[Mark]:
    """The floor, the bar and a person seen from behind, looking at the wall."""

    def stand(points: tuple[Point, ...], side: int) -> list[Point]:
        return [((_PERSON_AT + side * x) * _UNIT, (_FLOOR - y) * _UNIT) for x, y in points]

    marks: list[Mark] = [Line(((0, _FLOOR * _UNIT), (_ROOM[0] * _UNIT, _FLOOR * _UNIT)), ink, 2.0)]
    for side in (-1, 1):
        marks += [Line(stand(part, side), ink, 3.0, smooth=True) for part in (_HEAD, _COAT, _LEG)]
    marks.append(Line(stand(((0, 48), (0, 70)), 1), ink, 2.0))
    right, y = (_ROOM[0] - 16) * _UNIT, (_FLOOR - 10) * _UNIT
    left = right - 50 * _UNIT
    for line in (
        ((left, y), (right, y)),
        ((left, y - 9), (left, y + 9)),
        ((right, y - 9), (right, y + 9)),
    ):
        marks.append(Line(line, ink, 2.0))
    return marks


def _measures(ink: str) -> str:
    """The two numbers of the picture."""
    bar_x, bar_y = (_ROOM[0] - 41) * _UNIT, (_FLOOR - 10) * _UNIT - 18
    faces = "Golos Text Variable,Golos Text,system-ui,sans-serif"
    return (
        f'<g fill="{ink}" font-family="{faces}" font-size="26" text-anchor="middle">'
        f'<text x="{bar_x:g}" y="{bar_y:g}">50\u00a0cm</text>'
        f'<text x="{_PERSON_AT * _UNIT:g}" y="{(_FLOOR + 9) * _UNIT:g}">170\u00a0cm</text></g>'
    )


def og_image(
    work: Work, title: str | None = None, *, font: str | PathLike[str] | None = None
) -> bytes:
    """A link preview: JPEG, 1200 × 630, the print on the wall.

    A title is set beside the print when a font file (that has its letters) is given.
    """
    stage = Image.new("RGB", (1200, 630), WALL)
    scale = min(534 / work.height_cm, (600 if title and font else 1040) / work.width_cm)
    sheet = picture(work, round(work.width_cm * scale))
    left, top = (1200 - sheet.width) // 2, (630 - sheet.height) // 2
    if title and font:
        left = 72
        _set_title(stage, title, font, left + sheet.width + 64)
    brush = ImageDraw.Draw(stage, "RGBA")
    for step in range(5):
        shade = (left - step, top + 5, left + sheet.width - 1 + step, top + sheet.height + 4 + step)
        brush.rectangle(shade, fill=(19, 35, 91, 12))
    stage.paste(sheet, (left, top))
    return encoded(stage, "JPEG")


def _set_title(stage: Image.Image, title: str, font: str | PathLike[str], left: int) -> None:
    """The title in lines that fit to the right of the print, about its middle."""
    face = ImageFont.truetype(font, 60)
    lines: list[str] = []
    for word in title.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and face.getlength(longer) <= 1140 - left:
            lines[-1] = longer
        else:
            lines.append(word)
    brush = ImageDraw.Draw(stage)
    top = 315 - len(lines) * 36
    for number, line in enumerate(lines):
        brush.text((left, top + number * 72), line, font=face, fill=INK)
