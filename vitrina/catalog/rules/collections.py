"""Which products belong to a collection that fills itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from vitrina.catalog.errors import InvalidCollection


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
