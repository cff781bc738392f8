"""Row 22: what costs nothing is exchanged for what does."""

from decimal import Decimal
from typing import Any

import pytest

from tests import make
from tests.attacks.defences import replaced
from tests.attacks.world import FACES, NOTHING, World, gains
from vitrina.checkout import placing
from vitrina.core.money import Money
from vitrina.inventory.models import MovementKind, StockMovement
from vitrina.inventory.queries import availability


def free_cart(world: World, face: str, **more: Any) -> tuple[Any, int]:
    """A cart whose coupon pays all of it, and what is in it."""
    sample = make.variant(price="10.00", requires_shipping=False)
    sample_id, code = sample.id, f"FREE-{face.upper()}"
    only = {"product_ids": [sample.product_id]}
    make.promotion(percent=Decimal(100), code=code, conditions=only)
    buyer = world.buyer(face)
    buyer.put(sample_id)
    buyer.code(code)
    return buyer, sample_id


def swap(world: World, face: str) -> int:
    """Put something dear into a cart that costs nothing; how many orders are not paid for.

    By the form of the free cart, by one that says that nothing is due, and by a card that pays
    nothing.
    """
    buyer, _ = free_cart(world, face)
    old = buyer.ready("tok_decline")
    buyer.put(make.variant(price="400.00").id)
    dear = {"due": "0", "payment_method": "sandbox"} if face == "form" else {}
    answers = [old(), buyer.order("tok_decline", **dear)]
    if face == "form":
        answers += [buyer.order(**{**dear, "payment_method": ""}), buyer.order(confirmed="")]
    else:
        answers.append(buyer.order(payment=None))
    assert all(answer.status_code < 500 for answer in answers)
    return sum(
        order.total != order.captured.minor for order in world.sold() if order.subtotal > 1000
    )


def free_once_free_always(view: Any, *rest: Any) -> Any:
    """A cart with a coupon for all of it owes nothing, whatever is in it."""
    if any(code.startswith("FREE-") for code in view.cart.codes):
        return [], Money.zero(view.quote.currency)
    return payments_of(view, *rest)


payments_of = placing._payments


@pytest.mark.attack(22)
def test_what_a_cart_costs_is_counted_when_it_is_ordered(world: World) -> None:
    assert gains(swap, world) == NOTHING


@pytest.mark.twin(22)
def test_a_cart_that_stays_free_is_filled_with_what_is_dear(sqlite_world: World) -> None:
    with replaced((placing, "_payments", free_once_free_always)):
        assert min(gains(swap, sqlite_world).values()) > 0


@pytest.mark.attack(22)
def test_what_really_costs_nothing_is_one_order_without_a_payment(world: World) -> None:
    for number, face in enumerate(FACES):
        buyer, sample_id = free_cart(world, face)
        nothing = {"due": "0", "payment_method": ""} if face == "form" else {}
        assert buyer.order(**nothing).status_code in (201, 303)
        order = world.sold()[number]
        assert (order.total, order.payments, len(world.orders())) == (0, [], number + 1)
        assert availability([sample_id])[sample_id].available == 4
    assert world.charges() == 0
    assert world.count(StockMovement) == 2 * len(
        (MovementKind.ADJUSTED, MovementKind.RESERVED, MovementKind.SHIPPED)
    )
