"""Whole carts: merged at sign-in, saved under a name, opened again; and wishlists."""

import threading
from collections.abc import Callable

import pytest

from tests import make
from tests.cart.worlds import opened, quantities, view
from vitrina.cart import actions, queries
from vitrina.cart.errors import CartNotFound, EmptyCart, NameMissing, SignInFirst, TooMany
from vitrina.cart.models import CartState
from vitrina.cart.rules import merged_codes, merged_quantity
from vitrina.catalog.errors import ProductNotFound
from vitrina.core.db import committing, session
from vitrina.core.errors import DomainError
from vitrina.core.ids import hash_token

pytestmark = pytest.mark.usefixtures("database")


@pytest.mark.parametrize(
    ("own", "other", "most", "together"),
    [(1, 2, 9, 3), (3, 3, 4, 4), (5, 1, 3, 5), (1, 5, 0, 5), (600, 600, 999, 999), (2, 2, 2, 2)],
)
def test_quantities_add_up_to_what_there_is_and_never_shrink(
    own: int, other: int, most: int, together: int
) -> None:
    assert merged_quantity(own, other, most) == together


def test_codes_are_joined_and_at_most_five() -> None:
    assert merged_codes(["A", "B"], ["B", "C"]) == ["A", "B", "C"]
    assert merged_codes("ABCDE", "F") == list("ABCDE")


def test_a_guests_cart_becomes_the_customers_and_its_token_opens_nothing() -> None:
    ana = make.user()
    mug = make.variant()
    guest, token = opened([(mug, 1)])
    with committing():
        adopted = actions.adopt(queries.by_token(token), ana.id)
    assert adopted.id == guest.id
    assert queries.find_by_token(token) is None
    found = queries.of_user(ana.id)
    assert found is not None
    assert quantities(found) == {mug.id: 1}


def test_a_guests_cart_joins_the_one_a_customer_has() -> None:
    make.promotion(code="TEN")
    ana = make.user()
    mug, cup, jug = make.variant(stock=4), make.variant(), make.variant()
    own, _ = opened([(mug, 3), (cup, 1)], user_id=ana.id)
    guest, token = opened([(mug, 3), (jug, 1), (cup, 1)])
    kept = view(guest).lines[2].line.id
    with committing():
        actions.save_for_later(guest, kept)
        actions.enter_code(guest, "TEN")
        actions.set_destination(guest, "BR")
    with committing():
        assert actions.adopt(queries.by_token(token), ana.id).id == own.id
    seen = view(own)
    assert quantities(own) == {mug.id: 4, cup.id: 1, jug.id: 1}
    assert [item.variant.id for item in seen.saved] == [cup.id]
    assert (seen.cart.codes, seen.cart.country) == (["TEN"], "BR")
    assert queries.find_by_token(token) is None
    session.refresh(guest)
    assert guest.state is CartState.MERGED


def test_a_cart_is_saved_under_a_name_and_opened_again() -> None:
    ana = make.user()
    mug, cup = make.variant(), make.variant()
    cart, _ = opened([(mug, 2), (cup, 1)], user_id=ana.id)
    later = view(cart).lines[1].line.id
    with committing():
        actions.save_for_later(cart, later)
        actions.save_cart(cart, "  For   the office ")
    assert [saved.name for saved in queries.saved_carts(ana.id)] == ["For the office"]
    rest = queries.of_user(ana.id)
    assert rest is not None
    assert [item.variant.id for item in view(rest).saved] == [cup.id]
    with committing():
        actions.add_item(rest, mug.id, 1)
    with committing():
        saved = queries.saved_cart(ana.id, cart.id)
        assert actions.reopen_cart(saved).id == rest.id
    assert quantities(rest) == {mug.id: 3}
    assert queries.saved_carts(ana.id) == []


def test_a_saved_cart_is_the_open_one_again_when_there_is_none() -> None:
    ana = make.user()
    mug = make.variant()
    cart, _ = opened([(mug, 2)], user_id=ana.id)
    with committing():
        actions.save_cart(cart, "Later")
    assert queries.of_user(ana.id) is None
    with committing():
        actions.reopen_cart(queries.saved_cart(ana.id, cart.id))
    found = queries.of_user(ana.id)
    assert found is not None
    assert found.id == cart.id
    with pytest.raises(CartNotFound):
        queries.saved_cart(ana.id, cart.id)


def test_only_what_is_in_a_customers_cart_can_be_saved_and_only_by_its_owner() -> None:
    ana, rui = make.user(), make.user()
    mug = make.variant()
    guest, _ = opened([(mug, 1)])
    empty, _ = opened(user_id=ana.id)
    full, _ = opened([(mug, 1)], user_id=rui.id)
    for cart, name, error in (
        (guest, "Mine", SignInFirst),
        (empty, "Mine", EmptyCart),
        (full, "  ", NameMissing),
    ):
        with pytest.raises(error), committing():
            actions.save_cart(cart, name)
    with committing():
        actions.save_cart(full, "Mine")
    with pytest.raises(CartNotFound):
        queries.saved_cart(ana.id, full.id)
    with committing():
        actions.discard_cart(queries.saved_cart(rui.id, full.id))
    assert queries.saved_carts(rui.id) == []


def burst(work: Callable[[int], None], count: int) -> list[Exception | None]:
    """What each of ``count`` threads, started together, raised."""
    outcomes: list[Exception | None] = [None] * count
    gate = threading.Barrier(count)

    def run(number: int) -> None:
        gate.wait()
        try:
            with committing():
                work(number)
        except Exception as error:
            outcomes[number] = error
        finally:
            session.remove()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    session.remove()
    return outcomes


def test_eight_clicks_at_once_are_eight_pieces_in_one_line() -> None:
    mug_id = make.variant(stock=5).id
    _, token = opened()
    refused = burst(lambda n: actions.add_item(queries.by_token(token), mug_id, 1) and None, 8)
    assert sum(error is None for error in refused) == 5
    assert all(isinstance(error, DomainError) for error in refused if error)
    cart = queries.by_token(token)
    assert quantities(cart) == {mug_id: 5}
    assert cart.version == 6


def test_a_cart_is_ordered_once() -> None:
    mug = make.variant()
    _, token = opened([(mug, 1)])
    session.remove()
    refused = burst(lambda n: actions.mark_ordered(queries.by_token(token)), 4)
    assert sum(error is None for error in refused) == 1


def test_guests_and_customers_have_wishlists_and_one_becomes_the_other() -> None:
    ana = make.user()
    mug, cup, draft = make.product(), make.product(), make.product(status="draft")
    guest = hash_token("a guest")
    with committing():
        actions.like(mug.id, visitor_hash=guest)
        actions.like(cup.id, visitor_hash=guest)
        actions.like(cup.id, visitor_hash=guest)
        actions.like(mug.id, user_id=ana.id)
    assert queries.wishlist_ids(visitor_hash=guest) == [cup.id, mug.id]
    for product_id in (draft.id, 0, 2**70):
        with pytest.raises(ProductNotFound), committing():
            actions.like(product_id, user_id=ana.id)
    with committing():
        actions.adopt_wishlist(guest, ana.id)
    assert queries.wishlist_ids(visitor_hash=guest) == []
    assert queries.wishlist_ids(user_id=ana.id) == [cup.id, mug.id]
    with committing():
        actions.unlike(cup.id, user_id=ana.id)
        actions.unlike(cup.id, user_id=ana.id)
    assert queries.wishlist_ids(user_id=ana.id) == [mug.id]
    assert queries.wishlist_ids() == []


def test_a_wishlist_holds_five_hundred(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vitrina.cart.wishes.MOST_WISHES", 1)
    mug, cup = make.product(), make.product()
    with committing():
        actions.like(mug.id, visitor_hash="x")
    with pytest.raises(TooMany), committing():
        actions.like(cup.id, visitor_hash="x")
