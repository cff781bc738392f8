"""Two who do the same at once: one is first, the other one is told, and nothing breaks."""

import threading
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from tests import make
from tests.api.conftest import Program, sign_in
from tests.conftest import Shop
from vitrina.cart.models import Cart, CartLine
from vitrina.core.db import committing, session
from vitrina.inventory import actions as inventory
from vitrina.inventory.models import Location, StockItem, StockMovement, StockRequest


def together(work: Callable[[int], Any], count: int = 6) -> list[Any]:
    """What each of ``count`` threads, started together, gave or raised."""
    outcomes: list[Any] = [None] * count
    gate = threading.Barrier(count)

    def run(number: int) -> None:
        gate.wait()
        try:
            outcomes[number] = work(number)
        except Exception as error:
            outcomes[number] = error
        finally:
            session.remove()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    session.remove()
    return outcomes


def _number_of(model: type[Any]) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def test_the_first_click_of_a_customer_pressed_six_times_fills_one_cart(shop: Shop) -> None:
    mug_id = make.variant(stock=20).id
    ana = sign_in(shop, make.user())
    session.remove()

    def add(_: int) -> int:
        program = Program(shop, ana.token)
        return program.post("/cart", {"variant_id": mug_id, "quantity": 1}).status_code

    assert together(add) == [200] * 6
    assert _number_of(Cart) == 1
    assert session.scalar(sa.select(CartLine.quantity)) == 6


def test_one_sku_given_to_six_products_at_once_is_one_product_s(shop: Shop) -> None:
    staff = sign_in(shop, make.staff("catalogue"))
    session.remove()

    def create(number: int) -> int:
        body = {"name": f"Mug {number}", "price": "5.00", "sku": "MUG"}
        return Program(shop, staff.token).post("/products", body).status_code

    assert sorted(map(str, together(create))) == ["201"] + ["409"] * 5


def test_one_title_given_to_six_products_at_once_breaks_nothing(shop: Shop) -> None:
    staff = sign_in(shop, make.staff("catalogue"))
    session.remove()

    def create(_: int) -> int:
        body = {"name": "Mug", "price": "5.00"}
        return Program(shop, staff.token).post("/products", body).status_code

    assert {str(one) for one in together(create)} <= {"201", "409"}


def test_the_first_count_of_a_thing_may_be_six_people_s(shop: Shop) -> None:
    mug_id = make.variant(stock=None).id
    session.remove()

    def count(number: int) -> None:
        with committing():
            inventory.adjust(mug_id, 1, by=f"staff:{number}", note="")

    assert together(count) == [None] * 6
    assert (_number_of(Location), _number_of(StockItem), _number_of(StockMovement)) == (1, 1, 6)
    assert session.scalar(sa.select(StockItem.on_hand)) == 6


def test_who_asks_six_times_to_be_told_is_told_once(shop: Shop) -> None:
    mug_id = make.variant(stock=0).id
    session.remove()

    def ask(_: int) -> None:
        with committing():
            inventory.request_notice(mug_id, "ana@example.com", "en")

    assert together(ask) == [None] * 6
    assert _number_of(StockRequest) == 1
