"""What is done with a product's variants and their prices."""

from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from vitrina.catalog import queries, rules
from vitrina.catalog.actions.products import touch_product
from vitrina.catalog.actions.replacement import draft_of, replace_product
from vitrina.catalog.drafts import VARIANT_FIELDS, OptionDraft, ValueDraft, VariantDraft
from vitrina.catalog.errors import InvalidProduct, LastVariant, OptionsTaken, SkuTaken
from vitrina.catalog.models.products import PriceChange, Product, Variant, VariantPrice
from vitrina.core import audit
from vitrina.core.db import session

CHANGEABLE = frozenset(VARIANT_FIELDS) - {"price", "compare_at"} | {"media_id"}


def add_variant(product: Product, draft: VariantDraft, *, by: str) -> Variant:
    """Add a variant to a product loaded whole; new option values join their options.

    Raises InvalidProduct, SkuTaken, and OptionsTaken when a variant of those values is there.
    """
    now = draft_of(product)
    if draft.values in {variant.values for variant in now.variants}:
        raise OptionsTaken(field="options", values=list(draft.values))
    if len(draft.values) != len(now.options):
        raise InvalidProduct(field="options", reason="wrong_count", wanted=len(now.options))
    options = tuple(
        _with_value(option, value) for option, value in zip(now.options, draft.values, strict=True)
    )
    _replace_parts_of(product, options, (*now.variants, draft), by=by)
    return product.variants[-1]


def _with_value(option: OptionDraft, value: str) -> OptionDraft:
    if any(known.value == value for known in option.values):
        return option
    values = (*option.values, ValueDraft(value))
    return OptionDraft(option.name, values, option.kind, option.translations)


def _replace_parts_of(
    product: Product,
    options: tuple[OptionDraft, ...],
    variants: tuple[VariantDraft, ...],
    *,
    by: str,
) -> None:
    categories = queries.own_categories([product.id])[product.id]
    draft = replace(draft_of(product, categories), options=options, variants=variants)
    replace_product(product, draft, by=by, category_ids=categories)


def update_variant(variant: Variant, *, by: str, **changes: Any) -> Variant:
    """Change fields of a variant except its prices. Raises InvalidProduct and SkuTaken.

    TypeError for a field that is not among them.
    """
    unknown = set(changes) - CHANGEABLE
    if unknown:
        raise TypeError(f"a variant has no field {min(unknown)!r} to change")
    for name in ("cost", "weight_g", "length_mm", "width_mm", "height_mm"):
        rules.check_amount(changes.get(name), name)
    if "sku" in changes:
        changes["sku"] = rules.clean_words(changes["sku"] or "", "sku", 120) or None
        _refuse_taken(variant, changes["sku"])
    if "barcode" in changes:
        changes["barcode"] = rules.clean_words(changes["barcode"], "barcode", 60)
    before = {name: getattr(variant, name) for name in changes}
    if before == changes:
        return variant
    for name, value in changes.items():
        setattr(variant, name, value)
    audit.note(by, "variant.update", f"variant:{variant.id}", before, changes)
    touch_product(variant.product)
    return variant


def _refuse_taken(variant: Variant, sku: str | None) -> None:
    if sku is None:
        return
    taken = sa.select(Variant.id).where(Variant.sku == sku, Variant.id != variant.id)
    if session.scalar(taken) is not None:
        raise SkuTaken(field="sku", sku=sku)


def remove_variant(variant: Variant, *, by: str) -> None:
    """Take a variant out of its product. Raises LastVariant for the only one."""
    product = variant.product
    if len(product.variants) == 1:
        raise LastVariant(product_id=product.id)
    audit.note(by, "variant.remove", f"variant:{variant.id}", {"sku": variant.sku}, None)
    product.variants.remove(variant)
    touch_product(product)


def set_price(
    variant: Variant,
    price: int,
    compare_at: int | None = None,
    *,
    by: str,
    currency: str | None = None,
) -> None:
    """Give a variant another price, in minor units of the store's currency.

    With ``currency`` it is the fixed price in that one. Raises InvalidProduct.
    """
    rules.check_amount(price, "price")
    rules.check_amount(compare_at, "compare_at")
    if currency is not None and currency != queries.rates().base:
        _set_fixed(variant, currency, price, compare_at, by=by)
        return
    before = {"price": variant.price, "compare_at": variant.compare_at}
    after = {"price": price, "compare_at": compare_at}
    if before == after:
        return
    if price != variant.price:
        session.add(PriceChange(variant_id=variant.id, price=price))
    variant.price, variant.compare_at = price, compare_at
    audit.note(by, "variant.price", f"variant:{variant.id}", before, after)
    touch_product(variant.product)


def _set_fixed(
    variant: Variant, currency: str, price: int, compare_at: int | None, *, by: str
) -> None:
    fixed = next((one for one in variant.prices if one.currency == currency), None)
    before = {"price": fixed.price, "compare_at": fixed.compare_at} if fixed else {}
    if fixed is None:
        fixed = VariantPrice(currency=currency)
        variant.prices.append(fixed)
    fixed.price, fixed.compare_at = price, compare_at
    after = {"price": price, "compare_at": compare_at}
    subject = f"variant:{variant.id}:{currency}"
    audit.note(by, "variant.price", subject, before, after)
    touch_product(variant.product)
