"""What an edit makes of an order: pure sums, in minor units of the order's currency.

What was bought keeps its price, its share of the discounts and its tax. What is new has today's
price and tax, and no promotion.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from itertools import combinations
from typing import Any

from vitrina.core.money import portions
from vitrina.orders.edits.errors import InvalidPieces, NothingLeft, NotSoldAnyMore, TooFewPieces
from vitrina.orders.edits.values import Row, Sheet, TaxSum, Today, Wish
from vitrina.orders.rules import share
from vitrina.tax import rules as tax
from vitrina.tax.rules import TaxRule

__all__ = [
    "Row",
    "Sheet",
    "TaxSum",
    "Today",
    "Wish",
    "changes_of",
    "edited",
    "fewer",
    "fingerprint",
    "less_off",
    "new_pieces",
    "rules_of",
]

MOST = 9999
"""How many pieces a line has at most."""


def new_pieces(now: Sheet, wish: Wish) -> dict[int, int]:
    """How many pieces of which variants come to an order. Raises InvalidPieces, NotSoldAnyMore."""
    found: dict[int, int] = {}
    by_id = {row.line_id: row for row in now.rows}
    for line_id, wanted in wish.quantities.items():
        row = by_id.get(line_id)
        if row is None or not 0 <= wanted <= MOST:
            raise InvalidPieces(line_id=line_id, wanted=wanted)
        if wanted > row.quantity:
            if row.variant_id is None:
                raise NotSoldAnyMore(title=row.title)
            found[row.variant_id] = found.get(row.variant_id, 0) + wanted - row.quantity
    for variant_id, more in wish.added.items():
        if not 0 < more <= MOST:
            raise InvalidPieces(variant_id=variant_id, wanted=more)
        found[variant_id] = found.get(variant_id, 0) + more
    return found


def edited(now: Sheet, wish: Wish, today: Mapping[int, Today]) -> Sheet:
    """The order as ``wish`` wants it; ``today`` are the variants of :func:`new_pieces`.

    Raises TooFewPieces, NothingLeft, InvalidPieces, NotSoldAnyMore.
    """
    more = new_pieces(now, wish)
    rows: list[Row] = []
    for row in now.rows:
        wanted = wish.quantities.get(row.line_id or 0, row.quantity)
        if wanted < row.least:
            raise TooFewPieces(line_id=row.line_id, wanted=wanted, least=row.least)
        if wanted:
            rows.append(fewer(row, wanted, included=now.included))
    for variant_id, pieces in more.items():
        _put(rows, today[variant_id], pieces, included=now.included)
    if not rows:
        raise NothingLeft()
    made = replace(_delivered(now, wish.shipping), rows=tuple(rows))
    return replace(made, taxes=_taxes(now, made))


def fewer(row: Row, wanted: int, *, included: bool) -> Row:
    """A line with fewer pieces: it keeps their share of what was taken off, and of the tax."""
    if wanted >= row.quantity:
        return row
    off = share(row.discount, wanted, row.quantity)
    priced = row.unit_price * wanted - off
    part = share(row.tax, wanted, row.quantity)
    if included:
        part = min(part, priced)
    total = priced if included else priced + part
    return replace(row, quantity=wanted, discount=off, tax=part, total=total)


def _put(rows: list[Row], one: Today, pieces: int, *, included: bool) -> None:
    """Add pieces at today's price: to a line that has the same price and tax, else in a new one."""
    on = tax.on(one.unit_price * pieces, one.rules, included=included)
    for place, row in enumerate(rows):
        same = (row.variant_id, row.unit_price, row.tax_rate, row.discount) == (
            one.variant_id, one.unit_price, one.rate, 0,
        )  # fmt: skip
        if same and row.least < row.quantity and _named(row.rules) == _named(one.rules):
            rows[place] = replace(
                row,
                quantity=row.quantity + pieces,
                tax=row.tax + on.tax,
                total=row.total + on.net + on.tax,
            )
            return
    rows.append(
        Row(
            line_id=None,
            variant_id=one.variant_id,
            title=one.title,
            label=one.label,
            sku=one.sku,
            quantity=pieces,
            unit_price=one.unit_price,
            discount=0,
            tax_rate=one.rate,
            tax=on.tax,
            total=on.net + on.tax,
            rules=one.rules,
        )
    )


def _delivered(now: Sheet, price: int | None) -> Sheet:
    """The sheet with another listed price of the delivery; no more is taken off than it costs."""
    if price is None or price == now.shipping:
        return now
    if not 0 <= price <= 10**12:
        raise InvalidPieces(field="shipping", wanted=price)
    off = min(now.shipping_off, price)
    on = tax.on(price - off, now.shipping_rules, included=now.included)
    return replace(now, shipping=price, shipping_off=off, shipping_tax=on.tax)


def _taxes(now: Sheet, made: Sheet) -> tuple[TaxSum, ...]:
    """The taxes by rate: as they were, less what the old rows had, and with what the new have."""
    base = {(one.name, one.rate): one.base for one in now.taxes}
    sums = {(one.name, one.rate): one.tax for one in now.taxes}
    for sheet, sign in ((now, -1), (made, 1)):
        for net, amount, rules in _taxed(sheet):
            for rule, part in _parts(amount, rules):
                key = (rule.name, rule.rate)
                base[key] = base.get(key, 0) + sign * net
                sums[key] = sums.get(key, 0) + sign * part
    return tuple(
        TaxSum(name, rate, base[name, rate], sums[name, rate])
        for name, rate in sorted(base, key=lambda key: (-key[1], key[0]))
        if base[name, rate] or sums[name, rate]
    )


def _taxed(sheet: Sheet) -> Iterable[tuple[int, int, tuple[TaxRule, ...]]]:
    for row in sheet.rows:
        yield row.net, row.tax, row.rules
    paid = sheet.shipping - sheet.shipping_off
    net = paid - sheet.shipping_tax if sheet.included else paid
    yield net, sheet.shipping_tax, sheet.shipping_rules


def _parts(amount: int, rules: tuple[TaxRule, ...]) -> list[tuple[TaxRule, int]]:
    """A tax divided among the rates that make it, as :func:`vitrina.tax.rules.on` does."""
    if not amount:
        return [(rule, 0) for rule in rules]
    weights = [int(rule.rate * 1_000_000) for rule in rules]
    return list(zip(rules, portions(amount, weights), strict=True)) if rules else []


def rules_of(rate: Decimal, taxes: Iterable[TaxSum]) -> tuple[TaxRule, ...]:
    """The taxes of an order that make up a line's rate: as few as can be, the largest first."""
    known = sorted(taxes, key=lambda one: -one.base)
    rules = [TaxRule("", one.name, Decimal(one.rate)) for one in known]
    for size in range(1, len(rules) + 1):
        for some in combinations(rules, size):
            if sum((rule.rate for rule in some), Decimal(0)) == rate:
                return some
    return tuple(rules) if rate else ()


def _named(rules: Iterable[TaxRule]) -> list[tuple[str, Decimal]]:
    return sorted((rule.name, rule.rate) for rule in rules)


def less_off(amounts: list[int], total: int) -> list[int]:
    """Amounts that were taken off, in proportion, so that they add up to ``total``."""
    return portions(total, amounts) if amounts else []


def changes_of(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[tuple[str, int, int]]:
    """(title, pieces before, pieces after) of each line that an edit changed, from its story."""
    had = {line["line_id"]: line for line in before["lines"]}
    has = {line["line_id"]: line for line in after["lines"]}
    found = []
    for line_id, line in (had | has).items():
        was, now = (int(one[line_id]["quantity"]) if line_id in one else 0 for one in (had, has))
        if was != now:
            title = f"{line['title']}, {line['label']}" if line["label"] else line["title"]
            found.append((str(title), was, now))
    return found


def fingerprint(*facts: Any) -> str:
    """A hash of what staff saw; it changes with anything that they confirm."""
    text = json.dumps(facts, separators=(",", ":"), sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:32]
