"""Where an order stands, in words: state, timeline, and where to come for what is not sent."""

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _

from vitrina.core.places import Destination
from vitrina.orders.instructions import instructions
from vitrina.orders.models import Order, OrderState
from vitrina.payments.provider import Kind
from vitrina.shipping import queries as shipping
from vitrina.shipping.models import ShipmentState
from vitrina.web.formats import days, moment
from vitrina.web.visitor import visitor

ENDED = (OrderState.CANCELLED, OrderState.EXPIRED)


def collection_point(order: Order) -> str | None:
    """Where the buyer comes for the order, with the hours; None when it is sent."""
    address = order.shipping_address or {}
    if not order.shipping_code or not address:
        return None
    place = Destination(
        str(address.get("country", "")),
        str(address.get("region", "")),
        str(address.get("postal_code", "")),
    )
    return shipping.collection_point(place, order.shipping_code, visitor().locale.code)


def status_words(order: Order, *, collected: bool = False) -> str:
    """What a customer reads: one state for the whole order. ``collected``: the buyer comes."""
    if order.state is OrderState.CANCELLED:
        return _("Cancelled")
    if order.state is OrderState.EXPIRED:
        return _("Not paid in time")
    payments = {
        "refunded": _("Refunded"),
        "partially_refunded": _("Partly refunded"),
    }
    if order.payment_status in payments:
        return payments[order.payment_status]
    fulfilment = {
        "partly_shipped": _("Partly ready to collect") if collected else _("Partly shipped"),
        "shipped": _("Ready to collect") if collected else _("On its way"),
        "delivered": _("Collected") if collected else _("Delivered"),
    }
    if order.fulfilment_status in fulfilment:
        return fulfilment[order.fulfilment_status]
    if order.paid_at:
        return _("Paid")
    return _("Being packed") if _pays_at_the_door(order) else _("Waiting for payment")


def _pays_at_the_door(order: Order) -> bool:
    told = instructions(order)
    return told is not None and told.kind is Kind.ON_DELIVERY


def rows(orders: Iterable[Order]) -> list[dict[str, Any]]:
    """Orders as a list shows them: ``order``, its state in ``words``, and the badge's ``kind``.

    Tries that their buyer replaced by another order are left out.
    """
    codes = shipping.collected_codes()
    return [
        {
            "order": order,
            "words": status_words(order, collected=order.shipping_code in codes),
            "kind": badge_kind(order),
        }
        for order in orders
        if not was_replaced(order)
    ]


def badge_kind(order: Order) -> str:
    """How the badge of an order's state looks."""
    if order.state in ENDED:
        return ""
    return "ok" if order.paid_at else "warn"


def was_replaced(order: Order) -> bool:
    """Whether it is an unpaid try, put aside when its buyer confirmed the cart anew."""
    if order.state is not OrderState.CANCELLED or order.paid_at or not order.transitions:
        return False
    return order.transitions[-1].note.startswith("replaced by ")


def next_words(order: Order) -> str | None:
    """What happens next with an order that is collected; None before it is paid, or at its end."""
    if order.state is OrderState.DELIVERED:
        return _("You have collected it. We hope that it hangs well.")
    if order.state is OrderState.SHIPPED:
        return _("It is ready. Come for it when it suits you, and bring the order's number.")
    if order.paid_at and order.state not in ENDED:
        email = order.email
        return _(
            "We get it ready now and write to %(email)s when you can come for it.", email=email
        )
    return None


def steps(order: Order, *, collected: bool = False) -> list[dict[str, Any]]:
    """The timeline: ordered, paid, packed, on its way, delivered; or where it ended."""
    found: list[dict[str, Any]] = [
        {"title": _("Ordered"), "when": moment(order.created_at), "state": "done"}
    ]
    if order.state in ENDED:
        last = order.transitions[-1] if order.transitions else None
        when = moment(last.at) if last else None
        return [*found, {"title": status_words(order), "when": when, "state": "failed"}]
    now = False
    paid, sent = _paid(order), _sent(order, collected=collected)
    for title, when, is_done in [*sent, paid] if _pays_at_the_door(order) else [paid, *sent]:
        state = "done" if is_done else ("ahead" if now else "now")
        now = now or not is_done
        found.append({"title": title, "when": when, "state": state})
    return found


Step = tuple[str, str | None, bool]


def _paid(order: Order) -> Step:
    if order.paid_at is None:
        at_the_door = _pays_at_the_door(order)
        return _("Payment at the door") if at_the_door else _("Waiting for payment"), None, False
    return _("Paid"), moment(order.paid_at), True


def _sent(order: Order, *, collected: bool) -> list[Step]:
    """What happens to the goods; nothing for files."""
    if order.fulfilment_status == "not_needed":
        return []
    left = [one.shipped_at for one in order.shipments if one.shipped_at]
    came = [one.delivered_at for one in order.shipments if one.delivered_at]
    packed = order.fulfilment_status in ("shipped", "delivered")
    over = order.fulfilment_status == "delivered"
    begun = order.paid_at or _pays_at_the_door(order)
    packing = _("Packed") if packed else (_("Being packed") if begun else _("Packing"))
    expected = None if packed and collected else _expected(order)
    return [
        (packing, None, packed),
        (
            _("Ready to collect") if collected else _("On its way"),
            moment(left[-1]) if left else (expected if collected else None),
            over,
        ),
        (
            _("Collected") if collected else _("Delivered"),
            moment(came[-1]) if came else (None if collected else expected),
            over,
        ),
    ]


def shipment_words(state: ShipmentState, *, collected: bool) -> str:
    """The state of a parcel."""
    return {
        ShipmentState.PACKING: _("being packed"),
        ShipmentState.SHIPPED: _("ready to collect") if collected else _("on its way"),
        ShipmentState.DELIVERED: _("collected") if collected else _("delivered"),
        ShipmentState.CANCELLED: _("cancelled"),
        ShipmentState.RETURNED: _("returned"),
    }[state]


def _expected(order: Order) -> str | None:
    if order.deliver_from is None or order.deliver_to is None:
        return None
    return _("expected %(days)s", days=days(order.deliver_from.date(), order.deliver_to.date()))
