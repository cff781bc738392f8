"""Rows 4 and 5: paying less by rounding, and in other currencies."""

import random
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests import make
from tests.attacks.defences import replaced
from tests.attacks.world import NOTHING, SECRET, FormBuyer, World, gains
from vitrina.cart import today
from vitrina.catalog.actions.currencies import set_currency
from vitrina.catalog.rules.prices import Listed
from vitrina.core import clock
from vitrina.core.db import committing
from vitrina.core.money import Money, round_half_up
from vitrina.payments import actions as payments
from vitrina.payments import registry
from vitrina.payments.provider import Outcome
from vitrina.payments.providers.sandbox import Sandbox
from vitrina.pricing import rules as pricing
from vitrina.pricing.rules import Basket, BasketLine
from vitrina.promotions import rules as promotions
from vitrina.promotions.rules import PromotionKind, PromotionRule


def slice_cents(world: World, face: str) -> int:
    """Half off ten things of one cent each; gives how many cents more than half it is."""
    values = [str(number) for number in range(10)]
    sheets = make.product(price="0.01", options={"Sheet": values}).variants
    ids = [sheet.id for sheet in sheets]
    code = f"HALF{face.upper()}"
    make.promotion(percent=Decimal(50), code=code)
    buyer = world.buyer(face)
    for variant_id in ids:
        buyer.put(variant_id)
    buyer.code(code)
    buyer.order()
    return sum(one.amount for one in world.sold()[-1].adjustments) - 5


def each_for_itself(amount: int, weights: Any) -> list[int]:
    """Shares that are rounded one by one, so that nobody knows what they add up to."""
    whole = sum(weights)
    return [round_half_up(Decimal(amount * weight) / whole) for weight in weights]


@pytest.mark.attack(4)
def test_cents_cannot_be_rounded_away_line_by_line(world: World) -> None:
    assert gains(slice_cents, world) == NOTHING


@pytest.mark.twin(4)
def test_a_shop_that_rounds_each_line_gives_it_all_away(sqlite_world: World) -> None:
    with replaced((promotions, "portions", each_for_itself)):
        assert gains(slice_cents, sqlite_world) == {"form": 5, "api": 5}


def wrong_sums(carts_to_try: int) -> int:
    """How many of so many carts, in currencies with 0, 2 and 3 decimals, do not add up."""
    chance, wrong = random.Random(4), 0
    for _ in range(carts_to_try):
        currency = chance.choice(("JPY", "EUR", "KWD"))
        percent = Decimal(chance.choice(("33.33", "12.5", "66.67", "0.01")))
        lines = tuple(
            BasketLine(
                key=key,
                variant_id=key,
                product_id=key,
                quantity=chance.randint(1, 7),
                unit_price=Money(chance.choice((1, 3, 333, 999, 14801)), currency),
            )
            for key in range(1, chance.randint(2, 9))
        )
        rule = PromotionRule(id=1, label="off", kind=PromotionKind.PERCENT, percent=percent)
        quote = pricing.price(Basket(currency, lines, clock.now(), promotions=(rule,)))
        off = round_half_up(quote.subtotal.minor * percent / 100)
        parts = [sum(line.total.minor for line in quote.lines), quote.subtotal.minor - off]
        wrong += [quote.total.minor] * 2 != parts
    return wrong


@pytest.mark.attack(4)
def test_all_sums_are_exact_in_every_currency() -> None:
    assert wrong_sums(1000) == 0


@pytest.mark.twin(4)
def test_sums_of_shares_that_are_rounded_alone_are_wrong() -> None:
    with replaced((promotions, "portions", each_for_itself)):
        assert wrong_sums(200) > 0


def switch_to_a_weak_currency(world: World) -> int:
    """Fill the cart in euros, pay in another currency; gives the euro cents that are saved."""
    with committing():
        set_currency("RUB", Decimal(100), by="staff:1")
    mug_id = make.variant(price="148.00").id
    buyer = FormBuyer(world.shop)
    buyer.put(mug_id)
    old_form = buyer.ready()
    buyer.client.set_cookie("currency", "RUB")
    buyer.client.get("/cart")
    assert old_form().status_code == 409  # the sum that was confirmed is not this one
    buyer.order()
    (order,) = world.sold()
    assert order.currency == "RUB"
    return 15300 - order.total // 100


def same_number(variant: Any, currency: str, _rates: Any) -> Listed:
    """A price that changes its sign and not its number."""
    return Listed(Money(variant.price, currency))


@pytest.mark.attack(5)
def test_a_change_of_currency_converts_what_is_in_the_cart(world: World) -> None:
    assert switch_to_a_weak_currency(world) == 0


@pytest.mark.twin(5)
def test_a_shop_that_keeps_the_number_sells_for_a_hundredth(sqlite_world: World) -> None:
    with replaced((today, "listed_price", same_number)):
        assert switch_to_a_weak_currency(sqlite_world) > 14000


class Exotic(Sandbox):
    """A bank whose payments come in yen, whatever was asked for."""

    def _outcome(self, payment: Any) -> Outcome:
        told = super()._outcome(payment)
        amount = Money(told.amount.minor, "JPY") if told.amount else None
        return replace(told, amount=amount)


def pay_in_another_currency(world: World, face: str) -> int:
    """How many orders are sold for money of another currency than was asked for."""
    registry.register(Exotic(Sandbox.Settings(world.shop.folder / "exotic.db", SECRET)))
    buyer = world.buyer(face)
    buyer.put(make.variant().id)
    before = len(world.sold())
    buyer.order()
    return len(world.sold()) - before


@pytest.mark.attack(5)
def test_money_of_another_currency_pays_for_nothing_and_people_look_at_it(world: World) -> None:
    assert gains(pay_in_another_currency, world) == NOTHING
    problems = [order.payments[0].problem for order in world.orders()]
    assert problems == ["wrong_currency", "wrong_currency"]


@pytest.mark.twin(5)
def test_a_shop_that_compares_numbers_alone_is_paid_in_yen(sqlite_world: World) -> None:
    def number(outcome: Outcome, _currency: str) -> int:
        return outcome.amount.minor if outcome.amount else 0

    with replaced((payments, "came_in", number)):
        assert gains(pay_in_another_currency, sqlite_world) == {"form": 1, "api": 1}
