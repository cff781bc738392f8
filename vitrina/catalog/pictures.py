"""Pictures that people upload: checked, made anew, and copied in smaller sizes.

A picture is never stored as it came: it is decoded and encoded again, which leaves out whatever
else was in the file (places where it was taken, scripts, archives).
"""

import io
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from PIL import Image, ImageOps, UnidentifiedImageError

from vitrina.catalog.errors import InvalidPicture
from vitrina.catalog.events import ProductChanged
from vitrina.catalog.models.products import Media
from vitrina.core import storage
from vitrina.core.db import committing, session
from vitrina.core.events import record, task
from vitrina.core.store import touch_catalogue

MOST_BYTES = 20 * 1024 * 1024
MOST_PIXELS = 50_000_000
LARGEST_SIDE = 4000
WIDTHS = (320, 640, 960, 1440)
ACCEPTED = ("JPEG", "PNG", "WEBP", "AVIF", "GIF")
ENCODERS: dict[str, dict[str, Any]] = {
    "image/avif": {"format": "AVIF", "quality": 62, "speed": 8},
    "image/webp": {"format": "WEBP", "quality": 80, "method": 4},
    "image/jpeg": {"format": "JPEG", "quality": 82, "progressive": True, "optimize": True},
}
SUFFIXES = {"image/avif": ".avif", "image/webp": ".webp", "image/jpeg": ".jpg", "image/png": ".png"}


@dataclass(frozen=True, slots=True)
class Picture:
    """A checked picture: its new bytes, and what a page must know of it."""

    data: bytes
    mime: str
    width: int
    height: int
    colour: str

    @property
    def suffix(self) -> str:
        return SUFFIXES[self.mime]


def check(data: bytes) -> Picture:
    """The picture in ``data``, encoded anew as JPEG, or as PNG where parts are transparent.

    The kind is read from the content, never from a name. Raises InvalidPicture: ``empty``,
    ``too_large``, ``unknown_kind`` (SVG too: it is a program), ``too_many_pixels``, ``broken``.
    """
    if not data:
        raise InvalidPicture(reason="empty")
    if len(data) > MOST_BYTES:
        raise InvalidPicture(reason="too_large", limit=MOST_BYTES)
    image = _decoded(data)
    image.thumbnail((LARGEST_SIDE, LARGEST_SIDE), Image.Resampling.LANCZOS)
    transparent = image.mode == "RGBA" and image.getchannel("A").getextrema() != (255, 255)
    mime = "image/png" if transparent else "image/jpeg"
    options = {"format": "PNG", "optimize": True} if transparent else ENCODERS["image/jpeg"]
    plain = image if transparent else image.convert("RGB")
    return Picture(_encoded(plain, options), mime, *plain.size, _colour(plain))


def _decoded(data: bytes) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            opened = Image.open(io.BytesIO(data), formats=ACCEPTED)
            if opened.width * opened.height > MOST_PIXELS:
                raise InvalidPicture(reason="too_many_pixels", limit=MOST_PIXELS)
            opened.load()
            upright = ImageOps.exif_transpose(opened)
            return upright.convert("RGBA" if _may_be_transparent(opened) else "RGB")
    except UnidentifiedImageError:
        raise InvalidPicture(reason="unknown_kind") from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise InvalidPicture(reason="too_many_pixels", limit=MOST_PIXELS) from None
    except (OSError, ValueError, SyntaxError, EOFError):
        raise InvalidPicture(reason="broken") from None


def _may_be_transparent(image: Image.Image) -> bool:
    return image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info


def _encoded(image: Image.Image, options: dict[str, Any]) -> bytes:
    out = io.BytesIO()
    image.save(out, **options)
    return out.getvalue()


def _colour(image: Image.Image) -> str:
    """The average colour, which stands in while the picture loads."""
    pixel = image.convert("RGB").resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
    red, green, blue = pixel if isinstance(pixel, tuple) else (0, 0, 0)
    return f"#{red:02X}{green:02X}{blue:02X}"


def copies(data: bytes) -> Iterator[tuple[bytes, str, int]]:
    """Smaller copies of a stored picture, never larger than it: (bytes, mime, width)."""
    image = _decoded(data)
    for width in WIDTHS:
        if width >= image.width and width != WIDTHS[0]:
            break
        wide = min(width, image.width)
        height = max(1, round(image.height * wide / image.width))
        small = image.resize((wide, height), Image.Resampling.LANCZOS)
        for mime, options in ENCODERS.items():
            plain = small.convert("RGB") if mime == "image/jpeg" else small
            yield _encoded(plain, options), mime, wide


@task
def render(payload: dict[str, Any]) -> None:
    """Make the smaller copies of the picture ``media_id`` and write down where they are."""
    media = session.get(Media, payload["media_id"])
    if media is None or not media.key or media.mime == "image/svg+xml":
        return
    renditions = [
        {"key": storage.put(data, SUFFIXES[mime]), "mime": mime, "width": width}
        for data, mime, width in copies(storage.read(media.key))
    ]
    media_id, product_id = media.id, media.product_id
    session.rollback()
    with committing():
        session.execute(sa.update(Media).where(Media.id == media_id).values(renditions=renditions))
        touch_catalogue()
        record(ProductChanged(product_ids=[product_id]))
