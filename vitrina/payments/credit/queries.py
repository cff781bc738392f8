"""Looking gift cards and store credit up."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa

from vitrina.core import clock
from vitrina.core.db import session
from vitrina.payments.credit.errors import CreditNotFound, GiftCardUnknown
from vitrina.payments.credit.models import (
    CreditAccount,
    CreditKind,
    CreditMovement,
    CreditMovementKind,
)
from vitrina.payments.credit.rules import can_pay, code_hash, normal_code
from vitrina.payments.ledger.models import LedgerEntry, LedgerPosting
from vitrina.payments.ledger.rules import OWED
from vitrina.payments.models import Payment, PaymentState

_M = CreditMovementKind
NOTHING: Mapping[int, int] = MappingProxyType({})


def by_id(account_id: int) -> CreditAccount:
    """An account. Raises CreditNotFound."""
    found = session.get(CreditAccount, account_id)
    if found is None:
        raise CreditNotFound(id=account_id)
    return found


def by_code(code: str, currency: str, *, more: Mapping[int, int] = NOTHING) -> CreditAccount:
    """The gift card of a code, if it can pay in ``currency``. Raises GiftCardUnknown.

    ``more`` can be spent than the balances say, in minor units by the account's id.
    """
    found = session.scalar(
        sa.select(CreditAccount).where(CreditAccount.code_hash == code_hash(code))
    )
    if found is None or not _pays(found, currency, more):
        raise GiftCardUnknown(field="gift_card")
    return found


def usable(
    ids: Sequence[int],
    currency: str,
    *,
    user_id: int | None,
    more: Mapping[int, int] = NOTHING,
) -> list[CreditAccount]:
    """Those of the accounts that can pay in ``currency`` now, in the order of ``ids``.

    Store credit pays for its own customer only (``user_id``). ``more`` as in :func:`by_code`.
    """
    if not ids:
        return []
    rows = session.scalars(
        sa.select(CreditAccount)
        .where(CreditAccount.id.in_(ids))
        .execution_options(populate_existing=True)
    )
    known = {row.id: row for row in rows if _is_for(row, user_id)}
    return [known[one] for one in ids if one in known and _pays(known[one], currency, more)]


def _is_for(account: CreditAccount, user_id: int | None) -> bool:
    return account.kind is CreditKind.GIFT_CARD or account.user_id == user_id


def find_of_user(user_id: int, currency: str) -> CreditAccount | None:
    """A customer's store credit in a currency."""
    return session.scalar(
        sa.select(CreditAccount).where(
            CreditAccount.user_id == user_id,
            CreditAccount.kind == CreditKind.STORE_CREDIT,
            CreditAccount.currency == currency,
        )
    )


def all_of_user(user_id: int) -> Sequence[CreditAccount]:
    """All accounts of a customer, empty ones too, the oldest first."""
    return session.scalars(
        sa.select(CreditAccount)
        .where(CreditAccount.user_id == user_id)
        .order_by(CreditAccount.kind.desc(), CreditAccount.id)
    ).all()


def gift_cards(
    *, text: str = "", limit: int = 100, before: int | None = None
) -> Sequence[CreditAccount]:
    """Gift cards for staff, the newest first; ``text``: a code, its last letters, or of a note."""
    query = (
        sa.select(CreditAccount)
        .where(CreditAccount.kind == CreditKind.GIFT_CARD)
        .order_by(CreditAccount.id.desc())
        .limit(limit)
    )
    if text:
        query = query.where(
            sa.or_(
                CreditAccount.code_hash == code_hash(text),
                CreditAccount.last4 == normal_code(text)[:16],
                CreditAccount.note.icontains(text, autoescape=True),
            )
        )
    if before is not None:
        query = query.where(CreditAccount.id < before)
    return session.scalars(query).all()


def movements(account_id: int) -> Sequence[CreditMovement]:
    """What happened to an account, the oldest first."""
    return session.scalars(
        sa.select(CreditMovement)
        .where(CreditMovement.account_id == account_id)
        .order_by(CreditMovement.id)
    ).all()


def find_discrepancies() -> list[str]:
    """Accounts whose balance is not what their movements add up to; holds that ended twice.

    And kinds of credit of which the books say another sum than the accounts do.
    """
    added = sa.func.coalesce(sa.func.sum(CreditMovement.amount), 0)
    rows: Any = session.execute(
        sa.select(CreditAccount.id, CreditAccount.kind, CreditAccount.balance, added)
        .outerjoin(CreditMovement, CreditMovement.account_id == CreditAccount.id)
        .group_by(CreditAccount.id, CreditAccount.kind, CreditAccount.balance)
        .having(added != CreditAccount.balance)
        .order_by(CreditAccount.id)
    )
    wrong = [
        f"{row[1]} {row[0]}: the balance is {row[2]}, its movements add up to {row[3]}"
        for row in rows
    ]
    ended: Any = session.execute(
        sa.select(CreditMovement.reference)
        .where(CreditMovement.kind.in_((_M.FREED, _M.SPENT)))
        .group_by(CreditMovement.reference)
        .having(sa.func.count() > 1)
    )
    wrong += [f"credit held for {row[0]} was both spent and freed" for row in ended]
    return wrong + _owed_otherwise()


def _owed_otherwise() -> list[str]:
    """What can be spent and what is held for orders, against what the books say is owed.

    One statement, so that a sale meanwhile is on both sides or on none.
    """
    account = sa.case(OWED, value=sa.type_coerce(CreditAccount.kind, sa.String))
    paying = sa.case(OWED, value=Payment.provider)
    held = sa.and_(Payment.account_id.is_not(None), Payment.state == PaymentState.AUTHORIZED)
    booked = LedgerPosting.account.in_(OWED.values())
    sums = sa.union_all(
        sa.select(
            account.label("account"), CreditAccount.currency, CreditAccount.balance.label("amount")
        ),
        sa.select(paying, Payment.currency, Payment.amount).where(held),
        sa.select(LedgerPosting.account, LedgerEntry.currency, LedgerPosting.amount)
        .join(LedgerEntry)
        .where(booked),  # what is owed is below nought there
    ).subquery()
    more = sa.func.sum(sums.c.amount)
    rows: Any = session.execute(
        sa.select(sums.c.account, sums.c.currency, more)
        .group_by(sums.c.account, sums.c.currency)
        .having(more != 0)
        .order_by(sums.c.account, sums.c.currency)
    )
    return [
        f"{row[0]} in {row[1]}: what can be spent or is held differs by {row[2]} from what the"
        " books say is owed"
        for row in rows
    ]


def _pays(account: CreditAccount, currency: str, more: Mapping[int, int]) -> bool:
    return can_pay(
        balance=account.balance + more.get(account.id, 0),
        currency=account.currency,
        wanted=currency,
        expires_at=account.expires_at,
        void=account.voided_at is not None,
        now=clock.now(),
    )
