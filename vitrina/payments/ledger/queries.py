"""Reading the books."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from vitrina.core.db import session
from vitrina.core.money import Money
from vitrina.payments.ledger.models import EntryKind, LedgerEntry, LedgerPosting
from vitrina.payments.models import Payment, Refund, RefundState


@dataclass(frozen=True, slots=True)
class Balance:
    """What stands on an account in one currency; positive is a debit."""

    account: str
    amount: Money


def balances() -> list[Balance]:
    """The trial balance: every account in every currency. Each currency adds up to nothing."""
    rows = session.execute(
        sa.select(LedgerPosting.account, LedgerEntry.currency, sa.func.sum(LedgerPosting.amount))
        .join(LedgerEntry)
        .group_by(LedgerPosting.account, LedgerEntry.currency)
        .order_by(LedgerEntry.currency, LedgerPosting.account)
    )
    return [Balance(account, Money(int(total), currency)) for account, currency, total in rows]


@dataclass(frozen=True, slots=True)
class AccountSum:
    """What was posted on an account in one currency; both sides are >= 0."""

    account: str
    currency: str
    debit: Money
    credit: Money

    @property
    def balance(self) -> Money:
        """Positive is a debit."""
        return self.debit - self.credit


@dataclass(frozen=True, slots=True)
class Posted:
    """One posting with the entry it belongs to."""

    at: datetime
    kind: str
    reference: str
    order_id: int | None
    currency: str
    account: str
    debit: Money
    credit: Money


def trial_balance(
    *, since: datetime | None = None, until: datetime | None = None
) -> list[AccountSum]:
    """The sums of each account from ``since`` on and before ``until``, by currency and account.

    In each currency the debits are as much as the credits.
    """
    amount = LedgerPosting.amount
    debit = sa.func.sum(sa.case((amount > 0, amount), else_=0))
    credit = sa.func.sum(sa.case((amount < 0, -amount), else_=0))
    rows = session.execute(
        sa.select(LedgerPosting.account, LedgerEntry.currency, debit, credit)
        .join(LedgerEntry)
        .where(*_within(since, until))
        .group_by(LedgerPosting.account, LedgerEntry.currency)
        .order_by(LedgerEntry.currency, LedgerPosting.account)
    )
    return [
        AccountSum(account, currency, Money(int(debits), currency), Money(int(credits), currency))
        for account, currency, debits, credits in rows
    ]


def postings(*, since: datetime | None = None, until: datetime | None = None) -> list[Posted]:
    """Every posting from ``since`` on and before ``until``, the oldest first."""
    rows = session.execute(
        sa.select(LedgerEntry, LedgerPosting.account, LedgerPosting.amount)
        .join(LedgerPosting, LedgerPosting.entry_id == LedgerEntry.id)
        .where(*_within(since, until))
        .order_by(LedgerEntry.id, LedgerPosting.id)
    )
    return [
        Posted(
            at=entry.created_at,
            kind=str(entry.kind),
            reference=entry.reference,
            order_id=entry.order_id,
            currency=entry.currency,
            account=account,
            debit=Money(max(amount, 0), entry.currency),
            credit=Money(max(-amount, 0), entry.currency),
        )
        for entry, account, amount in rows
    ]


def _within(since: datetime | None, until: datetime | None) -> list[Any]:
    found: list[Any] = []
    if since is not None:
        found.append(LedgerEntry.created_at >= since)
    if until is not None:
        found.append(LedgerEntry.created_at < until)
    return found


def of_order(order_id: int) -> Sequence[LedgerEntry]:
    """The entries of an order with their postings, the oldest first."""
    return session.scalars(
        sa.select(LedgerEntry)
        .where(LedgerEntry.order_id == order_id)
        .options(selectinload(LedgerEntry.postings))
        .order_by(LedgerEntry.id)
    ).all()


def find_discrepancies() -> list[str]:
    """Entries that do not balance, and money that moved without an entry or otherwise."""
    return [*_unbalanced(), *_captures(), *_refunds()]


def _unbalanced() -> list[str]:
    total = sa.func.coalesce(sa.func.sum(LedgerPosting.amount), 0)
    rows = session.execute(
        sa.select(LedgerEntry.id, LedgerEntry.kind, LedgerEntry.reference, total)
        .outerjoin(LedgerPosting)
        .group_by(LedgerEntry.id, LedgerEntry.kind, LedgerEntry.reference)
        .having(sa.or_(total != 0, sa.func.count(LedgerPosting.id) < 2))
        .order_by(LedgerEntry.id)
    )
    return [f"ledger entry {row[0]} ({row[1]} {row[2]}) adds up to {row[3]}" for row in rows]


def _booked(kind: EntryKind) -> Any:
    """What left (or came to) the buyers' side by reference: the sum of the debits of an entry."""
    debits = sa.func.sum(sa.case((LedgerPosting.amount > 0, LedgerPosting.amount), else_=0))
    return (
        sa.select(LedgerEntry.reference, debits.label("amount"))
        .join(LedgerPosting)
        .where(LedgerEntry.kind == kind)
        .group_by(LedgerEntry.reference)
        .subquery()
    )


def _captures() -> list[str]:
    booked = _booked(EntryKind.CAPTURE)
    amount = sa.func.coalesce(booked.c.amount, 0)
    rows = session.execute(
        sa.select(Payment.id, Payment.reference, Payment.captured, amount)
        .outerjoin(booked, booked.c.reference == Payment.reference)
        .where(amount != Payment.captured)
        .order_by(Payment.id)
    )
    return [
        f"payment {row[0]} ({row[1]}): captured {row[2]}, but {row[3]} is in the ledger"
        for row in rows
    ]


def _refunds() -> list[str]:
    booked, undone = _booked(EntryKind.REFUND), _booked(EntryKind.REFUND_FAILED)
    amount = sa.func.coalesce(booked.c.amount, 0) - sa.func.coalesce(undone.c.amount, 0)
    moved = sa.case((Refund.state == RefundState.SUCCEEDED, Refund.amount), else_=0)
    rows = session.execute(
        sa.select(Refund.id, Refund.payment_id, moved, amount)
        .outerjoin(booked, booked.c.reference == Refund.key)
        .outerjoin(undone, undone.c.reference == Refund.key)
        .where(amount != moved)
        .order_by(Refund.id)
    )
    return [
        f"refund {row[0]} of payment {row[1]}: {row[2]} went back, but {row[3]} is in the ledger"
        for row in rows
    ]
