"""What a basket costs. One pure pipeline: base, promotions, shipping, tax, totals.

Every sum is in whole minor units and every rounding is half-up; ``docs/pricing.md`` tells the
policy with an example. For any basket: subtotal - discount + shipping + tax_added = total.
"""

import hashlib
import json
from collections.abc import Iterable
from decimal import Decimal
from functools import partial

from vitrina.core.errors import Invalid
from vitrina.core.money import CurrencyMismatch, Money
from vitrina.core.places import Destination
from vitrina.pricing import relief
from vitrina.pricing.values import (
    AppliedPromotion,
    Basket,
    BasketLine,
    Quote,
    QuoteLine,
    QuoteTax,
    RejectedCode,
)
from vitrina.promotions import rules as promotions
from vitrina.promotions.rules import Reason
from vitrina.tax import rules as tax
from vitrina.tax.rules import Taxed

__all__ = [
    "AppliedPromotion",
    "Basket",
    "BasketLine",
    "Destination",
    "Quote",
    "QuoteLine",
    "QuoteTax",
    "RejectedCode",
    "price",
]


class BadQuantity(Invalid):
    """A line has no pieces, or less than none."""

    code = "bad_quantity"


def price(basket: Basket) -> Quote:
    """What ``basket`` costs. Raises CurrencyMismatch for a foreign price, BadQuantity below 1."""
    _check(basket)
    outcome = _promote(basket)
    basket, outcome, shipping = relief.take_out(basket, outcome, _shipping(basket, outcome))
    off = [sum(parts) for parts in zip(*(e.lines for e in outcome.effects), strict=True)] or [
        0
    ] * len(basket.lines)
    shipping_off = sum(effect.shipping for effect in outcome.effects)
    taxed = [
        tax.on(
            line.unit_price.minor * line.quantity - less,
            relief.line_rules(basket, line),
            included=basket.tax_included,
        )
        for line, less in zip(basket.lines, off, strict=True)
    ]
    sent = tax.on(
        (shipping.minor if shipping else 0) - shipping_off,
        relief.shipping_rules(basket),
        included=basket.tax_included,
    )
    return _total(basket, outcome, shipping, off, taxed, sent)


def _check(basket: Basket) -> None:
    for line in basket.lines:
        if line.unit_price.currency != basket.currency:
            raise CurrencyMismatch(left=basket.currency, right=line.unit_price.currency)
        if line.quantity < 1 or line.unit_price.minor < 0:
            raise BadQuantity(variant_id=line.variant_id, quantity=line.quantity)
    if basket.shipping and basket.shipping.price.currency != basket.currency:
        raise CurrencyMismatch(left=basket.currency, right=basket.shipping.price.currency)


def _promote(basket: Basket) -> promotions.Outcome:
    """Which promotions count, and what each takes off which line and the shipping."""
    goods = tuple(
        promotions.Goods(
            product_id=line.product_id,
            quantity=line.quantity,
            amount=line.unit_price.minor * line.quantity,
            category_ids=line.category_ids,
            collection_ids=line.collection_ids,
        )
        for line in basket.lines
    )

    def shipping_price(left: int) -> int | None:
        if basket.shipping is None or not basket.needs_shipping:
            return None
        return basket.shipping.price_for(Money(left, basket.currency)).minor

    return promotions.choose(
        basket.promotions,
        promotions.Situation(
            goods=goods,
            now=basket.now,
            country=basket.destination.country if basket.destination else "",
            shipping_method=basket.shipping.code if basket.shipping else None,
            shipping_price=shipping_price,
            needs_shipping=basket.needs_shipping,
        ),
    )


def _shipping(basket: Basket, outcome: promotions.Outcome) -> Money | None:
    """The listed price of the delivery; free over a sum of goods counts after discounts."""
    if basket.shipping is None or not basket.needs_shipping:
        return None
    listed = sum(line.unit_price.minor * line.quantity for line in basket.lines)
    off = sum(sum(effect.lines) for effect in outcome.effects)
    return basket.shipping.price_for(Money(listed - off, basket.currency))


def _total(
    basket: Basket,
    outcome: promotions.Outcome,
    shipping: Money | None,
    off: list[int],
    taxed: list[Taxed],
    sent: Taxed,
) -> Quote:
    """The quote of a basket from what each step said: discounts, delivery, taxes."""
    money = partial(Money, currency=basket.currency)
    lines = _lines(basket, off, taxed)
    subtotal = sum(line.unit_price.minor * line.quantity for line in basket.lines)
    shipping_off = sum(effect.shipping for effect in outcome.effects)
    discount = sum(off) + shipping_off
    all_tax = sum(on.tax for on in taxed) + sent.tax
    tax_added = 0 if basket.tax_included else all_tax
    applied = tuple(_applied(basket, effect) for effect in outcome.effects)
    total = subtotal - discount + (shipping.minor if shipping else 0) + tax_added
    method = basket.shipping.code if basket.shipping and shipping is not None else None
    return Quote(
        currency=basket.currency,
        tax_included=basket.tax_included,
        lines=lines,
        subtotal=money(subtotal),
        discount=money(discount),
        shipping=shipping,
        shipping_method=method,
        shipping_discount=money(shipping_off),
        shipping_tax=money(sent.tax),
        tax=money(all_tax),
        tax_added=money(tax_added),
        total=money(total),
        taxes=_by_rate(basket.currency, [*taxed, sent]),
        promotions=applied,
        rejected=_rejected(basket, outcome),
        fingerprint=_fingerprint(basket, lines, applied, shipping, method, all_tax, total),
        is_relieved=any(relief.is_relieved(basket, line) for line in basket.lines),
    )


def _lines(basket: Basket, off: list[int], taxed: list[Taxed]) -> tuple[QuoteLine, ...]:
    """The lines with what was taken ``off`` each (minor units) and the tax on the rest."""
    money = partial(Money, currency=basket.currency)
    return tuple(
        QuoteLine(
            key=line.key,
            variant_id=line.variant_id,
            quantity=line.quantity,
            unit_price=line.unit_price,
            compare_at=line.compare_at,
            discount=money(less),
            tax_rate=on.rate,
            tax=money(on.tax),
            total=money(on.net + on.tax),
        )
        for line, less, on in zip(basket.lines, off, taxed, strict=True)
    )


def _applied(basket: Basket, effect: promotions.Effect) -> AppliedPromotion:
    money = partial(Money, currency=basket.currency)
    rule = effect.rule
    return AppliedPromotion(
        promotion_id=rule.id,
        code=rule.code,
        label=rule.label,
        kind=rule.kind,
        amount=money(effect.amount),
        lines=tuple(
            (line.key, money(part))
            for line, part in zip(basket.lines, effect.lines, strict=True)
            if part
        ),
        shipping=money(effect.shipping),
    )


def _rejected(basket: Basket, outcome: promotions.Outcome) -> tuple[RejectedCode, ...]:
    by_code = {rule.code: rule for rule in basket.promotions if rule.code}
    rejected = []
    for code in basket.codes:
        rule = by_code.get(code)
        if rule is None:
            rejected.append(RejectedCode(code, Reason.UNKNOWN))
        elif reason := outcome.refused.get(rule.id):
            missing = outcome.missing.get(rule.id)
            short = None if missing is None else Money(missing, basket.currency)
            rejected.append(RejectedCode(code, reason, short))
    return tuple(rejected)


def _by_rate(currency: str, taxed: Iterable[Taxed]) -> tuple[QuoteTax, ...]:
    """The tax by name and rate, the highest rate first; a rate that nothing is on is left out."""
    base: dict[tuple[str, Decimal], int] = {}
    sums: dict[tuple[str, Decimal], int] = {}
    for amount in taxed:
        for rule, part in amount.parts:
            key = (rule.name, rule.rate)
            base[key] = base.get(key, 0) + amount.net
            sums[key] = sums.get(key, 0) + part
    return tuple(
        QuoteTax(name, rate, Money(base[name, rate], currency), Money(sums[name, rate], currency))
        for name, rate in sorted(base, key=lambda key: (-key[1], key[0]))
        if base[name, rate]
    )


def _fingerprint(
    basket: Basket,
    lines: tuple[QuoteLine, ...],
    applied: tuple[AppliedPromotion, ...],
    shipping: Money | None,
    method: str | None,
    all_tax: int,
    total: int,
) -> str:
    """A hash of what is bought, how it is sent and what it costs. Keys of rows are not in it."""
    confirmed = {
        "currency": basket.currency,
        "lines": sorted(
            [x.variant_id, x.quantity, x.unit_price.minor, x.discount.minor, x.tax.minor]
            for x in lines
        ),
        "promotions": [[x.promotion_id, x.code, x.amount.minor] for x in applied],
        "shipping": [method, shipping.minor if shipping is not None else None],
        "tax": [basket.tax_included, all_tax, basket.goods_relieved, basket.services_relieved],
        "total": total,
    }
    text = json.dumps(confirmed, separators=(",", ":"), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]
