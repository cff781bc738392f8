"""What staff do with returns: agree, refuse, receive, inspect. The worker sends the money."""

from typing import Annotated, Any, Literal

from flask import request
from pydantic import Field

from vitrina.api.access import requires
from vitrina.api.kit import Answer, endpoint
from vitrina.api.problems import Problem
from vitrina.api.returns import by_order_line, changed, returns
from vitrina.api.returns_out import ReturnOut
from vitrina.api.schemas import AmountIn, Id, In, Quantity
from vitrina.api.tokens import current_user
from vitrina.checkout import exchanging
from vitrina.core import audit
from vitrina.core.db import committing
from vitrina.core.permissions import Permission
from vitrina.orders.returns import actions, queries
from vitrina.orders.returns.actions import Verdict
from vitrina.orders.returns.models import Condition, Return

Words = Annotated[str, Field(max_length=2000)]
Count = Annotated[int, Field(ge=0, le=999)]


class ApprovalIn(In):
    """How to send it. ``label_url``: an address beginning with https:// or http://."""

    instructions: Words = ""
    label_url: Annotated[str, Field(max_length=500)] = ""


class RejectionIn(In):
    reason: Annotated[str, Field(min_length=1, max_length=2000)]


class ArrivedIn(In):
    line_id: Id
    quantity: Quantity


class ArrivalIn(In):
    """What has arrived, by order line; without ``lines`` all that is missing."""

    lines: Annotated[list[ArrivedIn], Field(min_length=1, max_length=200)] | None = None


class VerdictIn(In):
    """How many pieces are accepted, how many go on the shelf, and what is kept for their wear."""

    line_id: Id
    refunded: Count
    restocked: Count = 0
    condition: Literal["as_new", "opened", "used", "damaged"] | None = None
    deducted: AmountIn | None = None


class InspectionIn(In):
    """``with_shipping`` left out: as the return was opened."""

    lines: Annotated[list[VerdictIn], Field(min_length=1, max_length=200)]
    with_shipping: bool | None = None
    note: Words = ""


@endpoint(
    returns, "POST", "/returns/<number>/approval",
    summary="Agree to a return", access=requires(Permission.RETURNS_WRITE),
    body=ApprovalIn, body_optional=True, answer=ReturnOut, idempotent=True, errors=(404, 409),
)  # fmt: skip
def approve(number: str, body: ApprovalIn) -> Answer:
    back = queries.by_number(number)
    with committing():
        actions.approve(back, instructions=body.instructions, label_url=body.label_url, by=_by())
        _note("return.approve", back)
    return changed(number)


@endpoint(
    returns, "POST", "/returns/<number>/rejection",
    summary="Refuse a return", access=requires(Permission.RETURNS_WRITE),
    body=RejectionIn, answer=ReturnOut, idempotent=True, errors=(404, 409),
)  # fmt: skip
def reject(number: str, body: RejectionIn) -> Answer:
    back = queries.by_number(number)
    with committing():
        actions.reject(back, reason=body.reason, by=_by())
        _note("return.reject", back, reason=body.reason)
    return changed(number)


@endpoint(
    returns, "POST", "/returns/<number>/arrival",
    summary="Say which pieces have arrived", access=requires(Permission.RETURNS_WRITE),
    body=ArrivalIn, body_optional=True, answer=ReturnOut, idempotent=True, errors=(404, 409),
)  # fmt: skip
def receive(number: str, body: ArrivalIn) -> Answer:
    back = queries.by_number(number)
    own, pieces = by_order_line(back), None
    if body.lines is not None:
        pieces = {_own(own, one.line_id): one.quantity for one in body.lines}
    with committing():
        actions.receive(back, pieces, by=_by())
        _note("return.receive", back)
    return changed(number)


@endpoint(
    returns, "POST", "/returns/<number>/inspection",
    summary="Decide what is given for what has arrived",
    description="Lines that are not named are not accepted. Refunds are made of the sums that the "
    "order stored, less `deducted`; a customer who chose so gets store credit.",
    access=requires(Permission.ORDERS_REFUND),
    body=InspectionIn, answer=ReturnOut, idempotent=True, errors=(404, 409),
)  # fmt: skip
def inspect(number: str, body: InspectionIn) -> Answer:
    back = queries.by_number(number)
    own, currency = by_order_line(back), back.order.currency
    verdicts = {_own(own, one.line_id): _verdict(one, currency) for one in body.lines}
    with committing():
        actions.inspect(back, verdicts, with_shipping=body.with_shipping, note=body.note, by=_by())
        _note("return.inspect", back)
    return changed(number)


@endpoint(
    returns, "POST", "/returns/<number>/exchange",
    summary="Take the pieces of an exchange back, and order what is wanted instead",
    description="The replacement is an order of its own (`replacement_number`), paid by what came "
    "back. What it costs less goes back as money, what it costs more is transferred.",
    access=requires(Permission.ORDERS_REFUND),
    body=InspectionIn, answer=ReturnOut, idempotent=True, errors=(404, 409),
)  # fmt: skip
def exchange(number: str, body: InspectionIn) -> Answer:
    back = queries.by_number(number)
    own, currency = by_order_line(back), back.order.currency
    verdicts = {_own(own, one.line_id): _verdict(one, currency) for one in body.lines}
    with committing():
        made = exchanging.exchange(back, verdicts, note=body.note, by=_by())
        _note("return.exchange", back, order=made.number)
    return changed(number)


def _verdict(one: VerdictIn, currency: str) -> Verdict:
    kept = one.deducted.money(currency, "deducted").minor if one.deducted else 0
    condition = Condition(one.condition) if one.condition else None
    return Verdict(one.refunded, one.restocked, condition, kept)


def _own(own: dict[int, int], line_id: int) -> int:
    if line_id not in own:
        words = f"Line {line_id} is not in this return."
        errors = {"lines": [{"code": "unknown_line", "message": words}]}
        raise Problem(422, "validation_failed", words, errors=errors)
    return own[line_id]


def _by() -> str:
    user = current_user()
    return user.actor if user else "system"


def _note(action: str, back: Return, **after: Any) -> None:
    audit.note(_by(), action, f"return:{back.number}", {}, after, ip=request.remote_addr or "")
