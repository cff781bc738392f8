"""An order in words: lines, sums, what happened and what comes."""

from typing import Any

from flask_babel import gettext as _

from vitrina.checkout.actions import may_pay
from vitrina.checkout.errors import OrderNotPayable
from vitrina.core import address as addresses
from vitrina.core.address import PostalAddress
from vitrina.orders import queries
from vitrina.orders.instructions import Instructions, instructions
from vitrina.orders.invoices import queries as invoices
from vitrina.orders.models import Order, OrderLine, OrderState
from vitrina.orders.rules import download_token, link_token
from vitrina.payments import registry
from vitrina.payments.models import Payment, PaymentState
from vitrina.payments.provider import Kind
from vitrina.shipping.models import ShipmentState
from vitrina.storefront import order_progress as progress
from vitrina.storefront import payment_parts, return_parts
from vitrina.storefront.checkout_parts import payment_choices, sandbox_cards
from vitrina.storefront.order_progress import ENDED
from vitrina.web import paying
from vitrina.web.formats import day, money
from vitrina.web.messages.providers import LABELS
from vitrina.web.visitor import visitor

__all__ = ["OrderNotPayable", "buyer_name", "show"]

WAITING = (PaymentState.PENDING, PaymentState.AUTHORIZED)


def show(order: Order) -> dict[str, Any]:
    """Everything that the template of an order needs."""
    user, point = visitor().user, progress.collection_point(order)
    collected = point is not None
    return {
        "order": order,
        "token": link_token(order.number),
        "heading": _heading(order),
        "next_words": (collected and progress.next_words(order)) or _next(order),
        "status_words": progress.status_words(order, collected=collected),
        "steps": progress.steps(order, collected=collected),
        "lines": [_line(line, order) for line in order.lines],
        "rows": _rows(order),
        "total": _total(order),
        "credit_rows": payment_parts.credit_rows(order),
        "due_row": payment_parts.due_row(order),
        "payments": payment_parts.payments(order),
        "shipping_lines": _address(order.shipping_address),
        "billing_lines": _address(order.billing_address or order.shipping_address),
        "collect_at": point,
        "shipments": [_shipment(one, collected=collected) for one in order.shipments],
        "returns": return_parts.section(order),
        "downloads": _downloads(order),
        "invoices": _invoices(order),
        "pay": _payment(order),
        "by_hand": _by_hand(order),
        "can_cancel": _can_cancel(order),
        "offer_account": user is None and order.user_id is None and order.state not in ENDED,
    }


def buyer_name(order: Order) -> str:
    """The name on the parcel; empty for an order without one."""
    return str((order.shipping_address or {}).get("name", ""))


def _heading(order: Order) -> str:
    if order.state in ENDED:
        return _("Order %(number)s", number=order.number)
    waits = order.state is OrderState.AWAITING_PAYMENT and not _is_authorized(order)
    if waits and instructions(order) is None:
        return _("Order %(number)s is not paid yet", number=order.number)
    return _("Thank you. Your order is %(number)s", number=order.number)


def _next(order: Order) -> str:
    """What happens next, in one sentence."""
    if order.state is OrderState.CANCELLED:
        return " ".join((_("It was cancelled."), _went_back(order)))
    if order.state is OrderState.EXPIRED:
        again = _("You can order again.")
        return " ".join((_("It was not paid in time."), _went_back(order), again))
    if order.state is OrderState.DELIVERED:
        return _("It has arrived. We hope that it hangs well.")
    if order.state is OrderState.SHIPPED:
        return _("It is on its way to you.")
    if order.paid_at and order.outstanding.minor > 0:
        left = money(order.outstanding, exact=True)
        return _("It was changed. We send it when the other %(amount)s are paid.", amount=left)
    if order.paid_at:
        return _("We pack it now and write to %(email)s when it leaves.", email=order.email)
    payment = order.payment
    if paying.find_form(order) is not None:
        return _("Nothing was charged yet. You can pay below.")
    if payment is not None and payment.state is PaymentState.REQUIRES_ACTION:
        return _wants_confirmation(payment)
    told = instructions(order)
    if told is not None:
        return _next_by_hand(told)
    if _is_authorized(order):
        return _("Your bank keeps the sum ready. We take it when we send the parcel.")
    if payment is not None and payment.state in WAITING:
        return _("The payment is on its way. This page will say when it is here.")
    return _("Nothing was charged. Choose a way to pay below.")


def _went_back(order: Order) -> str:
    """What became of the money of an order that has ended."""
    if not order.captured:
        return _("Nothing was charged.")
    if order.refunded.minor < order.captured.minor:
        return _("What you paid is on its way back.")
    return _("What you paid went back.")


def _wants_confirmation(payment: Payment) -> str:
    """A bank asks for a card that it knows; a page that was left knows nothing yet."""
    info = next((one.info for one in registry.everyone() if one.code == payment.provider), None)
    if info is not None and info.kind is Kind.CARD:
        return _("Your bank still wants you to confirm the payment.")
    return _("You have not paid yet. Nothing was charged.")


def _line(line: OrderLine, order: Order) -> dict[str, Any]:
    each = order.money(line.unit_price)
    before = order.money(line.unit_price * line.quantity)
    return {
        "title": line.title,
        "url": None,
        "picture": {"url": f"/media/{line.image}", "width": 80, "height": 100}
        if line.image
        else None,
        "options": line.variant_label,
        "unit_price": _("%(price)s each", price=money(each)) if line.quantity > 1 else None,
        "total": money(order.money(line.unit_price * line.quantity - line.discount)),
        "old_total": money(before) if line.discount else None,
        "quantity": line.quantity,
        "alert": None,
        "note": None,
    }


def _rows(order: Order) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [
        {"label": _("Items"), "amount": money(order.money(order.subtotal))}
    ]
    by_label: dict[tuple[str, str], int] = {}
    for one in order.adjustments:
        by_label[one.label, one.code] = by_label.get((one.label, one.code), 0) + abs(one.amount)
    rows += [
        {"label": label, "note": code, "amount": f"−{money(order.money(amount))}", "credit": True}
        for (label, code), amount in by_label.items()
    ]
    if order.shipping_code:
        price = order.money(order.shipping)
        amount = money(price) if price else _("Free")
        rows.append({"label": _("Delivery"), "note": order.shipping_name, "amount": amount})
    if order.tax_added:
        rows.append({"label": _("Tax"), "amount": money(order.money(order.tax_added))})
    return rows


def _total(order: Order) -> dict[str, Any]:
    included = order.tax - order.tax_added
    note = _("including %(tax)s tax", tax=money(order.money(included))) if included else ""
    return {"label": _("Total"), "amount": money(order.total_money, exact=True), "note": note}


def _address(snapshot: dict[str, Any] | None) -> list[str]:
    if not snapshot:
        return []
    return addresses.lines(PostalAddress.from_dict(snapshot), visitor().locale.code)


def _shipment(shipment: Any, *, collected: bool) -> dict[str, Any]:
    return {
        "number": shipment.number,
        "state": progress.shipment_words(shipment.state, collected=collected),
        "carrier": shipment.carrier,
        "tracking_number": shipment.tracking_number,
        "tracking_url": shipment.tracking_url,
        "when": day(shipment.delivered_at or shipment.shipped_at),
        "pieces": sum(line.quantity for line in shipment.lines),
    }


def _downloads(order: Order) -> list[dict[str, Any]]:
    return [
        {
            "name": one.name,
            "left": one.left,
            "url": f"/downloads/{download_token(one.line_id, one.file_id)}",
        }
        for one in queries.downloads(order.id)
    ]


def _invoices(order: Order) -> list[dict[str, Any]]:
    """Invoices and credit notes, with links that work without an account."""
    titles = {"invoice": _("Invoice"), "credit_note": _("Credit note")}
    base, token = f"{visitor().locale.path}/orders/{order.number}", link_token(order.number)
    return [
        {
            "title": titles[one.kind],
            "number": one.number,
            "day": day(one.issued_at),
            "total": money(one.total_money, exact=True),
            "url": f"{base}/invoices/{one.number}.pdf?token={token}",
        }
        for one in invoices.of_order(order.id)
    ]


def _is_authorized(order: Order) -> bool:
    payment = order.payment
    return (
        payment is not None and payment.captures_later and payment.state is PaymentState.AUTHORIZED
    )


def _next_by_hand(told: Instructions) -> str:
    if told.kind is Kind.ON_DELIVERY:
        amount = money(told.amount, exact=True)
        return _("We pack it now. You pay %(amount)s when it is handed to you.", amount=amount)
    if told.kind is Kind.CHEQUE:
        return _("We send it when the cheque is cleared. The details are below.")
    return _("We send it when the money is here. The details are below.")


def _by_hand(order: Order) -> dict[str, Any] | None:
    """Where to send the money, for a transfer or a cheque."""
    told = instructions(order)
    if told is None or told.kind is Kind.ON_DELIVERY:
        return None
    asks = {
        Kind.TRANSFER: _(
            "Send %(amount)s and name the order's number: %(number)s.",
            amount=money(told.amount, exact=True),
            number=told.number,
        ),
        Kind.CHEQUE: _(
            "Send a cheque of %(amount)s with the order's number on its back: %(number)s.",
            amount=money(told.amount, exact=True),
            number=told.number,
        ),
    }
    return {
        "words": asks[told.kind],
        "account": [(str(LABELS.get(field, field)), value) for field, value in told.account],
        "due": day(told.due_at.date(), style="long") if told.due_at else "",
    }


def _payment(order: Order) -> dict[str, Any] | None:
    """How to pay an order that waits; None when there is nothing to pay, or money is on its way.

    ``is_other``: the buyer has chosen to send money, and may still pay in another way.
    """
    last = order.attempts[-1] if order.attempts else None
    told, used = instructions(order), last.provider if last is not None else ""
    is_waiting = last is not None and last.state in WAITING
    if not may_pay(order) or (is_waiting and told is None):
        return None
    country = str((order.shipping_address or {}).get("country", ""))
    offered = registry.offered(order.currency, country)
    others = [info for info in offered if told is None or info.code != used]
    if not others:
        return None
    return {
        "is_other": told is not None,
        "options": payment_choices(others, used),
        "form_link": paying.form_link(order.number) if paying.find_form(order) else "",
        "amount": money(order.outstanding - order.held, exact=True),
        "cards": sandbox_cards(),
    }


def _can_cancel(order: Order) -> bool:
    packed = any(one.state is not ShipmentState.CANCELLED for one in order.shipments)
    return order.state in (OrderState.AWAITING_PAYMENT, OrderState.PAID) and not packed
