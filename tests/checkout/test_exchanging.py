"""Exchanges: what came back pays for what goes out, whichever costs more."""

import pytest

from tests import make
from tests.conftest import Shop
from tests.orders.returns.worlds import STAFF, fresh
from vitrina.catalog.models.products import Variant
from vitrina.checkout.exchanging import exchange
from vitrina.cli.doctor import examine
from vitrina.core.db import committing, session
from vitrina.core.errors import DomainError
from vitrina.inventory import actions as inventory
from vitrina.inventory.queries import availability
from vitrina.orders import queries as orders
from vitrina.orders.models import Order, OrderState
from vitrina.orders.returns import actions, queries
from vitrina.orders.returns.actions import Piece, Verdict
from vitrina.orders.returns.errors import NotExchangeable
from vitrina.orders.returns.models import Reason, Return, ReturnKind, ReturnState
from vitrina.payments.credit.models import CreditAccount


def sizes(*prices: str) -> list[Variant]:
    """Variants of one print in sizes, at these prices, five of each."""
    product = make.product(options={"Size": ["S", "M", "L"][: len(prices)]}, stock=5)
    found = sorted(product.variants, key=lambda one: one.id)
    for one, price in zip(found, prices, strict=True):
        make.reprice(one.id, price)
    return found


def swapped(order: Order, wanted: Variant, pieces: int = 1) -> Return:
    """An exchange of pieces of the first line, here and ready to be looked at."""
    piece = Piece(order.lines[0].id, pieces, Reason.CHANGED_MIND, wanted_id=wanted.id)
    with committing():
        number = actions.request(order, [piece], kind=ReturnKind.EXCHANGE, by="guest").number
    back = queries.by_number(number)
    with committing():
        actions.approve(back, by=STAFF)
    with committing():
        actions.receive(back, by=STAFF)
    return fresh(back)


def exchanged(back: Return) -> tuple[Return, Order]:
    with committing():
        verdicts = {line.id: Verdict(line.received, line.received) for line in back.lines}
        number = exchange(back, verdicts, by=STAFF).number
    return fresh(back), orders.by_number(number)


@pytest.mark.parametrize("is_customer", [True, False])
def test_another_size_at_the_same_price_costs_nothing(shop: Shop, is_customer: bool) -> None:
    small, large = sizes("20.00", "20.00")
    ids = [small.id, large.id]
    user = make.user() if is_customer else None
    order = make.delivered_order([(small, 1)], user=user)
    back, replacement = exchanged(swapped(order, large))
    assert (back.state, back.replacement_id) == (ReturnState.INSPECTED, replacement.id)
    assert (replacement.state, replacement.total) == (OrderState.PAID, 2000)
    assert (replacement.shipping, replacement.discount) == (500, 500)  # its delivery is free
    assert replacement.lines[0].variant_id == ids[1]
    shop.work()
    session.rollback()
    found = availability(ids)
    assert [found[one].available for one in ids] == [5, 4]
    assert not any(examine().values())


def test_what_it_costs_less_goes_back_as_money(shop: Shop) -> None:
    small, large = sizes("15.00", "20.00")
    order = make.delivered_order([(large, 1)])
    back, replacement = exchanged(swapped(order, small))
    assert sorted((one.amount, one.account_id is None) for one in back.refunds) == [
        (500, True),
        (1500, False),
    ]
    assert replacement.state is OrderState.PAID
    shop.work()
    session.rollback()
    assert not any(examine().values())


def test_what_it_costs_more_is_waited_for(shop: Shop) -> None:
    small, large = sizes("15.00", "20.00")
    order = make.delivered_order([(small, 1)])
    _back, replacement = exchanged(swapped(order, large))
    assert replacement.state is OrderState.AWAITING_PAYMENT
    assert (replacement.outstanding - replacement.held).minor == 500
    shop.work()
    session.rollback()
    assert not any(examine().values())


def test_credit_that_the_buyer_had_before_is_not_spent_on_the_difference(shop: Shop) -> None:
    small, large = sizes("15.00", "20.00")
    buyer = make.user()
    account_id = make.store_credit(buyer, "50.00").id
    order = make.delivered_order([(small, 1)], user=buyer)
    _back, replacement = exchanged(swapped(order, large))
    assert replacement.state is OrderState.AWAITING_PAYMENT
    assert (replacement.outstanding - replacement.held).minor == 500
    assert session.get_one(CreditAccount, account_id).balance == 5000
    shop.work()
    session.rollback()
    assert not any(examine().values())


def test_when_it_is_sold_out_nothing_happens_and_the_money_can_go_back(shop: Shop) -> None:
    small, large = sizes("20.00", "20.00")
    order = make.delivered_order([(small, 1)])
    back = swapped(order, large)
    with committing():
        inventory.set_on_hand(large.id, 0, by=STAFF, note="gone")
    with pytest.raises(DomainError), committing():
        exchange(back, {back.lines[0].id: Verdict(1)}, by=STAFF)
    back = fresh(back)
    assert (back.state, back.given) == (ReturnState.RECEIVED, 0)
    with committing():
        actions.inspect(back, {back.lines[0].id: Verdict(1, 1)}, by=STAFF)
    assert fresh(back).given == 2000


def test_only_another_variant_of_the_same_product_can_be_wanted(shop: Shop) -> None:
    small, _large = sizes("20.00", "20.00")
    order = make.delivered_order([(small, 1)])
    for wanted in (small, make.variant()):
        with pytest.raises(NotExchangeable):
            swapped(order, wanted)
