"""What a product has to be before it is written down: words, amounts, options, variants."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from vitrina.catalog.drafts import OptionDraft, ProductDraft, VariantDraft
from vitrina.catalog.errors import InvalidProduct
from vitrina.catalog.rich_text import sanitize
from vitrina.catalog.slugs import slugify
from vitrina.core.money import MOST_MINOR, decimals

MOST_OPTIONS = 3
MOST_VARIANTS = 2000
STATUSES = frozenset({"draft", "active", "archived"})
OPTION_KINDS = frozenset({"text", "size", "frame", "colour"})


def _refuse(field_name: str, reason: str, **facts: Any) -> None:
    raise InvalidProduct(field=field_name, reason=reason, **facts)


def clean_words(text: str, name: str, limit: int, *, required: bool = False) -> str:
    """``text`` on one line without loose spaces. Raises InvalidProduct for the field ``name``."""
    cleaned = " ".join(text.replace("\x00", "").split())
    if required and not cleaned:
        _refuse(name, "missing")
    if len(cleaned) > limit:
        _refuse(name, "too_long", limit=limit)
    return cleaned


def check_amount(value: int | None, name: str) -> None:
    """Refuse a number that is not whole, negative or beyond reason (InvalidProduct)."""
    if value is None:
        return
    if type(value) is not int:
        _refuse(name, "not_whole")
    if value < 0:
        _refuse(name, "negative")
    if value > MOST_MINOR:
        _refuse(name, "too_large")


def _checked_variant(variant: VariantDraft, known_values: Sequence[frozenset[str]]) -> VariantDraft:
    for name in ("price", "compare_at", "cost"):
        check_amount(getattr(variant, name), name)
    for name in ("weight_g", "length_mm", "width_mm", "height_mm"):
        if not 0 <= getattr(variant, name) <= 10**9:
            _refuse(name, "negative" if getattr(variant, name) < 0 else "too_large")
    for currency, (price, compare_at) in variant.prices.items():
        decimals(currency)
        check_amount(price, "prices")
        check_amount(compare_at, "prices")
    wanted, given = len(known_values), len(variant.values)
    if wanted != given:
        _refuse("options", "wrong_count", wanted=wanted, given=given)
    values = tuple(" ".join(value.split()) for value in variant.values)
    for known, value in zip(known_values, values, strict=True):
        if value not in known:
            _refuse("options", "unknown_value", value=value)
    sku = clean_words(variant.sku or "", "sku", 120) or None
    barcode = clean_words(variant.barcode, "barcode", 60)
    if (values, sku, barcode) == (variant.values, variant.sku, variant.barcode):
        return variant  # the common case, and a copy is what costs most here
    return replace(variant, values=values, sku=sku, barcode=barcode)


def _checked_option(option: OptionDraft) -> OptionDraft:
    if option.kind not in OPTION_KINDS:
        _refuse("options", "unknown_kind", kind=option.kind)
    words = [clean_words(one.value, "options", 255, required=True) for one in option.values]
    values = tuple(
        one if one.value == word else replace(one, value=word)
        for one, word in zip(option.values, words, strict=True)
    )
    if not values:
        _refuse("options", "without_values", option=option.name)
    if len({value.value for value in values}) != len(values):
        _refuse("options", "repeated_value", option=option.name)
    name = clean_words(option.name, "options", 120, required=True)
    return replace(option, name=name, values=values, kind=str(option.kind))


def checked(draft: ProductDraft) -> ProductDraft:
    """``draft`` in order: words trimmed, HTML sanitized, everything within its limits.

    Raises InvalidProduct (``field``, ``reason``). Checking twice gives the same as once.
    """
    title = clean_words(draft.title, "title", 300, required=True)
    if draft.status not in STATUSES:
        _refuse("status", "unknown", status=draft.status)
    if len(draft.options) > MOST_OPTIONS:
        _refuse("options", "too_many", limit=MOST_OPTIONS)
    if not 1 <= len(draft.variants) <= MOST_VARIANTS:
        _refuse("variants", "missing" if not draft.variants else "too_many")
    options = tuple(_checked_option(option) for option in draft.options)
    if len({option.name.casefold() for option in options}) != len(options):
        _refuse("options", "repeated")
    known = [frozenset(value.value for value in option.values) for option in options]
    variants = tuple(_checked_variant(variant, known) for variant in draft.variants)
    if len({variant.values for variant in variants}) != len(variants):
        _refuse("variants", "repeated_options")
    skus = [variant.sku for variant in variants if variant.sku]
    if len(set(skus)) != len(skus):
        _refuse("sku", "repeated")
    slug = slugify(draft.slug or title) or "product"
    return replace(
        draft,
        title=title,
        slug=slug,
        description=sanitize(draft.description),
        translations=clean_translations(draft.translations),
        vendor=clean_words(draft.vendor, "vendor", 200),
        product_type=clean_words(draft.product_type, "product_type", 200),
        seo_title=clean_words(draft.seo_title, "seo_title", 300),
        seo_description=clean_words(draft.seo_description, "seo_description", 500),
        status=str(draft.status),
        tags=clean_tags(draft.tags),
        options=options,
        variants=variants,
    )


def clean_translations(translations: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Translations with their descriptions sanitized, and empty ones left out."""
    kept: dict[str, dict[str, Any]] = {}
    for locale, texts in translations.items():
        clean = {
            name: sanitize(text) if name == "description" and isinstance(text, str) else text
            for name, text in texts.items()
            if text
        }
        if clean:
            kept[locale] = clean
    return kept


def clean_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """Tags trimmed, at most 100 characters each, each once, in their order."""
    trimmed = (" ".join(tag.split())[:100] for tag in tags)
    return tuple(dict.fromkeys(tag for tag in trimmed if tag))
