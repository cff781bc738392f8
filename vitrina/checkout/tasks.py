"""What the worker does about payments and unpaid orders by itself."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import structlog

from vitrina.checkout import actions, till
from vitrina.core import clock
from vitrina.core.db import committing, session
from vitrina.core.events import enqueue, on, task
from vitrina.core.jobs import recurring
from vitrina.orders import queries as orders
from vitrina.orders.events import RefundAsked
from vitrina.payments import attempts, queries, registry
from vitrina.payments.events import PaymentCapturing, PaymentGivenUp
from vitrina.payments.providers.sandbox import Sandbox
from vitrina.payments.queries import OPEN

log = structlog.get_logger("vitrina.checkout")
SOME = 50
ASK_AGAIN = timedelta(seconds=30)


@task
def send_refund(payload: dict[str, Any]) -> None:
    """Send a refund to its provider; the worker tries again when that fails."""
    till.send_refund(int(payload["refund_id"]))


@on(RefundAsked)
def owe_refund(event: RefundAsked) -> None:
    """Money is to go back: let the worker tell the provider."""
    enqueue(send_refund, {"refund_id": event.refund_id}, key=f"refund:{event.refund_id}")


@task
def look(payload: dict[str, Any]) -> None:
    """Ask a provider about a payment that is to be captured or given up there."""
    till.look(int(payload["payment_id"]))


@on(PaymentGivenUp)
def give_up(event: PaymentGivenUp) -> None:
    """Let the provider free what it holds for a payment nobody waits for."""
    enqueue(look, {"payment_id": event.payment_id})


@on(PaymentCapturing)
def take_authorized(event: PaymentCapturing) -> None:
    """Let the provider pay out what staff decided to take."""
    enqueue(look, {"payment_id": event.payment_id})


@recurring(minutes=60)
def forget_attempts() -> None:
    """Remove what was counted against card testing and counts no more."""
    with committing():
        attempts.forget_old()


@recurring(minutes=1)
def expire_unpaid() -> None:
    """End orders that were never paid, after asking the provider about each of them."""
    _each(orders.overdue(clock.now(), limit=SOME), _expire)


def _expire(order_id: int) -> None:
    order = orders.by_id(order_id)
    waiting = [payment.id for payment in order.attempts if payment.state in OPEN]
    for payment_id in waiting:
        till.look(payment_id)
    with committing():
        actions.expire(order_id)


@recurring(seconds=30)
def poll_payments() -> None:
    """Ask about payments that stay open, so that orders complete although no webhook came."""
    codes = [p.code for p in registry.everyone() if not p.info.pay_later]
    _each(queries.open_ones(codes, untouched=ASK_AGAIN, limit=SOME), till.look)
    _each(queries.open_refunds(untouched=ASK_AGAIN, limit=SOME), till.send_refund)


@recurring(seconds=2)
def deliver_sandbox_webhooks() -> None:
    """Be the sandbox's messenger: bring its signed webhooks to the shop's own door."""
    for provider in registry.everyone():
        if isinstance(provider, Sandbox):
            for event_id, headers, body in provider.due_webhooks():
                till.hear(provider.code, headers, body)
                provider.bank.sent(event_id)


def _each(ids: Sequence[int], do: Callable[[int], object]) -> None:
    """Do something with each row; one row's fault must not keep the others waiting."""
    for row_id in ids:
        try:
            do(row_id)
        except Exception as error:
            session.rollback()
            log.warning("checkout.task_failed", what=do.__name__, id=row_id, error=repr(error))
