"""Options and variants of a product as staff type them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from flask_babel import gettext as _

from vitrina.admin.desk import minor_of, money_of, note
from vitrina.catalog import queries
from vitrina.catalog.actions.replacement import draft_of, replace_product
from vitrina.catalog.drafts import OptionDraft, ProductDraft, ValueDraft, VariantDraft
from vitrina.catalog.errors import InvalidProduct
from vitrina.catalog.models.products import Product, Variant
from vitrina.core.money import Money

MOST_COMBINATIONS = 500
FIELDS = (
    *("price", "compare_at", "prices", "sku", "weight_g"),
    *("track_stock", "backorder", "is_active"),
)
"""What of a variant the table says; the rest of it stays."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the variants' table; ``added``: how many pieces more than staff had before them."""

    variant_id: int
    draft: VariantDraft
    added: int


def price_of(text: str | None, field: str) -> int:
    """A price that has to be there, in minor units. Raises InvalidAmount and InvalidProduct."""
    minor = minor_of(text, field)
    if minor is None:
        raise InvalidProduct(field=field, reason="missing")
    return minor


def whole(text: str, field: str) -> int:
    """A whole number of pieces or grams. Raises InvalidProduct."""
    words = text.strip()
    if not words.isascii() or not words.isdigit() or len(words) > 7:
        raise InvalidProduct(field=field, reason="not_whole")
    return int(words)


def other_currencies() -> tuple[str, ...]:
    """The currencies the shop sells in beside its own."""
    return queries.rates().currencies[1:]


def fixed_prices(product: Product) -> dict[int, dict[str, str]]:
    """The fixed prices of each variant by currency, as staff type them."""
    return {
        variant.id: {one.currency: Money(one.price, one.currency).text for one in variant.prices}
        for variant in product.variants
    }


def row_of(form: Mapping[str, str], variant: Variant, currencies: Sequence[str] = ()) -> Row:
    """What was typed for ``variant``; what was typed for all of them counts before it.

    In the other ``currencies`` a price is fixed where one is typed, else the rate decides.
    """

    def typed(name: str) -> str:
        for_all = form.get(f"{name}-all", "").strip()
        return for_all or form.get(f"{name}-{variant.id}", "").strip()

    price = price_of(typed("price"), f"price-{variant.id}")
    draft = VariantDraft(
        price=price,
        compare_at=minor_of(typed("compare_at"), f"compare_at-{variant.id}"),
        sku=typed("sku") or None,
        weight_g=whole(typed("weight_g") or "0", f"weight_g-{variant.id}"),
        track_stock=bool(typed("track_stock")),
        backorder=bool(typed("backorder")),
        is_active=bool(typed("is_active")),
        prices=_fixed(form, variant, currencies),
    )
    return Row(variant.id, draft, _added(typed("pieces"), typed("seen"), f"pieces-{variant.id}"))


def row_name(product: Product, field: str, form: Mapping[str, str]) -> str:
    """Where in the table ``field`` (``price-12``) stands, in words; empty when it is not of it."""
    key, _dash, number = field.rpartition("-")
    variant = next((one for one in product.variants if str(one.id) == number), None)
    if variant is None:
        return ""
    for_all = form.get(f"{key}-all", "").strip()
    row = _("All of them") if for_all else variant.label("en") or product.title
    columns = {
        "price": _("Price"),
        "compare_at": _("Before"),
        "pieces": _("Pieces"),
        "weight_g": _("Grams"),
    }
    return f"{row}, {columns.get(key) or key.removeprefix('price_')}"


def _fixed(
    form: Mapping[str, str], variant: Variant, currencies: Sequence[str]
) -> dict[str, tuple[int, int | None]]:
    """The fixed prices by currency: as they were, but for those that the form has a field for."""
    found = {one.currency: (one.price, one.compare_at) for one in variant.prices}
    for currency in currencies:
        name = f"price_{currency}-{variant.id}"
        typed = form.get(f"price_{currency}-all", "").strip() or form.get(name)
        if typed is None:
            continue
        price = money_of(typed, name, currency)
        before = found.pop(currency, (0, None))[1]
        if price is not None:
            found[currency] = (price.minor, before if before and before > price.minor else None)
    return found


def _added(pieces: str, seen: str, field: str) -> int:
    """What staff changed, not what sales changed since they opened the page."""
    return whole(pieces, field) - whole(seen, field) if pieces else 0


def change(product: Product, asked: Sequence[VariantDraft], *, by: str) -> None:
    """Write the typed fields of each variant; the rest of them stays. Leaves an audit row."""
    now = draft_of(product, queries.own_categories([product.id])[product.id])
    variants = tuple(
        replace(old, **{name: getattr(new, name) for name in FIELDS})
        for old, new in zip(now.variants, asked, strict=True)
    )
    if replace_product(product, replace(now, variants=variants), by=by):
        prices = {one.sku or "/".join(one.values): one.price for one in variants}
        note("product.variants", f"product:{product.id}", prices=prices)


def options_text(product: Product) -> str:
    """``Size: S; M; L``, one option a line."""
    return "\n".join(
        f"{option.name}: {'; '.join(value.value for value in option.values)}"
        for option in product.options
    )


def read_options(text: str, known: Sequence[OptionDraft]) -> tuple[OptionDraft, ...]:
    """Options from lines such as ``Size: S; M; L``; known ones keep their kind and translations.

    Raises InvalidProduct.
    """
    found = []
    for line in text.splitlines():
        if not line.strip():
            continue
        name, colon, values = line.partition(":")
        if not colon:
            raise InvalidProduct(field="options", reason="without_values")
        old = next((one for one in known if one.name == name.strip()), None)
        kept = {value.value: value for value in old.values} if old else {}
        words = [" ".join(value.split()) for value in values.split(";") if value.strip()]
        drafts = tuple(kept.get(word) or ValueDraft(word) for word in words)
        found.append(replace(old, values=drafts) if old else OptionDraft(name.strip(), drafts))
    return tuple(found)


def fill(
    known: Sequence[VariantDraft], wanted: Sequence[tuple[str, ...]]
) -> tuple[VariantDraft, ...]:
    """A variant for each combination: the known one, else like the first one without a SKU.

    Raises InvalidProduct for too many.
    """
    if len(wanted) > MOST_COMBINATIONS:
        raise InvalidProduct(field="options", reason="too_many", limit=MOST_COMBINATIONS)
    by_values = {variant.values: variant for variant in known}
    pattern = replace(known[0], sku=None, barcode="", media=None)
    found = [by_values.get(values) or replace(pattern, values=values) for values in wanted]
    if not any(one.sku == known[0].sku for one in found):
        found[0] = replace(found[0], sku=known[0].sku)
    return tuple(found)


def with_options(
    now: ProductDraft, options: tuple[OptionDraft, ...], variants: tuple[VariantDraft, ...]
) -> ProductDraft:
    """``now`` with other options and the variants that go with them."""
    return replace(now, options=options, variants=variants)
