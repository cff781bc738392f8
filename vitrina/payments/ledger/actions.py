"""Writing in the books."""

import sqlalchemy as sa

from vitrina.core import clock
from vitrina.core.db import session
from vitrina.payments.ledger.models import EntryKind, LedgerEntry, LedgerPosting
from vitrina.payments.ledger.rules import Postings


def book(
    kind: EntryKind,
    reference: str,
    currency: str,
    postings: Postings,
    *,
    order_id: int | None = None,
) -> None:
    """Enter a movement of money, in minor units of ``currency``, in the caller's transaction.

    The caller holds the lock of what moved, and moves it once; should the same cause be booked
    twice all the same, the database refuses the second one. Nothing is entered when nothing moved.
    Raises ValueError for postings that do not balance: that is a fault of ours, never of a user.
    """
    amounts = {account: amount for account, amount in postings.items() if amount}
    if sum(amounts.values()) != 0:
        raise ValueError(f"{kind} {reference} does not balance: {amounts}")
    if not amounts:
        return
    entry_id = session.execute(
        sa.insert(LedgerEntry)
        .values(
            kind=kind,
            reference=reference,
            order_id=order_id,
            currency=currency,
            created_at=clock.now(),
        )
        .returning(LedgerEntry.id)
    ).scalar_one()
    session.execute(
        sa.insert(LedgerPosting),
        [
            {"entry_id": entry_id, "account": account, "amount": amount}
            for account, amount in amounts.items()
        ],
    )


def next_reference(kind: EntryKind, cause: str) -> str:
    """The reference of a cause that may happen again: ``cause``, then ``cause#2`` and so on.

    The caller holds the lock of what moves.
    """
    before = session.scalar(
        sa.select(sa.func.count(LedgerEntry.id)).where(
            LedgerEntry.kind == kind,
            sa.or_(
                LedgerEntry.reference == cause,
                LedgerEntry.reference.startswith(f"{cause}#", autoescape=True),
            ),
        )
    )
    return f"{cause}#{before + 1}" if before else cause
