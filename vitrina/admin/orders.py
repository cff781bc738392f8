"""Orders: the list, one of them, and what staff do with it."""

from datetime import datetime
from typing import Any

from flask import Blueprint, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from vitrina.admin.desk import (
    Answer,
    Form,
    Refused,
    done,
    me,
    next_url,
    note,
    number_arg,
    text_arg,
)
from vitrina.checkout import actions as checkout
from vitrina.checkout import handing_back
from vitrina.checkout.editing import may_edit
from vitrina.core.address import PostalAddress, lines
from vitrina.core.db import committing
from vitrina.core.errors import Invalid
from vitrina.core.permissions import Permission
from vitrina.notifications import queries as mails
from vitrina.orders import actions, queries, refusing
from vitrina.orders.credits import accounts_of
from vitrina.orders.edits import queries as edits
from vitrina.orders.edits.rules import changes_of
from vitrina.orders.invoices import queries as invoices
from vitrina.orders.models import Order, OrderState
from vitrina.orders.returns import queries as returns
from vitrina.payments.ledger import queries as ledger
from vitrina.shipping import queries as parcels
from vitrina.web import once
from vitrina.web.access import requires
from vitrina.web.messages.returns import KINDS, STATES
from vitrina.web.visitor import visitor

bp = Blueprint("admin_orders", __name__, url_prefix="/admin/orders")


class Cancellation(Form):
    cancel_reason = StringField(_l("Reason"), validators=[DataRequired(), Length(max=300)])


class Noting(Form):
    text = TextAreaField(_l("Note for staff"), validators=[DataRequired(), Length(max=2000)])


class Shipping(Form):
    carrier = StringField(_l("Carrier"), validators=[DataRequired(), Length(max=80)])
    tracking_number = StringField(_l("Tracking number"), validators=[Length(max=120)])


@bp.get("/")
@requires(Permission.ORDERS_READ)
def index() -> str:
    states = [str(state) for state in OrderState]
    state = request.args.get("state", "")
    wanted = queries.OrderFilter(
        state=OrderState(state) if state in states else None, text=text_arg()
    )
    page = queries.listing(wanted, before=number_arg("before"))
    return render_template(
        "admin/orders/index.html",
        orders=page.orders,
        states=states,
        state=state,
        q=text_arg(),
        next_url=next_url(page.next_before),
    )


@bp.get("/<number>")
@requires(Permission.ORDERS_READ)
def show(number: str) -> Answer:
    return _page(queries.by_number(number))


def _page(order: Order, **forms: Form) -> str:
    left = actions.unshipped(order)
    context: dict[str, Any] = {
        "cancellation": Cancellation(),
        "noting": Noting(),
        "shipping": Shipping(),
        **forms,
    }
    return render_template(
        "admin/orders/show.html",
        order=order,
        left=left,
        steps=_steps(order),
        mails=mails.of_subject(f"order:{order.number}"),
        accounts=accounts_of(order.payments),
        entries=ledger.of_order(order.id),
        documents=invoices.of_order(order.id),
        can_cancel=actions.may_cancel(order),
        brought=refusing.sent(order) if refusing.may_refuse(order) else {},
        returns=returns.of_order(order.id),
        return_states=STATES,
        return_kinds=KINDS,
        edits=story(order),
        may_edit=may_edit(order),
        owes_rest=actions.owes_rest(order),
        can_ship=actions.may_ship(order, even_unpaid=True),
        to_send=[refund.id for refund in handing_back.waiting(order)],
        can_receive=checkout.awaited_by_hand(order) is not None,
        left_back=returns.left_to_return(order),
        **context,
    )


def _steps(order: Order) -> list[tuple[datetime, str, str, str]]:
    """What happened to an order, its parcels and payments: when, what, by whom, and a note."""
    steps = [(one.at, one.verb, one.by, one.note) for one in order.transitions]
    for shipment in order.shipments:
        steps += [
            (one.at, f"parcel_{one.verb}", one.by, shipment.number) for one in _moves(shipment)
        ]
    for payment in order.payments:
        steps += [
            (one.at, f"payment_{one.verb}", one.by, payment.provider) for one in payment.transitions
        ]
    steps += [(one.created_at, "note", one.by, one.text) for one in order.notes]
    return sorted(steps, key=lambda step: step[0])


def story(order: Order) -> list[dict[str, Any]]:
    """The edits of an order: when, by whom, and each line that was changed by them."""
    return [
        {
            "at": one.created_at,
            "by": one.by,
            "was": order.money(one.before["total"]),
            "total": order.money(one.after["total"]),
            "changes": changes_of(one.before, one.after),
            "moved": _moved(one.before["shipping_address"], one.after["shipping_address"]),
        }
        for one in edits.of_order(order.id)
    ]


def _moved(before: dict[str, str] | None, after: dict[str, str] | None) -> tuple[str, str] | None:
    """The old and the new address of an order that was sent elsewhere by an edit."""
    if before == after or before is None or after is None:
        return None
    locale = visitor().locale.code
    was, now = (", ".join(lines(PostalAddress.from_dict(one), locale)) for one in (before, after))
    return was, now


def _moves(shipment: Any) -> list[Any]:
    return list(shipment.transitions)


@bp.post("/<number>/shipments")
@requires(Permission.ORDERS_SHIP)
def ship(number: str) -> Answer:
    order, form = queries.by_number(number), Shipping()
    if not form.is_good():
        return _page(order, shipping=form), 422
    with Refused(form) as no:
        pieces = _pieces(order)
        with committing():
            if once.is_first(me().actor):
                shipment = actions.ship(
                    order,
                    pieces,
                    carrier=form.carrier.data or "",
                    tracking_number=form.tracking_number.data or "",
                    even_unpaid=request.form.get("even_unpaid") == "y",
                    by=me().actor,
                )
                note("order.ship", f"order:{number}", parcel=shipment.number)
        return done(_("The parcel is on its way."), ".show", number=number)
    return _page(queries.by_number(number), shipping=form), no.status


def _pieces(order: Order) -> dict[int, int]:
    """The pieces typed for each line. Raises Invalid for what is no number."""
    pieces = {}
    for line in order.lines:
        text = request.form.get(f"pieces-{line.id}", "").strip()
        if not text:
            continue
        if not text.isascii() or not text.isdigit() or len(text) > 6:
            raise Invalid(field=f"pieces-{line.id}")
        if int(text):
            pieces[line.id] = int(text)
    return pieces


@bp.post("/shipments/<path:number>/delivery")
@requires(Permission.ORDERS_SHIP)
def deliver(number: str) -> Answer:
    with committing():
        actions.deliver(parcels.shipment_by_number(number), by=me().actor)
        note("order.deliver", f"shipment:{number}")
    return done(_("The parcel has arrived."), ".show", number=number.partition("/")[0])


@bp.post("/<number>/cancellation")
@requires(Permission.ORDERS_CANCEL)
def cancel(number: str) -> Answer:
    order, form = queries.by_number(number), Cancellation()
    if not form.is_good():
        return _page(order, cancellation=form), 422
    with committing():
        actions.cancel(order, reason=form.cancel_reason.data or "", by=me().actor)
        note("order.cancel", f"order:{number}", reason=form.cancel_reason.data)
        on_its_way = order.captured.minor > order.refunded.minor
        by_hand = handing_back.waiting(order)
    words = _("The order is cancelled.")
    if by_hand:
        words += " " + _("What was paid is to be sent back by you.")
    elif on_its_way:
        words += " " + _("What was paid goes back by itself; it shows here in a moment.")
    return done(words, ".show", number=number)


@bp.post("/<number>/payment")
@requires(Permission.ORDERS_WRITE)
def receive_payment(number: str) -> Answer:
    order = queries.by_number(number)
    with committing():
        checkout.receive_payment(order, by=me().actor)
        note("order.mark_paid", f"order:{number}")
    return done(_("The order is paid."), ".show", number=number)


@bp.post("/<number>/notes")
@requires(Permission.ORDERS_NOTE)
def add_note(number: str) -> Answer:
    order, form = queries.by_number(number), Noting()
    if not form.is_good():
        return _page(order, noting=form), 422
    with committing():
        if once.is_first(me().actor):
            actions.add_note(order, form.text.data or "", by=me().actor)
            note("order.note", f"order:{number}")
    return done(_("The note is kept."), ".show", number=number)
