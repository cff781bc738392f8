"""Mails about returns, in the order's language; each is written once, however often this runs."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from vitrina.core.events import on
from vitrina.notifications import return_views, views
from vitrina.notifications.actions import write
from vitrina.notifications.return_views import ReturnView
from vitrina.orders import queries as orders
from vitrina.orders.models import Order
from vitrina.orders.returns import queries
from vitrina.orders.returns.events import (
    OrderWithdrawn,
    ReturnApproved,
    ReturnCancelled,
    ReturnInspected,
    ReturnReceived,
    ReturnRejected,
    ReturnRequested,
)
from vitrina.orders.returns.models import ReturnKind


@on(ReturnRequested)
def requested(event: ReturnRequested) -> None:
    """Acknowledge it; a withdrawal with its date and time, as Directive 2011/83/EU wants it."""
    kind = ReturnKind(event.kind)
    is_withdrawal = kind is ReturnKind.WITHDRAWAL
    _tell("withdrawal_received" if is_withdrawal else "return_requested", event.number)


@on(OrderWithdrawn)
def withdrawn(event: OrderWithdrawn) -> None:
    """Acknowledge the withdrawal from what had not left, and from what comes back with it."""
    order = orders.by_id(event.order_id)
    if event.return_number:
        view = return_views.of_return(queries.by_number(event.return_number))
        view = replace(view, called_off=return_views.called_off(order, event.pieces))
        key = event.return_number
    else:
        at = datetime.fromisoformat(event.at)
        view = return_views.of_withdrawn(order, event.declared_by, at, event.pieces)
        key = f"{order.number}:{event.at}" if event.pieces else order.number
    _write("withdrawal_received", order, view, f"withdrawal_received:{key}")


@on(ReturnApproved)
def approved(event: ReturnApproved) -> None:
    """Say how to send it."""
    _tell("return_approved", event.number)


@on(ReturnRejected)
def rejected(event: ReturnRejected) -> None:
    """Say why not."""
    _tell("return_rejected", event.number, reason=event.reason)


@on(ReturnReceived)
def received(event: ReturnReceived) -> None:
    """Say that it is here."""
    _tell("return_received", event.number)


@on(ReturnInspected)
def inspected(event: ReturnInspected) -> None:
    """Say what is kept or refused; that all of the money goes back, the refund's own mail says."""
    back = queries.by_number(event.number)
    if not return_views.of_return(back).is_whole:
        note = next((one.note for one in back.transitions[::-1] if one.verb == "inspect"), "")
        _tell("return_inspected", event.number, reason=note)


@on(ReturnCancelled)
def cancelled(event: ReturnCancelled) -> None:
    """Say that it is off."""
    _tell("return_cancelled", event.number)


def _tell(template: str, number: str, **context: Any) -> None:
    back = queries.by_number(number)
    view = return_views.of_return(back)
    _write(template, back.order, view, f"{template}:{number}", **context)


def _write(template: str, order: Order, view: ReturnView, key: str, **context: Any) -> None:
    write(
        template,
        to=order.email,
        locale=order.locale,
        key=key,
        context={"order": views.of_order(order), "back": view, **context},
        subject_ref=f"order:{order.number}",
    )
