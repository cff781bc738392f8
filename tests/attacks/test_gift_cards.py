"""Rows 9 and 10: one gift card spent twice, and codes that somebody tries to guess."""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests import make
from tests.attacks.defences import replaced, without_check
from tests.attacks.races import burst
from tests.attacks.world import NOTHING, World, gains
from tests.browser import counting
from vitrina.api import orders as api
from vitrina.cart import credits
from vitrina.core import clock
from vitrina.core.db import committing, session
from vitrina.core.money import Money
from vitrina.payments.credit import actions as accounts
from vitrina.payments.credit import queries, rules
from vitrina.payments.credit.errors import CreditNotFound
from vitrina.payments.credit.models import CreditAccount, CreditMovementKind
from vitrina.payments.models import Payment, PaymentState
from vitrina.storefront import checkout as form
from vitrina.web import guessing
from vitrina.web.limits import limiter

BUYERS = 3


def spend_together(world: World, face: str) -> int:
    """Pay several carts with one card at once; gives how much more than was on it it paid."""
    card, code = make.gift_card("30.00")
    card_id, sends = card.id, []
    for variant_id in [make.variant(price="40.00").id for _ in range(BUYERS)]:
        buyer = world.buyer(face)
        buyer.put(variant_id)
        buyer.gift_card(code)
        sends.append(buyer.ready())
    answers = burst(sends, api, form)
    assert all(answer.status_code < 500 for answer in answers)
    session.remove()
    paid = session.query(Payment).filter_by(account_id=card_id, state=PaymentState.CAPTURED)
    return max(0, sum(payment.captured for payment in paid) - 3000)


def as_seen_first() -> Callable[..., Any]:
    """Cards with what was on them when anybody looked for the first time."""
    usable, seen = queries.usable, dict[str, list[CreditAccount]]()

    def look(ids: Any, currency: str, **more: Any) -> list[CreditAccount]:
        if (key := repr(ids)) not in seen:
            seen[key] = [
                CreditAccount(id=one.id, kind=one.kind, currency=one.currency, balance=one.balance)
                for one in usable(ids, currency, **more)
            ]
        return seen[key]

    return look


@contextmanager
def without_the_balance() -> Iterator[None]:
    """Whoever has seen money on a card takes it, whether it is still there or not."""

    def take(account_id: int, amount: int, reference: str, *, by: str) -> None:
        accounts._add(account_id, -amount)
        accounts._note(account_id, CreditMovementKind.HELD, -amount, reference, by)

    looked = (credits.queries, "usable", as_seen_first())
    with without_check("credit_accounts", "balance"), replaced(looked, (accounts, "hold", take)):
        yield


@pytest.mark.attack(9)
def test_a_gift_card_pays_no_more_than_is_on_it_in_however_many_carts(world: World) -> None:
    assert gains(spend_together, world) == NOTHING


@pytest.mark.twin(9)
def test_a_balance_that_is_looked_at_and_then_written_is_overspent(world: World) -> None:
    with without_the_balance():
        assert min(gains(spend_together, world).values()) >= 3000


@contextmanager
def limits(world: World) -> Iterator[None]:
    """The shop with its rate limits on, from their beginning."""
    config = world.shop.app.config
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(config, "SETTINGS", replace(config["SETTINGS"], rate_limits=True))
        limiter.reset()
        yield


def guess(world: World, face: str) -> int:
    """Try a code after the other in a new cart each; gives how many tries too many are answered.

    The one who tries goes to the other door when the first one is closed.
    """
    mug_id = make.variant().id
    other = "api" if face == "form" else "form"
    with limits(world):
        answered = 0
        for door, tries in ((face, 8), (other, 6)):
            buyer = world.buyer(door)
            buyer.put(mug_id)
            answers = [buyer.gift_card(rules.new_code()) for _ in range(tries)]
            answered += sum(answer.status_code == 422 for answer in answers)
    return answered - 10


@pytest.mark.attack(10)
def test_ten_guesses_a_minute_are_answered_at_both_doors_together(world: World) -> None:
    assert gains(guess, world) == NOTHING


@pytest.mark.twin(10)
def test_without_the_limit_a_guesser_is_answered_for_ever(sqlite_world: World) -> None:
    with replaced((guessing, "GIFT_CARDS", ())):
        assert gains(guess, sqlite_world) == {"form": 4, "api": 4}


def guess_coupons(world: World, face: str) -> int:
    """Try one coupon after the other, in a cart and then with orders; gives the tries too many."""
    mug_id = make.variant().id
    with limits(world):
        buyer, program = world.buyer(face), world.buyer("api")
        buyer.put(mug_id)
        program.put(mug_id)
        answers = [buyer.code(f"SPRING{number}") for number in range(8)]
        answers += [program.order(coupon=f"SUMMER{number}") for number in range(6)]
    return sum(answer.status_code == 422 for answer in answers) - 10


@pytest.mark.attack(10)
def test_coupons_are_counted_in_carts_and_with_orders_together(world: World) -> None:
    assert gains(guess_coupons, world) == NOTHING


@pytest.mark.twin(10)
def test_without_the_limit_coupons_are_guessed_by_placing_orders(sqlite_world: World) -> None:
    with replaced((guessing, "COUPONS", ())):
        assert gains(guess_coupons, sqlite_world) == {"form": 4, "api": 4}


def tell_codes_apart(world: World, face: str) -> int:
    """Enter codes that cannot pay, each for its own reason; how many reasons can be told apart."""
    unknown = rules.new_code()
    with committing():
        euros, past = Money(3000, "EUR"), clock.now() - timedelta(days=1)
        _, over = accounts.issue_gift_card(euros, expires_at=past, by="staff:1")
        _, foreign = accounts.issue_gift_card(Money(3000, "USD"), by="staff:1")
        card, void = accounts.issue_gift_card(euros, by="staff:1")
        accounts.void(card, by="staff:1")
    buyer = world.buyer(face)
    buyer.put(make.variant().id)
    buyer.gift_card(unknown)
    reasons = []
    for code in (unknown, over, foreign, void):
        with counting() as statements:
            answer = buyer.gift_card(code)
        told = answer.get_json()
        said = told.get("code"), told.get("message") or told.get("detail")
        reasons.append((answer.status_code, said, statements[0]))
    return len(set(reasons)) - 1


@pytest.mark.attack(10)
def test_all_codes_that_cannot_pay_are_answered_alike_and_with_the_same_work(
    world: World,
) -> None:
    assert gains(tell_codes_apart, world) == NOTHING


@pytest.mark.twin(10)
def test_a_shop_that_says_why_a_code_cannot_pay_says_which_codes_there_are(
    sqlite_world: World,
) -> None:
    def is_said(*_: Any) -> bool:
        raise CreditNotFound()

    with replaced((queries, "_pays", is_said)):
        assert gains(tell_codes_apart, sqlite_world) == {"form": 1, "api": 1}


def tries_for_a_card(cards: int = 1_000_000) -> float:
    """Bits of guesses that find one of so many cards by chance: each code is drawn evenly."""
    letters = [letter for _ in range(200) for letter in rules.new_code().replace("-", "")]
    spread = len(set(letters))
    return len(letters) / 200 * math.log2(spread) - math.log2(cards)


@pytest.mark.attack(10)
def test_nobody_finds_a_card_by_guessing() -> None:
    assert tries_for_a_card() + math.log2(1_000_000) >= 64


@pytest.mark.twin(10)
def test_a_short_code_of_digits_is_found() -> None:
    with replaced((rules, "ALPHABET", "0123456789"), (rules, "LENGTH", 8)):
        assert tries_for_a_card() < 64 - math.log2(1_000_000)
