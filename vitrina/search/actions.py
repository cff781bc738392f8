"""Keeping the index equal to the catalogue."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from vitrina.catalog import queries as catalog
from vitrina.core.db import session
from vitrina.core.store import touch_catalogue
from vitrina.search import entries, sheets, text
from vitrina.search.models import (
    Entry,
    EntryCategory,
    EntryFacet,
    EntryPrice,
    Gram,
    Word,
)

BATCH = 500


def index(product_ids: Iterable[int]) -> None:
    """Write the products into the index as they are now; those no longer for sale leave it."""
    ids = sorted(set(product_ids))
    for start in range(0, len(ids), BATCH):
        _index(ids[start : start + BATCH])
    if ids:
        touch_catalogue()


def _index(ids: Sequence[int]) -> None:
    before = text.stored(ids)
    sold = _sold(ids)
    read = sheets.read(ids)
    _forget(ids)
    rates = catalog.rates()
    texts = {sheet.product.id: entries.text(sheet) for sheet in read}
    _insert(Entry, [entries.entry(one, sold.get(one.product.id, 0)) for one in read])
    _insert(EntryPrice, [row for one in read for row in entries.prices(one, rates)])
    _insert(EntryFacet, [row for one in read for row in entries.facets(one)])
    _insert(
        EntryCategory,
        [
            {"product_id": one.product.id, "category_id": category_id}
            for one in read
            for category_id in sorted(one.category_ids)
        ],
    )
    text.write(texts)
    text.count_words(_changed_words(before, texts))


def _sold(ids: Sequence[int]) -> dict[int, int]:
    rows = session.execute(sa.select(Entry.product_id, Entry.sold).where(Entry.product_id.in_(ids)))
    return {row.product_id: row.sold for row in rows}


def _forget(ids: Sequence[int]) -> None:
    for model in (EntryPrice, EntryFacet, EntryCategory, Entry):
        table: Any = model.__table__
        session.execute(sa.delete(table).where(table.c.product_id.in_(ids)))
    text.remove(ids)


def _insert(model: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        session.execute(sa.insert(model.__table__), rows)


def _changed_words(
    before: Mapping[int, set[str]], texts: Mapping[int, tuple[str, str, str]]
) -> Counter[str]:
    """How many products more, or less, have each word."""
    changes: Counter[str] = Counter()
    for product_id in before.keys() | texts.keys():
        old = before.get(product_id, set())
        new = set(" ".join(texts.get(product_id, ())).split())
        changes.update(new - old)
        changes.subtract(old - new)
    return changes


def reindex_all(progress: Callable[[int, int], None] | None = None) -> int:
    """Build the index anew; returns how many products were looked at.

    ``progress`` is told (done, all) after each batch.
    """
    ids = catalog.all_ids()
    _forget_strays(ids)
    session.execute(sa.delete(Gram))
    session.execute(sa.delete(Word))
    text.remove_all()
    for start in range(0, len(ids), BATCH):
        _index(ids[start : start + BATCH])
        if progress is not None:
            progress(min(start + BATCH, len(ids)), len(ids))
    touch_catalogue()
    return len(ids)


def _forget_strays(ids: Sequence[int]) -> None:
    known = set(ids)
    strays = [one for one in session.scalars(sa.select(Entry.product_id)) if one not in known]
    if strays:
        _forget(strays)


def refresh_stock(product_ids: Iterable[int]) -> None:
    """Write anew whether the products can be bought."""
    for some in catalog.chunks(product_ids):
        rows = session.execute(catalog.active_variants(some)).all()
        stock = sheets.availability(row.id for row in rows)
        there = {row.product_id for row in rows if stock.get(row.id)}
        for wanted in (True, False):
            ids = [one for one in some if (one in there) is wanted]
            session.execute(
                sa.update(Entry)
                .where(Entry.product_id.in_(ids), Entry.in_stock.is_not(wanted))
                .values(in_stock=wanted)
                .execution_options(synchronize_session=False)
            )
    touch_catalogue()


def count_sold(quantities: Mapping[int, int]) -> None:
    """Add pieces sold to the products; what sells stands before what does not."""
    for product_id, quantity in sorted(quantities.items()):
        session.execute(
            sa.update(Entry)
            .where(Entry.product_id == product_id)
            .values(sold=Entry.sold + quantity)
            .execution_options(synchronize_session=False)
        )
