"""Gift cards and store credit as their holders see them: what they paid for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from vitrina.core.db import session
from vitrina.core.money import Money
from vitrina.orders.models import Order
from vitrina.payments.credit.models import CreditAccount, CreditMovement, CreditMovementKind
from vitrina.payments.models import Payment, Refund


@dataclass(frozen=True, slots=True)
class StatementRow:
    """A change of a balance, and the order it was for ("" for none)."""

    at: datetime
    kind: CreditMovementKind
    amount: Money
    number: str
    by: str


def statement(account: CreditAccount) -> list[StatementRow]:
    """What changed an account's balance, the newest first; at most the latest 200 rows."""
    paid, back = aliased(Order), aliased(Order)
    refunded = aliased(Payment)
    rows = session.execute(
        sa.select(CreditMovement, sa.func.coalesce(paid.number, back.number, ""))
        .outerjoin(Payment, Payment.reference == CreditMovement.reference)
        .outerjoin(paid, paid.id == Payment.order_id)
        .outerjoin(Refund, Refund.key == CreditMovement.reference)
        .outerjoin(refunded, refunded.id == Refund.payment_id)
        .outerjoin(back, back.id == refunded.order_id)
        .where(CreditMovement.account_id == account.id, CreditMovement.amount != 0)
        .order_by(CreditMovement.id.desc())
        .limit(200)
    )
    return [
        StatementRow(one.created_at, one.kind, Money(one.amount, account.currency), number, one.by)
        for one, number in rows
    ]


def cards_of_user(user_id: int) -> Sequence[CreditAccount]:
    """The gift cards that a customer has paid orders with, the newest first."""
    used = (
        sa.select(Payment.account_id)
        .join(Order, Order.id == Payment.order_id)
        .where(Order.user_id == user_id, Payment.provider == "gift_card")
    )
    return session.scalars(
        sa.select(CreditAccount)
        .where(CreditAccount.id.in_(used))
        .order_by(CreditAccount.id.desc())
        .limit(20)
    ).all()


def accounts_of(payments: Iterable[Payment]) -> dict[int, CreditAccount]:
    """The gift cards and the credit behind payments, by the payment's id."""
    wanted = {one.id: one.account_id for one in payments if one.account_id is not None}
    if not wanted:
        return {}
    rows = session.scalars(sa.select(CreditAccount).where(CreditAccount.id.in_(wanted.values())))
    known = {row.id: row for row in rows}
    return {payment_id: known[account_id] for payment_id, account_id in wanted.items()}
