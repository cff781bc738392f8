"""What a buyer and the pages may rely on in a drawing."""

from __future__ import annotations

import gzip
import xml.etree.ElementTree as ET
from io import BytesIO

import pytest
from PIL import Image, ImageChops, ImageStat

from vitrina.drawing import gallery, ornaments
from vitrina.drawing.chance import Dice
from vitrina.drawing.collection import Print, prints
from vitrina.drawing.marks import Arc, Dot, Mark, Point, Shape
from vitrina.drawing.palettes import PALETTES
from vitrina.drawing.studio import FAMILIES, Work, detail, marks, raster, svg
from vitrina.drawing.vector import number

ALL = prints()
SVG = "{http://www.w3.org/2000/svg}"


def drawn(family: str, seed: int = 41, palette: str = "tide") -> Work:
    return Work(family, seed, palette, 50, 70)


def reach(mark: Mark) -> list[Point]:
    if isinstance(mark, Dot):
        edge = mark.radius
        return [(mark.x - edge, mark.y - edge), (mark.x + edge, mark.y + edge)]
    if isinstance(mark, Shape):
        return [point for ring in mark.rings for point in ring]
    return mark.flattened() if isinstance(mark, Arc) else list(mark.points)


@pytest.mark.parametrize("family", FAMILIES)
def test_the_same_seed_gives_the_same_bytes(family: str) -> None:
    first = svg(drawn(family))
    marks.cache_clear()
    assert svg(drawn(family)) == first


@pytest.mark.parametrize("family", FAMILIES)
def test_another_seed_gives_another_drawing(family: str) -> None:
    assert svg(drawn(family, seed=41)) != svg(drawn(family, seed=42))


def test_chance_is_the_same_on_every_machine() -> None:
    dice = Dice("ridge", 41)
    assert [dice.whole(0, 999) for _ in range(6)] == [30, 714, 955, 551, 514, 458]
    assert dice.shuffled("abcdef") == ["e", "a", "f", "b", "c", "d"]


@pytest.mark.parametrize("each", ALL, ids=lambda each: each.key)
def test_a_print_is_small_valid_and_without_script(each: Print) -> None:
    assert each.sizes
    for size in each.sizes:
        text = svg(each.work(size), title=each.title.ru)
        assert len(text) < 90_000
        assert len(gzip.compress(text.encode())) < 24_000
        root = ET.fromstring(text)
        assert {element.tag for element in root.iter()} == {
            SVG + name for name in ("svg", "title", "rect", "g", "path")
        }
        assert "href" not in text
        assert "url(" not in text
        assert " style=" not in text
        assert root.findtext(SVG + "title") == each.title.ru


@pytest.mark.parametrize("each", ALL, ids=lambda each: each.key)
def test_nothing_is_drawn_into_the_margin(each: Print) -> None:
    assert each.sizes
    for size in each.sizes:
        work = each.work(size)
        sheet = work.sheet
        drawn = list(marks(work))
        assert drawn
        for mark in drawn:
            for x, y in reach(mark):
                assert sheet.left - 2 <= x <= sheet.right + 2
                assert sheet.top - 2 <= y <= sheet.bottom + 2


@pytest.mark.parametrize("each", ALL, ids=lambda each: each.key)
def test_a_print_uses_only_inks_of_its_palette(each: Print) -> None:
    palette = PALETTES[each.palette]
    used = {mark.ink for mark in marks(each.work())}
    assert used <= {palette.paper, *palette.inks}
    assert used & set(palette.inks)


@pytest.mark.parametrize("family", FAMILIES)
def test_the_sheet_and_the_picture_of_it_have_the_same_shape(family: str) -> None:
    picture = Image.open(BytesIO(raster(drawn(family), 200)))
    assert (picture.format, picture.mode, picture.size) == ("PNG", "RGB", (200, 280))
    blank = Image.new("RGB", picture.size, PALETTES["tide"].paper)
    margin = ImageChops.difference(picture, blank).crop((0, 0, 200, 15))
    assert sum(ImageStat.Stat(margin).sum) == 0
    assert sum(ImageStat.Stat(ImageChops.difference(picture, blank)).sum) > 0


def test_a_picture_for_mail_may_be_a_jpeg() -> None:
    assert Image.open(BytesIO(raster(drawn("strata"), 120, "JPEG"))).format == "JPEG"


def test_a_title_is_escaped_and_without_one_the_drawing_is_decoration() -> None:
    assert "<title>Salt &amp; &lt;b&gt;</title>" in svg(drawn("cut"), title="Salt & <b>")
    assert 'aria-hidden="true"' in svg(drawn("cut"))


@pytest.mark.parametrize(
    ("family", "palette", "width"), [("none", "tide", 50), ("cut", "none", 50), ("cut", "tide", 0)]
)
def test_a_work_that_cannot_be_printed_is_refused(family: str, palette: str, width: int) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - three different sentences
        Work(family, 1, palette, width, 70)


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0"), (0.5, ".5"), (-0.5, "-.5"), (12.04, "12"), (-3.26, "-3.3")]
)
def test_numbers_are_written_short(value: float, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize("frame", gallery.FRAMES)
def test_every_frame_hangs_on_the_wall(frame: str) -> None:
    root = ET.fromstring(gallery.framed(drawn("cut"), frame, "Quiet Grid"))
    inner = root.find(SVG + "svg")
    assert root.get("viewBox") == "0 0 1000 1000"
    assert inner is not None
    assert inner.get("viewBox") == "0 0 600 840"


def test_a_frame_that_is_not_made_is_refused() -> None:
    with pytest.raises(KeyError):
        gallery.framed(drawn("cut"), "gold")


def test_the_wall_shows_a_print_at_its_true_size() -> None:
    small, large = (
        ET.fromstring(gallery.in_scale(drawn("ridge"), *size)).find(SVG + "svg")
        for size in ((30, 40), (70, 100))
    )
    assert small is not None
    assert large is not None
    assert float(large.get("width", 0)) / float(small.get("width", 1)) == pytest.approx(70 / 30)
    assert float(small.get("height", 0)) == pytest.approx(40 * 5)


def test_on_a_page_the_wall_takes_the_ink_of_the_theme() -> None:
    alone = gallery.in_scale(drawn("ridge"), 50, 70)
    inlined = gallery.in_scale(drawn("ridge"), 50, 70, standalone=False)
    assert "currentColor" not in alone
    assert inlined.count("currentColor") > 3
    assert gallery.WALL not in inlined


def test_the_close_view_shows_a_quarter_of_the_sheet() -> None:
    root = ET.fromstring(detail(drawn("weave")))
    assert [float(value) for value in root.get("viewBox", "").split()][2:] == [300, 300]


def test_a_link_preview_has_the_size_that_networks_ask_for() -> None:
    picture = Image.open(BytesIO(gallery.og_image(drawn("rings"))))
    assert (picture.format, picture.size) == ("JPEG", (1200, 630))


@pytest.mark.parametrize("kind", ornaments.KINDS)
def test_ornaments_are_in_one_ink(kind: str) -> None:
    root = ET.fromstring(ornaments.ornament(7, kind))
    strokes = {path.get("stroke") for path in root.iter(SVG + "path")}
    assert strokes == {"currentColor"}
    assert ornaments.ornament(7, kind) != ornaments.ornament(8, kind)


def test_every_order_has_its_own_drawing() -> None:
    numbers = [f"V-{10_000 + count}" for count in range(24)]
    drawings = {ornaments.order_drawing(number) for number in numbers}
    assert len(drawings) == len(numbers)
    assert all(len(drawing) < 90_000 for drawing in drawings)
    assert ornaments.order_drawing(numbers[0]) == ornaments.order_drawing(numbers[0])


def test_the_drawing_of_an_order_goes_into_its_mail() -> None:
    picture = Image.open(BytesIO(ornaments.order_picture("V-10001", 300)))
    assert (picture.format, picture.size) == ("PNG", (300, 210))
