"""Putting the demo's catalogue into the shop: drawn first, then stored in one transaction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from vitrina.catalog.actions.creation import Created, create_products
from vitrina.catalog.actions.variants import set_price
from vitrina.catalog.drafts import MediaDraft
from vitrina.catalog.models.products import Product, Variant
from vitrina.cli.demo import digital, isoline, more, shelves, works
from vitrina.cli.demo.isoline import BY
from vitrina.cli.demo.more import Further
from vitrina.cli.demo.pictures import draw_all, hang
from vitrina.cli.demo.rooms import build_rooms, open_collections
from vitrina.cli.demo.shelves import Drawer
from vitrina.core import clock, store
from vitrina.core.db import committing, session
from vitrina.core.events import unheard
from vitrina.drawing import collection as studio
from vitrina.drawing.collection import Print
from vitrina.orders.models import Order, OrderLine
from vitrina.promotions.models import Promotion
from vitrina.search import actions as search

OPENED = timedelta(days=120)
"""How long ago the shop opened."""
REDUCED_SINCE = timedelta(days=12)
REDUCED = {"orchard-rows": 15, "bow-window": 20, "terrace": 15, "two-craters": 20, "cairn": 15}
"""Prints at a lower price, and by how many percent."""

Told = Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Gallery:
    """All that is going to be sold, with the pictures hung."""

    prints: Sequence[tuple[Print, tuple[MediaDraft, ...]]]
    others: Sequence[tuple[Further, tuple[MediaDraft, ...]]]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What the later steps need to know: product and variant ids by print, the promotions."""

    prints: dict[str, Created]
    files: dict[str, Created]
    drawers: list[Drawer]
    promotions: dict[str, Promotion]


def least() -> int:
    """How many products the demo has at least."""
    return len(studio.prints()) + len(digital.SOLD_AS_FILES)


def draw(products: int, seed: int, begin: Callable[[int], Told]) -> Gallery:
    """Draw ``products`` of them; ``begin`` is told how many drawings, and gives what to call."""
    prints = studio.prints()
    others = list(more.further(max(0, products - least()), seed))
    sheets = [works.sheet(work) for work in prints]
    own = others[: more.MOST_DRAWN]
    sheets += [other.sheet for other in own]
    keys = list(draw_all(sheets, begin(len(sheets))))
    hung = [
        (work, hang(sheet, files, work.title))
        for work, sheet, files in zip(prints, sheets, keys, strict=False)
    ]
    drawn = keys[len(prints) :]
    return Gallery(
        hung,
        [
            (other, hang(other.sheet, drawn[place % len(drawn)], other.titles))
            for place, other in enumerate(others)
        ],
    )


def build(gallery: Gallery, seed: int, now: datetime) -> Catalogue:
    """Open the shop with all of ``gallery``, some months before ``now``."""
    with committing(), unheard():
        with clock.at(now - OPENED):
            isoline.open_store()
            isoline.set_taxes()
            isoline.set_deliveries()
            built = _sell(gallery, now)
        with clock.at(now - REDUCED_SINCE):
            _reduce(built)
        store.current().demo_seed = seed
        search.reindex_all()
    return built


def finish(built: Catalogue, seed: int) -> None:
    """Count today's stock, and let lists know what was sold, reviewed and left."""
    with committing(), unheard():
        shelves.count(built.drawers, seed)
        search.reindex_all()
        sold = (
            sa.select(OrderLine.product_id, sa.func.sum(OrderLine.quantity))
            .join(Order, Order.id == OrderLine.order_id)
            .where(Order.paid_at.is_not(None), OrderLine.product_id.is_not(None))
            .group_by(OrderLine.product_id)
        )
        search.count_sold({row[0] or 0: int(row[1]) for row in session.execute(sold)})


def _sell(gallery: Gallery, now: datetime) -> Catalogue:
    rooms = build_rooms()
    drafts = [
        works.product(work, place, media, rooms, works.publication(work, place, now))
        for place, (work, media) in enumerate(gallery.prints, 1)
    ]
    files = [(work, m) for work, m in gallery.prints if work.key in digital.SOLD_AS_FILES]
    drafts += [
        digital.product(work, media, rooms, place, now) for place, (work, media) in enumerate(files)
    ]
    drafts += [more.product(other, media, rooms, now) for other, media in gallery.others]
    created = create_products(drafts, by=BY)
    prints = {work.key: made for (work, _), made in zip(gallery.prints, created, strict=False)}
    sold = created[len(prints) : len(prints) + len(files)]
    for (work, _), made in zip(files, sold, strict=True):
        digital.attach(work, made.variant_ids[0])
    opened = open_collections({key: made.product_id for key, made in prints.items()})
    offers = isoline.set_promotions(opened["small-walls"].id, clock.now())
    drawers = _drawers(gallery, prints, created[len(prints) + len(files) :])
    shelves.fill(drawers)
    by_key = {work.key: made for (work, _), made in zip(files, sold, strict=True)}
    return Catalogue(prints, by_key, drawers, offers)


def _drawers(
    gallery: Gallery, prints: dict[str, Created], others: Sequence[Created]
) -> list[Drawer]:
    found = [
        Drawer(variant_id, work.edition, framed=number % len(works.FRAMES) > 0)
        for work, _ in gallery.prints
        for number, variant_id in enumerate(prints[work.key].variant_ids)
    ]
    found += [
        Drawer(variant_id, 100, framed=number % len(more.FRAMES) > 0)
        for made in others
        for number, variant_id in enumerate(made.variant_ids)
    ]
    return found


def _reduce(built: Catalogue) -> None:
    """Sell a few prints for less, so that old and lowest prices are there to see."""
    for key, percent in REDUCED.items():
        variants = session.scalars(
            sa.select(Variant)
            .where(Variant.product_id == built.prints[key].product_id)
            .options(joinedload(Variant.product).selectinload(Product.variants))
        ).all()
        for variant in variants:
            lower = variant.price * (100 - percent) // 10000 * 100
            set_price(variant, lower, variant.price, by=BY)
