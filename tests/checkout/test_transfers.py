"""Bank transfers: accepted at once, paid when the money is seen, and ended when it never comes."""

from typing import Any

import pytest

from tests import make
from tests.checkout.buying import cart_state, faults, left
from tests.conftest import Shop
from vitrina.cart.models import CartState
from vitrina.catalog.queries import variant
from vitrina.checkout import actions, till
from vitrina.checkout.errors import OrderNotPayable
from vitrina.checkout.tasks import expire_unpaid
from vitrina.core import clock
from vitrina.core.db import committing
from vitrina.inventory import actions as inventory
from vitrina.orders import actions as orders
from vitrina.orders import queries
from vitrina.orders.models import Order, OrderState
from vitrina.payments.providers.manual import Cheque
from vitrina.payments.settings.actions import save as save_settings

pytestmark = pytest.mark.usefixtures("shop")


def test_a_bank_transfer_is_accepted_now_and_paid_when_staff_see_it() -> None:
    mug = make.variant(stock=5)
    order = make.order([(mug, 2)], provider="manual")
    assert order.state is OrderState.AWAITING_PAYMENT
    assert cart_state(order) is CartState.ORDERED
    with clock.later(hours=3), committing():
        inventory.release_expired()
    assert left(mug.id) == 3
    with committing():
        actions.receive_payment(order, by="staff:1")
    assert queries.by_id(order.id).state is OrderState.PAID
    with pytest.raises(OrderNotPayable), committing():
        actions.receive_payment(order, by="staff:1")
    assert faults() == []


def test_a_bank_transfer_that_never_comes_ends_after_a_week() -> None:
    mug = make.variant(stock=5)
    order = make.order([(mug, 2)], provider="manual")
    with clock.later(days=8):
        expire_unpaid()
    assert queries.by_id(order.id).state is OrderState.EXPIRED
    assert left(mug.id) == 5


def test_a_transfer_that_comes_late_pays_the_order_while_there_is_stock(shop: Shop) -> None:
    mug = make.variant(stock=2)
    order = make.order([(mug, 2)], provider="manual")
    with clock.later(days=8):
        expire_unpaid()
    assert left(mug.id) == 2
    with committing():
        actions.receive_payment(queries.by_id(order.id), by="staff:1")
    assert queries.by_id(order.id).state is OrderState.PAID
    assert left(mug.id) == 0
    with pytest.raises(OrderNotPayable), committing():
        actions.receive_payment(queries.by_id(order.id), by="staff:1")
    shop.work()
    assert faults() == []


def test_a_transfer_that_comes_too_late_goes_back(shop: Shop) -> None:
    mug = make.variant(stock=2)
    order = make.order([(mug, 2)], provider="manual")
    with clock.later(days=8):
        expire_unpaid()
        make.paid_order([(variant(mug.id), 1)])
    with committing():
        actions.receive_payment(queries.by_id(order.id), by="staff:1")
    shop.work()
    assert queries.by_id(order.id).refunded.minor == 0
    make.send_back(order)
    order = queries.by_id(order.id)
    assert (order.state, order.payment_status) == (OrderState.EXPIRED, "refunded")
    assert faults() == []


def test_money_that_was_sent_off_late_has_a_day_as_well() -> None:
    order = make.authorized_order()
    with committing():
        actions.release(order, by="staff:1")
    with clock.later(hours=23):
        with committing():
            again = actions.retry_payment(queries.by_id(order.id), "sandbox", by="guest").id
        till.pay(again, token="tok_delay", return_url="/")
    with clock.later(hours=24), committing():
        assert not actions.expire(order.id)
    with clock.later(hours=48), committing():
        assert actions.expire(order.id)


@pytest.mark.parametrize("provider", ["manual", "cheque", "cash_on_delivery"])
def test_who_would_pay_by_hand_may_pay_by_card_instead(provider: str) -> None:
    mug = make.variant(stock=2)
    save("cheque", Cheque.Settings)
    order = pays_by_card(make.order([(mug, 2)], provider=provider))
    assert order.state is OrderState.PAID
    assert [str(one.state) for one in order.attempts] == ["cancelled", "captured"]
    assert left(mug.id) == 0
    assert faults() == []


def test_what_is_on_its_way_to_the_door_is_paid_there() -> None:
    order = make.order(provider="cash_on_delivery")
    with committing():
        orders.ship(order, {order.lines[0].id: 1}, carrier="CTT", by="staff:1")
    with pytest.raises(OrderNotPayable):
        pays_by_card(queries.by_id(order.id))


def test_a_transfer_that_was_given_up_and_comes_all_the_same_is_entered(shop: Shop) -> None:
    mug = make.variant(stock=2)
    order = make.order([(mug, 2)], provider="manual")
    with committing():
        actions.retry_payment(order, "sandbox", by="guest")
    with committing():
        actions.receive_payment(queries.by_id(order.id), by="staff:1")
    shop.work()
    order = queries.by_id(order.id)
    assert (order.state, order.outstanding.minor) == (OrderState.PAID, 0)
    assert faults() == []


def test_a_transfer_that_comes_beside_a_card_goes_back(shop: Shop) -> None:
    order = pays_by_card(make.order(provider="manual"))
    with committing():
        actions.receive_payment(order, by="staff:1")
    shop.work()
    make.send_back(order)
    order = queries.by_id(order.id)
    assert [str(one.state) for one in order.attempts] == ["refunded", "captured"]
    assert (order.state, order.outstanding.minor) == (OrderState.PAID, 0)
    assert faults() == []


def pays_by_card(order: Order) -> Order:
    """The buyer chooses the card after all, and it pays."""
    with committing():
        payment_id = actions.retry_payment(order, "sandbox", by="guest").id
    till.pay(payment_id, token="tok_success", return_url="/")
    return queries.by_id(order.id)


def save(code: str, settings: Any) -> None:
    with committing():
        save_settings(code, settings, {}, is_enabled=True, by="staff:1")
