"""Talking to payment providers: every call stands between two commits, and may be repeated.

Faces call this through ``vitrina.web.paying``; the worker calls it itself. No transaction is open
while a provider is asked, so a slow one holds nobody else up.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import structlog

from vitrina.checkout import actions
from vitrina.checkout.edit_money import is_by_hand
from vitrina.core import clock, points
from vitrina.core.db import committing, session
from vitrina.core.events import enqueue, record, task
from vitrina.core.money import Money
from vitrina.orders import queries as orders
from vitrina.payments import actions as payments
from vitrina.payments import queries, registry
from vitrina.payments.errors import ProviderTimeout
from vitrina.payments.events import PaymentGivenUp
from vitrina.payments.models import Payment, PaymentState, RefundState
from vitrina.payments.notices import finish_notice, take_notice
from vitrina.payments.provider import Outcome, PaymentProvider, PaymentRequest, Status
from vitrina.payments.queries import OPEN

log = structlog.get_logger("vitrina.till")
GIVES_UP = {
    PaymentState.CANCELLED: (Status.AUTHORIZED, Status.REQUIRES_ACTION, Status.PENDING),
    PaymentState.FAILED: (Status.AUTHORIZED,),
}
"""What a provider is told to let go of, for a payment that has ended without money."""


@dataclass(frozen=True, slots=True)
class PayResult:
    """Where a payment stands. ``redirect_url``: where the buyer must go now, if anywhere.

    ``confirms``: they must confirm it in the provider's form, on a page of the shop. ``unknown``:
    the provider did not answer, so it stands where it stood.
    """

    payment_id: int
    state: PaymentState
    reason: str = ""
    redirect_url: str = ""
    confirms: bool = False
    unknown: bool = False

    @property
    def failed(self) -> bool:
        return self.state in (PaymentState.FAILED, PaymentState.CANCELLED)


def pay(
    payment_id: int, *, token: str, return_url: str, user_id: int | None = None, save: bool = False
) -> PayResult:
    """Ask the provider for the money of a payment that has just been opened.

    ``user_id``: the customer who is signed in; if it is their order, the provider is told its name
    for them, and keeps their card if they want that (``save``).

    A repeat is harmless. What is unknown after a time-out stays pending, and is settled by the
    provider's webhook or by the poller.
    """
    if queries.by_id(payment_id).is_credit:
        return _result(queries.by_id(payment_id))
    with committing():
        order_id = queries.by_id(payment_id).order_id
        owner = user_id if orders.head(order_id).user_id == user_id else None
        payment = payments.prepare(
            payment_id, token=token, return_url=return_url, user_id=owner, save=save
        )
        if payment.state is not PaymentState.PENDING or payment.provider_ref is not None:
            return _result(payment)  # it was asked before, and answered
        ask = _ask(payment)
        work = _Work(registry.get(payment.provider), payment)
    return _call(work, lambda: work.provider.start(ask).outcome)


def look(payment_id: int) -> PayResult:
    """Ask the provider where a payment stands, take what is to be taken, and settle it.

    A payment whose first answer was lost is recovered by asking again as before; one that was
    given up is given up at the provider as well, and so is what it holds for one that failed.
    """
    payment = queries.by_id(payment_id)
    if payment.is_credit or (payment.ask is None and payment.provider_ref is None):
        return _result(payment)
    work = _Work(registry.get(payment.provider), payment)
    ask = _ask(payment) if payment.provider_ref is None else None
    gives_up = GIVES_UP.get(payment.state, ())
    session.rollback()

    def ask_provider() -> Outcome:
        outcome = work.provider.recover(ask) if ask else work.provider.check(work.ref)
        if outcome.ref and outcome.status in gives_up:
            return work.provider.cancel(outcome.ref, f"{work.key}:cancel")
        return outcome

    return _call(work, ask_provider)


def look_until_answered(payment_id: int) -> None:
    """As :func:`look`, for the worker, which tries again when this raises ProviderTimeout.

    It does when there is no answer about a payment that has ended: open ones are asked about every
    half minute, and those hardly ever.
    """
    result = look(payment_id)
    if result.unknown and result.state not in OPEN:
        raise ProviderTimeout(payment=payment_id)


class _Work:
    """What is needed of a payment while the provider is asked and no transaction is open."""

    def __init__(self, provider: PaymentProvider, payment: Payment) -> None:
        self.provider, self.payment_id, self.key = provider, payment.id, payment.key
        self.ref = payment.provider_ref or payment.reference
        self.wanted: Money | None = None  # what may be captured now
        if payment.state in OPEN:
            if payment.capturing is not None:
                self.wanted = Money(payment.capturing, payment.currency)
            elif not payment.captures_later:
                self.wanted = payment.money


def _call(work: _Work, ask_provider: Callable[[], Outcome]) -> PayResult:
    session.rollback()  # nothing is open while the provider thinks
    code = work.provider.code
    try:
        points.reach("provider.asking")
        outcome = ask_provider()
    except ProviderTimeout:
        log.warning("till.timeout", payment=work.payment_id, provider=code)
        return _unknown(work.payment_id)
    is_held = outcome.status is Status.AUTHORIZED
    if is_held and work.wanted is not None:
        try:
            outcome = work.provider.capture(outcome.ref, work.wanted, f"{work.key}:capture")
        except ProviderTimeout:  # it may be taken, and is held at least: that is noted
            log.warning("till.capture_timeout", payment=work.payment_id, provider=code)
    points.reach("provider.answered")
    return _settle(work.payment_id, outcome, code, is_held=is_held)


def _ask(payment: Payment) -> PaymentRequest:
    """What the provider is asked: the same in every repeat."""
    order, said = orders.head(payment.order_id), payment.ask or {}
    return PaymentRequest(
        reference=payment.reference,
        order_number=order.number,
        amount=payment.money,
        key=payment.key,
        email=order.email,
        return_url=str(said.get("return_url", "")),
        token=str(said.get("token", "")),
        locale=order.locale,
        capture=not payment.captures_later,
        customer=str(said.get("customer", "")),
        save=bool(said.get("save")),
    )


def send_refund(refund_id: int) -> RefundState:
    """Tell the provider to give money back, and note the answer. A repeat is harmless.

    A provider forgets a key after a day or so. So whoever sends it again asks first whether the
    money has gone back already. What staff send waits until they say so (``handing_back``).
    """
    refund = queries.refund_by_id(refund_id)
    if refund.state is not RefundState.PENDING:
        return refund.state
    payment = queries.by_id(refund.payment_id)
    if payment.is_credit or refund.account_id is not None:
        with committing():
            done = Outcome(Status.REFUNDED, ref=refund.key)
            return actions.settle_refund(refund_id, done, by="system").state
    if is_by_hand(payment):
        return refund.state
    if refund.sent_at is not None and _is_known(refund_id, payment):
        return queries.refund_by_id(refund_id).state
    with committing():
        refund = queries.refund_by_id(refund_id)
        refund.sent_at = clock.now()
        payment = queries.by_id(refund.payment_id)
        provider = registry.get(payment.provider)
        ref, key = payment.provider_ref or payment.reference, refund.key
        amount = Money(refund.amount, payment.currency)
    session.rollback()
    try:
        outcome = provider.refund(ref, amount, key)
    except ProviderTimeout:
        log.warning("till.timeout", refund=refund_id, provider=provider.code)
        return RefundState.PENDING
    points.reach("refund.answered")
    with committing():
        return actions.settle_refund(refund_id, outcome, by=f"provider:{provider.code}").state


def _is_known(refund_id: int, payment: Payment) -> bool:
    """Whether the provider knows of a refund that was sent before; its answer is noted.

    True as well when it does not answer: then nothing is sent.
    """
    provider, payment_id = registry.get(payment.provider), payment.id
    ref, key = payment.provider_ref or payment.reference, queries.refund_by_id(refund_id).key
    session.rollback()
    try:
        outcome = provider.check(ref)
    except ProviderTimeout:
        return True
    _settle(payment_id, outcome, provider.code)
    return any(fact.key == key for fact in outcome.refunds)


def hear(code: str, headers: Mapping[str, str], body: bytes) -> int:
    """Take a provider's webhook; returns how many events of it were new.

    Verified and stored here, answered at once; the worker then asks the provider what is true.
    Raises UnknownProvider, ForgedNotice.
    """
    provider = registry.get(code)
    session.rollback()  # a provider may be asked whether it sent this
    notices = provider.read_webhook(headers, body)
    new = 0
    with committing():
        for notice in notices:
            payment = queries.find_by_notice(code, notice.ref, notice.reference)
            payment_id = payment.id if payment else None
            if not take_notice(code, notice, payment_id=payment_id):
                continue
            new += 1
            told = {"event_id": notice.event_id, "ref": notice.ref, "reference": notice.reference}
            enqueue(look_after, {"provider": code, **told})
    points.reach("webhook.kept")
    return new


@task
def look_after(payload: dict[str, object]) -> None:
    """What a webhook told is only a hint: ask the provider about that payment.

    It is looked up now and not when the webhook came, which may have been before the answer to the
    call that began the payment.
    """
    code, event_id = str(payload["provider"]), str(payload["event_id"])
    payment = queries.find_by_notice(
        code, str(payload.get("ref", "")), str(payload.get("reference", ""))
    )
    payment_id = payment.id if payment else None
    if payment_id is not None:
        look_until_answered(payment_id)
    else:
        log.warning("till.webhook_without_payment", event_id=event_id)
    with committing():
        finish_notice(code, event_id, payment_id=payment_id)


def _settle(payment_id: int, outcome: Outcome, code: str, *, is_held: bool = False) -> PayResult:
    """Settle an answer. ``is_held``: the money was authorized before it could not be taken."""
    with committing():
        payment = actions.settle(payment_id, outcome, by=f"provider:{code}")
        if is_held and payment.state is PaymentState.FAILED:
            record(PaymentGivenUp(payment_id=payment_id))
        return _result(payment)


def _unknown(payment_id: int) -> PayResult:
    with committing():
        payment = queries.lock(payment_id)
        payment.checked_at = clock.now()
        return replace(_result(payment), unknown=True)


def _result(payment: Payment) -> PayResult:
    url = str((payment.next_action or {}).get("url", ""))
    confirms = bool(queries.form_secret(payment))
    return PayResult(payment.id, payment.state, payment.failure, url, confirms)
