"""What the tests of PayPal do and look at."""

from tests import make
from tests.conftest import Shop
from tests.paypal import World
from vitrina.core.db import session
from vitrina.orders import queries
from vitrina.orders.audits import find_discrepancies as order_faults
from vitrina.orders.models import Order, OrderState
from vitrina.payments.models import Payment, PaymentState
from vitrina.payments.queries import find_discrepancies as payment_faults


def begun() -> Payment:
    """The payment of an order whose buyer is about to go to PayPal, as it was then."""
    (payment,) = make.order(provider="paypal", token="").payments
    assert payment.state is PaymentState.REQUIRES_ACTION
    session.expunge(payment)
    return payment


def page(payment: Payment) -> str:
    return str((payment.next_action or {})["url"])


def order_of(payment: Payment) -> Order:
    session.rollback()
    return queries.by_id(payment.order_id)


def deliver(shop: Shop, letter: bytes, headers: dict[str, str]) -> int:
    client = shop.app.test_client()
    answer = client.post(
        "/webhooks/payments/paypal",
        data=letter,
        headers=headers,
        content_type="application/json",
    )
    return answer.status_code


def is_paid_once(world: World, payment: Payment) -> bool:
    """One order, one capture, of the same amount on both sides, and all sums hold."""
    order = order_of(payment)
    row = world.ledger(str(order.payments[-1].provider_ref))
    return (
        order.state is OrderState.PAID
        and order.outstanding.minor == 0
        and (row["charged"], row["currency"]) == (order.total, order.currency)
        and (row["reference"], row["net"]) == (payment.reference, row["charged"])
        and [*payment_faults(), *order_faults()] == []
    )


def ref_of(world: World, payment: Payment) -> dict[str, str]:
    """What PayPal's order of a payment says of it."""
    ref = order_of(payment).payments[0].provider_ref
    unit: dict[str, str] = world.sim("GET", f"objects/paypal.order/{ref}")["unit"]
    return unit
