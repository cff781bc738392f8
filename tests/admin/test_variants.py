"""The table of a product's variants, as staff save it."""

from tests import make
from tests.browser import Browser
from tests.conftest import Shop
from vitrina.core.db import committing, session
from vitrina.inventory import actions as inventory
from vitrina.inventory.models import Location
from vitrina.inventory.queries import levels
from vitrina.orders import actions as orders
from vitrina.orders import queries


def _desk(shop: Shop) -> Browser:
    user = make.staff("owner")
    browser = shop.browser()
    browser.open("/login")
    browser.submit("/login", login=user.username, password=make.PASSWORD)
    return browser


def _on_hand(variant_id: int) -> list[int]:
    session.rollback()
    return [item.on_hand for _, item in levels([variant_id])[variant_id]]


def test_saving_an_old_page_brings_no_sold_piece_back(shop: Shop) -> None:
    mug = make.variant(stock=5)
    mug_id, path = mug.id, f"/admin/products/{mug.product_id}"
    order = make.paid_order([(mug, 2)])
    order_id = order.id
    desk = _desk(shop)
    desk.open(path)
    with committing():
        orders.ship(queries.by_id(order_id), carrier="CTT", by="staff:1")
    desk.submit(f"{path}/variants", **{f"price-{mug_id}": "21.00"})
    assert _on_hand(mug_id) == [3]
    desk.submit(f"{path}/variants", **{f"pieces-{mug_id}": "10"})
    assert _on_hand(mug_id) == [10]


def test_a_count_of_two_places_is_changed_by_the_difference(shop: Shop) -> None:
    mug = make.variant(stock=10)
    mug_id, path = mug.id, f"/admin/products/{mug.product_id}"
    with committing():
        session.add(Location(code="back", name="Back room", priority=5))
        session.flush()
        inventory.set_on_hand(mug.id, 5, by=make.BY, location="back")
    desk = _desk(shop)
    desk.open(path)
    desk.submit(f"{path}/variants", **{f"pieces-{mug_id}": "16"})
    assert _on_hand(mug_id) == [11, 5]


def test_pieces_that_came_are_counted_once_however_often_the_button_is_pressed(shop: Shop) -> None:
    mug = make.variant(stock=5)
    mug_id, path = mug.id, f"/admin/products/{mug.product_id}"
    desk = _desk(shop)
    page = desk.open(path)
    sent = {**page.form(f"{path}/variants").fields, f"pieces-{mug_id}": "10"}
    for _ in range(2):
        desk.post(f"{path}/variants", sent)
    assert _on_hand(mug_id) == [10]
