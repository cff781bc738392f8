"""Edits against each other, and against everybody else who wants the same order or pieces."""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests import make
from tests.conftest import Shop
from vitrina.checkout import edit_money, editing
from vitrina.checkout.actions import receive_payment
from vitrina.cli.doctor import examine
from vitrina.core.db import committing, session
from vitrina.core.errors import DomainError
from vitrina.inventory.queries import availability
from vitrina.orders import actions, queries
from vitrina.orders.edits.queries import of_order
from vitrina.orders.edits.rules import Wish
from vitrina.orders.models import Order, OrderState

THREADS = 6


def race(doing: Sequence[Callable[[], object]]) -> Counter[str]:
    """Do all of it at once; says how often it went how."""

    def one(work: Callable[[], object]) -> str:
        try:
            with committing():
                work()
        except DomainError as error:
            return error.code
        finally:
            session.remove()
        return "done"

    with ThreadPoolExecutor(THREADS) as pool:
        return Counter(pool.map(one, doing))


def plan(order: Order, wish: Wish) -> Callable[[], object]:
    """The confirmation of an edit that is seen now."""
    seen, order_id = editing.preview(queries.by_id(order.id), wish), order.id

    def confirm() -> object:
        return editing.confirm(
            queries.by_id(order_id), wish, fingerprint=seen.fingerprint, by="staff:1"
        )

    return confirm


def settled(shop: Shop, order_id: int) -> Order:
    shop.work()
    session.rollback()
    assert not any(examine().values()), examine()
    order = queries.by_id(order_id)
    assert order.subtotal == sum(line.unit_price * line.quantity for line in order.lines)
    return order


def test_a_confirmation_that_is_sent_many_times_is_one_edit(shop: Shop) -> None:
    mug = make.variant(stock=50)
    order = make.paid_order([(mug, 2)])
    work = plan(order, Wish(quantities={order.lines[0].id: 5}))
    results = race([work] * 12)
    assert results.pop("done") == 1
    assert set(results) <= {"edit_changed", "pieces_must_stay", "order_not_editable"}
    order = settled(shop, order.id)
    assert len(of_order(order.id)) == 1
    assert order.lines[0].quantity == 5
    assert availability([mug.id])[mug.id].available == 45


def test_the_last_pieces_go_to_one_of_the_orders(shop: Shop) -> None:
    mug = make.variant(stock=8)
    orders = [make.paid_order([(mug, 1)]) for _ in range(6)]  # two are left
    work = [plan(order, Wish(quantities={order.lines[0].id: 3})) for order in orders]
    results = race(work)
    assert results == {"done": 1, "not_enough_stock": 5}
    for order in orders:
        settled(shop, order.id)
    assert availability([mug.id])[mug.id].available == 0


def test_an_edit_and_a_parcel_never_send_what_is_not_wanted(shop: Shop) -> None:
    order = make.paid_order([(make.variant(stock=9), 3)])
    line, order_id = order.lines[0].id, order.id
    work = plan(order, Wish(quantities={line: 1}))

    def ship() -> object:
        return actions.ship(queries.by_id(order_id), {line: 3}, carrier="CTT", by="staff:2")

    results = race([work, ship])
    assert results["done"] == 1
    order = settled(shop, order_id)
    sent = sum(part.quantity for one in order.shipments for part in one.lines)
    assert (order.lines[0].quantity, sent) in ((3, 3), (1, 0))


def test_an_edit_and_a_cancellation_give_everything_back_once(shop: Shop) -> None:
    mug = make.variant(stock=9)
    order = make.paid_order([(mug, 3)])
    order_id = order.id
    work = plan(order, Wish(quantities={order.lines[0].id: 1}))

    def cancel() -> object:
        return actions.cancel(queries.by_id(order_id), reason="asked", by="staff:2")

    race([work, cancel])
    order = settled(shop, order_id)
    assert order.state is OrderState.CANCELLED
    assert order.refunded == order.captured
    assert availability([mug.id])[mug.id].available == 9


def test_an_edit_and_the_money_of_a_transfer_make_one_sum(shop: Shop) -> None:
    mug = make.variant(stock=9)
    order = make.order([(mug, 2)], provider="manual")
    order_id = order.id
    work = plan(order, Wish(quantities={order.lines[0].id: 3}))
    results = race([work, lambda: receive_payment(queries.by_id(order_id), by="staff:2")])
    assert results["done"] >= 1
    order = settled(shop, order_id)
    assert order.state is OrderState.PAID
    edits = of_order(order_id)
    expected = 0 if not edits or not edits[0].was_sold else edits[0].due
    assert order.outstanding.minor == expected


def test_without_giving_the_difference_back_the_books_are_not_square(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: the checks of these tests can fail."""
    order = make.paid_order([(make.variant(stock=9), 3)])
    work = plan(order, Wish(quantities={order.lines[0].id: 1}))
    monkeypatch.setattr(edit_money.refunds, "give_back_surplus", lambda *_a, **_k: [])
    race([work])
    assert settled(shop, order.id).outstanding.minor < 0


def test_without_the_lock_two_confirmations_are_two_edits(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin of the first: whoever does not compare what was seen, does it again."""
    order = make.paid_order([(make.variant(stock=50), 2)])
    monkeypatch.setattr(editing.rules, "fingerprint", lambda *_facts: "same")
    wish = Wish(added={order.lines[0].variant_id or 0: 1})
    work = plan(order, wish)
    assert race([work] * 3) == {"done": 3}
    session.rollback()
    assert queries.by_id(order.id).lines[0].quantity == 5
