"""A refund that had gone through fails days later: nothing went back, and it is still owed."""

import pytest
import sqlalchemy as sa

from tests.conftest import Shop
from tests.payments.stripe.test_shop import begun, deliver, page
from tests.payments.stripe.world import World
from vitrina.checkout import actions, till
from vitrina.cli.doctor import examine
from vitrina.core.db import committing, session
from vitrina.core.money import Money
from vitrina.orders.invoices.models import DocumentKind, Invoice
from vitrina.orders.models import Order
from vitrina.payments import registry
from vitrina.payments.ledger import queries as ledger
from vitrina.payments.models import Payment, PaymentState, RefundState


@pytest.fixture
def selling(world: World, shop: Shop) -> World:
    """A shop that takes Stripe, whose refunds seem good at first."""
    registry.configure()
    registry.register(world.stripe)
    world.sim("PUT", "stripe/refunds", {"mode": "failing"})
    return world


def paid(world: World, shop: Shop) -> None:
    payment = begun()
    world.type_card(page(payment))
    till.look(payment.id)
    shop.work()


def the_order() -> Order:
    session.rollback()
    return session.scalars(sa.select(Order)).one()


def give_back(shop: Shop, amount: Money) -> Payment:
    with committing():
        actions.refund(the_order(), amount, reason="broken", by="staff:1")
    shop.work()
    (payment,) = the_order().payments
    return payment


def fail(world: World, shop: Shop) -> Payment:
    """The bank sends the last refund back, and Stripe tells the shop, twice."""
    known = len(world.events())
    (payment,) = the_order().payments
    world.sim("POST", f"stripe/refunds/{payment.refunds[-1].provider_ref}/failed")
    for event in world.events()[known:] * 2:
        assert deliver(shop, event) == 200
        shop.work()
    (payment,) = the_order().payments
    return payment


def credit_notes() -> list[int]:
    found = sa.select(Invoice.total).where(Invoice.kind == DocumentKind.CREDIT_NOTE)
    return list(session.scalars(found))


def standing() -> dict[str, int]:
    return {one.account: one.amount.minor for one in ledger.balances() if one.amount.minor}


def is_well() -> bool:
    return not any(examine().values())


def test_a_part_that_comes_back_is_owed_again_and_given_back_anew(
    selling: World, shop: Shop
) -> None:
    paid(selling, shop)
    before = standing()
    payment = give_back(shop, Money(150, "EUR"))
    assert (payment.state, payment.refunded) == (PaymentState.PARTIALLY_REFUNDED, 150)
    after = standing()

    payment = fail(selling, shop)
    assert (payment.state, payment.refunded) == (PaymentState.CAPTURED, 0)
    assert [one.state for one in payment.refunds] == [RefundState.FAILED]
    assert [one.verb for one in payment.transitions][-2:] == ["refund_part", "regain_all"]
    assert (payment.problem, the_order().payment_status) == ("refund_failed", "paid")
    assert standing() == before
    assert is_well()

    selling.sim("PUT", "stripe/refunds", {"mode": "succeeded"})
    payment = give_back(shop, Money(150, "EUR"))
    assert (payment.state, payment.refunded) == (PaymentState.PARTIALLY_REFUNDED, 150)
    assert selling.ledger(str(payment.provider_ref))["net"] == payment.captured - 150
    assert credit_notes() == [150]
    assert standing() == after
    assert is_well()


def test_of_two_refunds_the_one_that_comes_back_leaves_the_other(
    selling: World, shop: Shop
) -> None:
    paid(selling, shop)
    rest = give_back(shop, Money(150, "EUR")).refundable
    payment = give_back(shop, rest)
    assert payment.state is PaymentState.REFUNDED

    payment = fail(selling, shop)
    assert (payment.state, payment.refunded) == (PaymentState.PARTIALLY_REFUNDED, 150)
    assert payment.transitions[-1].verb == "regain_part"
    assert selling.ledger(str(payment.provider_ref))["net"] == payment.captured - 150

    selling.sim("PUT", "stripe/refunds", {"mode": "succeeded"})
    payment = give_back(shop, payment.refundable)
    assert payment.state is PaymentState.REFUNDED
    assert sum(credit_notes()) == the_order().total
    assert is_well()
