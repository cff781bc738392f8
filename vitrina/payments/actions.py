"""What is done with payments. No provider is called from here: it stands between two commits."""

from dataclasses import asdict
from typing import Any

import structlog

from vitrina.core import audit, clock
from vitrina.core.db import session
from vitrina.core.events import record
from vitrina.core.ids import new_token
from vitrina.core.money import Money
from vitrina.payments import customers, queries
from vitrina.payments.credit import actions as credit
from vitrina.payments.credit.models import CreditAccount
from vitrina.payments.errors import NotCapturable
from vitrina.payments.events import PaymentCapturing, PaymentGivenUp
from vitrina.payments.ledger import actions as ledger
from vitrina.payments.ledger import rules as books
from vitrina.payments.ledger.models import EntryKind
from vitrina.payments.models import (
    PAYMENT,
    Payment,
    PaymentState,
    PaymentVerb,
    WebhookEvent,
)
from vitrina.payments.provider import Outcome, ProviderInfo, Status
from vitrina.payments.rules import Effect, came_in, is_as_asked, reason_of

log = structlog.get_logger("vitrina.payments")


def begin(provider: ProviderInfo, amount: Money) -> Payment:
    """Open a payment of ``amount``; the caller puts it to its order.

    The key makes every later call to the provider repeatable.
    """
    return Payment(
        reference=new_token(),
        provider=provider.code,
        key=new_token(),
        captures_later=provider.captures_later,
        state=PAYMENT.start,
        currency=amount.currency,
        amount=amount.minor,
    )


def hold_credit(account: CreditAccount, amount: Money, *, by: str) -> Payment:
    """Keep ``amount`` of a gift card or of store credit ready; the caller puts it to its order.

    Raises NotEnoughCredit.
    """
    payment = Payment(
        reference=new_token(),
        provider=str(account.kind),
        account_id=account.id,
        key=new_token(),
        state=PAYMENT.start,
        currency=amount.currency,
        amount=amount.minor,
    )
    credit.hold(account.id, amount.minor, payment.reference, by=by)
    PAYMENT.move(payment, PaymentVerb.AUTHORIZE, by=by)
    return payment


def take_credit(payment: Payment, *, by: str) -> None:
    """What was held of a gift card or store credit pays for its order now."""
    assert payment.account_id is not None
    credit.spend(payment.account_id, payment.reference, by=by)
    _enter_capture(payment, payment.amount, by)


def prepare(
    payment_id: int, *, token: str, return_url: str, user_id: int | None = None, save: bool = False
) -> Payment:
    """Write down what a provider is going to be asked, before it is: a repeat asks the same.

    ``user_id``: the signed-in customer whose payment it is; ``save``: they want their card kept.
    """
    payment = queries.lock(payment_id)
    if payment.ask is None and payment.state is PaymentState.PENDING:
        known = customers.names_of(user_id) if user_id is not None else {}
        payment.ask = {
            "token": token,
            "return_url": return_url,
            "customer": known.get(payment.provider, ""),
            "save": save and user_id is not None,
        }
    return payment


def apply(payment: Payment, outcome: Outcome, *, by: str) -> Effect:
    """Bring a locked payment to where its provider says it stands; twice is the same as once.

    Money in another currency is never taken for the money: MISMATCH.
    """
    payment.checked_at = clock.now()
    if outcome.ref and payment.provider_ref is None:
        payment.provider_ref = outcome.ref
    if outcome.card is not None:
        payment.card = asdict(outcome.card)
    if outcome.status is Status.CAPTURED:
        return _capture(payment, outcome, by)
    if outcome.status in (Status.FAILED, Status.CANCELLED, Status.NOTHING):
        return _end(payment, outcome, by)
    if outcome.status is Status.REQUIRES_ACTION and _may_ask_action(payment):
        payment.next_action = _action(outcome)
        PAYMENT.move(payment, PaymentVerb.ASK_ACTION, by=by)
        return Effect.OPENED
    if outcome.status is Status.PENDING and PAYMENT.can(payment, PaymentVerb.WAIT):
        payment.next_action = None
        PAYMENT.move(payment, PaymentVerb.WAIT, by=by, note=outcome.reason)
        return Effect.OPENED
    if outcome.status is Status.AUTHORIZED and PAYMENT.can(payment, PaymentVerb.AUTHORIZE):
        payment.next_action = None
        PAYMENT.move(payment, PaymentVerb.AUTHORIZE, by=by)
        return Effect.AUTHORIZED if payment.captures_later else Effect.OPENED
    return Effect.NOTHING


def _may_ask_action(payment: Payment) -> bool:
    """Whether the buyer may be sent to the provider; no more once staff have an accepted order."""
    accepted = payment.state is PaymentState.AUTHORIZED and payment.captures_later
    return PAYMENT.can(payment, PaymentVerb.ASK_ACTION) and not accepted


def _action(outcome: Outcome) -> dict[str, Any]:
    if outcome.client_secret:
        return {"type": "confirm", "client_secret": outcome.client_secret}
    return {"type": "redirect", "url": outcome.redirect_url}


def _end(payment: Payment, outcome: Outcome, by: str) -> Effect:
    verb = PaymentVerb.CANCEL if outcome.status is Status.CANCELLED else PaymentVerb.FAIL
    if not PAYMENT.can(payment, verb):
        return Effect.NOTHING
    payment.failure = reason_of(outcome)
    payment.next_action = None
    PAYMENT.move(payment, verb, by=by, note=payment.failure)
    return Effect.ENDED


def _capture(payment: Payment, outcome: Outcome, by: str) -> Effect:
    """Enter what came in. Another sum than was asked for is entered too, and people look at it.

    Money in another currency cannot be entered here: MISMATCH, and nothing else changes. Nor can
    what was taken beside a capture that is entered already.
    """
    came = came_in(outcome, payment.currency)
    if not PAYMENT.can(payment, PaymentVerb.CAPTURE):
        if came != payment.captured:  # more was taken at the provider's own desk
            log.error("payment.unknown_capture", payment=payment.id, amount=str(outcome.amount))
            payment.problem = "unknown_capture"
        return Effect.NOTHING
    if not came:
        log.error("payment.wrong_currency", payment=payment.id, amount=str(outcome.amount))
        payment.problem = "wrong_currency"
        return Effect.MISMATCH
    right = is_as_asked(
        came,
        amount=payment.amount,
        capturing=payment.capturing,
        captures_later=payment.captures_later,
    )
    _enter_capture(payment, came, by)
    if not right:
        log.error("payment.wrong_amount", payment=payment.id, amount=str(outcome.amount))
        payment.failure = payment.problem = "wrong_amount"
    return Effect.CAPTURED


def _enter_capture(payment: Payment, amount: int, by: str) -> None:
    payment.captured = amount
    payment.failure, payment.next_action = "", None
    PAYMENT.move(payment, PaymentVerb.CAPTURE, by=by)
    ledger.book(
        EntryKind.CAPTURE,
        payment.reference,
        payment.currency,
        books.captured(books.holder(payment.provider), amount),
        order_id=payment.order_id,
    )


def want_capture(payment: Payment, amount: Money, *, by: str) -> None:
    """Decide to take ``amount`` of a locked, authorized payment; the worker asks the provider.

    The rest is given up. Raises NotCapturable when it is not authorized or is less than that.
    """
    ready = payment.state is PaymentState.AUTHORIZED and not payment.is_credit
    right = amount.currency == payment.currency and 0 < amount.minor <= payment.amount
    if not ready or not right or payment.capturing not in (None, amount.minor):
        raise NotCapturable(wanted=amount.text, authorized=payment.money.text if ready else "0")
    payment.capturing = amount.minor
    record(PaymentCapturing(payment_id=payment.id))


def ask_for(payment: Payment, amount: Money) -> None:
    """Let an open payment that people see come (a transfer) be of another sum.

    The caller holds its order's lock, and asks no provider.
    """
    payment.amount = amount.minor


def abandon(payment: Payment, *, by: str, note: str) -> None:
    """Wait no longer for a payment. Should its money come all the same, it is given back.

    What is held of a gift card is free again; a provider is told by the worker, if it was asked.
    """
    if not PAYMENT.can(payment, PaymentVerb.CANCEL):
        return
    payment.next_action = None
    PAYMENT.move(payment, PaymentVerb.CANCEL, by=by, note=note)
    if payment.account_id is not None:
        credit.free(payment.account_id, payment.amount, payment.reference, by=by)
    elif payment.ask is not None or payment.provider_ref is not None:
        record(PaymentGivenUp(payment_id=payment.id))


def solve_problem(payment: Payment, *, by: str, note: str) -> None:
    """Staff have looked at what could not be repaired."""
    audit.note(
        by, "payment.solve", f"payment:{payment.id}", {"problem": payment.problem}, {"note": note}
    )
    payment.problem = ""
    session.flush()


def solve_notice(event: WebhookEvent, *, by: str, note: str) -> None:
    """Staff have looked at what a provider told of a payment that is not ours."""
    subject = queries.notice_subject(event.id)
    audit.note(by, queries.NOTICE_SEEN, subject, {}, {"note": note, "event": event.event_id})
