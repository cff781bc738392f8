"""Rows 6 to 8: coupons stacked, out of date, and used more often than they may be."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any

import pytest
from flask import has_request_context, request

from tests import make
from tests.attacks.defences import replaced, without_check
from tests.attacks.races import burst
from tests.attacks.world import NOTHING, World, gains
from vitrina.api import orders as api
from vitrina.cart import today
from vitrina.core import clock
from vitrina.core.db import session
from vitrina.orders.tables import OrderAdjustment
from vitrina.promotions import actions as promotions
from vitrina.promotions.models import Promotion
from vitrina.storefront import checkout as form

BUYERS = 4


def stack(world: World, face: str) -> int:
    """Two codes that do not go together, by turns and in every spelling; what the second gives."""
    mug_id = make.variant(price="100.00").id
    one, two = f"SPRING-{face.upper()}", f"AUTUMN-{face.upper()}"
    for code in (one, two):
        make.promotion(percent=Decimal(60), code=code)
    buyer = world.buyer(face)
    buyer.put(mug_id)
    for code in (one, two, one.lower(), f" {two} ", " ".join(one), two.title(), one):
        buyer.code(code)
    buyer.order()
    return 4500 - world.sold()[-1].total


@pytest.mark.attack(6)
def test_coupons_that_do_not_stack_count_once_however_they_are_written(world: World) -> None:
    assert gains(stack, world) == NOTHING


@pytest.mark.twin(6)
def test_without_the_rule_of_stacking_both_are_taken_off(sqlite_world: World) -> None:
    candidates = today.candidates

    def all_stack(*given: Any, **more: Any) -> Any:
        return tuple(replace(rule, stacks=True) for rule in candidates(*given, **more))

    with replaced((today, "candidates", all_stack)):
        assert min(gains(stack, sqlite_world).values()) > 2000


def pretend_another_day(world: World, face: str) -> int:
    """Use coupons of yesterday and of tomorrow by saying that it is their day; what they give."""
    mug_id, now = make.variant(price="100.00", stock=50).id, clock.now()
    days = {"OVER": (now - timedelta(days=3), -2), "SOON": (now + timedelta(days=1), 2)}
    off = 0
    for name, (starts_at, pretended) in days.items():
        code = f"{name}-{face.upper()}"
        ends_at = starts_at + timedelta(days=2)
        make.promotion(code=code, starts_at=starts_at, ends_at=ends_at)
        day = now + timedelta(days=pretended)
        buyer = world.buyer(face)
        buyer.headers |= {"Date": format_datetime(day), "X-Date": day.isoformat()}
        buyer.put(mug_id)
        buyer.code(code, date=day.isoformat(), now=day.isoformat())
        buyer.code(code)
        buyer.order(date=day.isoformat())
        buyer.order()
        off += world.sold()[-1].discount
    return off


def clock_of_the_client() -> datetime:
    """The time as whoever asks says that it is."""
    said = request.headers.get("Date") if has_request_context() else None
    return parsedate_to_datetime(said) if said else datetime.now().astimezone()


@pytest.mark.attack(7)
def test_it_is_the_shops_clock_that_coupons_go_by(world: World) -> None:
    assert gains(pretend_another_day, world) == NOTHING


@pytest.mark.twin(7)
def test_a_shop_that_asks_its_buyers_for_the_time_is_told_a_wrong_one(sqlite_world: World) -> None:
    with replaced((clock, "now", clock_of_the_client)):
        assert gains(pretend_another_day, sqlite_world) == {"form": 2000, "api": 2000}


def use_together(world: World, face: str, **limit: int) -> int:
    """Several carts of one buyer with one code, paid for at once; how often it counts too much."""
    code = f"ONCE-{face.upper()}"
    make.promotion(code=code, **limit)
    sends = []
    for variant_id in [make.variant().id for _ in range(BUYERS)]:
        buyer = world.buyer(face)
        buyer.put(variant_id)
        buyer.code(code)
        sends.append(buyer.ready())
    answers = burst(sends, api, form)
    assert all(answer.status_code < 500 for answer in answers)
    world.orders()
    return session.query(OrderAdjustment).filter_by(code=code).count() - 1


def as_seen_first() -> Callable[..., Any]:
    """Promotions as they were when anybody looked at those codes for the first time."""
    candidates, seen = today.candidates, dict[str, Any]()

    def look(codes: Any, *given: Any, **more: Any) -> Any:
        key = " ".join(codes)
        if key not in seen:
            seen[key] = candidates(codes, *given, **more)
        return seen[key]

    return look


@contextmanager
def without_the_limit() -> Iterator[None]:
    """Whoever has seen that a use is left takes it, whether it is still there or not."""

    def count(promotion_id: int) -> None:
        session.query(Promotion).filter_by(id=promotion_id).update({"used": Promotion.used + 1})

    looked = (today, "candidates", as_seen_first())
    with without_check("promotions", "limit"), replaced(looked, (promotions, "_count_use", count)):
        yield


@contextmanager
def without_the_limit_for_each_customer() -> Iterator[None]:
    """Each buyer is new to this shop."""

    def count(promotion_id: int, _customer: str) -> None:
        number = session.query(OrderAdjustment).count()
        counted(promotion_id, f"{number}")

    counted = promotions._count_for_customer
    looked = (today, "candidates", as_seen_first())
    with replaced(looked, (promotions, "_count_for_customer", count)):
        yield


@pytest.mark.attack(8)
@pytest.mark.parametrize("limit", ["usage_limit", "per_customer_limit"])
def test_a_coupon_for_one_use_is_used_once_by_those_who_come_together(
    world: World, limit: str
) -> None:
    assert gains(use_together, world, **{limit: 1}) == NOTHING


@pytest.mark.twin(8)
def test_a_limit_that_is_looked_at_and_then_written_is_overrun(world: World) -> None:
    with without_the_limit():
        assert min(gains(use_together, world, usage_limit=1).values()) > 0


@pytest.mark.twin(8)
def test_a_shop_that_knows_nobody_gives_each_cart_of_a_buyer_its_first_use(world: World) -> None:
    with without_the_limit_for_each_customer():
        assert min(gains(use_together, world, per_customer_limit=1).values()) > 0
