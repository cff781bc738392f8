"""Putting parsed products into the shop: new ones made, known ones changed where they differ."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

import sqlalchemy as sa

from vitrina.catalog import pictures
from vitrina.catalog import queries as catalog
from vitrina.catalog.actions.categories import place_for
from vitrina.catalog.actions.creation import create_products, taken_slugs
from vitrina.catalog.actions.replacement import draft_of, replace_product
from vitrina.catalog.drafts import MediaDraft, OptionDraft, ProductDraft, VariantDraft
from vitrina.catalog.errors import InvalidPicture
from vitrina.catalog.models.products import Media, Product
from vitrina.cli.imports.parsed import Fault, Faults, Parsed
from vitrina.core import storage
from vitrina.core.db import session
from vitrina.core.events import enqueue
from vitrina.inventory.counting import take_over

BY = "system"


@dataclass(slots=True)
class Tally:
    """What became of the products of a file."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    variants: int = 0

    def __iadd__(self, other: "Tally") -> "Tally":
        self.created += other.created
        self.changed += other.changed
        self.unchanged += other.unchanged
        self.variants += other.variants
        return self


@dataclass(slots=True)
class Pictures:
    """Files of pictures in a folder, found by the name at the end of an address."""

    folder: Path | None
    dry: bool = False
    _files: dict[str, Path] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.folder is not None:
            self._files = {
                file.name.lower(): file for file in sorted(self.folder.rglob("*")) if file.is_file()
            }

    def of(self, media: MediaDraft, parsed: Parsed, faults: Faults) -> MediaDraft:
        """``media`` with its file, when the folder has it and it is a picture."""
        name = unquote(urlsplit(media.source_url).path).rsplit("/", 1)[-1].lower()
        file = self._files.get(name)
        if file is None or media.key or self.dry:
            return media
        try:
            picture = pictures.check(file.read_bytes())
        except InvalidPicture as error:
            reason = f"no picture: {error.facts['reason']}; goes in without the file"
            faults.append(Fault(parsed.lines[0], parsed.key, "Image", file.name, reason, False))
            return media
        return replace(
            media,
            key=storage.put(picture.data, picture.suffix),
            mime=picture.mime,
            width=picture.width,
            height=picture.height,
            colour=picture.colour,
        )


def store(batch: Sequence[Parsed], files: Pictures, faults: Faults) -> Tally:
    """Put a batch into the shop, inside ``committing()``. Faults of the batch are added."""
    known = catalog.by_slugs({parsed.draft.slug for parsed in batch})
    places = catalog.own_categories([product.id for product in known.values()])
    batch = _without_taken(batch, known, faults)
    tally = Tally()
    fresh: list[tuple[Parsed, ProductDraft]] = []
    counts: dict[int, int] = {}
    for parsed in batch:
        category_ids = tuple(place_for(chain, by=BY).id for chain in parsed.categories)
        draft = replace(parsed.draft, category_ids=tuple(dict.fromkeys(category_ids)))
        tally.variants += len(draft.variants)
        product = known.get(draft.slug)
        if product is None:
            media = tuple(files.of(one, parsed, faults) for one in draft.media)
            fresh.append((parsed, replace(draft, media=media)))
            continue
        if _change(product, draft, places[product.id], parsed, files, faults):
            tally.changed += 1
        else:
            tally.unchanged += 1
        counts |= _counts(product, parsed)
    made = create_products([draft for _, draft in fresh], by=BY)
    tally.created += len(made)
    for (parsed, _), created in zip(fresh, made, strict=True):
        pairs = zip(created.variant_ids, parsed.stock, strict=True)
        counts |= {variant_id: count for variant_id, count in pairs if count is not None}
    if counts:
        _count_stock(counts, faults)
    _owe_copies([*(one.product_id for one in made), *(product.id for product in known.values())])
    return tally


def _count_stock(counts: dict[int, int], faults: Faults) -> None:
    for variant_id in take_over(counts, by=BY):
        reason = "more than that is promised to orders; the count stays"
        key, said = f"variant {variant_id}", str(counts[variant_id])
        faults.append(Fault(0, key, "stock", said, reason, left_out=False))


def _without_taken(
    batch: Sequence[Parsed], known: dict[str, Product], faults: Faults
) -> list[Parsed]:
    """The batch without SKUs and addresses that other products of the shop have."""
    skus = {variant.sku for parsed in batch for variant in parsed.draft.variants if variant.sku}
    owners = catalog.owners_of_skus(skus)
    redirects = taken_slugs({parsed.draft.slug for parsed in batch} - set(known))
    kept: list[Parsed] = []
    for parsed in batch:
        draft = parsed.draft
        if draft.slug in redirects:
            reason = "the address leads to another product of the shop"
            faults.append(Fault(parsed.lines[0], parsed.key, "Handle", draft.slug, reason))
            continue
        product = known.get(draft.slug)
        mine = product.id if product else None
        variants = [
            _without_sku(variant, line, parsed.key, faults)
            if variant.sku and owners.get(variant.sku, mine) != mine
            else variant
            for variant, line in zip(draft.variants, parsed.lines, strict=True)
        ]
        kept.append(replace(parsed, draft=replace(draft, variants=tuple(variants))))
    return kept


def _without_sku(variant: VariantDraft, line: int, key: str, faults: Faults) -> VariantDraft:
    reason = "another product of the shop has this SKU; goes in without it"
    faults.append(Fault(line, key, "SKU", variant.sku or "", reason, left_out=False))
    return replace(variant, sku=None)


def _change(
    product: Product,
    draft: ProductDraft,
    category_ids: tuple[int, ...],
    parsed: Parsed,
    files: Pictures,
    faults: Faults,
) -> bool:
    now = draft_of(product, category_ids)
    wanted = merged(now, draft)
    media = tuple(files.of(one, parsed, faults) for one in wanted.media)
    wanted = replace(wanted, media=media)
    return replace_product(product, wanted, by=BY, category_ids=category_ids)


def merged(now: ProductDraft, new: ProductDraft) -> ProductDraft:
    """``new`` as a file has it, with what the shop knows beside it.

    Translations, facts, places, prices in other currencies, files of pictures, and variants and
    pictures that the file does not name stay.
    """
    variants, extra = _merged_variants(now, new)
    media = _merged_media(now.media, new.media)
    return replace(
        now,
        title=new.title,
        description=new.description,
        vendor=new.vendor,
        product_type=new.product_type,
        status=new.status,
        tags=new.tags,
        details=new.details or now.details,
        seo_title=new.seo_title or now.seo_title,
        seo_description=new.seo_description or now.seo_description,
        options=_merged_options(now.options, new.options, extra),
        variants=variants,
        media=media,
        category_ids=tuple(dict.fromkeys((*now.category_ids, *new.category_ids))),
    )


def _merged_variants(
    now: ProductDraft, new: ProductDraft
) -> tuple[tuple[VariantDraft, ...], tuple[VariantDraft, ...]]:
    """The variants of the file, and behind them those that only the shop has."""
    by_sku = {one.sku: one for one in now.variants if one.sku}
    by_values = {one.values: one for one in now.variants}
    found: list[VariantDraft] = []
    used: list[VariantDraft] = []
    for wanted in new.variants:
        old = by_sku.get(wanted.sku or "") or by_values.get(wanted.values)
        if old is None or old in used:
            found.append(wanted)
            continue
        used.append(old)
        found.append(
            replace(
                wanted,
                prices=old.prices,
                is_active=old.is_active,
                cost=wanted.cost if wanted.cost is not None else old.cost,
                weight_g=wanted.weight_g or old.weight_g,
                length_mm=wanted.length_mm or old.length_mm,
                width_mm=wanted.width_mm or old.width_mm,
                height_mm=wanted.height_mm or old.height_mm,
            )
        )
    values = {one.values for one in found}
    width = len(new.options)
    extra = tuple(
        replace(one, media=None)
        for one in now.variants
        if one not in used and one.values not in values and len(one.values) == width
    )
    return (*found, *extra), extra


def _merged_options(
    now: Sequence[OptionDraft], new: Sequence[OptionDraft], extra: Iterable[VariantDraft]
) -> tuple[OptionDraft, ...]:
    known = {option.name: option for option in now}
    result = []
    for place, option in enumerate(new):
        old = known.get(option.name)
        values = {value.value: value for value in old.values} if old else {}
        kept = [values.get(value.value, value) for value in option.values]
        names = {value.value for value in kept}
        kept += [
            values[one.values[place]]
            for one in extra
            if one.values[place] in values and one.values[place] not in names
        ]
        kept = list({value.value: value for value in kept}.values())
        kind, translations = (old.kind, old.translations) if old else (option.kind, {})
        result.append(OptionDraft(option.name, tuple(kept), kind, translations))
    return tuple(result)


def _merged_media(now: Sequence[MediaDraft], new: Sequence[MediaDraft]) -> tuple[MediaDraft, ...]:
    known = {one.source_url: one for one in now if one.source_url}
    found = [
        replace(known[one.source_url], alt=one.alt or known[one.source_url].alt)
        if one.source_url in known
        else one
        for one in new
    ]
    sources = {one.source_url for one in found}
    return (*found, *(one for one in now if one.source_url not in sources or not one.source_url))


def _counts(product: Product, parsed: Parsed) -> dict[int, int]:
    """The counts of the file for the variants of a product that was there before."""
    by_sku = {variant.sku: variant.id for variant in product.variants if variant.sku}
    by_values = {tuple(v.value for v in one.values): one.id for one in product.variants}
    found: dict[int, int] = {}
    for draft, count in zip(parsed.draft.variants, parsed.stock, strict=True):
        variant_id = by_sku.get(draft.sku or "") or by_values.get(draft.values)
        if variant_id is not None and count is not None:
            found[variant_id] = count
    return found


def _owe_copies(product_ids: list[int]) -> None:
    """Owe smaller copies of the pictures that have none."""
    for some in catalog.chunks(product_ids):
        statement = sa.select(Media.id, Media.renditions).where(
            Media.product_id.in_(some), Media.key != "", Media.mime != "image/svg+xml"
        )
        for row in session.execute(statement).all():
            if not row.renditions:
                enqueue(pictures.render, {"media_id": row.id}, key=f"render:{row.id}")
