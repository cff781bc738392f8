"""A cart keeps what somebody means to buy, and tells them what has changed."""

from typing import Any

import pytest
import sqlalchemy as sa

from tests import make
from tests.browser import counting
from tests.cart.worlds import kinds, opened, quantities, view
from vitrina.cart import actions, queries
from vitrina.cart.errors import (
    CartNotFound,
    InvalidQuantity,
    LineNotFound,
    NotForSale,
    TooMany,
)
from vitrina.cart.models import Cart, CartLine, CartState
from vitrina.cart.tasks import remove_expired
from vitrina.catalog import queries as catalog
from vitrina.catalog.actions.products import archive_product
from vitrina.catalog.actions.variants import set_price
from vitrina.catalog.errors import VariantNotFound
from vitrina.core import clock
from vitrina.core.db import committing, session
from vitrina.core.money import Money
from vitrina.inventory import actions as inventory
from vitrina.inventory.errors import NotEnoughStock

pytestmark = pytest.mark.usefixtures("database")
BY = "staff:1"


def test_the_same_variant_joins_its_line() -> None:
    mug = make.variant(stock=5)
    cart, token = opened([(mug, 2), (mug, 1)])
    assert quantities(cart) == {mug.id: 3}
    found = queries.by_token(token)
    assert (found.id, queries.count(found), found.count) == (cart.id, 3, 3)


def test_stock_is_looked_at_and_not_taken() -> None:
    mug = make.variant(stock=2)
    opened([(mug, 2)])
    other, _ = opened([(mug, 2)])
    with pytest.raises(NotEnoughStock) as refused, committing():
        actions.add_item(other, mug.id, 1)
    assert refused.value.facts["available"] == 2
    assert refused.value.facts["lines"][0]["wanted"] == 3
    assert quantities(other) == {mug.id: 2}


@pytest.mark.parametrize("quantity", [0, -1, -(10**9), True, 1.5, "2", None])
def test_a_quantity_is_a_whole_number_of_one_or_more(quantity: Any) -> None:
    mug = make.variant(stock=5)
    cart, _ = opened()
    with pytest.raises(InvalidQuantity), committing():
        actions.add_item(cart, mug.id, quantity)
    assert quantities(cart) == {}


@pytest.mark.parametrize("quantity", [1000, 2**63, 10**30])
def test_a_line_holds_at_most_999(quantity: int) -> None:
    mug = make.variant(stock=None, track_stock=False)
    cart, _ = opened([(mug, 999)])
    for more in (quantity, 1):
        with pytest.raises(TooMany), committing():
            actions.add_item(cart, mug.id, more)
    assert quantities(cart) == {mug.id: 999}


@pytest.mark.parametrize("variant_id", [0, -1, 999_999, 2**63, 10**40])
def test_a_variant_that_does_not_exist_is_not_put_in(variant_id: int) -> None:
    cart, _ = opened()
    with pytest.raises(VariantNotFound), committing():
        actions.add_item(cart, variant_id, 1)
    with pytest.raises(LineNotFound), committing():
        actions.set_quantity(cart, variant_id, 1)


def test_what_is_not_published_is_not_sold() -> None:
    draft = make.product(status="draft")
    cart, _ = opened()
    with pytest.raises(NotForSale), committing():
        actions.add_item(cart, draft.variants[0].id, 1)


def test_a_quantity_is_set_and_zero_takes_the_line_out() -> None:
    mug = make.variant(stock=5)
    cart, _ = opened([(mug, 1)])
    line = view(cart).lines[0].line
    with committing():
        actions.set_quantity(cart, line.id, 5)
    assert quantities(cart) == {mug.id: 5}
    with pytest.raises(NotEnoughStock), committing():
        actions.set_quantity(cart, line.id, 6)
    with committing():
        assert actions.set_quantity(cart, line.id, 0) is None
    assert quantities(cart) == {}


def test_nobody_reaches_into_anothers_cart() -> None:
    mug = make.variant()
    mine, _ = opened([(mug, 1)])
    theirs, _ = opened([(mug, 1)])
    line = view(theirs).lines[0].line
    for action in (actions.remove, actions.save_for_later, actions.move_to_cart):
        with pytest.raises(LineNotFound), committing():
            action(mine, line.id)
    with pytest.raises(LineNotFound), committing():
        actions.set_quantity(mine, line.id, 2)
    for token in ("", None, "guess", "x" * 5000, "\ud800"):
        with pytest.raises(CartNotFound):
            queries.by_token(token)


def test_the_cart_says_what_changed_since_a_line_was_put_in() -> None:
    up, down, few, gone, old, same = (make.variant(stock=5, price="10.00") for _ in range(6))
    cart, _ = opened([(one, 3) for one in (up, down, few, gone, old, same)])
    with committing():
        set_price(catalog.variant(up.id), 1200, None, by=BY)
        set_price(catalog.variant(down.id), 800, None, by=BY)
        inventory.set_on_hand(few.id, 2, by=BY)
        inventory.set_on_hand(gone.id, 0, by=BY)
        archive_product(catalog.by_id(old.product_id), by=BY)
    seen = view(cart)
    told = {item.variant.id: kinds(item) for item in seen.lines}
    assert told == {
        up.id: ["price_up"],
        down.id: ["price_down"],
        few.id: ["only_left"],
        gone.id: ["sold_out"],
        old.id: ["not_sold"],
        same.id: [],
    }
    change = seen.lines[0].changes[0]
    assert change.facts == {"before": Money(1000, "EUR"), "now": Money(1200, "EUR")}
    assert seen.lines[2].changes[0].facts == {"available": 2}
    # What cannot be bought at all is not in the sum, and has to be settled before checkout.
    assert seen.quote.subtotal == Money(3 * (1200 + 800 + 1000 + 1000), "EUR")
    assert not seen.can_check_out
    with committing():
        actions.set_quantity(cart, seen.lines[0].line.id, 2)
    assert kinds(view(cart).lines[0]) == []


def test_what_is_kept_for_later_is_not_bought_and_comes_back() -> None:
    mug, cup = make.variant(stock=5), make.variant(stock=5)
    cart, _ = opened([(mug, 2), (cup, 1)])
    line = view(cart).lines[0].line
    with committing():
        actions.save_for_later(cart, line.id)
    seen = view(cart)
    assert [item.variant.id for item in seen.saved] == [mug.id]
    assert seen.quote.subtotal == Money(1990, "EUR")
    with committing():
        actions.add_item(cart, mug.id, 2)
        actions.move_to_cart(cart, line.id)
    assert quantities(cart) == {mug.id: 4, cup.id: 1}
    assert view(cart).saved == ()


def test_of_what_was_kept_for_later_as_much_comes_back_as_there_is() -> None:
    mug = make.variant(stock=5)
    cart, _ = opened([(mug, 5)])
    line_id = view(cart).lines[0].line.id
    with committing():
        actions.save_for_later(cart, line_id)
        inventory.set_on_hand(mug.id, 2, by=BY)
    with committing():
        actions.move_to_cart(cart, line_id)
    assert quantities(cart) == {mug.id: 2}
    with committing():
        actions.save_for_later(cart, line_id)
        inventory.set_on_hand(mug.id, 0, by=BY)
    with pytest.raises(NotEnoughStock), committing():
        actions.move_to_cart(cart, line_id)


def test_everything_is_taken_out_but_what_is_kept_for_later() -> None:
    mug, cup = make.variant(), make.variant()
    cart, _ = opened([(mug, 1), (cup, 1)])
    with committing():
        actions.save_for_later(cart, view_line(cart, mug.id))
        actions.clear(cart)
    seen = view(cart)
    assert (seen.lines, [item.variant.id for item in seen.saved]) == ((), [mug.id])


def view_line(cart: Cart, variant_id: int) -> int:
    return int(
        session.scalar(
            sa.select(CartLine.id).where(
                CartLine.cart_id == cart.id, CartLine.variant_id == variant_id
            )
        )
        or 0
    )


def test_a_cart_lives_thirty_days_from_its_last_change() -> None:
    mug = make.variant()
    _, token = opened([(mug, 1)])
    with clock.later(days=29), committing():
        actions.add_item(queries.by_token(token), mug.id, 1)
    with clock.later(days=58):
        remove_expired()
        assert queries.find_by_token(token) is not None
    with clock.later(days=60):
        assert queries.find_by_token(token) is None
        remove_expired()
    assert session.scalar(sa.select(sa.func.count()).select_from(Cart)) == 0
    assert session.scalar(sa.select(sa.func.count()).select_from(CartLine)) == 0


def test_an_ordered_cart_is_closed_and_what_was_kept_for_later_stays() -> None:
    mug, cup = make.variant(), make.variant()
    cart, token = opened([(mug, 1), (cup, 1)])
    with committing():
        actions.save_for_later(cart, view_line(cart, cup.id))
        actions.mark_ordered(cart)
    for action in (
        lambda: actions.mark_ordered(cart),
        lambda: actions.add_item(cart, mug.id, 1),
    ):
        with pytest.raises(CartNotFound), committing():
            action()
    fresh = queries.by_token(token)
    assert (fresh.id != cart.id, fresh.state) == (True, CartState.ACTIVE)
    assert [item.variant.id for item in view(fresh).saved] == [cup.id]


def test_looking_at_a_cart_costs_the_same_for_one_line_and_for_fifty() -> None:
    make.tax()
    make.delivery()
    make.promotion(code="TEN")
    category = make.category()
    make.promotion("amount", amount=100, conditions={"category_ids": [category.id]})
    tokens = []
    for count in (1, 50):
        product = make.product(
            options={"Size": [str(n) for n in range(count)]}, categories=[category]
        )
        cart, token = opened([(one, 1) for one in product.variants])
        with committing():
            actions.enter_code(cart, "TEN")
        tokens.append(token)
    costs = []
    for token in tokens:
        session.remove()
        found = queries.by_token(token)
        with counting() as statements:
            queries.contents(found, locale="en")
        costs.append(statements[0])
    assert costs[0] == costs[1] <= 11


def test_putting_a_piece_in_costs_six_statements() -> None:
    mug_id = make.variant().id
    _, token = opened()
    session.remove()
    with counting() as statements, committing():
        actions.add_item(queries.by_token(token), mug_id, 1)
    assert statements[0] <= 6
