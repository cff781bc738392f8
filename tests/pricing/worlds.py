"""Baskets for tests of pricing: short to write, and strange ones by the hundred."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from vitrina.core.money import Money
from vitrina.pricing.rules import Basket, BasketLine, Destination
from vitrina.promotions.rules import PromotionKind, PromotionRule
from vitrina.shipping.rules import Offer
from vitrina.tax.rules import TaxRule

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
VAT = (
    TaxRule("standard", "VAT 23%", Decimal("0.23")),
    TaxRule("reduced", "VAT 6%", Decimal("0.06")),
)


def line(
    key: int, price: int, quantity: int = 1, currency: str = "EUR", **fields: Any
) -> BasketLine:
    fields = {"variant_id": key, "product_id": key, **fields}
    return BasketLine(key=key, quantity=quantity, unit_price=Money(price, currency), **fields)


def basket(*lines: BasketLine, **fields: Any) -> Basket:
    currency = lines[0].unit_price.currency if lines else "EUR"
    return Basket(**{"currency": currency, "lines": lines, "now": NOW, "taxes": VAT, **fields})


def percent(percent: str = "10", **fields: Any) -> PromotionRule:
    return rule(PromotionKind.PERCENT, percent=Decimal(percent), **fields)


def amount(amount: int, **fields: Any) -> PromotionRule:
    return rule(PromotionKind.AMOUNT, amount=amount, **fields)


def free_shipping(**fields: Any) -> PromotionRule:
    return rule(PromotionKind.FREE_SHIPPING, **fields)


def buy_get(buy: int, get: int, **fields: Any) -> PromotionRule:
    return rule(PromotionKind.BUY_X_GET_Y, buy_quantity=buy, get_quantity=get, **fields)


def rule(kind: PromotionKind, **fields: Any) -> PromotionRule:
    number = fields.pop("id", 1)
    return PromotionRule(id=number, label=f"Promotion {number}", kind=kind, **fields)


def offer(
    price: int = 600, currency: str = "EUR", free_from: int | None = None, **fields: Any
) -> Offer:
    over = None if free_from is None else Money(free_from, currency)
    return Offer("standard", "Standard", Money(price, currency), over, **fields)


rates = st.decimals("0", "0.35", places=4)


@st.composite
def tax_rules(draw: st.DrawFn) -> tuple[TaxRule, ...]:
    classes = draw(st.lists(st.sampled_from(["standard", "reduced", "shipping"]), max_size=4))
    return tuple(TaxRule(kind, f"T{i}", draw(rates)) for i, kind in enumerate(classes))


@st.composite
def promotion_rules(draw: st.DrawFn, number: int) -> PromotionRule:
    kind = draw(st.sampled_from(PromotionKind))
    return PromotionRule(
        id=number,
        label=f"P{number}",
        kind=kind,
        code=draw(st.sampled_from([None, f"C{number}"])),
        percent=draw(st.decimals("0.001", "100", places=3))
        if kind is PromotionKind.PERCENT or draw(st.booleans())
        else None,
        amount=draw(st.integers(1, 10**6)),
        buy_quantity=draw(st.integers(1, 4)),
        get_quantity=draw(st.integers(1, 3)),
        minimum=draw(st.sampled_from([0, 0, 500, 10**6])),
        product_ids=draw(st.sampled_from([frozenset(), frozenset({1, 2, 3})])),
        category_ids=draw(st.sampled_from([frozenset(), frozenset(), frozenset({7})])),
        stacks=draw(st.booleans()),
        priority=draw(st.integers(0, 2)),
    )


@st.composite
def baskets(draw: st.DrawFn) -> Basket:
    """Any basket: currencies with 0, 2 and 3 decimals, gross and net, stacked promotions."""
    currency = draw(st.sampled_from(["JPY", "EUR", "KWD"]))
    lines = tuple(
        line(
            key,
            draw(st.integers(0, 10**6)),
            draw(st.integers(1, 999)),
            currency,
            tax_class=draw(st.sampled_from(["standard", "reduced", "books"])),
            requires_shipping=draw(st.booleans()),
            category_ids=draw(st.sampled_from([frozenset(), frozenset({7})])),
        )
        for key in range(1, draw(st.integers(0, 8)) + 1)
    )
    rules = tuple(draw(promotion_rules(n)) for n in range(1, draw(st.integers(0, 6)) + 1))
    sent = draw(st.booleans())
    return Basket(
        currency=currency,
        lines=lines,
        now=NOW,
        tax_included=draw(st.booleans()),
        taxes=draw(tax_rules()),
        promotions=rules,
        codes=tuple(r.code for r in rules if r.code),
        shipping=offer(
            draw(st.integers(0, 10**5)), currency, draw(st.sampled_from([None, 0, 5000]))
        )
        if sent
        else None,
        destination=Destination("PT"),
    )
