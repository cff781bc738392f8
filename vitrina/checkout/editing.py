"""Editing an order that has not left: seen first, then confirmed, all of it or nothing.

An edit is worked out twice: for the eyes of staff, and again under the locks of the order. Only
when both come to the same, by their fingerprint, anything is written.
"""

from dataclasses import dataclass
from typing import Any

from vitrina.checkout import edit_money, edit_rows
from vitrina.checkout.errors import AddressMissing
from vitrina.checkout.rules import pieces
from vitrina.checkout.settling import lock_cart
from vitrina.core import audit
from vitrina.core.address import PostalAddress
from vitrina.core.clock import now
from vitrina.core.db import session
from vitrina.core.events import record
from vitrina.core.money import Money
from vitrina.inventory import changing
from vitrina.inventory.actions import is_promised
from vitrina.inventory.errors import NotEnoughStock
from vitrina.inventory.queries import availability
from vitrina.orders import actions as orders
from vitrina.orders import queries
from vitrina.orders.edits import rules
from vitrina.orders.edits.errors import (
    BelowRefunds,
    EditChanged,
    NotEditable,
    NothingChanged,
    NothingLeft,
    NotSoldAnyMore,
    OtherTaxes,
)
from vitrina.orders.edits.events import OrderEdited
from vitrina.orders.edits.models import OrderEdit
from vitrina.orders.edits.queries import sheet_of
from vitrina.orders.edits.rules import Sheet, Today, Wish, edited, new_pieces
from vitrina.orders.models import Order, OrderState
from vitrina.payments import queries as payment_queries
from vitrina.payments.models import RefundState
from vitrina.tax.queries import rates_for
from vitrina.tax.rules import of_class

EDITABLE = (OrderState.AWAITING_PAYMENT, OrderState.PAID)
DELIVERY = "shipping"


@dataclass(frozen=True, slots=True)
class EditPreview:
    """What an edit comes to. ``due``: what the buyer has to pay then; ``back``: what goes back.

    ``fingerprint`` confirms exactly this.
    """

    before: Sheet
    after: Sheet
    address: PostalAddress | None
    note: str
    new: tuple[Today, ...]
    difference: Money
    due: Money
    back: Money
    fingerprint: str
    is_changed: bool


def may_edit(order: Order) -> bool:
    """Whether an order can be edited now: nothing is final yet, and no money is on its way."""
    asked = [one for one in order.attempts if not edit_money.is_by_hand(one)]
    on_its_way = any(payment.is_on_its_way for payment in asked)
    return order.state in EDITABLE and not on_its_way and not order.is_given_back


def preview(order: Order, wish: Wish) -> EditPreview:
    """What ``wish`` makes of an order, loaded whole. Nothing is changed.

    Raises NotEditable, InvalidPieces, TooFewPieces, NothingLeft, NotSoldAnyMore, NotEnoughStock,
    OtherTaxes, BelowRefunds, AddressMissing.
    """
    if not may_edit(order):
        raise NotEditable(state=str(order.state))
    taxes = _taxes(order, wish)
    owed = edit_rows.is_relieved(order, is_goods=True)
    before = sheet_of(order, () if owed else of_class(taxes, DELIVERY))
    today = edit_rows.today(order, new_pieces(before, wish), taxes)
    if order.paid_at is not None:
        _refuse_files(today.values())
    after = edited(before, wish, today)
    address, note = wish.address or edit_rows.address_of(order), wish.note
    if address is None and (after.shipping or any(one.requires_shipping for one in today.values())):
        raise AddressMissing(field="address")
    _check_refunds(order, after)
    _check_stock(order, before, after)
    return _seen(order, before, after, address, note, tuple(today.values()))


def confirm(order: Order, wish: Wish, *, fingerprint: str, by: str) -> OrderEdit:
    """Do what was seen in a preview: lines, stock, books and money together.

    The difference of a paid order goes back, or is left to be paid. Raises EditChanged when the
    edit would come to something else now, NothingChanged, NotRefundable, and what
    :func:`preview` raises.
    """
    lock_cart(order.cart_id)
    order = queries.lock_whole(order.id)
    for payment in order.payments:
        payment_queries.lock(payment.id)
    seen = preview(order, wish)
    if seen.fingerprint != fingerprint:
        raise EditChanged(
            total=order.money(seen.after.total).text,
            currency=order.currency,
            fingerprint=seen.fingerprint,
        )
    if not seen.is_changed:
        raise NothingChanged(field="form")
    row = OrderEdit(
        order_id=order.id,
        by=by,
        before=edit_rows.as_json(order, seen.before),
        after={},
        delta=seen.difference.minor,
        due=seen.due.minor,
        back=seen.back.minor,
        was_sold=order.paid_at is not None,
    )
    session.add(row)
    edit_rows.write(order, seen.after, seen.new, address=wish.address, note=wish.note, by=by)
    row.after = edit_rows.as_json(order, sheet_of(order))
    session.flush()
    _hold(order, seen, by=by)
    edit_money.settle(order, seen.before, row, by=by)
    orders.close_shipping(order, by=by)
    _tell(order, row, by)
    return row


def _tell(order: Order, row: OrderEdit, by: str) -> None:
    subject = f"order:{order.number}"
    audit.note(by, "order.edit", subject, row.before, {**row.after, "edit": row.id})
    record(OrderEdited(order_id=order.id, number=order.number, edit_id=row.id))


def _taxes(order: Order, wish: Wish) -> tuple[Any, ...]:
    """The taxes that are due where the order goes. Raises OtherTaxes when that would change."""
    day = now().date()
    taxes = rates_for(edit_rows.destination_of(order), day)
    if wish.address is None:
        return taxes
    place = edit_rows.place(wish.address)
    owed = edit_rows.is_relieved(order, is_goods=True)
    if rates_for(place, day) != taxes or owed != edit_rows.is_relieved(
        order, is_goods=True, destination=place
    ):
        raise OtherTaxes(country=wish.address.country)
    return taxes


def _refuse_files(today: Any) -> None:
    """What is not sent is handed out with the payment, so it is not added after it."""
    for one in today:
        if not one.requires_shipping:
            raise NotSoldAnyMore(title=one.title)


def _check_refunds(order: Order, after: Sheet) -> None:
    """What was paid back of the sale was a part of its sums, and stays one."""
    if order.paid_at is None:
        return
    if after.total == 0:
        raise NothingLeft()
    back = [
        refund
        for payment in order.payments
        for refund in payment.refunds
        if refund.of_sale and refund.state is not RefundState.FAILED
    ]
    amount, part = sum(one.amount for one in back), sum(one.tax for one in back)
    if back and (amount > after.total or part > after.tax):
        total = order.money(after.total).text
        raise BelowRefunds(total=total, refunded=order.money(amount).text)


def _check_stock(order: Order, before: Sheet, after: Sheet) -> None:
    """Say beforehand what the shelves do not have; the reservation decides."""
    more = {variant: delta for variant, delta in _deltas(before, after).items() if delta > 0}
    stock = availability(more)
    short = [
        {"variant_id": one, "sku": "", "wanted": wanted, "available": stock[one].available}
        for one, wanted in more.items()
        if one in stock and not stock[one].covers(wanted)
    ]
    if short:
        raise NotEnoughStock(lines=short)


def _deltas(before: Sheet, after: Sheet) -> dict[int, int]:
    """How many pieces more (or less) of each variant the order has."""
    had = pieces((row.variant_id, row.quantity) for row in before.rows)
    has = pieces((row.variant_id, row.quantity) for row in after.rows)
    changed = {one: has.get(one, 0) - had.get(one, 0) for one in had | has}
    return {one: delta for one, delta in changed.items() if delta}


def _seen(
    order: Order,
    before: Sheet,
    after: Sheet,
    address: PostalAddress | None,
    note: str | None,
    new: tuple[Today, ...],
) -> EditPreview:
    old_note = edit_rows.note_of(order)
    words = old_note if note is None else note.strip()
    is_moved = address != edit_rows.address_of(order)
    left = after.total - order.total + order.outstanding.minor - order.held.minor
    return EditPreview(
        before=before,
        after=after,
        address=address,
        note=words,
        new=new,
        difference=order.money(after.total - before.total),
        due=order.money(max(left, 0)),
        back=order.money(max(-left, 0)),
        fingerprint=rules.fingerprint(
            order.number,
            str(order.state),
            left,
            before.as_json(),
            after.as_json(),
            address.as_dict() if address else None,
            words,
        ),
        is_changed=after.as_json() != before.as_json() or is_moved or words != old_note,
    )


def _hold(order: Order, seen: EditPreview, *, by: str) -> None:
    """Promise the order what it has now, and no more; give the buyer of an unpaid one a day."""
    edit_money.give_time(order)
    deltas = _deltas(seen.before, seen.after)
    is_kept = order.paid_at is not None or is_promised(order.number)
    if not is_kept:  # a declined card gave everything free: all of it is held again
        deltas = pieces((row.variant_id, row.quantity - row.least) for row in seen.after.rows)
        deltas = {one: wanted for one, wanted in deltas.items() if wanted}
    until = None if edit_money.is_accepted(order) else order.expires_at
    changing.change(order.number, deltas, expires_at=until, by=by)
