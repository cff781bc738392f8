"""What staff look for on the shelves."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from vitrina.catalog.models.products import Product, Variant
from vitrina.core.db import session
from vitrina.inventory.models import StockItem


@dataclass(frozen=True, slots=True)
class StockRow:
    """A counted variant (with product and option values) and its pieces over all locations."""

    variant: Variant
    on_hand: int
    reserved: int

    @property
    def available(self) -> int:
        return self.on_hand - self.reserved


@dataclass(frozen=True, slots=True)
class StockPage:
    """Rows in order of the variants' ids; ``next_after`` asks for the next ones."""

    rows: Sequence[StockRow]
    next_after: int | None


def stock(
    text: str = "", *, at_most: int | None = None, after: int | None = None, limit: int = 50
) -> StockPage:
    """Counted variants by a part of title or SKU; ``at_most``: with no more pieces than that."""
    on_hand = sa.func.coalesce(sa.func.sum(StockItem.on_hand), 0)
    reserved = sa.func.coalesce(sa.func.sum(StockItem.reserved), 0)
    counts = (
        sa.select(Variant.id, on_hand.label("on_hand"), reserved.label("reserved"))
        .join(Product, Product.id == Variant.product_id)
        .outerjoin(StockItem, StockItem.variant_id == Variant.id)
        .where(Variant.track_stock, sa.or_(Variant.retired_at.is_(None), StockItem.on_hand > 0))
        .group_by(Variant.id)
        .order_by(Variant.id)
        .limit(limit + 1)
    )
    if words := text.strip():
        counts = counts.where(
            sa.or_(
                Product.title.icontains(words, autoescape=True),
                Variant.sku.icontains(words, autoescape=True),
            )
        )
    if at_most is not None:
        counts = counts.having(on_hand - reserved <= at_most)
    if after is not None:
        counts = counts.where(Variant.id > after)
    found = session.execute(counts).all()
    shown = found[:limit]
    variants = _variants([row[0] for row in shown])
    rows = [StockRow(variants[row[0]], int(row[1]), int(row[2])) for row in shown]
    return StockPage(rows, shown[-1][0] if len(found) > limit else None)


def _variants(ids: Sequence[int]) -> dict[int, Variant]:
    options = [joinedload(Variant.product)]
    options += [joinedload(one) for one in (Variant.option1, Variant.option2, Variant.option3)]
    statement = sa.select(Variant).where(Variant.id.in_(ids)).options(*options)
    return {one.id: one for one in session.scalars(statement)}


def count_low(at_most: int) -> int:
    """How many counted variants have no more than ``at_most`` pieces to sell."""
    left = sa.func.coalesce(sa.func.sum(StockItem.on_hand - StockItem.reserved), 0)
    low = (
        sa.select(Variant.id)
        .outerjoin(StockItem, StockItem.variant_id == Variant.id)
        .where(Variant.track_stock, Variant.is_active)
        .group_by(Variant.id)
        .having(left <= at_most)
    )
    return session.scalar(sa.select(sa.func.count()).select_from(low.subquery())) or 0
