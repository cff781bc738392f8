"""Row 23: stolen card numbers, tried one after the other."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from tests import make
from tests.attacks.defences import replaced
from tests.attacks.world import FACES, NOTHING, World, gains
from vitrina.payments import attempts
from vitrina.payments.attempts import Payer

TRIES, FEW = 5, 3
WAYS = ("cart", "email", "card")


@contextmanager
def limits(way: str, most: int) -> Iterator[None]:
    """The shop counts attempts, as it does outside of tests, and allows ``most`` of a kind."""
    attempts.configure(enabled=True)
    with replaced((attempts, "MOST", dict.fromkeys(attempts.MOST, 99) | {way: most})):
        yield
    attempts.configure(enabled=False)


def fill(world: World, face: str, variant_id: int) -> Any:
    buyer = world.buyer(face)
    buyer.put(variant_id)
    return buyer


def try_cards(world: World, face: str, *, way: str, most: int = FEW) -> int:
    """Try five cards that are declined; gives how many more than three come to the bank.

    All that the shop could know somebody by is new each time, but for one thing (``way``). The one
    who tries begins at the other door.
    """
    mug_id, before = make.variant(stock=99).id, world.charges("failed")
    other = "api" if face == "form" else "form"
    buyers = {door: fill(world, door, mug_id) for door in (other, face)}
    with limits(way, most):
        for number in range(TRIES):
            door = other if number == 0 and way != "cart" else face
            if way != "cart" and number > 1:
                buyers[door] = fill(world, door, mug_id)
            email = f"{face}@example.com" if way == "email" else f"{way}{number}{face}@example.com"
            token = "tok_decline" if way == "card" or door == "form" else f"{face}-{number}"
            answer = buyers[door].order(token, email=email)
            assert answer.status_code in (402, 429)
    return world.charges("failed") - before - FEW


@pytest.mark.attack(23)
def test_some_declined_cards_an_hour_are_all_that_come_to_the_bank(world: World) -> None:
    assert gains(try_cards, world, way="cart") == NOTHING
    assert try_cards(world, "api", way="email") == 0
    assert try_cards(world, "form", way="email") == 0


@pytest.mark.attack(23)
def test_one_card_is_counted_wherever_and_by_whomever_it_is_tried(sqlite_world: World) -> None:
    assert try_cards(sqlite_world, "form", way="card") == 0


@pytest.mark.twin(23)
@pytest.mark.parametrize("way", WAYS)
def test_without_the_limit_every_card_is_tried(sqlite_world: World, way: str) -> None:
    found = gains(try_cards, sqlite_world, way=way, most=10**6)
    assert found == dict.fromkeys(FACES, TRIES - FEW)


def come_from_one_address(world: World) -> int:
    """Try a new card for a new cart of a new person each time; how many are tried too many."""
    mug_id = make.variant(stock=99).id
    with limits("client", FEW):
        for number in range(TRIES):
            buyer = fill(world, "api", mug_id)
            buyer.order(f"card-{number}", email=f"somebody{number}@example.com")
    return world.charges("failed") - FEW


@pytest.mark.attack(23)
def test_one_address_does_not_try_cards_for_ever(sqlite_world: World) -> None:
    assert come_from_one_address(sqlite_world) == 0
    assert max(attempts.MOST[way] for way in WAYS) <= 8
    assert attempts.MOST["client"] <= 40


@pytest.mark.twin(23)
def test_a_shop_that_does_not_know_addresses_is_a_machine_for_testing_cards(
    sqlite_world: World,
) -> None:
    hashes = attempts.Payer.hashes

    def without_address(payer: Payer) -> dict[str, str]:
        return hashes(replace(payer, client=""))

    with replaced((attempts.Payer, "hashes", without_address)):
        assert come_from_one_address(sqlite_world) == TRIES - FEW
