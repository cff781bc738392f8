"""Orders that are to be paid later keep stock for days: nobody may have many of them unpaid."""

from collections.abc import Iterator

import pytest

from tests import make
from tests.conftest import Shop
from vitrina.checkout import actions
from vitrina.core.db import committing
from vitrina.orders.models import Order
from vitrina.payments import attempts
from vitrina.payments.errors import TooManyAttempts

MOST = attempts.MOST["later_email"]


@pytest.fixture
def _counting(shop: Shop) -> Iterator[None]:
    attempts.configure(enabled=True)
    yield
    attempts.configure(enabled=False)


def hoard(count: int) -> list[Order]:
    mug = make.variant(stock=100)
    return [
        make.order([(mug, 1)], provider="manual", email="ana@example.com") for _ in range(count)
    ]


@pytest.mark.usefixtures("_counting")
def test_ten_unpaid_orders_are_enough_and_a_paid_one_makes_room() -> None:
    orders = hoard(MOST)
    with pytest.raises(TooManyAttempts):
        hoard(1)
    with committing():
        actions.receive_payment(orders[0], by="staff:1")
    assert len(hoard(1)) == 1


@pytest.mark.usefixtures("_counting")
def test_a_card_that_is_never_asked_is_no_way_around_it() -> None:
    orders = hoard(MOST - 1)
    card = make.order([(make.variant(), 1)], email="ana@example.com", token="")
    other = make.order([(make.variant(), 1)], email="ana@example.com", token="")
    with committing():
        actions.retry_payment(card, "manual", by="guest")
    with pytest.raises(TooManyAttempts), committing():
        actions.retry_payment(other, "manual", by="guest")
    with committing():
        actions.receive_payment(orders[0], by="staff:1")
    with committing():
        actions.retry_payment(other, "manual", by="guest")


def test_without_the_limit_one_buyer_keeps_as_much_as_they_like(shop: Shop) -> None:
    attempts.configure(enabled=False)
    assert len(hoard(MOST + 2)) == MOST + 2
