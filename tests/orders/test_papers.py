"""Packing slips and picking lists: what goes into which parcel, and from which shelf."""

from io import BytesIO

import pytest
from pypdf import PdfReader

from tests import make
from vitrina.checkout import editing
from vitrina.core import clock, locales
from vitrina.core.db import committing
from vitrina.drawing.ornaments import order_picture
from vitrina.orders import queries as orders
from vitrina.orders.actions import ship
from vitrina.orders.edits.rules import Wish
from vitrina.orders.papers import queries
from vitrina.orders.papers.slips import packing_slip, picking_list

pytestmark = pytest.mark.usefixtures("shop")


def words_of(data: bytes) -> str:
    return " ".join(
        " ".join(page.extract_text().split()) for page in PdfReader(BytesIO(data)).pages
    )


def test_a_packing_slip_names_what_is_in_the_parcel_and_no_price() -> None:
    vase, file = make.variant(title="Ваза"), make.variant(title="File", requires_shipping=False)
    order = make.paid_order([(vase, 3), (file, 1)], locale="ru", country="RU", note="Осторожно")
    with committing():
        parcel = ship(order, {order.lines[0].id: 1}, carrier="CTT", by="staff:1")
    order = orders.by_id(order.id)
    slip = queries.slip_of_parcel(order, parcel)
    assert [(one.title, one.quantity) for one in slip.pieces] == [("Ваза", 1)]
    assert slip.is_part
    picture = order_picture(order.number, 200, paper="#FFFFFF")
    words = words_of(packing_slip(slip, queries.shop(), at=clock.now(), picture=picture))
    for piece in ("Ваза", parcel.number, "ул. Ленина, 5", "Осторожно", vase.sku or "?"):
        assert piece in words
    assert "19,90" not in words
    rest = queries.slip_of_order(order)
    assert [(one.title, one.quantity) for one in rest.pieces] == [("Ваза", 2)]


def test_a_picking_list_adds_up_the_pieces_of_many_orders_by_shelf() -> None:
    vase, cup = make.variant(title="Vase", sku="B-1"), make.variant(title="Cup", sku="A-1")
    loose = make.variant(title="Card", sku="C-1", stock=None, track_stock=False)
    first = make.paid_order([(vase, 2), (cup, 1)])
    second = make.paid_order([(vase, 1), (loose, 4)])
    make.order([(cup, 1)], token="tok_decline")
    with committing():
        ship(first, {first.lines[0].id: 1}, carrier="CTT", by="staff:1")
    wanted = queries.to_pick()
    assert [order.number for order in wanted] == [first.number, second.number]
    found = queries.picks(wanted)
    assert [(one.sku, one.quantity) for one in found] == [("C-1", 4), ("A-1", 1), ("B-1", 2)]
    assert found[0].location == ""
    assert found[2].location
    assert found[2].where == f"{first.number} × 1, {second.number} × 1"
    data = picking_list(
        found,
        [order.number for order in wanted],
        queries.shop(),
        locale=locales.DEFAULT,
        at=clock.now(),
    )
    words = words_of(data)
    assert "Pieces in all: 7" in words
    assert found[2].location in words


def test_only_the_named_orders_are_picked() -> None:
    first, second = make.paid_order(), make.paid_order()
    assert [one.number for one in queries.to_pick([second.number])] == [second.number]
    with committing():
        ship(second, carrier="CTT", by="staff:1")
    assert queries.to_pick([second.number]) == []
    assert [one.number for one in queries.to_pick()] == [first.number]


def test_pieces_that_are_not_there_yet_are_not_picked() -> None:
    vase = make.variant(title="Vase", stock=1, backorder=True)
    order = make.paid_order([(vase, 3)])
    assert [one.quantity for one in queries.picks(queries.to_pick())] == [1]
    assert queries.slip_of_order(orders.by_id(order.id)).pieces[0].quantity == 3


def test_what_is_paid_at_the_door_is_picked_and_files_take_no_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(queries, "MOST", 2)
    for _ in range(2):
        make.paid_order([(make.variant(requires_shipping=False), 1)])
    make.order(provider="manual")
    door, paid = make.order(provider="cash_on_delivery"), make.paid_order()
    assert [one.number for one in queries.to_pick()] == [door.number, paid.number]


def test_what_waits_for_its_rest_is_picked_only_when_it_is_named() -> None:
    order, cup = make.paid_order(), make.variant()
    wish = Wish(added={cup.id: 1})
    with committing():
        seen = editing.preview(orders.by_id(order.id), wish).fingerprint
        editing.confirm(orders.by_id(order.id), wish, fingerprint=seen, by="staff:1")
    assert queries.to_pick() == []
    assert [one.number for one in queries.to_pick([order.number])] == [order.number]
