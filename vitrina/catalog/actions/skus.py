"""Who has a SKU: one variant of the shop's present catalogue at a time."""

from collections.abc import Iterable, Mapping, Sequence

import sqlalchemy as sa

from vitrina.catalog import queries
from vitrina.catalog.drafts import ProductDraft
from vitrina.catalog.errors import SkuTaken
from vitrina.catalog.models.products import Variant
from vitrina.catalog.shelves import CHUNK
from vitrina.core.db import session


def refuse_taken_skus(
    drafts: Sequence[ProductDraft], owners: Mapping[str, int] | None = None
) -> set[str]:
    """Raise SkuTaken when two products want one SKU, or when a stored one has it.

    ``owners``: products (by SKU) that are being replaced and may keep theirs. Returns the SKUs that
    the drafts want.
    """
    seen: set[str] = set()
    for draft in drafts:
        for variant in draft.variants:
            if variant.sku is None:
                continue
            if variant.sku in seen:
                raise SkuTaken(field="sku", sku=variant.sku)
            seen.add(variant.sku)
    for sku, product_id in queries.owners_of_skus(seen).items():
        if owners is None or owners.get(sku) != product_id:
            raise SkuTaken(field="sku", sku=sku)
    return seen


def free_retired_skus(skus: Iterable[str]) -> None:
    """Take these SKUs from retired variants, so that others can have them."""
    wanted = sorted(skus)
    for start in range(0, len(wanted), CHUNK):
        some = wanted[start : start + CHUNK]
        session.execute(
            sa.update(Variant)
            .where(Variant.sku.in_(some), Variant.retired_at.is_not(None))
            .values(sku=None),
            execution_options={"synchronize_session": "fetch"},
        )
