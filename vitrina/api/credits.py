"""Gift cards and store credit, for staff."""

from datetime import datetime
from typing import Annotated

from flask import request
from pydantic import Field

from vitrina.accounts import queries as accounts
from vitrina.api import kit, once
from vitrina.api.access import requires
from vitrina.api.kit import Answer, endpoint
from vitrina.api.reading import read_cursor, write_cursor
from vitrina.api.schemas import (
    Amount,
    AmountIn,
    CurrencyCode,
    In,
    Moment,
    Out,
    Page,
    PageQuery,
    Text,
)
from vitrina.api.tokens import current_user
from vitrina.catalog.queries import rates
from vitrina.core import clock, store
from vitrina.core.db import committing
from vitrina.core.errors import Invalid
from vitrina.core.money import Money
from vitrina.core.permissions import Permission
from vitrina.payments.credit import actions, queries
from vitrina.payments.credit.errors import CreditNotFound
from vitrina.payments.credit.models import CreditAccount, CreditKind

credits = kit.blueprint("credits")


class GiftCardOut(Out):
    """A gift card. Its code is told once, when it is issued; ``last4`` are its last letters."""

    id: int
    last4: str
    balance: Amount
    status: str
    expires_at: datetime | None
    note: str
    created_at: datetime


class IssuedOut(GiftCardOut):
    """A new gift card with its code, which nobody can read again."""

    code: str


class IssueIn(In):
    """``amount`` is in the store's currency, or in that of ``currency``."""

    amount: AmountIn
    currency: CurrencyCode | None = None
    expires_at: Moment | None = None
    note: Text = ""


class CreditIn(In):
    """What a customer is given, in the store's currency or in that of ``currency``."""

    amount: AmountIn
    currency: CurrencyCode | None = None
    note: Text = ""


class MovementOut(Out):
    kind: str
    amount: Amount
    created_at: datetime


class StoreCreditOut(Out):
    """A customer's credit in a currency, with what changed it, the oldest first."""

    customer_id: int
    balance: Amount
    movements: list[MovementOut]


class CardsQuery(PageQuery):
    limit: Annotated[int, Field(ge=1, le=100)] = 50


@endpoint(
    credits, "GET", "/gift-cards",
    summary="Gift cards", access=requires(Permission.CREDIT_READ),
    query=CardsQuery, answer=Page[GiftCardOut],
)  # fmt: skip
def index(query: CardsQuery) -> Page[GiftCardOut]:
    """The newest first."""
    after = read_cursor(query.cursor, int)
    found = queries.gift_cards(before=after[0] if after else None, limit=query.limit + 1)
    shown = found[: query.limit]
    more = len(found) > query.limit
    return Page[GiftCardOut](
        items=[GiftCardOut(**_card(one)) for one in shown],
        next_cursor=write_cursor(shown[-1].id) if more else None,
    )


@endpoint(
    credits, "POST", "/gift-cards",
    summary="Issue a gift card",
    description="The answer is the only place where its code ever stands, so it is not kept for an "
    "`Idempotency-Key` either: void a card whose answer got lost.",
    access=requires(Permission.CREDIT_WRITE), body=IssueIn, answer=IssuedOut, status=201,
)  # fmt: skip
def issue(body: IssueIn) -> Answer:
    if body.expires_at is not None and body.expires_at <= clock.now():
        raise Invalid(field="expires_at")
    amount = _amount(body)
    with committing():
        account, code = actions.issue_gift_card(
            amount, expires_at=body.expires_at, note=body.note, by=_by()
        )
        made = IssuedOut(**_card(account), code=code)
    return Answer(made, headers={"Location": f"{request.path}/{made.id}"})


@endpoint(
    credits, "GET", "/gift-cards/<int:account_id>",
    summary="A gift card", access=requires(Permission.CREDIT_READ), answer=GiftCardOut,
    errors=(404,),
)  # fmt: skip
def show(account_id: int) -> GiftCardOut:
    return GiftCardOut(**_card(_gift_card(account_id)))


@endpoint(
    credits, "DELETE", "/gift-cards/<int:account_id>",
    summary="Void a gift card",
    description="Nothing can be paid with it any more. What it holds for orders stays held.",
    access=requires(Permission.CREDIT_WRITE), answer=GiftCardOut, errors=(404,),
)  # fmt: skip
def void(account_id: int) -> GiftCardOut:
    account = _gift_card(account_id)
    with committing():
        actions.void(account, by=_by())
    return GiftCardOut(**_card(account))


@endpoint(
    credits, "GET", "/customers/<int:user_id>/credit",
    summary="A customer's store credit", access=requires(Permission.CREDIT_READ),
    answer=Page[StoreCreditOut], errors=(404,),
)  # fmt: skip
def credit_of(user_id: int) -> Page[StoreCreditOut]:
    """One for each currency."""
    found = queries.all_of_user(accounts.by_id(user_id).id)
    mine = [one for one in found if one.kind is CreditKind.STORE_CREDIT]
    return Page[StoreCreditOut](items=[_store_credit(one) for one in mine], total=len(mine))


@endpoint(
    credits, "POST", "/customers/<int:user_id>/credit",
    summary="Give a customer store credit", access=requires(Permission.CREDIT_WRITE),
    body=CreditIn, answer=StoreCreditOut, status=201, idempotent=True, errors=(404, 409),
)  # fmt: skip
def give(user_id: int, body: CreditIn) -> StoreCreditOut:
    user_id, amount = accounts.by_id(user_id).id, _amount(body)
    with committing():
        once.seal()
        account = actions.give_credit(user_id, amount, note=body.note, by=_by())
    return _store_credit(account)


def _amount(body: IssueIn | CreditIn) -> Money:
    """Raises Invalid for nothing, and for a currency that the shop does not sell in."""
    currency = body.currency or body.amount.currency or store.current().currency
    if currency not in rates().currencies:
        raise Invalid(field="currency")
    amount = body.amount.money(currency, "amount")
    if amount.minor <= 0:
        raise Invalid(field="amount")
    return amount


def _gift_card(account_id: int) -> CreditAccount:
    account = queries.by_id(account_id)
    if account.kind is not CreditKind.GIFT_CARD:
        raise CreditNotFound(id=account_id)
    return account


def _card(account: CreditAccount) -> dict[str, object]:
    return {
        "id": account.id,
        "last4": account.last4,
        "balance": account.money,
        "status": account.status(clock.now()),
        "expires_at": account.expires_at,
        "note": account.note,
        "created_at": account.created_at,
    }


def _store_credit(account: CreditAccount) -> StoreCreditOut:
    return StoreCreditOut(
        customer_id=account.user_id or 0,
        balance=account.money,
        movements=[
            MovementOut(
                kind=str(one.kind),
                amount=Money(one.amount, account.currency),
                created_at=one.created_at,
            )
            for one in queries.movements(account.id)
        ],
    )


def _by() -> str:
    user = current_user()
    return user.actor if user else "system"
