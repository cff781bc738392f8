"""What the worker does about payments and unpaid orders by itself."""

from typing import Any

import structlog

from vitrina.checkout import reconciling, till
from vitrina.core.db import committing
from vitrina.core.events import enqueue, on, task
from vitrina.core.jobs import recurring
from vitrina.orders.events import RefundAsked
from vitrina.payments import attempts, notices, registry
from vitrina.payments.events import PaymentCapturing, PaymentGivenUp
from vitrina.payments.providers.sandbox import Sandbox

log = structlog.get_logger("vitrina.checkout")


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
    till.look_until_answered(int(payload["payment_id"]))


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


@recurring(hours=6)
def forget_notices() -> None:
    """Remove what providers told long ago and was looked after."""
    with committing():
        notices.forget_old()


@recurring(minutes=1)
def expire_unpaid() -> None:
    """End orders that were never paid, after asking the provider about each of them."""
    reconciling.expire_overdue()


@recurring(seconds=30)
def poll_payments() -> None:
    """Ask about payments that stay open, so that orders complete although no webhook came."""
    reconciling.ask_again()


@recurring(minutes=5)
def reconcile() -> None:
    """Look for what differs between the shop's books and the providers', and repair it."""
    report = reconciling.reconcile()
    if report.repaired or report.left:
        log.warning("checkout.reconciled", repaired=report.repaired, left=report.left)


@recurring(seconds=2)
def deliver_sandbox_webhooks() -> None:
    """Be the sandbox's messenger: bring its signed webhooks to the shop's own door."""
    for provider in registry.everyone():
        if isinstance(provider, Sandbox):
            for event_id, headers, body in provider.due_webhooks():
                till.hear(provider.code, headers, body)
                provider.bank.sent(event_id)
