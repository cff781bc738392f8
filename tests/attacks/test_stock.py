"""Rows 25 to 28: more is sold than there is, and held by those who never pay."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from tests import make
from tests.attacks.defences import replaced, without_check, without_unique
from tests.attacks.races import burst
from tests.attacks.world import NOTHING, SECRET, ApiBuyer, FormBuyer, World, gains
from vitrina.api import orders as api
from vitrina.cart import actions as carts
from vitrina.cart import today
from vitrina.cart.models import Cart
from vitrina.checkout import actions as checkout
from vitrina.checkout import placing, settling
from vitrina.checkout.tasks import expire_unpaid
from vitrina.core import clock
from vitrina.core.db import session
from vitrina.inventory import ledger, taking
from vitrina.inventory.ledger import Change
from vitrina.inventory.models import StockItem
from vitrina.inventory.queries import availability
from vitrina.inventory.tasks import release_forgotten
from vitrina.notifications.models import Mail
from vitrina.orders.models import OrderState
from vitrina.payments import attempts, registry
from vitrina.payments.providers.sandbox import Sandbox
from vitrina.storefront import checkout as form

PIECES, BUYERS = 2, 4


def pieces_sold(world: World, variant_id: int) -> int:
    lines = [line for order in world.sold() for line in order.lines]
    return sum(line.quantity for line in lines if line.variant_id == variant_id)


def free_pieces(variant_id: int) -> int:
    session.remove()
    return availability([variant_id])[variant_id].available


def buy_the_last_pieces(world: World, face: str) -> int:
    """Four buy the last two pieces at once; how many are sold that are not there."""
    variant_id, sends = make.variant(stock=PIECES).id, []
    for _ in range(BUYERS):
        buyer = world.buyer(face)
        buyer.put(variant_id)
        sends.append(buyer.ready())
    answers = burst(sends, api, form)
    assert all(answer.status_code < 500 for answer in answers)
    return pieces_sold(world, variant_id) - PIECES


def as_seen_first(look: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Tells everybody what was there when anybody looked at those variants for the first time."""
    seen: dict[tuple[int, ...], Any] = {}

    def look_once(variant_ids: Any) -> Any:
        wanted = list(variant_ids)
        key = tuple(sorted(wanted))
        if key not in seen:
            seen[key] = look(wanted)
        return seen[key]

    return look_once


@contextmanager
def without_counting() -> Iterator[None]:
    """Whoever has seen a piece takes it, whether it is still there or not."""

    def take(change: Change) -> bool:
        item = session.get_one(StockItem, change.item_id, populate_existing=True)
        item.reserved, item.on_hand = item.reserved + change.reserved, item.on_hand + change.on_hand
        session.flush()
        return True

    with (
        without_check("stock_items", "not_oversold"),
        replaced(
            (today, "availability", as_seen_first(today.availability)),
            (taking, "shelves", as_seen_first(taking.shelves)),
            (ledger, "change_count", take),
        ),
    ):
        yield


@pytest.mark.attack(25)
def test_the_last_pieces_are_sold_to_those_who_come_first(world: World) -> None:
    assert gains(buy_the_last_pieces, world) == NOTHING


@pytest.mark.twin(25)
def test_stock_that_is_looked_at_and_then_written_is_oversold(world: World) -> None:
    with without_counting():
        assert min(gains(buy_the_last_pieces, world).values()) > 0


def buy_it_in_two_lines(world: World, face: str) -> int:
    """Put the last piece into one cart in every way there is; how many more than it are sold."""
    last = make.variant(stock=1)
    last_id, product_id = last.id, last.product_id
    buyer = world.buyer(face)
    buyer.put(last_id)
    is_refused = buyer.put(last_id).status_code == 409
    if is_refused and isinstance(buyer, FormBuyer):
        cart = session.scalars(sa.select(Cart).order_by(Cart.id.desc())).first()
        line = f"/cart/items/{cart.lines[0].id if cart else 0}"
        buyer.post(f"{line}/saving", {})
        buyer.put(last_id)
        buyer.post(f"{line}/return", {})
    elif isinstance(buyer, ApiBuyer):
        buyer.call("POST", "/cart", {"product_id": product_id})
    buyer.order()
    return pieces_sold(world, last_id) - 1


@contextmanager
def without_adding_up() -> Iterator[None]:
    """Each line of a cart is looked at by itself."""
    wanted = carts.wanted

    def alone(cart: Cart, variant_id: int) -> Any:
        return replace(wanted(cart, variant_id), line=None)

    with ExitStack() as out:
        name = "uq_cart_lines_cart_id_variant_id_is_saved"
        out.enter_context(without_unique("cart_lines", name))
        out.enter_context(replaced((carts, "wanted", alone), (placing, "pieces", dict)))
        yield


@pytest.mark.attack(26)
def test_the_lines_of_a_cart_are_counted_together(world: World) -> None:
    assert gains(buy_it_in_two_lines, world) == NOTHING


@pytest.mark.twin(26)
def test_a_shop_that_looks_at_each_line_alone_sells_the_last_piece_twice(world: World) -> None:
    with without_adding_up():
        assert min(gains(buy_it_in_two_lines, world).values()) > 0


def hoard(world: World, face: str) -> int:
    """Let the bank ask for each piece, and never answer; how many are held a quarter later."""
    variant_id = make.variant(stock=3).id
    for number in range(3):
        buyer = world.buyer(face)
        buyer.put(variant_id)
        buyer.order("tok_3ds", email=f"hoarder{number}@example.com")
    assert free_pieces(variant_id) == 0
    with clock.later(minutes=16):
        expire_unpaid()
    return 3 - free_pieces(variant_id)


def hoard_with_many_carts(world: World, face: str) -> int:
    """The same by one who comes again and again; how many more than three are held at once."""
    variant_id = make.variant(stock=9).id
    attempts.configure(enabled=True)
    for _ in range(5):
        buyer = world.buyer(face)
        buyer.put(variant_id)
        buyer.order("tok_3ds", email=f"hoarder@{face}.example.com")
    attempts.configure(enabled=False)
    return 9 - free_pieces(variant_id) - 3


@pytest.mark.attack(27)
def test_what_nobody_pays_for_is_free_again_after_a_quarter_of_an_hour(world: World) -> None:
    assert gains(hoard, world) == NOTHING


@pytest.mark.twin(27)
def test_a_shop_that_waits_for_ever_has_nothing_to_sell(sqlite_world: World) -> None:
    def wait(*_: Any, **__: Any) -> bool:
        return False

    with replaced((checkout, "expire", wait)):
        assert gains(hoard, sqlite_world) == {"form": 3, "api": 3}


@pytest.mark.attack(27)
def test_one_buyer_does_not_hold_more_than_some_orders_unpaid(world: World) -> None:
    with replaced((attempts, "MOST", dict(attempts.MOST, card=99, email=3))):
        assert gains(hoard_with_many_carts, world) == NOTHING


@pytest.mark.twin(27)
def test_without_the_limit_one_buyer_holds_everything(sqlite_world: World) -> None:
    with replaced((attempts, "MOST", dict(attempts.MOST, card=99, email=99))):
        assert gains(hoard_with_many_carts, sqlite_world) == {"form": 2, "api": 2}


def pay_too_late(world: World, face: str) -> int:
    """Pay for the last piece when somebody else has it; how many more than it are sold.

    And how much money stays with the shop for nothing, in units of the price.
    """
    bank = Sandbox.Settings(world.shop.folder / "slow.db", SECRET, delay_seconds=7200)
    registry.register(Sandbox(bank))
    variant_id = make.variant(stock=1, price="20.00").id
    late, quick = world.buyer(face), world.buyer(face)
    late.put(variant_id)
    late.order("tok_delay", email="late@example.com")
    late_id = world.orders()[-1].id
    with clock.later(hours=1.2):
        expire_unpaid()
        release_forgotten()
        quick.put(variant_id)
        quick.order()
    with clock.later(hours=2.1):
        for _, headers, body in world.bank.due_webhooks():
            post = "/webhooks/payments/sandbox"
            world.shop.app.test_client().post(post, data=body, headers=headers)
        world.shop.work()
    order = next(order for order in world.orders() if order.id == late_id)
    kept = (order.captured - order.refunded).minor if order.state is OrderState.CANCELLED else 0
    assert order.captured.minor == 2500
    assert free_pieces(variant_id) <= 0
    return pieces_sold(world, variant_id) - 1 + kept // 2500


@pytest.mark.attack(28)
def test_money_that_comes_when_the_goods_are_gone_goes_back(world: World) -> None:
    assert gains(pay_too_late, world) == NOTHING
    told = [mail.template for mail in session.query(Mail).filter_by(recipient="late@example.com")]
    assert "refunded" in told


@pytest.mark.twin(28)
def test_a_shop_that_does_not_look_for_the_goods_sells_them_twice(sqlite_world: World) -> None:
    def here(*_: Any, **__: Any) -> bool:
        return True

    with replaced((settling, "_hold", here)):
        assert gains(pay_too_late, sqlite_world) == {"form": 1, "api": 1}
