"""Uploaded pictures: only pictures come in, and only their pixels."""

import io

import pytest
from PIL import Image

from vitrina.catalog import pictures
from vitrina.catalog.errors import InvalidPicture


def encoded(mode: str = "RGB", size: tuple[int, int] = (400, 300), kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, "teal").save(out, kind)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "AVIF"])
def test_a_picture_of_any_common_kind_becomes_a_jpeg(kind: str) -> None:
    found = pictures.check(encoded(kind=kind))
    assert (found.mime, found.width, found.height) == ("image/jpeg", 400, 300)
    assert Image.open(io.BytesIO(found.data)).format == "JPEG"


def test_what_is_transparent_stays_so() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(out, "PNG")
    assert pictures.check(out.getvalue()).mime == "image/png"


def test_what_else_was_in_the_file_is_gone() -> None:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "<script>secret</script>"
    Image.new("RGB", (50, 50)).save(out, "JPEG", exif=exif)
    found = pictures.check(out.getvalue() + b"PK\x03\x04<?php evil")
    assert b"secret" not in found.data
    assert b"php" not in found.data


def _bomb() -> bytes:
    out = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "unknown_kind"),
        (b"GIF89a not really", "unknown_kind"),
        (b"%PDF-1.7", "unknown_kind"),
        (encoded()[:200], "broken"),
        (_bomb(), "too_many_pixels"),
        (b"\x89PNG" + b"0" * (pictures.MOST_BYTES + 1), "too_large"),
    ],
)
def test_what_is_no_picture_for_us_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(InvalidPicture) as refused:
        pictures.check(data)
    assert refused.value.facts["reason"] == reason


def test_copies_are_smaller_than_the_picture_and_of_three_kinds() -> None:
    made = [(mime, width) for _, mime, width in pictures.copies(encoded(size=(1000, 500)))]
    assert {width for _, width in made} == {320, 640, 960}
    assert {mime for mime, _ in made} == {"image/avif", "image/webp", "image/jpeg"}
