"""Products in words: cards, pictures and ratings as the catalogue pages show them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask_babel import gettext as _

from vitrina.catalog.models.groups import Category
from vitrina.catalog.models.products import Media
from vitrina.search.queries import Card, CardImage
from vitrina.web.formats import money
from vitrina.web.links import absolute, url_for
from vitrina.web.visitor import visitor

SVG = "image/svg+xml"
SMALLEST = 320


def media_url(key: str) -> str:
    """Where the file of a picture is; the same in every language."""
    return f"/media/{key}"


def sources(renditions: Iterable[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Smaller copies as (type, srcset), best first; copies for mails and previews are left out."""
    by_mime: dict[str, list[Mapping[str, Any]]] = {}
    for one in renditions:
        if one.get("width") and not one.get("use"):
            by_mime.setdefault(str(one["mime"]), []).append(one)
    return [
        (mime, ", ".join(f"{media_url(one['key'])} {one['width']}w" for one in by_mime[mime]))
        for mime in ("image/avif", "image/webp", "image/jpeg")
        if mime in by_mime
    ]


def card_picture(image: CardImage | None) -> dict[str, Any] | None:
    """A card's picture as ``plate()`` takes it."""
    if image is None:
        return None
    return {
        "url": media_url(image.key),
        "width": image.width or 400,
        "height": image.height or 500,
        "alt": image.alt,
        "colour": image.colour,
        "sources": [] if image.mime == SVG else sources(image.renditions),
    }


def picture(media: Media, *, code: str, number: int) -> dict[str, Any]:
    """A picture of the product page as ``gallery()`` takes it; ``number`` counts from 1."""
    url = media_url(media.key)
    drawn = media.mime == SVG
    small = next((one for one in media.renditions if one.get("width") == SMALLEST), None)
    texts = media.translations.get(code, {})
    return {
        "id": media.id,
        "url": url,
        "full_url": url,
        "thumb_url": url if drawn or small is None else media_url(small["key"]),
        "width": media.width or 800,
        "height": media.height or 1000,
        "alt": texts.get("alt") or media.alt or _("Picture %(number)s", number=number),
        "colour": media.colour,
        "sources": [] if drawn else sources(media.renditions),
    }


def rating(average: float | None, count: int) -> dict[str, Any] | None:
    """Stars in the visitor's format, with the number of reviews."""
    if average is None or not count:
        return None
    label = f"{average:.1f}"
    if visitor().locale.code != "en":
        label = label.replace(".", ",")
    return {"average": average, "label": label, "count": count}


def card(found: Card, *, size: tuple[int, str] | None = None) -> dict[str, Any]:
    """A card as ``product_card()`` takes it; it says only what matters.

    ``size``: the width in cm and the words of the one that hangs on the wall.
    """
    lines = [line for line in (found.hint, size[1] if size else found.sizes) if line]
    stock = None if found.in_stock else {"kind": "out", "words": _("Sold out")}
    return {
        "id": found.product_id,
        "title": found.title,
        "url": url_for("catalog.product", slug=found.slug),
        "picture": card_picture(found.image),
        "lines": lines,
        "price": {
            "current": money(found.price),
            "old": money(found.compare_at) if found.compare_at else None,
            "starts": found.price_high > found.price,
        },
        "rating": None if size else rating(found.rating, found.rating_count),
        "stock": stock,
        "width_cm": size[0] if size else None,
    }


def cards(found: Iterable[Card]) -> list[dict[str, Any]]:
    return [card(one) for one in found]


def are_photos(found: Sequence[Card]) -> bool:
    """Whether a list shows photographs, which hang in squares, or drawings on sheets."""
    images = [one.image for one in found if one.image is not None]
    return bool(images) and all(image.mime != SVG for image in images)


def preview_of(found: Sequence[Card]) -> str | None:
    """The full address of a raster picture among the cards, for links elsewhere."""
    for one in found:
        for copy in one.image.renditions if one.image else ():
            if copy.get("use") == "preview":
                return absolute(media_url(copy["key"]))
    return None


def ways_in(tree: Iterable[Category]) -> list[dict[str, Any]]:
    """The categories at the top (title and url), each with those right ``below`` it."""
    code, known = visitor().locale.code, list(tree)

    def shown(one: Category) -> dict[str, str]:
        return {"title": one.text("title", code), "url": url_for("catalog.category", path=one.path)}

    return [
        {**shown(top), "below": [shown(one) for one in known if one.parent_id == top.id]}
        for top in known
        if top.parent_id is None
    ]


def top_categories(tree: Iterable[Category]) -> list[dict[str, str]]:
    """The categories at the top of the tree: title and url."""
    code = visitor().locale.code
    return [
        {"title": one.text("title", code), "url": url_for("catalog.category", path=one.path)}
        for one in tree
        if one.parent_id is None
    ]
