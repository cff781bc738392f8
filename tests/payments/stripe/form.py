"""Orders that wait for their buyer in the form of Stripe."""

from typing import Any

from tests import make
from tests.payments.stripe.world import World
from vitrina.core.db import session
from vitrina.orders import queries
from vitrina.orders.models import Order
from vitrina.orders.rules import link_token
from vitrina.payments import queries as payments
from vitrina.payments.models import Payment
from vitrina.payments.provider import Outcome, Status


def waiting(**fields: Any) -> tuple[str, str]:
    """The number of an order that waits for its buyer in the form, and the path of that page."""
    number = make.order(provider="stripe", **fields).number
    return number, f"/orders/{number}/pay?key={link_token(number)}"


def of(number: str) -> Order:
    session.rollback()
    return queries.by_number(number)


def last(number: str) -> Payment:
    return of(number).payments[-1]


def secret_of(number: str) -> str:
    return payments.form_secret(last(number))


def confirmed(world: World, number: str) -> None:
    """What Stripe's script does when the buyer has typed a good card."""
    payment = last(number)
    ref, secret = str(payment.provider_ref), payments.form_secret(payment)
    session.rollback()
    world.confirm(Outcome(Status.REQUIRES_ACTION, ref=ref, client_secret=secret))
