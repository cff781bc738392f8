"""Money that goes back: asked for here, or taken back at the provider's."""

import sqlalchemy as sa

from vitrina.core.db import rows_changed, session
from vitrina.core.ids import new_token
from vitrina.core.money import Money
from vitrina.payments.credit import actions as credit
from vitrina.payments.credit.models import CreditKind
from vitrina.payments.errors import NotRefundable
from vitrina.payments.ledger import actions as ledger
from vitrina.payments.ledger import rules as books
from vitrina.payments.ledger.models import EntryKind
from vitrina.payments.models import (
    PAYMENT,
    Dispute,
    DisputeState,
    Payment,
    PaymentVerb,
    Refund,
    RefundState,
)
from vitrina.payments.provider import DisputeFact, Outcome, RefundFact, Status


def begin_refund(
    payment: Payment, amount: Money, *, tax: int = 0, of_sale: bool = True, reason: str, by: str
) -> Refund:
    """Note that ``amount`` is to go back, ``tax`` of which is tax of what was sold.

    Raises NotRefundable when there is not that much left.
    """
    taken = 0
    if amount.currency == payment.currency and amount.minor > 0:
        left = Payment.captured - Payment.refunded - Payment.refunding - Payment.disputed
        taken = rows_changed(
            sa.update(Payment)
            .where(Payment.id == payment.id, left >= amount.minor)
            .values(refunding=Payment.refunding + amount.minor),
            quiet=True,
        )
    if not taken:
        raise NotRefundable(wanted=amount.text, refundable=payment.refundable.text)
    refund = Refund(
        payment_id=payment.id,
        key=new_token(),
        amount=amount.minor,
        tax=tax,
        of_sale=of_sale,
        reason=reason[:500],
        by=by,
    )
    session.add(refund)
    session.flush()
    session.refresh(payment, ["refunding"])
    return refund


def settle_refund(refund: Refund, outcome: Outcome, *, user_id: int | None = None, by: str) -> bool:
    """Note the provider's answer to a refund; returns whether the money went back just now.

    ``user_id``: the customer to whom what a void gift card had paid becomes store credit.
    """
    won = outcome.status is Status.REFUNDED
    if outcome.status not in (Status.REFUNDED, Status.FAILED):
        return False
    ended = rows_changed(
        sa.update(Refund)
        .where(Refund.id == refund.id, Refund.state == RefundState.PENDING)
        .values(
            state=RefundState.SUCCEEDED if won else RefundState.FAILED,
            provider_ref=outcome.ref or None,
            failure="" if won else (outcome.reason or "failed")[:80],
        ),
        quiet=True,
    )
    if not ended:
        return False
    payment = session.get_one(
        Payment, refund.payment_id, with_for_update=True, populate_existing=True
    )
    payment.refunding -= refund.amount
    if won:
        _went_back(payment, refund, user_id, by)
    else:
        payment.problem = "refund_failed"
    session.flush()
    session.refresh(refund)
    return won


def _went_back(payment: Payment, refund: Refund, user_id: int | None, by: str) -> None:
    payment.refunded += refund.amount
    whole = payment.refunded == payment.captured
    verb = PaymentVerb.REFUND_ALL if whole else PaymentVerb.REFUND_PART
    PAYMENT.move(payment, verb, by=by, note=refund.reason)
    if refund.account_id is None and payment.account_id is not None:
        refund.account_id = credit.instead_of(payment.account_id, user_id, by=by)
    account_id = refund.account_id or payment.account_id
    if account_id is not None:
        credit.put_back(account_id, refund.amount, refund.key, by=by)
    _book(EntryKind.REFUND, payment, refund)


def undo_refund(payment: Payment, refund: Refund, *, by: str) -> bool:
    """Note that a refund of a locked payment failed after it had gone through; True: just now.

    The money is at the provider again, and still owed: staff are told, and can give it back anew.
    """
    ended = rows_changed(
        sa.update(Refund)
        .where(Refund.id == refund.id, Refund.state == RefundState.SUCCEEDED)
        .values(state=RefundState.FAILED, failure="failed_later"),
        quiet=True,
    )
    if not ended:
        return False
    payment.refunded -= refund.amount
    verb = PaymentVerb.REGAIN_PART if payment.refunded else PaymentVerb.REGAIN_ALL
    PAYMENT.move(payment, verb, by=by, note=refund.reason)
    _book(EntryKind.REFUND_FAILED, payment, refund)
    payment.problem = "refund_failed"
    session.flush()
    session.refresh(refund)
    return True


def _book(kind: EntryKind, payment: Payment, refund: Refund) -> None:
    gone = books.refunded(
        books.holder(CreditKind.STORE_CREDIT if refund.account_id else payment.provider),
        refund.amount,
        tax=refund.tax,
        of_sale=refund.of_sale,
    )
    ledger.book(
        kind,
        refund.key,
        payment.currency,
        gone if kind is EntryKind.REFUND else books.reversed_(gone),
        order_id=payment.order_id,
    )


def find_known(payment: Payment, fact: RefundFact) -> Refund | None:
    """Our row of a refund that the provider tells of; None when it was made elsewhere."""
    names = [Refund.provider_ref == fact.ref]
    if fact.key:
        names.append(Refund.key == fact.key)
    return session.scalar(
        sa.select(Refund).where(Refund.payment_id == payment.id, sa.or_(*names)).limit(1)
    )


def take_dispute(payment: Payment, fact: DisputeFact, *, by: str) -> bool:
    """Note what a buyer's bank did with a locked payment; returns whether that is news.

    While it is open, and when it is lost, the money is not the shop's. No end is the last word: a
    lost dispute may be won on appeal, and a won one may be opened again.
    """
    state = DisputeState(fact.state)
    known = session.scalar(
        sa.select(Dispute).where(Dispute.payment_id == payment.id, Dispute.ref == fact.ref)
    )
    if known is not None and known.state is state:
        return False
    if known is None or known.state is DisputeState.WON:
        amount = min(fact.amount.minor, payment.captured - payment.disputed)
        if amount <= 0:
            return False
        known = known or Dispute(payment_id=payment.id, ref=fact.ref, reason=fact.reason[:80])
        known.amount = amount
        session.add(known)
        payment.disputed += amount
        _book_dispute(EntryKind.DISPUTE, payment, known)
    known.state = state
    if state is DisputeState.WON:
        payment.disputed -= known.amount
        _book_dispute(EntryKind.DISPUTE_WON, payment, known)
    payment.problem = f"dispute_{state}"
    session.flush()
    return True


def _book_dispute(kind: EntryKind, payment: Payment, dispute: Dispute) -> None:
    taken = books.disputed(books.holder(payment.provider), dispute.amount)
    ledger.book(
        kind,
        ledger.next_reference(kind, f"{payment.reference}/{dispute.ref}"[:110]),
        payment.currency,
        taken if kind is EntryKind.DISPUTE else books.reversed_(taken),
        order_id=payment.order_id,
    )
