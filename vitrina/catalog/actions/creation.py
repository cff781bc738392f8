"""Making products, one or thousands: everything of a batch goes in by a few statements."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from vitrina.catalog import queries
from vitrina.catalog.actions.grouping import fill_collections
from vitrina.catalog.actions.skus import free_retired_skus, refuse_taken_skus
from vitrina.catalog.drafts import (
    MEDIA_FIELDS,
    PRODUCT_FIELDS,
    VARIANT_FIELDS,
    MediaDraft,
    OptionDraft,
    ProductDraft,
    VariantDraft,
)
from vitrina.catalog.errors import CategoryNotFound, SlugTaken
from vitrina.catalog.events import ProductChanged
from vitrina.catalog.models.groups import Category, CollectionProduct, ProductCategory
from vitrina.catalog.models.prices import PriceChange
from vitrina.catalog.models.products import (
    Media,
    Option,
    OptionValue,
    Product,
    ProductSlug,
    Variant,
    VariantPrice,
)
from vitrina.catalog.rules.drafts import checked
from vitrina.catalog.shelves import CHUNK
from vitrina.catalog.slugs import free_slug
from vitrina.core import audit, clock
from vitrina.core.db import session
from vitrina.core.events import record
from vitrina.core.store import touch_catalogue

BATCH = 1000
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Created:
    """A new product and its variants, in the order of the draft."""

    product_id: int
    slug: str
    variant_ids: tuple[int, ...]


def create_product(draft: ProductDraft, *, by: str) -> Product:
    """Put a new product into the catalogue.

    Raises InvalidProduct, SlugTaken (only for a slug that the draft names itself) and SkuTaken.
    """
    created = create_products([draft], by=by)[0]
    product = queries.by_id(created.product_id)
    after = {"title": product.title, "slug": product.slug, "status": str(product.status)}
    audit.note(by, "product.create", f"product:{product.id}", None, after)
    return product


def create_products(drafts: Sequence[ProductDraft], *, by: str) -> list[Created]:
    """Put many new products into the catalogue, quickly, with one event for each batch.

    ``by`` is the actor. Raises as :func:`create_product` does; then none of them is stored.
    """
    created: list[Created] = []
    for start in range(0, len(drafts), BATCH):
        created += _create(drafts[start : start + BATCH])
    return created


def _create(drafts: Sequence[ProductDraft]) -> list[Created]:
    ready = _with_slugs(drafts)
    free_retired_skus(refuse_taken_skus(ready))
    now = clock.now()
    ids = _insert(Product, [_product_row(draft, now) for draft in ready], "slug")
    values = _insert_options(ids, ready)
    media = _insert_media(ids, ready)
    variants = _insert_variants(ids, ready, values, media, now)
    _place(ids, ready)
    fill_collections(ids)
    touch_catalogue()
    record(ProductChanged(product_ids=ids))
    return [
        Created(product_id, draft.slug, tuple(variants[index]))
        for index, (product_id, draft) in enumerate(zip(ids, ready, strict=True))
    ]


def _insert(model: Any, rows: Sequence[Row], owner: str) -> list[int]:
    """Insert ``rows`` and give their ids in the same order.

    They are found again by their owner and position (products by their slug), because an insert of
    many rows that returns ids in order falls back to one statement a row on SQLite.
    """
    if not rows:
        return []
    _insert_plain(model, rows)
    table = model.__table__
    names = (owner, "position") if owner != "slug" else (owner,)
    columns = [table.c[name] for name in names]
    owners = sorted({row[owner] for row in rows})
    ids: dict[tuple[Any, ...], int] = {}
    for start in range(0, len(owners), CHUNK):
        found = sa.select(table.c.id, *columns).where(
            table.c[owner].in_(owners[start : start + CHUNK])
        )
        ids |= {tuple(row[1:]): row[0] for row in session.execute(found)}
    return [ids[tuple(row[name] for name in names)] for row in rows]


def _insert_plain(model: Any, rows: Sequence[Row]) -> None:
    if rows:
        session.execute(sa.insert(model.__table__), rows)


def _with_slugs(drafts: Sequence[ProductDraft]) -> list[ProductDraft]:
    ready = [checked(draft) for draft in drafts]
    taken = taken_slugs(draft.slug for draft in ready)
    result = []
    for given, draft in zip(drafts, ready, strict=True):
        slug = draft.slug
        if slug in taken:
            if given.slug:
                raise SlugTaken(field="slug", slug=slug)
            taken |= taken_slugs([slug], alike=True)
            slug = free_slug(slug, taken)
        taken.add(slug)
        result.append(replace(draft, slug=slug))
    return result


def taken_slugs(slugs: Iterable[str], *, alike: bool = False) -> set[str]:
    """Those of ``slugs`` that a product has or had; with ``alike`` also ``slug-2`` and so on."""
    wanted = sorted(set(slugs))
    found: set[str] = set()
    for model in (Product, ProductSlug):
        for start in range(0, len(wanted), CHUNK):
            some = wanted[start : start + CHUNK]
            test: sa.ColumnElement[bool] = model.slug.in_(some)
            if alike:
                test = sa.or_(
                    test, *(model.slug.startswith(f"{slug}-", autoescape=True) for slug in some)
                )
            found |= set(session.scalars(sa.select(model.slug).where(test)))
    return found


def _product_row(draft: ProductDraft, now: datetime) -> Row:
    row: Row = {name: getattr(draft, name) for name in PRODUCT_FIELDS}
    row["tags"] = list(draft.tags)
    row["details"] = [dict(fact) for fact in draft.details]
    row["translations"] = dict(draft.translations)
    row["published_at"] = draft.published_at or (now if draft.status == "active" else None)
    row["updated_at"] = now
    return row


def option_row(product_id: int, position: int, option: OptionDraft) -> Row:
    """The column values of an option; ``position`` is its place among the product's options."""
    return {
        "product_id": product_id,
        "position": position,
        "name": option.name,
        "kind": option.kind,
        "translations": dict(option.translations),
    }


Values = list[dict[str, int]]  # for each option of a product: its values' ids


def _insert_options(ids: Sequence[int], drafts: Sequence[ProductDraft]) -> list[Values]:
    rows, owners = [], []
    for index, (product_id, draft) in enumerate(zip(ids, drafts, strict=True)):
        for position, option in enumerate(draft.options, 1):
            rows.append(option_row(product_id, position, option))
            owners.append((index, option))
    option_ids = _insert(Option, rows, "product_id")
    value_rows = [
        {
            "option_id": option_id,
            "position": position,
            "value": value.value,
            "data": dict(value.data),
            "translations": dict(value.translations),
        }
        for option_id, (_, option) in zip(option_ids, owners, strict=True)
        for position, value in enumerate(option.values)
    ]
    value_ids = iter(_insert(OptionValue, value_rows, "option_id"))
    found: list[Values] = [[] for _ in drafts]
    for index, option in owners:
        found[index].append({value.value: next(value_ids) for value in option.values})
    return found


def media_row(product_id: int, position: int, media: MediaDraft) -> Row:
    """The column values of a picture; ``position`` is its place among the product's pictures."""
    row: Row = {name: getattr(media, name) for name in MEDIA_FIELDS}
    row |= {"product_id": product_id, "position": position}
    row["renditions"] = [dict(one) for one in media.renditions]
    row["translations"] = dict(media.translations)
    return row


def _insert_media(ids: Sequence[int], drafts: Sequence[ProductDraft]) -> list[list[int]]:
    rows = [
        media_row(product_id, position, media)
        for product_id, draft in zip(ids, drafts, strict=True)
        for position, media in enumerate(draft.media)
    ]
    media_ids = iter(_insert(Media, rows, "product_id"))
    return [[next(media_ids) for _ in draft.media] for draft in drafts]


def variant_row(
    product_id: int, position: int, draft: VariantDraft, values: Values, media: Sequence[int]
) -> Row:
    """The columns of a variant; ``values`` and ``media`` are the ids of its product's."""
    row: Row = {name: getattr(draft, name) for name in VARIANT_FIELDS}
    chosen = [known[value] for known, value in zip(values, draft.values, strict=True)]
    row |= {f"option{number}_id": None for number in (1, 2, 3)}
    row |= {f"option{number}_id": value_id for number, value_id in enumerate(chosen, 1)}
    row |= {"product_id": product_id, "position": position}
    row["options_key"] = "/".join(map(str, chosen))
    in_reach = draft.media is not None and draft.media < len(media)
    row["media_id"] = media[draft.media] if in_reach and draft.media is not None else None
    return row


def _insert_variants(
    ids: Sequence[int],
    drafts: Sequence[ProductDraft],
    values: Sequence[Values],
    media: Sequence[Sequence[int]],
    now: datetime,
) -> list[list[int]]:
    together = [
        (index, position, variant)
        for index, draft in enumerate(drafts)
        for position, variant in enumerate(draft.variants)
    ]
    rows = [
        variant_row(ids[index], position, variant, values[index], media[index])
        for index, position, variant in together
    ]
    variant_ids = _insert(Variant, rows, "product_id")
    prices, changes = [], []
    found: list[list[int]] = [[] for _ in drafts]
    for variant_id, (index, _, variant) in zip(variant_ids, together, strict=True):
        found[index].append(variant_id)
        changes.append({"variant_id": variant_id, "price": variant.price, "at": now})
        for currency, (price, compare_at) in variant.prices.items():
            row = {"variant_id": variant_id, "currency": currency}
            prices.append(row | {"price": price, "compare_at": compare_at})
    _insert_plain(VariantPrice, prices)
    _insert_plain(PriceChange, changes)
    return found


def _place(ids: Sequence[int], drafts: Sequence[ProductDraft]) -> None:
    wanted = {category_id for draft in drafts for category_id in draft.category_ids}
    known = set(session.scalars(sa.select(Category.id).where(Category.id.in_(wanted))))
    if wanted - known:
        raise CategoryNotFound(id=min(wanted - known))
    shelves: list[Row] = []
    members: list[Row] = []
    for product_id, draft in zip(ids, drafts, strict=True):
        for position, category_id in enumerate(dict.fromkeys(draft.category_ids)):
            row = {"product_id": product_id, "category_id": category_id}
            shelves.append(row | {"position": position})
        for collection_id in dict.fromkeys(draft.collection_ids):
            row = {"product_id": product_id, "collection_id": collection_id}
            members.append(row | {"position": draft.position})
    _insert_plain(ProductCategory, shelves)
    _insert_plain(CollectionProduct, members)
