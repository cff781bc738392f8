"""What promotions take off, and which of them count together. Pure: values in, values out.

The rule of stacking: either all promotions that stack are applied together, or one that does not
stack is applied alone; of these sets the one with which the buyer pays least counts. It is decided
afresh on the whole set each time, so the order in which codes are entered never matters.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from vitrina.core.money import portions, round_half_up
from vitrina.promotions.values import (
    Effect,
    Goods,
    Outcome,
    PromotionKind,
    PromotionRule,
    Reason,
    Situation,
    Standing,
)

__all__ = [
    "Effect",
    "Goods",
    "Outcome",
    "PromotionKind",
    "PromotionRule",
    "Reason",
    "Situation",
    "Standing",
    "choose",
]


def in_time(rule: PromotionRule, now: datetime) -> Reason | None:
    """Why a promotion cannot be used by anybody at this moment; None when it can."""
    if not rule.is_active:
        return Reason.UNKNOWN
    if rule.starts_at is not None and now < rule.starts_at:
        return Reason.NOT_STARTED
    if rule.ends_at is not None and now >= rule.ends_at:
        return Reason.EXPIRED
    return Reason.USED_UP if rule.used_up else None


def is_meant_for(rule: PromotionRule, goods: Goods) -> bool:
    """Whether a promotion counts for a line: any of its products, categories or collections."""
    if not (rule.product_ids or rule.category_ids or rule.collection_ids):
        return True
    return (
        goods.product_id in rule.product_ids
        or not rule.category_ids.isdisjoint(goods.category_ids)
        or not rule.collection_ids.isdisjoint(goods.collection_ids)
    )


def order(rule: PromotionRule) -> tuple[int, bool, int]:
    """The order of application: priority, then percentages before amounts, then age."""
    return -rule.priority, rule.kind is PromotionKind.AMOUNT, rule.id


def free_pieces(pieces: int, buy: int, get: int) -> int:
    """How many of ``pieces`` are at the reduced price: ``get`` for every ``buy`` before them."""
    if buy + get <= 0:
        return 0
    groups, rest = divmod(pieces, buy + get)
    return groups * get + max(0, rest - buy)


@dataclass(frozen=True, slots=True)
class _Candidate:
    rule: PromotionRule
    indexes: tuple[int, ...]


def _refusal(rule: PromotionRule, at: Situation, indexes: tuple[int, ...]) -> Reason | None:
    """Why a promotion does not count here; the minimum is left to the caller."""
    if reason := in_time(rule, at.now):
        return reason
    if rule.customer_limit:
        return Reason.CUSTOMER_LIMIT
    if rule.countries and at.country not in rule.countries:
        return Reason.COUNTRY
    if not indexes:
        return Reason.NO_LINES
    if rule.kind is PromotionKind.FREE_SHIPPING:
        chosen = at.shipping_method
        if not at.needs_shipping:
            return Reason.NOTHING_OFF
        if rule.shipping_methods and chosen and chosen not in rule.shipping_methods:
            return Reason.SHIPPING_METHOD
    return None


def _check(rule: PromotionRule, at: Situation, out: Outcome) -> _Candidate | None:
    """A candidate with the lines it counts for, or None and the reason in ``out``."""
    indexes = tuple(i for i, goods in enumerate(at.goods) if is_meant_for(rule, goods))
    reason = _refusal(rule, at, indexes)
    whole = sum(at.goods[i].amount for i in indexes)
    if reason is None and whole < rule.minimum:
        out.missing[rule.id] = rule.minimum - whole
        reason = Reason.MINIMUM
    if reason is None and rule.kind is PromotionKind.BUY_X_GET_Y:
        pieces = sum(at.goods[i].quantity for i in indexes)
        if free_pieces(pieces, rule.buy_quantity, rule.get_quantity) == 0:
            reason = Reason.QUANTITY
    if reason is not None:
        out.refused[rule.id] = reason
        return None
    return _Candidate(rule, indexes)


def _share(rule: PromotionRule, whole: int) -> int:
    """``percent`` of ``whole``, rounded half-up."""
    percent = Decimal(100) if rule.percent is None else rule.percent
    return round_half_up(Decimal(whole) * percent / 100)


def _cheapest(candidate: _Candidate, at: Situation, left: Sequence[int]) -> dict[int, int]:
    """What the reduced pieces of buy X get Y cost now, by line: the cheapest pieces are reduced."""
    rule = candidate.rule
    pieces = sum(at.goods[i].quantity for i in candidate.indexes)
    wanted = free_pieces(pieces, rule.buy_quantity, rule.get_quantity)
    found: dict[int, int] = {}
    by_price = sorted(candidate.indexes, key=lambda i: (Decimal(left[i]) / at.goods[i].quantity, i))
    for i in by_price:
        taken = min(wanted, at.goods[i].quantity)
        found[i] = round_half_up(Decimal(left[i]) * taken / at.goods[i].quantity)
        wanted -= taken
        if not wanted:
            break
    return found


def _worth(candidate: _Candidate, at: Situation, left: Sequence[int]) -> tuple[int, list[int]]:
    """How much a promotion takes off ``left``, and the weights by which lines bear it."""
    rule = candidate.rule
    if rule.kind is PromotionKind.FREE_SHIPPING:
        return 0, []
    if rule.kind is PromotionKind.BUY_X_GET_Y:
        reduced = _cheapest(candidate, at, left)
        return _share(rule, sum(reduced.values())), [reduced.get(i, 0) for i in candidate.indexes]
    weights = [left[i] for i in candidate.indexes]
    whole = sum(weights)
    if rule.kind is PromotionKind.PERCENT:
        return _share(rule, whole), weights
    return min(rule.amount, whole), weights


def _apply(candidates: Sequence[_Candidate], at: Situation) -> tuple[Effect, ...]:
    """The effects of a set, each on what the ones before it have left."""
    left = [goods.amount for goods in at.goods]
    taken: list[tuple[PromotionRule, tuple[int, ...]]] = []
    for candidate in candidates:
        amount, weights = _worth(candidate, at, left)
        off = [0] * len(left)
        if amount:
            for i, part in zip(candidate.indexes, portions(amount, weights), strict=True):
                off[i] = part
                left[i] -= part
        taken.append((candidate.rule, tuple(off)))
    shipping = at.shipping_price(sum(left)) or 0
    effects = []
    for rule, lines in taken:
        free = rule.kind is PromotionKind.FREE_SHIPPING
        effects.append(Effect(rule, lines, shipping if free else 0))
        if free:
            shipping = 0
    return tuple(effects)


def _alone(candidate: _Candidate, at: Situation, whole: int) -> int:
    """What is paid when only this promotion counts, without working out the share of each line."""
    left = whole - _worth(candidate, at, [goods.amount for goods in at.goods])[0]
    if candidate.rule.kind is PromotionKind.FREE_SHIPPING:
        return left
    return left + (at.shipping_price(left) or 0)


def choose(rules: Sequence[PromotionRule], at: Situation) -> Outcome:
    """The set of promotions with which the buyer pays least, worked out for each line.

    Of equal sets the stacking one counts, then the higher priority, then the older promotion.
    None counts where the buyer would pay more with any.
    """
    out = Outcome()
    candidates = [found for rule in sorted(rules, key=order) if (found := _check(rule, at, out))]
    if not candidates:
        return out
    whole = sum(goods.amount for goods in at.goods)
    stacking = [candidate for candidate in candidates if candidate.rule.stacks]
    sets = [stacking] if stacking else []
    sets += [[candidate] for candidate in candidates if not candidate.rule.stacks]
    paid = [_paid(chosen, at, whole) for chosen in sets]
    least = min(paid)
    # A discount can cost the free delivery over a sum; it is not forced on anybody.
    better_without = whole + (at.shipping_price(whole) or 0) < least
    effects = () if better_without else _apply(sets[paid.index(least)], at)
    return _settle(out, candidates, effects, at)


def _paid(chosen: Sequence[_Candidate], at: Situation, whole: int) -> int:
    """What goods and delivery cost with this set."""
    if len(chosen) == 1:
        return _alone(chosen[0], at, whole)
    effects = _apply(chosen, at)
    left = whole - sum(sum(effect.lines) for effect in effects)
    return left + (at.shipping_price(left) or 0) - sum(effect.shipping for effect in effects)


def _settle(
    out: Outcome, candidates: Sequence[_Candidate], effects: tuple[Effect, ...], at: Situation
) -> Outcome:
    kept: list[Effect] = []
    for effect in effects:
        # Free delivery is promised before a method has been chosen, so that the buyer sees it.
        pending = effect.rule.kind is PromotionKind.FREE_SHIPPING and at.shipping_price(0) is None
        if effect.amount or pending:
            kept.append(effect)
        else:
            out.refused[effect.rule.id] = Reason.NOTHING_OFF
    counted = {effect.rule.id for effect in effects}
    for candidate in candidates:
        if candidate.rule.id not in counted:
            reason = Reason.NOT_COMBINED if counted else Reason.NOTHING_OFF
            out.refused[candidate.rule.id] = reason
    return Outcome(tuple(kept), out.refused, out.missing)
