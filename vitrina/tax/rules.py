"""Tax on an amount. Pure: rates come in, whole minor units go out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from vitrina.core.money import portions, round_half_up

STANDARD = "standard"
_SCALE = 1_000_000  # rates have six decimals


@dataclass(frozen=True, slots=True)
class TaxRule:
    """A rate (0.23 is 23 %) of a tax class where a basket goes."""

    tax_class: str
    name: str
    rate: Decimal


@dataclass(frozen=True, slots=True)
class Taxed:
    """An amount with its tax, in minor units. ``parts``: the tax of each rule, adding up to it."""

    net: int
    tax: int
    rate: Decimal
    parts: tuple[tuple[TaxRule, int], ...]


def is_valid(valid_from: date | None, valid_to: date | None, on: date) -> bool:
    """Whether a rate holds on a day; both ends are included, None is open."""
    return (valid_from is None or valid_from <= on) and (valid_to is None or on <= valid_to)


def of_class(rules: Iterable[TaxRule], tax_class: str) -> tuple[TaxRule, ...]:
    """The rules for a class: its own, or those of ``standard`` where it has none.

    Several rules of one class (a federal and a provincial tax) all count. A class that is free of
    tax has a rule of rate 0.
    """
    known = tuple(rules)
    own = tuple(rule for rule in known if rule.tax_class == tax_class)
    return own or tuple(rule for rule in known if rule.tax_class == STANDARD)


@lru_cache(maxsize=1024)
def _sum(rules: tuple[TaxRule, ...]) -> Decimal:
    return sum((rule.rate for rule in rules), Decimal(0))


def on(amount: int, rules: tuple[TaxRule, ...], *, included: bool) -> Taxed:
    """The tax on ``amount`` minor units, rounded half-up once for all rules together.

    ``included``: the amount is gross and the tax is taken out of it; else it is net and the tax
    comes on top. Without a rule the amount is net as it stands.
    """
    rate = _sum(rules)
    if not rate or not amount:
        return Taxed(amount, 0, rate, tuple((rule, 0) for rule in rules))
    if included:
        tax = round_half_up(Decimal(amount) * rate / (1 + rate))
        net = amount - tax
    else:
        tax, net = round_half_up(Decimal(amount) * rate), amount
    if len(rules) == 1:
        return Taxed(net, tax, rate, ((rules[0], tax),))
    shares = portions(tax, [int(rule.rate * _SCALE) for rule in rules])
    return Taxed(net, tax, rate, tuple(zip(rules, shares, strict=True)))
