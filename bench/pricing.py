"""The pricing pipeline alone, in this process: a cart of 200 lines under 50 promotions."""

import time
from datetime import UTC, datetime
from decimal import Decimal

from vitrina.core.money import Money
from vitrina.pricing.rules import price
from vitrina.pricing.values import Basket, BasketLine
from vitrina.promotions.rules import PromotionKind, PromotionRule
from vitrina.shipping.rules import Offer
from vitrina.tax.rules import TaxRule

LINES, PROMOTIONS = 200, 50


def basket() -> Basket:
    """Half of the promotions take a percentage off a seventh of the lines, half an amount."""
    lines = tuple(
        BasketLine(
            key=n,
            variant_id=n,
            product_id=n,
            quantity=1 + n % 5,
            unit_price=Money(1000 + n, "EUR"),
            category_ids=frozenset({n % 7}),
        )
        for n in range(1, LINES + 1)
    )
    return Basket(
        currency="EUR",
        lines=lines,
        now=datetime(2026, 1, 1, tzinfo=UTC),
        taxes=(TaxRule("standard", "VAT", Decimal("0.23")),),
        promotions=tuple(_promotion(n) for n in range(1, PROMOTIONS + 1)),
        shipping=Offer("standard", "Standard", Money(500, "EUR")),
    )


def _promotion(number: int) -> PromotionRule:
    if number % 2:
        return PromotionRule(
            id=number,
            label=f"Promotion {number}",
            kind=PromotionKind.PERCENT,
            percent=Decimal(3),
            stacks=True,
            category_ids=frozenset({number % 7}),
        )
    return PromotionRule(
        id=number, label=f"Promotion {number}", kind=PromotionKind.AMOUNT, amount=500
    )


def pricing(seconds: float) -> float:
    """How many such carts are priced in a second."""
    cart, count = basket(), 0
    began = time.perf_counter()
    while time.perf_counter() - began < seconds:
        price(cart)
        count += 1
    return count / (time.perf_counter() - began)
