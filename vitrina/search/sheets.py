"""Everything the index wants to know of products, read by a fixed number of statements.

Whole products as objects would be simpler and several times slower, and the index is built anew
for thousands of products at a time.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from vitrina.catalog import queries as catalog
from vitrina.catalog.models.groups import Category
from vitrina.catalog.models.products import (
    Media,
    Option,
    OptionValue,
    Product,
    ProductStatus,
    Variant,
    VariantPrice,
)
from vitrina.catalog.rules.prices import ListedInput
from vitrina.core.db import session
from vitrina.inventory import queries as inventory

Row = Any
MOST_IMAGES = 3


@dataclass(slots=True)
class ValueSheet:
    """An option value that can be bought."""

    option: str
    option_names: dict[str, str]
    kind: str
    value: str
    names: dict[str, str]
    position: int
    data: dict[str, Any]


@dataclass(slots=True)
class Sheet:
    """One published product, as rows."""

    product: Row
    values: list[ValueSheet] = field(default_factory=list)
    skus: list[str] = field(default_factory=list)
    prices: list[ListedInput] = field(default_factory=list)
    images: list[dict[str, Any]] = field(default_factory=list)
    in_stock: bool = False
    category_ids: frozenset[int] = frozenset()
    category_titles: list[str] = field(default_factory=list)


def read(product_ids: Sequence[int]) -> list[Sheet]:
    """The sheets of those of the products that a shopper may see (active, with a price)."""
    table: Any = Product.__table__
    published = sa.select(table).where(
        table.c.id.in_(product_ids), table.c.status == ProductStatus.ACTIVE
    )
    sheets = {row.id: Sheet(row) for row in session.execute(published.order_by(table.c.id))}
    ids = list(sheets)
    if not ids:
        return []
    used = _read_variants(sheets, ids)
    _read_options(sheets, ids, used)
    _read_media(sheets, ids)
    _read_groups(sheets, ids)
    return [sheet for sheet in sheets.values() if sheet.prices]


def _read_variants(sheets: dict[int, Sheet], ids: Sequence[int]) -> set[int]:
    """Prices, SKUs and stock; returns the option values of variants that are for sale."""
    table: Any = Variant.__table__
    variants = session.execute(
        sa.select(
            table.c.id,
            table.c.product_id,
            table.c.sku,
            table.c.price,
            table.c.compare_at,
            table.c.option1_id,
            table.c.option2_id,
            table.c.option3_id,
        )
        .where(table.c.product_id.in_(ids), table.c.is_active)
        .order_by(table.c.product_id, table.c.position)
    ).all()
    fixed: dict[int, dict[str, tuple[int, int | None]]] = {}
    own: Any = VariantPrice.__table__
    for price in session.execute(
        sa.select(own.c.variant_id, own.c.currency, own.c.price, own.c.compare_at)
        .join(Variant, Variant.id == own.c.variant_id)
        .where(Variant.product_id.in_(ids))
    ):
        fixed.setdefault(price.variant_id, {})[price.currency] = (price.price, price.compare_at)
    stock = availability(row.id for row in variants)
    used: set[int] = set()
    for row in variants:
        sheet = sheets[row.product_id]
        sheet.prices.append(ListedInput(row.price, row.compare_at, fixed.get(row.id, {})))
        sheet.in_stock = sheet.in_stock or stock.get(row.id, False)
        if row.sku:
            sheet.skus.append(row.sku)
        used.update(one for one in (row.option1_id, row.option2_id, row.option3_id) if one)
    return used


def availability(variant_ids: Iterable[int]) -> dict[int, bool]:
    """Whether at least one piece of each variant can be bought."""
    found: dict[int, bool] = {}
    for some in catalog.chunks(variant_ids):
        found |= {key: one.covers(1) for key, one in inventory.availability(some).items()}
    return found


def _read_options(sheets: dict[int, Sheet], ids: Sequence[int], used: set[int]) -> None:
    statement = (
        sa.select(
            Option.product_id,
            Option.name,
            Option.kind,
            Option.translations.label("option_translations"),
            OptionValue.id,
            OptionValue.value,
            OptionValue.translations,
            OptionValue.position,
            OptionValue.data,
        )
        .join(OptionValue, OptionValue.option_id == Option.id)
        .where(Option.product_id.in_(ids))
        .order_by(Option.product_id, Option.position, OptionValue.position)
    )
    for row in session.execute(statement):
        if row.id in used:
            sheets[row.product_id].values.append(
                ValueSheet(
                    row.name,
                    texts(row.name, row.option_translations, "name"),
                    str(row.kind),
                    row.value,
                    texts(row.value, row.translations, "value"),
                    row.position,
                    row.data or {},
                )
            )


def _read_media(sheets: dict[int, Sheet], ids: Sequence[int]) -> None:
    table: Any = Media.__table__
    statement = (
        sa.select(table)
        .where(table.c.product_id.in_(ids), table.c.key != "")
        .order_by(table.c.product_id, table.c.position, table.c.id)
    )
    for row in session.execute(statement):
        images = sheets[row.product_id].images
        if len(images) < MOST_IMAGES and row.mime.startswith("image/"):
            images.append(
                {
                    "key": row.key,
                    "mime": row.mime,
                    "width": row.width,
                    "height": row.height,
                    "colour": row.colour,
                    "role": row.role,
                    "alt": texts(row.alt, row.translations, "alt"),
                    "renditions": row.renditions,
                }
            )


def _read_groups(sheets: dict[int, Sheet], ids: Sequence[int]) -> None:
    rows = session.execute(sa.select(Category.id, Category.title, Category.translations))
    titles = {row.id: texts(row.title, row.translations, "title") for row in rows}
    for product_id, groups in catalog.groups_of(ids).items():
        sheet = sheets[product_id]
        sheet.category_ids = groups.category_ids
        for category_id in sorted(groups.category_ids):
            sheet.category_titles += titles.get(category_id, {}).values()


def texts(default: str, translations: dict[str, Any] | None, name: str) -> dict[str, str]:
    """A text in every language that has it; the default one is under ``""``."""
    found = {"": default}
    for locale, fields in (translations or {}).items():
        text = fields.get(name)
        if isinstance(text, str) and text:
            found[locale] = text
    return found


def text_in(texts_: dict[str, str], locale: str) -> str:
    """The text in ``locale``, or in the default language."""
    return texts_.get(locale) or texts_.get("", "")
