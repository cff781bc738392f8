"""Paying an order again: another card, or another way."""

from flask import request

from vitrina.api import once
from vitrina.api.access import shopper
from vitrina.api.kit import endpoint
from vitrina.api.orders import LinkQuery, PaymentIn, find, is_buyers, orders
from vitrina.api.orders_out import OrderOut, order_out
from vitrina.api.tokens import current_user
from vitrina.checkout import actions
from vitrina.checkout.errors import PaymentDeclined
from vitrina.core.db import committing
from vitrina.orders import queries
from vitrina.orders.errors import OrderNotFound
from vitrina.web import paying


@endpoint(
    orders, "POST", "/orders/<key>/payments",
    summary="Pay an order that waits for its money",
    description="Another card, or another way: a transfer that was chosen before is given up. "
    "Guests send the order's `token`. A declined payment answers 402. While a provider may have "
    "the money it answers 409.",
    access=shopper, query=LinkQuery, body=PaymentIn, answer=OrderOut, status=201,
    limit="20/minute", idempotent=True, errors=(402, 404, 409, 429),
)  # fmt: skip
def pay(key: str, query: LinkQuery, body: PaymentIn) -> OrderOut:
    order, user = find(key), current_user()
    if not is_buyers(order, query.token):
        raise OrderNotFound(number=key[:20])
    number = order.number
    with committing():
        once.seal()
        actions.retry_payment(
            order,
            body.provider,
            token=body.token,
            client=request.remote_addr or "",
            by=user.actor if user else "guest",
        )
    result = paying.pay(queries.by_number(number), body.token)
    if result is not None and result.failed:
        raise PaymentDeclined(number=number, reason=result.reason)
    return order_out(queries.by_number(number), is_buyers=True)
