"""How the API shows returns."""

from datetime import date, datetime

from vitrina.api.schemas import Amount, Out
from vitrina.orders.models import Order
from vitrina.orders.returns.models import Return, ReturnLine
from vitrina.orders.returns.queries import Ways


class ReturnLineOut(Out):
    """Pieces of an order line (``line_id``) that come back, and what became of them."""

    line_id: int
    sku: str
    name: str
    variant: str
    quantity: int
    reason: str
    note: str
    wanted_variant_id: int | None
    received: int
    condition: str | None
    refunded: int
    restocked: int
    deducted: Amount


class ReturnStepOut(Out):
    """A step in the return's life; ``note`` is the reason of a rejection."""

    at: datetime
    status: str
    note: str


class ReturnOut(Out):
    """A return. ``given``: what was granted for it, as money or as store credit."""

    number: str
    order_number: str
    kind: str
    status: str
    created_at: datetime
    received_at: datetime | None
    note: str
    as_credit: bool
    with_shipping: bool
    instructions: str
    label_url: str
    given: Amount
    replacement_number: str | None
    lines: list[ReturnLineOut]
    history: list[ReturnStepOut]


class LeftOut(Out):
    line_id: int
    quantity: int


class ReturnsOut(Out):
    """An order's returns, and what may still come back; a day is null until all has arrived."""

    items: list[ReturnOut]
    left: list[LeftOut]
    can_return: bool
    returns_until: date | None
    can_withdraw: bool
    withdraws_until: date | None


class WithdrawalOut(Out):
    """The receipt of a withdrawal. ``cancelled``: nothing had left, so there is no return."""

    order_number: str
    received_at: datetime
    name: str
    cancelled: bool
    return_number: str | None


def return_out(back: Return) -> ReturnOut:
    """A return with all that belongs to it (as ``returns.queries.by_number`` reads it)."""
    order = back.order
    return ReturnOut(
        number=back.number,
        order_number=order.number,
        kind=str(back.kind),
        status=str(back.state),
        created_at=back.created_at,
        received_at=back.received_at,
        note=back.note,
        as_credit=back.as_credit,
        with_shipping=back.with_shipping,
        instructions=back.instructions,
        label_url=back.label_url,
        given=order.money(back.given),
        replacement_number=back.replacement.number if back.replacement else None,
        lines=[_line_out(line, order) for line in back.lines],
        history=[
            ReturnStepOut(at=step.at, status=step.after, note=step.note)
            for step in back.transitions
        ],
    )


def _line_out(line: ReturnLine, order: Order) -> ReturnLineOut:
    return ReturnLineOut(
        line_id=line.order_line_id,
        sku=line.order_line.sku,
        name=line.order_line.title,
        variant=line.order_line.variant_label,
        quantity=line.quantity,
        reason=str(line.reason),
        note=line.note,
        wanted_variant_id=line.wanted_id,
        received=line.received,
        condition=str(line.condition) if line.condition else None,
        refunded=line.refunded,
        restocked=line.restocked,
        deducted=order.money(line.deducted),
    )


def returns_out(backs: list[Return], ways: Ways) -> ReturnsOut:
    """An order's returns, and what may still come back."""
    return ReturnsOut(
        items=[return_out(back) for back in backs],
        left=[LeftOut(line_id=line, quantity=left) for line, left in ways.left.items()],
        can_return=ways.can_return,
        returns_until=ways.returns_until,
        can_withdraw=ways.can_withdraw,
        withdraws_until=ways.withdraws_until,
    )
