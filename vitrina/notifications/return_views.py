"""What mails say about returns: plain values with everything that a template needs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from vitrina.core import locales, store
from vitrina.core.address import PostalAddress, lines
from vitrina.core.money import Money
from vitrina.notifications import office
from vitrina.notifications.views import LineView
from vitrina.orders.models import Order
from vitrina.orders.returns.models import Return, ReturnLine


@dataclass(frozen=True, slots=True)
class ReturnView:
    """A return. ``at`` is when it was asked for; ``address`` is where the pieces are sent.

    ``given`` is what goes back, ``deducted`` what was kept; ``refused`` are the lines of which
    not everything was accepted. ``is_whole``: nothing was kept or refused. ``called_off`` are
    pieces of a withdrawal that had not left: they need not be sent back.
    """

    number: str
    kind: str
    link: str
    at: datetime
    name: str
    note: str
    lines: tuple[LineView, ...]
    address: tuple[str, ...]
    instructions: str
    label_url: str
    as_credit: bool
    given: Money
    deducted: Money
    refused: tuple[LineView, ...]
    called_off: tuple[LineView, ...] = ()

    @property
    def is_whole(self) -> bool:
        return not self.deducted and not self.refused


def of_return(back: Return) -> ReturnView:
    """A return as its mails show it, in its order's language."""
    order = back.order
    kept = sum(line.deducted for line in back.lines)
    return ReturnView(
        number=back.number,
        kind=str(back.kind),
        link=returns_link(order),
        at=back.created_at,
        name=back.name,
        note=back.note,
        lines=tuple(_line(line, line.quantity) for line in back.lines),
        address=shop_address(order.locale),
        instructions=back.instructions,
        label_url=back.label_url,
        as_credit=back.as_credit,
        given=order.money(back.given),
        deducted=order.money(kept),
        refused=tuple(
            _line(line, line.received - line.refunded)
            for line in back.lines
            if line.received > line.refunded
        ),
    )


def of_withdrawn(
    order: Order, declared_by: str, at: datetime, pieces: Mapping[str, int]
) -> ReturnView:
    """A withdrawal from what had not left: there is nothing to send back.

    ``pieces``: by the id of their order line; all of the order without any.
    """
    return ReturnView(
        number="",
        kind="withdrawal",
        link=office.order_link(order.number, locales.get(order.locale)),
        at=at,
        name=declared_by,
        note="",
        lines=(),
        address=(),
        instructions="",
        label_url="",
        as_credit=False,
        given=order.money(0),
        deducted=order.money(0),
        refused=(),
        called_off=called_off(order, pieces),
    )


def called_off(order: Order, pieces: Mapping[str, int]) -> tuple[LineView, ...]:
    """Pieces by the id of their order line, as a mail names them; all of it without any."""
    counts = pieces or {str(line.id): line.wanted for line in order.lines}
    return tuple(
        LineView(line.title, line.variant_label, counts[str(line.id)])
        for line in order.lines
        if counts.get(str(line.id))
    )


def returns_link(order: Order) -> str:
    """The part of an order's page that tells of its returns."""
    return f"{office.order_link(order.number, locales.get(order.locale))}#returns"


def shop_address(locale: str) -> tuple[str, ...]:
    """Where goods are sent back to; empty while the shop has not said where it is."""
    shop = store.current()
    if not shop.address:
        return ()
    name = shop.company or shop.name
    written = lines(PostalAddress.from_dict({"name": name, **shop.address}), locale)
    return tuple(written)


def _line(line: ReturnLine, pieces: int) -> LineView:
    return LineView(line.order_line.title, line.order_line.variant_label, pieces)
