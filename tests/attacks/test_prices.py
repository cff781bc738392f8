"""Rows 1 to 3: paying less by what is sent along, and by odd quantities."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import request

from tests import make
from tests.attacks import defences
from tests.attacks.defences import replaced
from tests.attacks.world import NOTHING, ApiBuyer, World, gains
from vitrina.cart import actions as carts
from vitrina.cart import today
from vitrina.cart.models import Cart, CartLine
from vitrina.core.db import session
from vitrina.core.money import Money
from vitrina.pricing import rules as pricing
from vitrina.storefront import cart as cart_pages

NAMED = {
    "price": "0.01",
    "unit_price": "0.01",
    "total": "0",
    "discount": "19.00",
    "currency": "JPY",
    "tax": "0",
    "shipping": "0",
}


def name_a_price(world: World, face: str) -> int:
    """Send prices along with everything; gives how much less than the goods cost was paid."""
    mug_id = make.variant(price="19.90", stock=50).id
    buyer = world.buyer(face)
    put = [buyer.put(mug_id, 1, **{name: value}) for name, value in NAMED.items()]
    if all(answer.status_code == 422 for answer in put):
        buyer.put(mug_id)
    buyer.line(2, **NAMED)
    if buyer.order(**NAMED).status_code == 422:
        buyer.order()
    order = world.sold()[-1]
    return 1990 * sum(line.quantity for line in order.lines) + 500 - order.total


@contextmanager
def believing_prices() -> Iterator[None]:
    """The cart keeps the price that was sent along, and it is never looked up again."""
    looked_up, shown = carts.wanted, today._item

    def as_sent(cart: Cart, variant_id: int) -> Any:
        found, said = looked_up(cart, variant_id), defences.sent("price")
        return replace(found, price=Money.parse(said, "EUR").minor) if said else found

    def as_kept(line: CartLine, *more: Any) -> Any:
        return replace(shown(line, *more), price=Money(line.seen_price, line.seen_currency))

    with defences.without_refusal_of_unknown_fields():
        with replaced((carts, "wanted", as_sent), (today, "_item", as_kept)):
            yield


@pytest.mark.attack(1)
def test_a_price_that_is_sent_along_is_not_paid(world: World) -> None:
    assert gains(name_a_price, world) == NOTHING


@pytest.mark.twin(1)
def test_a_shop_that_believes_prices_is_paid_less(sqlite_world: World) -> None:
    with believing_prices():
        assert min(gains(name_a_price, sqlite_world).values()) > 0


def take_unknown_fields(world: World) -> int:
    """How many of the API's answers take a price as if it were a part of the question."""
    mug_id = make.variant(stock=50).id
    buyer = ApiBuyer(world.shop)
    buyer.put(mug_id)
    answers = [buyer.put(mug_id, 1, **{name: value}) for name, value in NAMED.items()]
    answers += [buyer.line(1, **{name: value}) for name, value in NAMED.items()]
    answers += [buyer.order("tok_decline", **{name: value}) for name, value in NAMED.items()]
    return sum(answer.status_code != 422 for answer in answers)


@pytest.mark.attack(1)
def test_the_api_refuses_every_field_that_it_does_not_know(sqlite_world: World) -> None:
    assert take_unknown_fields(sqlite_world) == 0


@pytest.mark.twin(1)
def test_an_api_that_passes_over_unknown_fields_takes_them_all(sqlite_world: World) -> None:
    with defences.without_refusal_of_unknown_fields():
        assert take_unknown_fields(sqlite_world) == 3 * len(NAMED)


def subtract_pieces(world: World, face: str) -> int:
    """Put fewer than no pieces beside something dear; gives how much that takes off the cart."""
    dear_id, cheap_id = make.variant(price="100.00").id, make.variant(price="40.00").id
    buyer = world.buyer(face)
    buyer.put(dear_id)
    for quantity in (-1, -100):
        buyer.put(cheap_id, quantity)
        buyer.line(quantity)
    session.remove()
    cart = session.scalars(sa.select(Cart).order_by(Cart.id.desc())).first()
    assert cart is not None
    return 10000 - today.contents(cart, locale="en").quote.subtotal.minor


@contextmanager
def without_checks_of_quantities() -> Iterator[None]:
    """Every place that looks at a quantity takes it as it comes, the database too."""

    def whole(name: str, default: str) -> int:
        return int(float(request.form.get(name, default)))

    with ExitStack() as out:
        out.enter_context(defences.without_validation_of_bodies())
        out.enter_context(defences.without_check("cart_lines", "quantity"))
        out.enter_context(
            replaced(
                (carts, "check_quantity", defences.nothing),
                (cart_pages, "_whole", whole),
                (pricing, "_check", defences.nothing),
            )
        )
        yield


@pytest.mark.attack(2)
def test_fewer_than_no_pieces_take_nothing_off(world: World) -> None:
    assert gains(subtract_pieces, world) == NOTHING


@pytest.mark.twin(2)
def test_a_shop_that_counts_with_any_number_pays_its_buyers(world: World) -> None:
    with without_checks_of_quantities():
        assert min(gains(subtract_pieces, world).values()) > 0


ODD: dict[str, list[Any]] = {
    "api": [0, -1, 10**9, 2**63, 1.5, "1", "1e3", True, None, [], {}],
    "form": ["0", "-1", "1000000000", str(2**63), "1.5", "1e3", "true", "", "[]", "٣"],
}


def order_odd_quantities(world: World, face: str) -> int:
    """How many of the numbers that are none were not refused (422)."""
    mug_id = make.variant(stock=None, track_stock=False).id
    answers = [world.buyer(face).put(mug_id, quantity) for quantity in ODD[face]]
    return sum(answer.status_code != 422 for answer in answers)


@pytest.mark.attack(3)
def test_a_quantity_is_a_whole_number_of_pieces_or_refused(world: World) -> None:
    assert gains(order_odd_quantities, world) == NOTHING
    assert world.count(CartLine) == 0


@pytest.mark.twin(3)
def test_a_shop_that_takes_any_quantity_fails_or_sells_a_thousand_million(world: World) -> None:
    with without_checks_of_quantities():
        assert min(gains(order_odd_quantities, world).values()) > 0
