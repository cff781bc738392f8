"""Changing an order that has not left: a preview first, then its confirmation."""

from typing import Annotated

from pydantic import Field

from vitrina.api import once
from vitrina.api.access import requires
from vitrina.api.kit import Answer, endpoint
from vitrina.api.orders import AddressIn, find, orders, postal
from vitrina.api.orders_out import OrderOut, order_out
from vitrina.api.problems import Problem
from vitrina.api.schemas import Amount, AmountIn, Id, In, Out, Quantity
from vitrina.api.tokens import current_user
from vitrina.checkout import editing
from vitrina.checkout.editing import EditPreview
from vitrina.core.db import committing, session
from vitrina.core.permissions import Permission
from vitrina.orders import queries
from vitrina.orders.edits.rules import MOST, Row, Sheet, Wish
from vitrina.orders.models import Order


class EditedLineIn(In):
    """How many pieces a line of the order is to have; 0 takes it out."""

    line_id: Id
    quantity: Annotated[int, Field(ge=0, le=MOST, strict=True)]


class AddedLineIn(In):
    variant_id: Id
    quantity: Quantity


class EditIn(In):
    """What is to change; what is left out stays. ``shipping`` is the price of the delivery.

    With ``preview`` nothing happens, and the answer says what it comes to. Without it, ``confirm``
    is the fingerprint of the preview: when it comes to something else by now, nothing happens.
    """

    lines: Annotated[list[EditedLineIn], Field(max_length=500)] = []
    add: Annotated[list[AddedLineIn], Field(max_length=100)] = []
    shipping: AmountIn | None = None
    shipping_address: AddressIn | None = None
    note: Annotated[str, Field(max_length=2000)] | None = None
    preview: bool = False
    confirm: Annotated[str, Field(max_length=64)] = ""


class SheetLineOut(Out):
    """A line before or after an edit. ``line_id``: null for a new one."""

    line_id: int | None
    variant_id: int | None
    sku: str
    name: str
    variant: str
    quantity: int
    unit_price: Amount
    discount: Amount
    tax: Amount
    total: Amount


class SheetOut(Out):
    """An order in numbers: subtotal - discount + shipping + tax_added = total."""

    lines: list[SheetLineOut]
    subtotal: Amount
    discount: Amount
    shipping: Amount
    tax: Amount
    tax_added: Amount
    total: Amount


class EditOut(Out):
    """What an edit comes to. ``due``: what the buyer has to pay then; ``back``: what goes back.

    ``order``: the order as it is now, once the edit is confirmed.
    """

    preview: bool
    fingerprint: str
    before: SheetOut
    after: SheetOut
    due: Amount
    back: Amount
    order: OrderOut | None


@endpoint(
    orders, "POST", "/orders/<key>/edits",
    summary="Change an order that has not left",
    description="Send `preview: true`, look at what it comes to, and send the same again with the "
    "`fingerprint` as `confirm`. A difference goes back to the buyer, or is left to be paid.",
    access=requires(Permission.ORDERS_WRITE), body=EditIn, answer=EditOut, idempotent=True,
    errors=(404, 409),
)  # fmt: skip
def edit(key: str, body: EditIn) -> Answer:
    if body.preview == bool(body.confirm):
        words = "Send either preview, or confirm with the fingerprint of a preview."
        errors = {"confirm": [{"code": "preview_or_confirm", "message": words}]}
        raise Problem(422, "validation_failed", words, errors=errors)
    order = find(key)
    wish = _wish(order, body)
    seen = editing.preview(queries.by_id(order.id), wish)
    if body.preview:
        return Answer(_out(order, seen, None))
    number = order.number
    with committing():
        once.seal()
        editing.confirm(order, wish, fingerprint=body.confirm, by=_by())
    session.expire_all()
    order = queries.by_number(number)
    return Answer(_out(order, seen, order_out(order)))


def _by() -> str:
    user = current_user()
    return user.actor if user else "system"


def _wish(order: Order, body: EditIn) -> Wish:
    price = body.shipping.money(order.currency, "shipping") if body.shipping else None
    added: dict[int, int] = {}
    for one in body.add:
        added[one.variant_id] = added.get(one.variant_id, 0) + one.quantity
    return Wish(
        quantities={line.line_id: line.quantity for line in body.lines},
        added=added,
        shipping=price.minor if price else None,
        address=postal(body.shipping_address, "shipping_address"),
        note=body.note,
    )


def _out(order: Order, seen: EditPreview, now: OrderOut | None) -> EditOut:
    return EditOut(
        preview=now is None,
        fingerprint=seen.fingerprint,
        before=_sheet(order, seen.before),
        after=_sheet(order, seen.after),
        due=seen.due,
        back=seen.back,
        order=now,
    )


def _sheet(order: Order, sheet: Sheet) -> SheetOut:
    return SheetOut(
        lines=[_line(order, row) for row in sheet.rows],
        subtotal=order.money(sheet.subtotal),
        discount=order.money(sheet.discount),
        shipping=order.money(sheet.shipping),
        tax=order.money(sheet.tax),
        tax_added=order.money(sheet.tax_added),
        total=order.money(sheet.total),
    )


def _line(order: Order, row: Row) -> SheetLineOut:
    return SheetLineOut(
        line_id=row.line_id,
        variant_id=row.variant_id,
        sku=row.sku,
        name=row.title,
        variant=row.label,
        quantity=row.quantity,
        unit_price=order.money(row.unit_price),
        discount=order.money(row.discount),
        tax=order.money(row.tax),
        total=order.money(row.total),
    )
