"""Making a stored product equal to a draft, touching nothing when it already is."""

from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from vitrina.catalog import queries
from vitrina.catalog.actions.creation import Values, media_row, variant_row
from vitrina.catalog.actions.grouping import place
from vitrina.catalog.actions.products import touch_product, update_product
from vitrina.catalog.actions.skus import free_retired_skus, refuse_taken_skus
from vitrina.catalog.drafts import (
    MEDIA_FIELDS,
    PRODUCT_FIELDS,
    VARIANT_FIELDS,
    MediaDraft,
    OptionDraft,
    ProductDraft,
    ValueDraft,
    VariantDraft,
)
from vitrina.catalog.models.prices import PriceChange
from vitrina.catalog.models.products import (
    Media,
    Option,
    OptionKind,
    OptionValue,
    Product,
    Variant,
    VariantPrice,
)
from vitrina.catalog.rules.drafts import checked
from vitrina.core.db import session

FIELDS = (*PRODUCT_FIELDS, "tags", "details", "translations")


def draft_of(product: Product, category_ids: tuple[int, ...] = ()) -> ProductDraft:
    """A stored product (loaded whole) as the draft that would make it.

    ``category_ids`` are its own categories in order; collections are left out.
    """
    places = {media.id: index for index, media in enumerate(product.media)}
    plain = {name: getattr(product, name) for name in FIELDS}
    plain |= {"status": str(product.status), "tags": tuple(product.tags)}
    plain |= {"details": tuple(product.details)}
    return ProductDraft(
        **plain,
        published_at=product.published_at,
        options=tuple(_option_draft(option) for option in product.options),
        variants=tuple(_variant_draft(variant, places) for variant in product.variants),
        media=tuple(_media_draft(media) for media in product.media),
        category_ids=category_ids,
    )


def _option_draft(option: Option) -> OptionDraft:
    values = tuple(ValueDraft(one.value, one.data, one.translations) for one in option.values)
    return OptionDraft(option.name, values, str(option.kind), option.translations)


def _variant_draft(variant: Variant, places: dict[int, int]) -> VariantDraft:
    return VariantDraft(
        **{name: getattr(variant, name) for name in VARIANT_FIELDS},
        values=tuple(value.value for value in variant.values),
        prices={one.currency: (one.price, one.compare_at) for one in variant.prices},
        media=places.get(variant.media_id) if variant.media_id is not None else None,
    )


def _media_draft(media: Media) -> MediaDraft:
    plain = {name: getattr(media, name) for name in MEDIA_FIELDS}
    return MediaDraft(**plain, translations=media.translations, renditions=tuple(media.renditions))


def replace_product(
    product: Product,
    draft: ProductDraft,
    *,
    by: str,
    category_ids: tuple[int, ...] | None = None,
) -> bool:
    """Make ``product`` (loaded whole) equal to ``draft``; returns whether anything changed.

    Variants keep their identity by SKU, then by their option values; those that the draft lacks are
    retired, and come back with their SKU. Pictures are known by their file or source.
    ``category_ids`` are the product's categories now, read when not given. Collections stay as they
    are. Raises InvalidProduct, SlugTaken, SkuTaken.
    """
    if category_ids is None:
        category_ids = queries.own_categories([product.id])[product.id]
    wanted = checked(replace(draft, slug=draft.slug or product.slug))
    now = draft_of(product, category_ids)
    wanted = replace(wanted, published_at=now.published_at, collection_ids=())
    if wanted == now:
        return False
    refuse_taken_skus([wanted], {one.sku: product.id for one in wanted.variants if one.sku})
    version = product.version
    update_product(
        product, by=by, **{name: getattr(wanted, name) for name in _changed(now, wanted)}
    )
    if (now.options, now.variants, now.media) != (wanted.options, wanted.variants, wanted.media):
        _replace_parts(product, wanted)
    if category_ids != wanted.category_ids:
        place(product.id, wanted.category_ids)
    if product.version == version:
        touch_product(product)
    return True


def _changed(now: ProductDraft, wanted: ProductDraft) -> list[str]:
    return [name for name in FIELDS if getattr(now, name) != getattr(wanted, name)]


def _replace_parts(product: Product, draft: ProductDraft) -> None:
    pairs = _pair_variants(product, draft)
    values = _replace_options(product, draft)
    media = _replace_media(product, draft)
    for position, (wanted, row) in enumerate(pairs):
        columns = variant_row(product.id, position, wanted, values, media)
        _write_variant(product, columns, wanted, row)
    session.flush()
    _drop_unused_values(product, draft)
    session.flush()
    session.expire(product, ["options", "variants", "media"])
    session.scalar(
        sa.select(Product)
        .where(Product.id == product.id)
        .options(*queries.whole())
        .execution_options(populate_existing=True)
    )


def _replace_options(product: Product, draft: ProductDraft) -> Values:
    """Write the options in place; values that no draft names go, when no variant needs them."""
    for option in product.options[len(draft.options) :]:
        product.options.remove(option)
    for position, wanted in enumerate(draft.options, 1):
        if position > len(product.options):
            product.options.append(Option(position=position, values=[]))
        option = product.options[position - 1]
        option.name, option.kind = wanted.name, OptionKind(wanted.kind)
        option.translations = dict(wanted.translations)
        known = {value.value: value for value in option.values}
        for place_, value in enumerate(wanted.values):
            row = known.get(value.value)
            if row is None:
                row = OptionValue(value=value.value)
                option.values.append(row)
            row.position, row.data = place_, dict(value.data)
            row.translations = dict(value.translations)
    session.flush()
    return [{value.value: value.id for value in option.values} for option in product.options]


def _replace_media(product: Product, draft: ProductDraft) -> list[int]:
    def mark(media: Media | MediaDraft) -> str:
        return media.source_url or media.key

    known = {mark(media): media for media in product.media}
    kept: list[Media] = []
    for position, wanted in enumerate(draft.media):
        row = known.pop(mark(wanted), None)
        if row is None:
            row = Media(product_id=product.id)
            session.add(row)
        for name, value in media_row(product.id, position, wanted).items():
            setattr(row, name, value)
        kept.append(row)
    for gone in known.values():
        session.delete(gone)
    session.flush()
    return [media.id for media in kept]


def _pair_variants(
    product: Product, draft: ProductDraft
) -> list[tuple[VariantDraft, Variant | None]]:
    """The stored variant of each one in the draft; the others are retired.

    All of them let go of their SKU and options for now: no two may share one on the way, and with
    an option that goes away the database removes the variants that still hold its values.
    """
    by_sku = {variant.sku: variant for variant in product.variants if variant.sku}
    by_values = {tuple(v.value for v in one.values): one for one in product.variants}
    retired = _retired(product, [one.sku for one in draft.variants if one.sku])
    taken: set[int] = set()
    pairs: list[tuple[VariantDraft, Variant | None]] = []
    for wanted in draft.variants:
        sku = wanted.sku or ""
        row = by_sku.get(sku) or by_values.get(wanted.values) or retired.get(sku)
        row = None if row is None or row.id in taken else row
        if row is not None:
            taken.add(row.id)
        pairs.append((wanted, row))
    for variant in product.variants:
        if variant.id not in taken:
            variant.retire()
    for _, row in pairs:
        if row is not None:
            row.sku = None
            row.leave_options()
    session.flush()
    free_retired_skus(one.sku for one in draft.variants if one.sku)
    return pairs


def _retired(product: Product, skus: list[str]) -> dict[str, Variant]:
    """The retired variants of the product that have one of the SKUs."""
    rows = session.scalars(
        sa.select(Variant)
        .where(
            Variant.product_id == product.id,
            Variant.retired_at.is_not(None),
            Variant.sku.in_(skus),
        )
        .options(selectinload(Variant.prices))
    )
    return {str(row.sku): row for row in rows}


def _write_variant(
    product: Product, columns: dict[str, object], wanted: VariantDraft, row: Variant | None
) -> None:
    if row is None:
        row = Variant(price=-1)
        product.variants.append(row)
    changed = row.price != wanted.price
    row.retired_at = None
    for name, value in columns.items():
        if name != "product_id":
            setattr(row, name, value)
    known = {price.currency: price for price in row.prices}
    for currency, (price, compare_at) in wanted.prices.items():
        fixed = known.pop(currency, None)
        if fixed is None:
            fixed = VariantPrice(currency=currency)
            row.prices.append(fixed)
        fixed.price, fixed.compare_at = price, compare_at
    for gone in known.values():
        row.prices.remove(gone)
    session.flush()
    if changed:
        session.add(PriceChange(variant_id=row.id, price=wanted.price))


def _drop_unused_values(product: Product, draft: ProductDraft) -> None:
    for option, wanted in zip(product.options, draft.options, strict=True):
        names = {value.value for value in wanted.values}
        for value in [one for one in option.values if one.value not in names]:
            option.values.remove(value)
