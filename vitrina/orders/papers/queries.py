"""What stands on the papers that go with the goods."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from vitrina.core import locales, store
from vitrina.core.address import PostalAddress, lines
from vitrina.core.db import session
from vitrina.inventory.models import Location, Reservation, ReservationState, StockItem
from vitrina.orders import actions as orders
from vitrina.orders.models import Order, OrderLine, OrderState
from vitrina.orders.papers.slips import Piece, Shop, Slip
from vitrina.payments import registry
from vitrina.payments.models import Payment, PaymentState
from vitrina.shipping.models import Shipment

MOST = 200
_TO_PICK = (
    selectinload(Order.lines),
    selectinload(Order.payments),
    selectinload(Order.shipments).selectinload(Shipment.lines),
)
PROMISED = (ReservationState.HELD, ReservationState.COMMITTED)


def shop() -> Shop:
    """The shop as it stands at the foot of a paper."""
    found = store.current()
    return Shop(found.company or found.name, found.email, found.phone)


def slip_of_order(order: Order) -> Slip:
    """The packing slip of what an order still gets, or of all of it once everything has left."""
    wanted = {line.id: line.wanted for line in order.lines if line.requires_shipping}
    left = orders.unshipped(order)
    return _slip(order, order.number, left or wanted, is_part=bool(left) and left != wanted)


def slip_of_parcel(order: Order, parcel: Shipment) -> Slip:
    """The packing slip of one parcel of an order."""
    packed = {line.order_line_id: line.quantity for line in parcel.lines}
    wanted = {line.id: line.wanted for line in order.lines if line.requires_shipping}
    return _slip(order, parcel.number, packed, is_part=packed != wanted)


def _slip(order: Order, number: str, packed: dict[int, int], *, is_part: bool) -> Slip:
    locale = locales.get(order.locale)
    address = order.shipping_address
    return Slip(
        number=number,
        order=order.number,
        ordered_at=order.created_at,
        address=tuple(lines(PostalAddress.from_dict(address), locale.code)) if address else (),
        method=order.shipping_name,
        pieces=tuple(
            Piece(line.title, line.variant_label, line.sku, packed[line.id])
            for line in order.lines
            if packed.get(line.id)
        ),
        is_part=is_part,
        note="\n".join(note.text for note in order.notes if note.is_customer),
        locale=locale,
    )


def to_pick(numbers: Sequence[str] = ()) -> Sequence[Order]:
    """Those of ``numbers`` that wait to be sent, or all such orders, the oldest first.

    Those that are paid at the door as well; those whose rest is still to be paid only when named.
    """
    is_sent = sa.exists().where(
        OrderLine.order_id == Order.id,
        OrderLine.requires_shipping,
        OrderLine.called_off < OrderLine.quantity,
    )
    at_the_door = [one.code for one in registry.everyone() if one.info.ships_unpaid]
    is_accepted = sa.exists().where(
        Payment.order_id == Order.id,
        Payment.provider.in_(at_the_door),
        Payment.state == PaymentState.PENDING,
    )
    waits = sa.and_(Order.state == OrderState.AWAITING_PAYMENT, is_accepted)
    query = sa.select(Order).where(sa.or_(Order.state == OrderState.PAID, waits), is_sent)
    if numbers:
        query = query.where(Order.number.in_(numbers))
    found = session.scalars(query.order_by(Order.id).limit(MOST).options(*_TO_PICK))
    return [
        order
        for order in found
        if orders.may_ship(order, even_unpaid=bool(numbers)) and orders.unshipped(order)
    ]


def picks(wanted: Sequence[Order]) -> list[Piece]:
    """What to fetch for these orders, by location and SKU; one statement.

    What is not counted has no location, and comes first. What is not there yet is left out.
    """
    shelves = _shelves([order.number for order in wanted])
    found: dict[tuple[int, str, str, int], list[tuple[OrderLine, str, int]]] = {}
    for order in wanted:
        left = orders.unshipped(order)
        for line in order.lines:
            rest = left.get(line.id, 0)
            known = shelves.get((order.number, line.variant_id), [])
            for at, (priority, name, ready) in enumerate(known):
                part = min(rest, ready)
                if part:
                    key = (priority, name, line.sku, line.variant_id or 0)
                    found.setdefault(key, []).append((line, order.number, part))
                    known[at] = (priority, name, ready - part)
                    rest -= part
            if rest and not known:
                key = (-1, "", line.sku, line.variant_id or 0)
                found.setdefault(key, []).append((line, order.number, rest))
    return [_pick(key[1], parts) for key, parts in sorted(found.items(), key=lambda one: one[0])]


def _pick(location: str, parts: Sequence[tuple[OrderLine, str, int]]) -> Piece:
    line = parts[0][0]
    return Piece(
        title=line.title,
        label=line.variant_label,
        sku=line.sku,
        quantity=sum(part for _, _, part in parts),
        location=location,
        where=", ".join(f"{number} × {part}" for _, number, part in parts),
    )


Shelf = tuple[int, str, int]


def _shelves(numbers: Sequence[str]) -> dict[tuple[str, int | None], list[Shelf]]:
    """Where the promised pieces of each order and variant are: (priority, location, pieces)."""
    rows = session.execute(
        sa.select(
            Reservation.reference,
            Reservation.variant_id,
            Location.priority,
            Location.name,
            Reservation.quantity,
        )
        .join(StockItem, StockItem.id == Reservation.item_id)
        .join(Location, Location.id == StockItem.location_id)
        .where(Reservation.reference.in_(numbers), Reservation.state.in_(PROMISED))
        .order_by(Location.priority, Location.id)
    )
    found: dict[tuple[str, int | None], list[Shelf]] = {}
    for reference, variant_id, priority, name, pieces in rows:
        found.setdefault((reference, variant_id), []).append((priority, name, pieces))
    return found
