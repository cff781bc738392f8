"""The catalogue's decisions: slugs, listed prices, what a draft must be, rules of collections."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from vitrina.catalog.drafts import MediaDraft, OptionDraft, ProductDraft, ValueDraft, VariantDraft
from vitrina.catalog.errors import InvalidCollection, InvalidProduct, UnknownCurrency
from vitrina.catalog.rich_text import sanitize
from vitrina.catalog.slugs import free_slug, slugify
from vitrina.core.money import Money, decimals

__all__ = [
    "MediaDraft",
    "OptionDraft",
    "ProductDraft",
    "ValueDraft",
    "VariantDraft",
    "free_slug",
    "sanitize",
    "slugify",
]

MOST_OPTIONS = 3
MOST_VARIANTS = 2000
MOST_MINOR = 10**13
STATUSES = frozenset({"draft", "active", "archived"})
OPTION_KINDS = frozenset({"text", "size", "frame", "colour"})


# Prices in other currencies


@dataclass(frozen=True, slots=True)
class Rate:
    """``rate`` units for one of the store's; a converted price ends in ``ending`` of ``step``."""

    rate: Decimal
    step: int = 1
    ending: int = 0


@dataclass(frozen=True, slots=True)
class Rates:
    """The store's currency and those it also sells in."""

    base: str
    others: Mapping[str, Rate] = field(default_factory=dict)

    @property
    def currencies(self) -> tuple[str, ...]:
        return (self.base, *sorted(self.others))

    def convert(self, minor: int, currency: str) -> int:
        """``minor`` units of the store's currency as a listed price in ``currency``.

        Raises UnknownCurrency. What costs nothing costs nothing everywhere, and nothing else does.
        """
        if currency == self.base:
            return minor
        rate = self.others.get(currency)
        if rate is None:
            raise UnknownCurrency(currency=currency)
        exact = Decimal(minor).scaleb(decimals(currency) - decimals(self.base)) * rate.rate
        return _ending(exact, rate) if minor else 0


def _ending(exact: Decimal, rate: Rate) -> int:
    step = max(rate.step, 1)
    count = ((exact - rate.ending) / step).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    return max(int(count) * step + rate.ending, rate.ending, 1)


@dataclass(frozen=True, slots=True)
class ListedInput:
    """A variant's own prices: in the store's currency, and fixed ones in others."""

    price: int
    compare_at: int | None = None
    fixed: Mapping[str, tuple[int, int | None]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Listed:
    """What a shopper reads. ``compare_at`` only when it is higher than the price."""

    price: Money
    compare_at: Money | None = None


def listed(values: ListedInput, currency: str, rates: Rates) -> Listed:
    """The price of a variant in ``currency``: its fixed one, or by the exchange rate.

    Raises UnknownCurrency when the store does not sell in it.
    """
    if currency in values.fixed:
        price, compare_at = values.fixed[currency]
    else:
        price = rates.convert(values.price, currency)
        compare_at = (
            None if values.compare_at is None else rates.convert(values.compare_at, currency)
        )
    before = Money(compare_at, currency) if compare_at is not None and compare_at > price else None
    return Listed(Money(price, currency), before)


def lowest_before(changes: Sequence[tuple[datetime, int]], days: int = 30) -> int | None:
    """The lowest price of the ``days`` before the present one began (Directive 98/6, art. 6a).

    ``changes``: when each price began, in order of time. None when there was no earlier price.
    """
    if len(changes) < 2:
        return None
    began = changes[-1][0]
    opens = began - timedelta(days=days)
    in_force = [price for at, price in changes[:-1] if at > opens]
    before = [price for at, price in changes[:-1] if at <= opens]
    return min([*in_force, *before[-1:]])


# Drafts


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


# Collections


@dataclass(frozen=True, slots=True)
class ProductFacts:
    """What a collection's rule may ask of a product; ``price`` is its lowest, minor units."""

    tags: frozenset[str]
    vendor: str
    product_type: str
    price: int
    reduced: bool
    category_ids: frozenset[int]


_RULE_FIELDS = {
    "tags": list,
    "vendor": str,
    "product_type": str,
    "min_price": int,
    "max_price": int,
    "reduced": bool,
    "category_ids": list,
}


def checked_rule(rule: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """``rule`` when it is one. Raises InvalidCollection for unknown fields and wrong types."""
    if rule is None:
        return None
    for name, value in rule.items():
        if name not in _RULE_FIELDS or type(value) is not _RULE_FIELDS[name]:
            raise InvalidCollection(field="rule", name=name)
    return dict(rule)


def belongs(rule: Mapping[str, Any], facts: ProductFacts) -> bool:
    """Whether a product is in a collection of ``rule``; lists mean any of them, fields mean all.

    A rule that asks nothing takes nothing.
    """
    tests: dict[str, Callable[[Any], bool]] = {
        "tags": lambda wanted: bool(facts.tags & set(wanted)),
        "vendor": lambda wanted: facts.vendor == wanted,
        "product_type": lambda wanted: facts.product_type == wanted,
        "min_price": lambda wanted: facts.price >= wanted,
        "max_price": lambda wanted: facts.price <= wanted,
        "reduced": lambda wanted: facts.reduced is wanted,
        "category_ids": lambda wanted: bool(facts.category_ids & set(wanted)),
    }
    return bool(rule) and all(tests[name](value) for name, value in rule.items())
