"""Rows 20 and 21: more money back than came in, and goods that are kept as well."""

from typing import Any

import pytest
import sqlalchemy as sa

from tests import make
from tests.attacks.defences import nothing, replaced, without_check
from tests.attacks.races import burst
from tests.attacks.world import NOTHING, FormBuyer, World, gains, sign_in
from vitrina.admin import order_money as desk
from vitrina.api import order_work as api
from vitrina.catalog.models.products import DigitalFile
from vitrina.core import storage
from vitrina.core.db import committing, session
from vitrina.core.ids import new_token
from vitrina.core.money import Money
from vitrina.orders import downloads, queries
from vitrina.orders.models import Order
from vitrina.orders.rules import download_token, link_token
from vitrina.payments import refunds
from vitrina.payments.models import Payment, Refund, RefundState

TIMES = 3


def give_back(buyer: Any, number: str, amount: str) -> Any:
    """Ask for money back as staff do: at the desk, or over the API."""
    if isinstance(buyer, FormBuyer):
        minor = amount.replace(".", "")
        typed = {"amount": amount, "step": "refund", "confirmed": minor, "refund_reason": "asked"}
        return buyer.post(f"/admin/orders/{number}/refunds", typed)
    return buyer.call("POST", f"/orders/{number}/refunds", {"amount": amount})


def owed(order_id: int) -> int:
    """What went back of an order, or is going to."""
    session.remove()
    rows = session.scalars(
        sa.select(Refund.amount)
        .join(Payment, Payment.id == Refund.payment_id)
        .where(Payment.order_id == order_id, Refund.state != RefundState.FAILED)
    )
    return sum(rows)


def refund_too_much(world: World, face: str) -> int:
    """Refund odd sums, and 30 of 45 several times at once; how much more than came in goes back."""
    order = make.order([(make.variant(price="20.00"), 2)])
    order_id, number = order.id, order.number
    member = make.staff("manager")
    staff = world.buyer(face)
    sign_in(staff, member)
    for odd in ("45.01", "-1.00", "0.00", "1e3", "NaN", "30.001", "9" * 30):
        assert give_back(staff, number, odd).status_code in (303, 409, 422), odd
    assert owed(order_id) == 0
    tabs = [staff.tab() for _ in range(TIMES)]
    answers = burst([lambda tab=tab: give_back(tab, number, "30.00") for tab in tabs], api, desk)
    assert all(answer.status_code < 500 for answer in answers)
    return max(0, owed(order_id) - 4500)


def begin_unguarded(
    payment: Payment, amount: Money, *, tax: int = 0, of_sale: bool = True, reason: str, by: str
) -> Refund:
    """A refund that does not look at what has gone back already."""
    payment.refunding += amount.minor
    made = Refund(payment_id=payment.id, key=new_token(), amount=amount.minor, reason=reason, by=by)
    session.add(made)
    session.flush()
    return made


@pytest.mark.attack(20)
def test_no_more_goes_back_than_came_in_however_often_it_is_asked(world: World) -> None:
    assert gains(refund_too_much, world) == NOTHING


@pytest.mark.twin(20)
def test_refunds_that_are_not_added_up_give_back_more_than_came_in(world: World) -> None:
    captured = property(lambda payment: Money(payment.captured, payment.currency))
    with (
        without_check("payments", "refundable"),
        replaced((Payment, "refundable", captured), (refunds, "begin_refund", begin_unguarded)),
    ):
        assert min(gains(refund_too_much, world).values()) > 0


def bought_file(world: World, face: str) -> tuple[Order, str]:
    """An order of a file, and where it is fetched."""
    plan = make.variant(stock=None, track_stock=False, requires_shipping=False)
    key = storage.put(b"a plan", ".pdf")
    with committing():
        session.add(DigitalFile(variant_id=plan.id, key=key, name="Plan.pdf", size=6))
    buyer = world.buyer(face)
    buyer.put(plan.id)
    buyer.order()
    order = world.sold()[-1]
    (file,) = queries.downloads(order.id)
    return order, f"/downloads/{download_token(file.line_id, file.file_id)}"


def keep_the_file(world: World, face: str) -> int:
    """Have a file refunded, and fetch it then; how often both work."""
    order, path = bought_file(world, face)
    order_id, number, total = order.id, order.number, order.total_money.text
    member = make.staff("manager")
    staff = world.buyer(face)
    sign_in(staff, member)
    assert give_back(staff, number, total).status_code in (200, 201, 303)
    world.shop.work()
    assert owed(order_id) > 0
    return int(world.shop.app.test_client().get(path).status_code == 200)


@pytest.mark.attack(21)
def test_what_was_refunded_is_not_fetched_any_more(world: World) -> None:
    assert gains(keep_the_file, world) == NOTHING


@pytest.mark.twin(21)
def test_a_shop_that_forgets_the_files_gives_money_and_goods(sqlite_world: World) -> None:
    with replaced((downloads, "revoke", nothing)):
        assert gains(keep_the_file, sqlite_world) == {"form": 1, "api": 1}


def fetch_and_cancel(world: World) -> int:
    """Fetch a file, and cancel its order then; how much money comes back."""
    order, path = bought_file(world, "form")
    order_id, number = order.id, order.number
    client = FormBuyer(world.shop)
    assert client.client.get(path).data == b"a plan"
    client.post(f"/orders/{number}/cancellation", {"token": link_token(number)})
    return owed(order_id)


@pytest.mark.attack(21)
def test_an_order_whose_file_was_fetched_is_not_cancelled_by_its_buyer(world: World) -> None:
    assert fetch_and_cancel(world) == 0


@pytest.mark.twin(21)
def test_a_shop_that_does_not_know_what_was_fetched_gives_the_money_back(
    sqlite_world: World,
) -> None:
    def never(_order: Order) -> bool:
        return False

    with replaced((downloads, "is_fetched", never)):
        assert fetch_and_cancel(sqlite_world) > 0
