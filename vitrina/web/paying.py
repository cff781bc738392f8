"""Paying, for the faces: where the buyer comes back to, and the provider between two commits."""

from dataclasses import replace

from flask import current_app, request

from vitrina.checkout import till
from vitrina.checkout.till import PayResult
from vitrina.orders.models import Order
from vitrina.orders.rules import link_token
from vitrina.payments import queries, registry
from vitrina.payments.models import Payment
from vitrina.payments.provider import PayForm

__all__ = [
    "PayResult",
    "find_form",
    "form_link",
    "order_link",
    "pay",
    "return_link",
    "update",
]


def order_link(number: str) -> str:
    """The path of an order's page with the token that opens it."""
    return f"{request.script_root}/orders/{number}?token={link_token(number)}"


def return_link(number: str) -> str:
    """The full address to which a provider sends the buyer back.

    It says ``key`` and not ``token``: PayPal adds a ``token`` of its own.
    """
    base = str(current_app.config["BASE_URL"])
    token = link_token(number)
    return f"{base}{_prefix()}/orders/{number}/payment?key={token}"


def form_link(number: str) -> str:
    """The path of the page on which an order is paid by the provider's form."""
    return f"{request.script_root}/orders/{number}/pay?key={link_token(number)}"


def _prefix() -> str:
    """The language of this request; the API has none."""
    return "" if request.path.startswith("/api") else request.script_root


def pay(
    order: Order, token: str, *, user_id: int | None = None, save: bool = False
) -> PayResult | None:
    """Ask for the money of an order's latest payment; None when there is nothing to pay.

    ``user_id``: the customer who is signed in; ``save``: they want their card kept. Call outside
    ``committing()``. A repeat is harmless.
    """
    payment = latest(order)
    if payment is None:
        return None
    back = return_link(order.number)
    result = till.pay(payment.id, token=token, return_url=back, user_id=user_id, save=save)
    return replace(result, redirect_url=form_link(order.number)) if result.confirms else result


def find_form(order: Order) -> tuple[PayForm, str] | None:
    """The form in which an order's latest payment waits for its buyer, and the secret for it."""
    payment = latest(order)
    secret = "" if payment is None else queries.form_secret(payment)
    if payment is None or not secret:
        return None
    info = next((one.info for one in registry.everyone() if one.code == payment.provider), None)
    return (info.form, secret) if info is not None and info.form is not None else None


def update(order: Order) -> PayResult | None:
    """Ask the provider where the latest payment stands; None when there is none."""
    payment = latest(order)
    return None if payment is None else till.look(payment.id)


def latest(order: Order) -> Payment | None:
    """The payment that an order waits for, or waited for last."""
    tried = order.attempts or order.payments
    return tried[-1] if tried else None


def hear(provider: str, headers: dict[str, str], body: bytes) -> int:
    """Take a provider's webhook. Raises UnknownProvider, ForgedNotice."""
    return till.hear(provider, headers, body)
