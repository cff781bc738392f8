"""What is done with gift cards and store credit. Balances move by one conditional UPDATE each."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from vitrina.core import audit, clock
from vitrina.core.db import rows_changed, session
from vitrina.core.ids import new_token
from vitrina.core.money import Money
from vitrina.payments.credit import queries
from vitrina.payments.credit.errors import NotEnoughCredit
from vitrina.payments.credit.models import (
    CreditAccount,
    CreditKind,
    CreditMovement,
    CreditMovementKind,
)
from vitrina.payments.credit.rules import code_hash, new_code, normal_code
from vitrina.payments.ledger import actions as ledger
from vitrina.payments.ledger import rules as books
from vitrina.payments.ledger.models import EntryKind

_M = CreditMovementKind
_QUIET = {"synchronize_session": False}
GOOD_AGAIN = timedelta(days=365)
"""For how long a gift card that had expired is good again when money comes back to it."""


def issue_gift_card(
    amount: Money, *, expires_at: datetime | None = None, note: str = "", by: str
) -> tuple[CreditAccount, str]:
    """Make a gift card; its code is told this once and kept as a hash only."""
    code = new_code()
    account = CreditAccount(
        kind=CreditKind.GIFT_CARD,
        code_hash=code_hash(code),
        last4=normal_code(code)[-4:],
        currency=amount.currency,
        expires_at=expires_at,
        note=note.strip()[:300],
        by=by,
    )
    session.add(account)
    session.flush()
    _give(account, amount, by=by)
    return account, code


def give_credit(user_id: int, amount: Money, *, note: str = "", by: str) -> CreditAccount:
    """Put store credit on a customer's account."""
    account = credit_account(user_id, amount.currency, by=by)
    account.note = note.strip()[:300]
    _give(account, amount, by=by)
    return account


def credit_account(user_id: int, currency: str, *, by: str) -> CreditAccount:
    """The store credit of a customer in a currency; an empty one is made when there is none."""
    account = queries.find_of_user(user_id, currency)
    if account is None:
        account = CreditAccount(
            kind=CreditKind.STORE_CREDIT, user_id=user_id, currency=currency, by=by
        )
        session.add(account)
        session.flush()
    return account


def void(account: CreditAccount, *, by: str) -> Money:
    """End an account; returns what was on it. What is held for orders stays held for them.

    What of it they do not need ends then.
    """
    session.refresh(account, with_for_update=True)
    left = account.money
    account.voided_at = clock.now()
    session.flush()
    _take_off(account, left, by=by)
    audit.note(by, "credit.void", f"credit:{account.id}", {"balance": left.minor}, {"balance": 0})
    session.refresh(account)
    return left


def _take_off(account: CreditAccount, left: Money, *, by: str) -> None:
    if left:
        reference = f"{account.id}/{new_token()[:8]}"
        _add(account.id, -left.minor)
        _note(account.id, _M.VOIDED, -left.minor, reference, by)
        _book(EntryKind.CREDIT_VOIDED, account, reference, -left.minor)


def hold(account_id: int, amount: int, reference: str, *, by: str) -> None:
    """Take ``amount`` off a balance for an order. Raises NotEnoughCredit, and takes nothing."""
    taken = rows_changed(
        sa.update(CreditAccount)
        .where(
            CreditAccount.id == account_id,
            CreditAccount.balance >= amount,
            CreditAccount.voided_at.is_(None),
        )
        .values(balance=CreditAccount.balance - amount),
        quiet=True,
    )
    if amount <= 0 or not taken:
        raise NotEnoughCredit(wanted=amount)
    _note(account_id, _M.HELD, -amount, reference, by)


def spend(account_id: int, reference: str, *, by: str) -> None:
    """What was held under ``reference`` has paid for an order."""
    _note(account_id, _M.SPENT, 0, reference, by)


def free(account_id: int, amount: int, reference: str, *, by: str) -> None:
    """Give back what was held under ``reference``; it ends with an account that is void."""
    _add(account_id, amount)
    _note(account_id, _M.FREED, amount, reference, by)
    account = _as_it_is(account_id)
    if account.voided_at is not None:
        _take_off(account, Money(amount, account.currency), by=by)


def put_back(account_id: int, amount: int, reference: str, *, by: str) -> None:
    """Refund to an account. It has paid for something, so its holder must be able to spend it.

    An account that has expired is good again for a year, and one that is void is no more.
    """
    _add(account_id, amount)
    _note(account_id, _M.REFUNDED, amount, reference, by)
    account, now = _as_it_is(account_id), clock.now()
    before = _standing(account)
    if account.expires_at is not None and account.expires_at <= now:
        account.expires_at = now + GOOD_AGAIN
    account.voided_at = None
    if _standing(account) != before:
        audit.note(by, "credit.reopen", f"credit:{account_id}", before, _standing(account))
        session.flush()


def instead_of(account_id: int, user_id: int | None, *, by: str) -> int | None:
    """Where money for a void gift card goes: to its customer's store credit, if there is one.

    None: back to the account itself. The code of a void card may be in wrong hands.
    """
    account = queries.by_id(account_id)
    if user_id is None or account.voided_at is None or account.kind is CreditKind.STORE_CREDIT:
        return None
    return credit_account(user_id, account.currency, by=by).id


def _as_it_is(account_id: int) -> CreditAccount:
    """An account whose row we have just written, and so locked."""
    return session.get_one(CreditAccount, account_id, populate_existing=True)


def _standing(account: CreditAccount) -> dict[str, str | None]:
    dates = {"voided_at": account.voided_at, "expires_at": account.expires_at}
    return {name: date.isoformat() if date else None for name, date in dates.items()}


def _give(account: CreditAccount, amount: Money, *, by: str) -> None:
    if amount.minor <= 0 or amount.currency != account.currency:
        raise ValueError("a positive amount in the account's currency")
    reference = new_token()
    _add(account.id, amount.minor)
    _note(account.id, _M.ISSUED, amount.minor, reference, by)
    _book(EntryKind.CREDIT_ISSUED, account, reference, amount.minor)
    audit.note(by, "credit.issue", f"credit:{account.id}", {}, {"amount": amount.minor})
    session.refresh(account)


def _add(account_id: int, amount: int) -> None:
    session.execute(
        sa.update(CreditAccount)
        .where(CreditAccount.id == account_id)
        .values(balance=CreditAccount.balance + amount),
        execution_options=_QUIET,
    )


def _note(account_id: int, kind: CreditMovementKind, amount: int, reference: str, by: str) -> None:
    session.add(
        CreditMovement(account_id=account_id, kind=kind, amount=amount, reference=reference, by=by)
    )
    session.flush()


def _book(kind: EntryKind, account: CreditAccount, reference: str, amount: int) -> None:
    ledger.book(
        kind,
        reference,
        account.currency,
        {books.GIVEN_AWAY: amount, books.OWED[account.kind]: -amount},
    )
