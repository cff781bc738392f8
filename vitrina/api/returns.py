"""Returns: what buyers ask for, by their token or by the link of their order."""

from typing import Annotated, Literal

from pydantic import Field, WithJsonSchema

from vitrina.api import kit, once
from vitrina.api.access import shopper, signed_in
from vitrina.api.kit import Answer, endpoint
from vitrina.api.orders import LinkQuery, find, is_buyers, visible
from vitrina.api.reading import read_cursor, write_cursor
from vitrina.api.returns_out import (
    ReturnOut,
    ReturnsOut,
    WithdrawalOut,
    return_out,
    returns_out,
)
from vitrina.api.schemas import Id, In, Page, PageQuery, Quantity, Text
from vitrina.api.tokens import current_user, refused
from vitrina.core import clock
from vitrina.core.db import committing, session
from vitrina.core.permissions import Permission
from vitrina.orders.errors import OrderNotFound
from vitrina.orders.models import Order, OrderState
from vitrina.orders.returns import actions, queries
from vitrina.orders.returns.actions import Piece
from vitrina.orders.returns.errors import ReturnNotFound
from vitrina.orders.returns.models import Reason, Return, ReturnKind, ReturnState

returns = kit.blueprint("returns")
WhyIn = Literal["damaged", "wrong_item", "not_as_described", "changed_mind", "too_late", "other"]
Name = Annotated[str, Field(min_length=1, max_length=200)]


class PieceIn(In):
    """Pieces of a line that come back. ``wanted_variant_id``: what is wanted in an exchange."""

    line_id: Id
    quantity: Quantity
    reason: WhyIn
    note: Text = ""
    wanted_variant_id: Id | None = None


class ReturnIn(In):
    """``as_credit``: store credit instead of money, for who has an account."""

    lines: Annotated[list[PieceIn], Field(min_length=1, max_length=200)]
    kind: Literal["return", "exchange"] = "return"
    note: Annotated[str, Field(max_length=2000)] = ""
    as_credit: bool = False


class WithdrawnIn(In):
    line_id: Id
    quantity: Quantity


class WithdrawalIn(In):
    """Who withdraws, and from what; without ``lines`` from everything."""

    name: Name
    lines: Annotated[list[WithdrawnIn], Field(min_length=1, max_length=200)] | None = None


_STATES = WithJsonSchema({"type": "string", "enum": [str(state) for state in ReturnState]})


class ReturnsQuery(PageQuery):
    """Which returns. ``q``: a part of a number or of an e-mail."""

    status: Annotated[ReturnState, _STATES] | None = None
    q: Text = ""


@endpoint(
    returns, "GET", "/orders/<key>/returns",
    summary="The returns of an order, and what may still come back",
    description="Guests send the order's `token`. What is not yours is 404.",
    access=shopper, query=LinkQuery, answer=ReturnsOut, errors=(404,),
)  # fmt: skip
def of_order(key: str, query: LinkQuery) -> ReturnsOut:
    order = visible(key, query.token)
    return returns_out(list(queries.of_order(order.id)), queries.ways(order, clock.now()))


@endpoint(
    returns, "POST", "/orders/<key>/returns",
    summary="Ask to send something back",
    description="Guests send the order's `token`. Staff with `returns:write` open it for a buyer, "
    "however long ago it arrived.",
    access=shopper, query=LinkQuery, body=ReturnIn, answer=ReturnOut, status=201,
    limit="60/hour", idempotent=True, errors=(404, 409),
)  # fmt: skip
def ask(key: str, query: LinkQuery, body: ReturnIn) -> Answer:
    order = find(key)
    is_buyer, user = is_buyers(order, query.token), current_user()
    is_staff = user is not None and user.may(Permission.RETURNS_WRITE)
    if not is_buyer and not is_staff:
        raise OrderNotFound(number=key[:20])
    open_it = actions.request if is_buyer else actions.open_for
    with committing():
        once.seal()
        made = open_it(
            order,
            [_piece(one) for one in body.lines],
            kind=ReturnKind(body.kind),
            note=body.note,
            as_credit=body.as_credit,
            by=user.actor if user else "guest",
        )
        number = made.number
    return changed(number)


@endpoint(
    returns, "POST", "/orders/<key>/withdrawal",
    summary="Withdraw from the contract",
    description="The right of consumers in the European Union (Directive 2011/83/EU): no reason, "
    "nobody has to agree, and a receipt goes out by mail. What has not left is called off and paid "
    "back, what has left is awaited as a return. Guests send the order's `token`.",
    access=shopper, query=LinkQuery, body=WithdrawalIn, answer=WithdrawalOut, status=201,
    limit="60/hour", idempotent=True, errors=(404, 409),
)  # fmt: skip
def withdraw(key: str, query: LinkQuery, body: WithdrawalIn) -> WithdrawalOut:
    order, user = find(key), current_user()
    if not is_buyers(order, query.token):
        raise OrderNotFound(number=key[:20])
    with committing():
        once.seal()
        pieces = _withdrawn(order, body)
        now = clock.now()
        back = actions.withdraw(order, pieces, name=body.name, by=user.actor if user else "guest")
        return WithdrawalOut(
            order_number=order.number,
            received_at=back.created_at if back else now,
            name=body.name,
            cancelled=order.state is OrderState.CANCELLED,
            return_number=back.number if back else None,
        )


def _withdrawn(order: Order, body: WithdrawalIn) -> dict[int, int]:
    if body.lines is None and queries.is_unsent(order):
        return {}
    if body.lines is None:
        return queries.left_to_withdraw(order, queries.left_to_return(order))
    found: dict[int, int] = {}
    for one in body.lines:
        found[one.line_id] = found.get(one.line_id, 0) + one.quantity
    return found


@endpoint(
    returns, "GET", "/returns",
    summary="Returns", access=signed_in, query=ReturnsQuery, answer=Page[ReturnOut],
)  # fmt: skip
def index(query: ReturnsQuery) -> Page[ReturnOut]:
    """All of them for staff with `orders:read`, their own for customers; the newest first."""
    user = current_user()
    if user is None:
        raise refused()
    after = read_cursor(query.cursor, int)
    found = queries.listing(
        state=query.status,
        text=query.q,
        user_id=None if user.may(Permission.ORDERS_READ) else user.id,
        before=after[0] if after else None,
        limit=query.limit,
    )
    return Page[ReturnOut](
        items=[return_out(back) for back in found.returns],
        next_cursor=write_cursor(found.next_before) if found.next_before else None,
    )


@endpoint(
    returns, "GET", "/returns/<number>",
    summary="A return",
    description="Guests send the order's `token`. What is not yours is 404.",
    access=shopper, query=LinkQuery, answer=ReturnOut, errors=(404,),
)  # fmt: skip
def show(number: str, query: LinkQuery) -> ReturnOut:
    back, user = queries.by_number(number), current_user()
    is_staff = user is not None and user.may(Permission.ORDERS_READ)
    if not is_staff and not is_buyers(back.order, query.token):
        raise ReturnNotFound(number=number[:20])
    return return_out(back)


@endpoint(
    returns, "POST", "/returns/<number>/cancellation",
    summary="Keep the pieces after all",
    description="Guests send the order's `token`; staff need `returns:write`.",
    access=shopper, query=LinkQuery, answer=ReturnOut, idempotent=True, errors=(404, 409),
)  # fmt: skip
def cancel(number: str, query: LinkQuery) -> Answer:
    back, user = queries.by_number(number), current_user()
    is_staff = user is not None and user.may(Permission.RETURNS_WRITE)
    if not is_staff and not is_buyers(back.order, query.token):
        raise ReturnNotFound(number=number[:20])
    with committing():
        actions.cancel(back, by=user.actor if user else "guest")
    return changed(number)


def changed(number: str) -> Answer:
    """The return as it is now."""
    session.expire_all()
    return Answer(return_out(queries.by_number(number)))


def _piece(one: PieceIn) -> Piece:
    return Piece(
        one.line_id,
        one.quantity,
        Reason(one.reason),
        note=one.note,
        wanted_id=one.wanted_variant_id,
    )


def by_order_line(back: Return) -> dict[int, int]:
    """The return's own lines by order line, which is what callers know."""
    return {line.order_line_id: line.id for line in back.lines}
