"""Sales without tax to companies of another member state, which owe it themselves.

Directive 2006/112/EC, Articles 138 (goods), 44 and 196 (services). What such a buyer pays is the
net price: a gross price list is turned into a net one first, piece by piece, and the discounts with
it.
"""

from dataclasses import replace
from decimal import Decimal

from vitrina.core.money import Money, portions, round_half_up
from vitrina.pricing.values import Basket, BasketLine
from vitrina.promotions.rules import Effect, Outcome
from vitrina.tax import rules as tax
from vitrina.tax.rules import TaxRule


def is_relieved(basket: Basket, line: BasketLine) -> bool:
    """Whether the buyer owes the tax of this line. What they fetch has not left the country."""
    if not line.requires_shipping:
        return basket.services_relieved
    return _goods(basket)


def _goods(basket: Basket) -> bool:
    return basket.goods_relieved and not (basket.shipping and basket.shipping.collected)


def line_rules(basket: Basket, line: BasketLine) -> tuple[TaxRule, ...]:
    """The tax rules that count for a line; none where the buyer owes its tax."""
    return () if is_relieved(basket, line) else tax.of_class(basket.taxes, line.tax_class)


def shipping_rules(basket: Basket) -> tuple[TaxRule, ...]:
    """The tax rules that count for the delivery, which goes with the goods."""
    if basket.shipping is None or _goods(basket):
        return ()
    return tax.of_class(basket.taxes, basket.shipping.tax_class)


def take_out(
    basket: Basket, outcome: Outcome, shipping: Money | None
) -> tuple[Basket, Outcome, Money | None]:
    """The basket, its promotions and the price of its delivery, without the tax not owed to us.

    A discount takes the same part of the net price as it took of the gross one; all of it is all.
    Nothing changes for other buyers, nor in a store whose prices are net.
    """
    is_free = [is_relieved(basket, line) for line in basket.lines]
    if not basket.tax_included or not (any(is_free) or _goods(basket)):
        return basket, outcome, shipping
    lines = tuple(
        _net_line(basket, line) if free else line
        for line, free in zip(basket.lines, is_free, strict=True)
    )
    columns = []
    for at, (old, new) in enumerate(zip(basket.lines, lines, strict=True)):
        parts = [effect.lines[at] for effect in outcome.effects]
        was, now = (one.unit_price.minor * one.quantity for one in (old, new))
        columns.append(_scaled(parts, was, now))
    sent = [effect.shipping for effect in outcome.effects]
    if shipping is not None and _goods(basket) and basket.shipping is not None:
        rules = tax.of_class(basket.taxes, basket.shipping.tax_class)
        net = _net(shipping, rules)
        sent, shipping = _scaled(sent, shipping.minor, net.minor), net
    effects = tuple(
        Effect(effect.rule, tuple(column[at] for column in columns), sent[at])
        for at, effect in enumerate(outcome.effects)
    )
    return replace(basket, lines=lines), replace(outcome, effects=effects), shipping


def _net_line(basket: Basket, line: BasketLine) -> BasketLine:
    rules = tax.of_class(basket.taxes, line.tax_class)
    before = None if line.compare_at is None else _net(line.compare_at, rules)
    return replace(line, unit_price=_net(line.unit_price, rules), compare_at=before)


def _net(gross: Money, rules: tuple[TaxRule, ...]) -> Money:
    return Money(tax.on(gross.minor, rules, included=True).net, gross.currency)


def _scaled(parts: list[int], was: int, now: int) -> list[int]:
    """What was taken off an amount that was ``was`` and is ``now``, by promotion; whole units."""
    off = sum(parts)
    if not off or was == now:
        return parts
    return portions(round_half_up(Decimal(now) * off / was), parts)
