"""Stock is promised, shipped and brought back, and every piece can be accounted for."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from vitrina.catalog.actions.creation import create_product
from vitrina.catalog.drafts import ProductDraft, VariantDraft
from vitrina.core import clock
from vitrina.core.db import committing, session
from vitrina.core.events import OutboxEvent
from vitrina.inventory import actions, queries
from vitrina.inventory.errors import NotEnoughStock, NotReserved, StockReserved
from vitrina.inventory.models import Location, StockItem, StockMovement

pytestmark = pytest.mark.usefixtures("database")
BY = "staff:1"


def a_variant(stock: int | None = 5, **changes: object) -> int:
    with committing():
        draft = ProductDraft(title="Mug", variants=(VariantDraft(price=1990, **changes),))  # type: ignore[arg-type]
        made = create_product(draft, by=BY)
        variant_id: int = session.scalar(
            sa.text("SELECT id FROM variants WHERE product_id = :id").bindparams(id=made.id)
        )
        if stock is not None:
            actions.set_on_hand(variant_id, stock, by=BY)
    return variant_id


def left(variant_id: int) -> int:
    session.rollback()
    return queries.availability([variant_id])[variant_id].available


def news() -> list[str]:
    return list(session.scalars(sa.select(OutboxEvent.name).order_by(OutboxEvent.id)))


def hold(reference: str, wanted: dict[int, int], minutes: int = 15) -> None:
    with committing():
        actions.reserve(
            reference, wanted, expires_at=clock.now() + timedelta(minutes=minutes), by="guest"
        )


def all_is_right() -> bool:
    session.rollback()
    return queries.find_discrepancies() == []


def test_a_promise_takes_pieces_from_everybody_else() -> None:
    mug = a_variant(stock=5)
    hold("VT-1", {mug: 3})
    assert left(mug) == 2
    with pytest.raises(NotEnoughStock) as refused:
        hold("VT-2", {mug: 3})
    assert refused.value.facts["lines"][0]["available"] == 2
    assert left(mug) == 2
    assert all_is_right()


def test_all_of_it_or_nothing() -> None:
    mug, cup = a_variant(stock=5), a_variant(stock=1)
    with pytest.raises(NotEnoughStock):
        hold("VT-1", {mug: 2, cup: 2})
    assert (left(mug), left(cup)) == (5, 1)


def test_a_released_promise_can_be_made_again_under_the_same_number() -> None:
    mug = a_variant(stock=2)
    hold("VT-1", {mug: 2})
    with committing():
        actions.release("VT-1", by="system")
    assert left(mug) == 2
    with committing():
        actions.release("VT-1", by="system")
    hold("VT-1", {mug: 2})
    assert left(mug) == 0
    assert all_is_right()


def test_what_ships_leaves_the_shelf_and_the_promise_in_parts() -> None:
    mug = a_variant(stock=5)
    hold("VT-1", {mug: 3})
    with committing():
        assert actions.commit("VT-1", by="system")
        actions.ship("VT-1", {mug: 2}, by=BY)
    with pytest.raises(NotReserved), committing():
        actions.ship("VT-1", {mug: 2}, by=BY)
    with committing():
        actions.ship("VT-1", {mug: 1}, by=BY)
    item = session.scalars(sa.select(StockItem)).one()
    assert (item.on_hand, item.reserved) == (2, 0)
    assert all_is_right()


def test_one_place_that_has_it_all_is_better_than_two_else_they_share() -> None:
    mug = a_variant(stock=2)
    with committing():
        session.add(Location(code="barn", name="Barn", priority=5))
        session.flush()
        actions.set_on_hand(mug, 4, by=BY, location="barn")
    hold("VT-1", {mug: 3})
    assert [i.reserved for i in session.scalars(sa.select(StockItem).order_by("id"))] == [0, 3]
    hold("VT-2", {mug: 3})
    assert left(mug) == 0
    assert all_is_right()


def test_backorders_take_what_is_there_and_the_rest_when_it_comes() -> None:
    mug = a_variant(stock=1, backorder=True)
    hold("VT-1", {mug: 3})
    item = session.scalars(sa.select(StockItem)).one()
    assert (item.reserved, item.backordered) == (1, 2)
    with pytest.raises(NotReserved), committing():
        actions.ship("VT-1", {mug: 2}, by=BY)
    with committing():
        actions.adjust(mug, 5, by=BY, note="A delivery")
    session.refresh(item)
    assert (item.on_hand, item.reserved, item.backordered) == (6, 3, 0)
    with committing():
        actions.ship("VT-1", {mug: 3}, by=BY)
    assert left(mug) == 3
    assert all_is_right()


def test_a_backorder_needs_no_count_at_all() -> None:
    mug = a_variant(stock=None, backorder=True)
    hold("VT-1", {mug: 2})
    assert all_is_right()


def test_untracked_things_are_always_there() -> None:
    file = a_variant(stock=None, track_stock=False)
    hold("VT-1", {file: 500})
    with committing():
        actions.ship("VT-1", {file: 500}, by=BY)
    assert session.scalars(sa.select(StockMovement)).all() == []
    assert queries.availability([file])[file].covers(10**6)


def test_a_count_never_falls_below_what_is_promised() -> None:
    mug = a_variant(stock=5)
    hold("VT-1", {mug: 3})
    with pytest.raises(StockReserved), committing():
        actions.set_on_hand(mug, 2, by=BY)
    with pytest.raises(StockReserved), committing():
        actions.adjust(mug, -3, by=BY, note="broken")
    with committing():
        assert actions.set_many({mug: 2}, by=BY) == [mug]
        actions.adjust(mug, -2, by=BY, note="broken")
    assert left(mug) == 0


def test_the_database_itself_refuses_to_oversell() -> None:
    mug = a_variant(stock=5)
    with pytest.raises(sa.exc.IntegrityError), committing():
        session.execute(sa.update(StockItem).where(StockItem.variant_id == mug).values(reserved=6))


def test_shoppers_and_staff_hear_when_it_gets_low_runs_out_and_returns() -> None:
    mug = a_variant(stock=12)
    with committing():
        actions.request_notice(mug, "Ana@example.com", "en")
        actions.request_notice(mug, "ana@example.com", "ru")
    start = len(news())
    hold("VT-1", {mug: 1})
    assert news()[start:] == []
    hold("VT-2", {mug: 2})
    hold("VT-3", {mug: 9})
    with committing():
        actions.release("VT-3", by="system")
    assert news()[start:] == ["StockLow", "StockRanOut", "StockReturned", "BackInStock"]
    hold("VT-4", {mug: 9})
    with committing():
        actions.release("VT-4", by="system")
    assert news().count("BackInStock") == 1


def test_many_counts_are_set_at_once() -> None:
    mugs = [a_variant(stock=None) for _ in range(3)]
    with committing():
        assert actions.set_many(dict.fromkeys(mugs, 7), by="import") == []
    with committing():
        assert actions.set_many(dict.fromkeys(mugs, 7), by="import") == []
    assert [left(mug) for mug in mugs] == [7, 7, 7]
    assert len(session.scalars(sa.select(StockMovement)).all()) == 3
    assert all_is_right()


def test_what_nobody_answers_for_is_given_back_after_a_while() -> None:
    mug, cup = a_variant(stock=5), a_variant(stock=5)
    hold("VT-1", {mug: 5})
    with committing():
        actions.reserve("VT-2", {cup: 5}, expires_at=None, by="guest")
    with clock.later(minutes=20), committing():
        assert actions.release_expired() == 0
    with clock.later(minutes=90), committing():
        assert actions.release_expired() == 1
    assert (left(mug), left(cup)) == (5, 0)


def test_a_count_changed_behind_the_ledger_is_found() -> None:
    mug = a_variant(stock=5)
    assert all_is_right()
    with committing():
        session.execute(sa.update(StockItem).where(StockItem.variant_id == mug).values(on_hand=6))
    assert "on_hand is 6" in queries.find_discrepancies()[0]
