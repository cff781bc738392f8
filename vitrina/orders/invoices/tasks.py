"""Documents are issued because money came or went back; each once, however often this runs."""

from vitrina.core.db import session
from vitrina.core.events import on
from vitrina.orders import queries
from vitrina.orders.edits.events import OrderEdited
from vitrina.orders.events import OrderCancelled, OrderPaid, PaymentRefunded
from vitrina.orders.invoices import actions
from vitrina.payments.models import Refund


@on(OrderPaid)
def invoice(event: OrderPaid) -> None:
    """Invoice what has been paid."""
    actions.issue_invoice(queries.by_id(event.order_id))


@on(OrderEdited)
def reissue(event: OrderEdited) -> None:
    """Credit and invoice anew what was changed after it had been paid."""
    order = queries.by_id(event.order_id)
    if order.paid_at is not None:
        actions.reissue_invoice(order, cause=f"edit:{event.edit_id}")


@on(OrderCancelled)
def credit_rest(event: OrderCancelled) -> None:
    """Credit what nobody has to pay any more."""
    actions.credit_forgone(queries.by_id(event.order_id))


@on(PaymentRefunded)
def credit(event: PaymentRefunded) -> None:
    """Credit what went back."""
    refund = session.get(Refund, event.refund_id)
    if refund is not None:
        actions.credit_refund(queries.by_id(event.order_id), refund)
