"""Talking to payment providers: every call stands between two commits, and may be repeated.

Faces call this through ``vitrina.web.paying``; the worker calls it itself. No transaction is open
while a provider is asked, so a slow one holds nobody else up.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import structlog

from vitrina.checkout import actions
from vitrina.core import clock
from vitrina.core.db import committing, session
from vitrina.core.events import enqueue, task
from vitrina.orders import queries as orders
from vitrina.payments import actions as payments
from vitrina.payments import queries, registry
from vitrina.payments.errors import ProviderTimeout
from vitrina.payments.models import Payment, PaymentState, RefundState
from vitrina.payments.provider import Outcome, PaymentRequest, Status

log = structlog.get_logger("vitrina.till")


@dataclass(frozen=True, slots=True)
class PayResult:
    """Where a payment stands. ``redirect_url``: where the buyer must go now, if anywhere."""

    payment_id: int
    state: PaymentState
    reason: str = ""
    redirect_url: str = ""

    @property
    def failed(self) -> bool:
        return self.state in (PaymentState.FAILED, PaymentState.CANCELLED)


def pay(payment_id: int, *, token: str, return_url: str) -> PayResult:
    """Ask the provider for the money of a payment that has just been opened.

    A repeat is harmless. What is unknown after a time-out stays pending, and is settled by the
    provider's webhook or by the poller.
    """
    payment = queries.by_id(payment_id)
    if payment.state is not PaymentState.PENDING:
        return _result(payment)
    order = orders.head(payment.order_id)
    ask = PaymentRequest(
        reference=payment.reference,
        order_number=order.number,
        amount=payment.money,
        key=payment.key,
        email=order.email,
        return_url=return_url,
        token=token,
        locale=order.locale,
    )
    provider = registry.get(payment.provider)
    session.rollback()  # nothing is open while the provider thinks
    try:
        outcome = provider.start(ask).outcome
        if outcome.status is Status.AUTHORIZED:
            outcome = provider.capture(outcome.ref, ask.amount, ask.key)
    except ProviderTimeout:
        log.warning("till.timeout", payment=payment_id, provider=provider.code)
        return _unknown(payment_id)
    return _settle(payment_id, outcome, provider.code)


def look(payment_id: int) -> PayResult:
    """Ask the provider where a payment stands, take what is authorized, and settle it."""
    payment = queries.by_id(payment_id)
    provider = registry.get(payment.provider)
    ref, amount, key = payment.provider_ref or payment.reference, payment.money, payment.key
    session.rollback()
    try:
        outcome = provider.check(ref)
        if outcome.status is Status.AUTHORIZED:
            outcome = provider.capture(outcome.ref, amount, key)
    except ProviderTimeout:
        log.warning("till.timeout", payment=payment_id, provider=provider.code)
        return _unknown(payment_id)
    return _settle(payment_id, outcome, provider.code)


def send_refund(refund_id: int) -> RefundState:
    """Tell the provider to give money back, and note the answer. A repeat is harmless."""
    refund = queries.refund_by_id(refund_id)
    if refund.state is not RefundState.PENDING:
        return refund.state
    payment = queries.by_id(refund.payment_id)
    provider = registry.get(payment.provider)
    ref, key = payment.provider_ref or payment.reference, refund.key
    amount = type(payment.money)(refund.amount, payment.currency)
    session.rollback()
    try:
        outcome = provider.refund(ref, amount, key)
    except ProviderTimeout:
        log.warning("till.timeout", refund=refund_id, provider=provider.code)
        return RefundState.PENDING
    with committing():
        return actions.settle_refund(refund_id, outcome, by=f"provider:{provider.code}").state


def hear(code: str, headers: Mapping[str, str], body: bytes) -> int:
    """Take a provider's webhook; returns how many events of it were new.

    Verified and stored here, answered at once; the worker then asks the provider what is true.
    Raises UnknownProvider, ForgedNotice.
    """
    notices = registry.get(code).read_webhook(headers, body)
    new = 0
    with committing():
        for notice in notices:
            if not payments.take_notice(code, notice):
                continue
            new += 1
            payment = queries.find_by_notice(code, notice.ref, notice.reference)
            enqueue(
                look_after,
                {
                    "provider": code,
                    "event_id": notice.event_id,
                    "payment_id": payment.id if payment else None,
                },
            )
    return new


@task
def look_after(payload: dict[str, object]) -> None:
    """What a webhook told is only a hint: ask the provider about that payment."""
    payment_id = payload["payment_id"]
    if isinstance(payment_id, int):
        look(payment_id)
    else:
        log.warning("till.webhook_without_payment", event=payload["event_id"])
    with committing():
        payments.finish_notice(str(payload["provider"]), str(payload["event_id"]))


def _settle(payment_id: int, outcome: Outcome, code: str) -> PayResult:
    with committing():
        payment = actions.settle(payment_id, outcome, by=f"provider:{code}")
        return _result(payment)


def _unknown(payment_id: int) -> PayResult:
    with committing():
        payment = queries.lock(payment_id)
        payment.checked_at = clock.now()
        return _result(payment)


def _result(payment: Payment) -> PayResult:
    action = payment.next_action or {}
    return PayResult(payment.id, payment.state, payment.failure, str(action.get("url", "")))
