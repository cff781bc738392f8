"""Reading the books."""

from collections.abc import Sequence
from dataclasses import dataclass
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
    booked = _booked(EntryKind.REFUND)
    amount = sa.func.coalesce(booked.c.amount, 0)
    moved = sa.case((Refund.state == RefundState.SUCCEEDED, Refund.amount), else_=0)
    rows = session.execute(
        sa.select(Refund.id, Refund.payment_id, moved, amount)
        .outerjoin(booked, booked.c.reference == Refund.key)
        .where(amount != moved)
        .order_by(Refund.id)
    )
    return [
        f"refund {row[0]} of payment {row[1]}: {row[2]} went back, but {row[3]} is in the ledger"
        for row in rows
    ]
