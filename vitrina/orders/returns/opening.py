"""How a return begins: a buyer asks, staff ask for one, or a consumer withdraws."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from vitrina.catalog import queries as catalog
from vitrina.catalog.errors import VariantNotFound
from vitrina.core import clock
from vitrina.core.db import session
from vitrina.core.events import record
from vitrina.core.ids import new_number
from vitrina.orders import actions as orders
from vitrina.orders import calling_off, downloads, refunds
from vitrina.orders import queries as order_queries
from vitrina.orders.models import Order, OrderLine
from vitrina.orders.returns import queries, rules
from vitrina.orders.returns.errors import (
    AlreadyDownloaded,
    NoAccount,
    NotExchangeable,
    NothingReturned,
    NotWithdrawable,
    ReasonMissing,
    TooLate,
    TooManyPieces,
)
from vitrina.orders.returns.events import OrderWithdrawn, ReturnRequested
from vitrina.orders.returns.models import (
    RETURN,
    Reason,
    Return,
    ReturnKind,
    ReturnLine,
    ReturnVerb,
)
from vitrina.orders.rules import cut

PREFIX = "R"
WITHDRAWAL = "withdrawal"


@dataclass(frozen=True, slots=True)
class Piece:
    """Pieces of an order line that are to come back; ``wanted_id``: the variant in exchange."""

    line_id: int
    quantity: int
    reason: Reason = Reason.NONE
    note: str = ""
    wanted_id: int | None = None


def request(
    order: Order,
    pieces: Sequence[Piece],
    *,
    kind: ReturnKind = ReturnKind.RETURN,
    note: str = "",
    as_credit: bool = False,
    by: str,
) -> Return:
    """A buyer asks to send pieces back within the shop's own window; staff have yet to agree.

    Raises TooLate, ReasonMissing, NothingReturned, TooManyPieces, AlreadyDownloaded, NoAccount,
    NotExchangeable.
    """
    order = order_queries.lock(order.id)
    ways = queries.ways(order, clock.now())
    if not ways.can_return and ways.left:
        raise TooLate(until=ways.returns_until.isoformat() if ways.returns_until else "")
    if any(piece.reason is Reason.NONE for piece in pieces):
        raise ReasonMissing(field="reason")
    made = _open(order, ways.left, pieces, kind=kind, note=note, as_credit=as_credit, by=by)
    record(ReturnRequested(order_id=order.id, number=made.number, kind=str(kind)))
    return made


def open_for(
    order: Order,
    pieces: Sequence[Piece],
    *,
    kind: ReturnKind = ReturnKind.RETURN,
    note: str = "",
    as_credit: bool = False,
    by: str,
) -> Return:
    """Staff open a return for a buyer, however long ago it arrived.

    Raises NothingReturned, TooManyPieces, AlreadyDownloaded, NoAccount, NotExchangeable.
    """
    order = order_queries.lock(order.id)
    left = queries.left_to_return(order)
    made = _open(order, left, pieces, kind=kind, note=note, as_credit=as_credit, by=by)
    record(ReturnRequested(order_id=order.id, number=made.number, kind=str(kind)))
    return made


def withdraw(order: Order, pieces: Mapping[int, int], *, name: str, by: str) -> Return | None:
    """A consumer withdraws from the contract: for some pieces by order line, or (empty) for all.

    Nobody has to agree. What has not left is called off, and its money goes back; with all of it
    the order is cancelled. What has left is awaited: that is the return, else None. Raises
    NotWithdrawable (also for a part of an unpaid order), TooLate, NothingReturned, TooManyPieces,
    AlreadyDownloaded.
    """
    order = order_queries.lock_whole(order.id)
    now = clock.now()
    if not queries.is_consumer_law(order):
        raise NotWithdrawable(number=order.number)
    last = queries.ways(order, now).withdraws_until
    if last is not None and not rules.is_in_time(last, now):
        raise TooLate(until=last.isoformat())
    is_whole = rules.is_whole({line.id: line.wanted for line in order.lines}, pieces)
    if queries.is_unsent(order):
        if is_whole or not pieces:
            orders.cancel(order, reason=WITHDRAWAL, by=by)
            _record_withdrawn(order, name, now)
            return None
        if order.paid_at is None:
            raise NotWithdrawable(number=order.number)
    off = _split(order, pieces)
    back = {one: count - off.get(one, 0) for one, count in pieces.items() if count != off.get(one)}
    made = None
    if back or not off:
        made = _await(order, back, name=name, with_shipping=is_whole, by=by)
    if off:
        _call_off(order, off, by=by)
        _record_withdrawn(order, name, now, off, made.number if made else "")
    elif made:
        record(ReturnRequested(order_id=order.id, number=made.number, kind=str(made.kind)))
    return made


def _split(order: Order, pieces: Mapping[int, int]) -> dict[int, int]:
    """Those of the pieces that have not left; of a line that left in part, they go first."""
    unsent = calling_off.left_to_call_off(order)
    left = queries.left_to_withdraw(order, queries.left_to_return(order))
    for line_id in unsent.keys() & pieces.keys():
        if not 0 < pieces[line_id] <= left[line_id]:
            raise TooManyPieces(line_id=line_id, wanted=pieces[line_id], left=left[line_id])
    return {one: min(count, unsent[one]) for one, count in pieces.items() if one in unsent}


def _await(
    order: Order, pieces: Mapping[int, int], *, name: str, with_shipping: bool, by: str
) -> Return:
    made = _open(
        order,
        queries.left_to_return(order),
        [Piece(line_id, quantity) for line_id, quantity in pieces.items()],
        kind=ReturnKind.WITHDRAWAL,
        name=name,
        with_shipping=with_shipping,
        by=by,
    )
    RETURN.move(made, ReturnVerb.APPROVE, by="system", note=WITHDRAWAL)
    return made


def _call_off(order: Order, pieces: Mapping[int, int], *, by: str) -> None:
    """Owe the unsent pieces back; the delivery as well when nothing is ever sent."""
    is_sent = any(one.state in orders.GONE for one in order.shipments)
    nothing_goes = not is_sent and pieces == calling_off.left_to_call_off(order)
    parts = refunds.parts_of(order, pieces)
    delivery = refunds.delivery_part(order) if nothing_goes else None
    parts += [delivery] if delivery is not None else []
    owed = min(sum(part.amount for part in parts), refunds.refundable(order).minor)
    if owed:
        parts, _rest = cut(parts, owed)
        refunds.owe(order, order.money(owed), parts=parts, reason=WITHDRAWAL, by=by)
    calling_off.call_off(order, pieces, by=by)


def _record_withdrawn(
    order: Order,
    name: str,
    now: datetime,
    pieces: Mapping[int, int] | None = None,
    return_number: str = "",
) -> None:
    record(
        OrderWithdrawn(
            order_id=order.id,
            number=order.number,
            declared_by=name.strip()[:200],
            at=now.isoformat(),
            pieces={str(line_id): count for line_id, count in (pieces or {}).items()},
            return_number=return_number,
        )
    )


def _open(
    order: Order,
    left: Mapping[int, int],
    pieces: Sequence[Piece],
    *,
    kind: ReturnKind,
    name: str = "",
    note: str = "",
    as_credit: bool = False,
    with_shipping: bool = False,
    by: str,
) -> Return:
    """The order is locked, so ``left`` holds until the commit."""
    if as_credit and order.user_id is None:
        raise NoAccount(number=order.number)
    lines = {line.id: line for line in order.lines}
    _check(lines, left, pieces)
    if kind is ReturnKind.EXCHANGE:
        _check_wanted(lines, pieces)
    _take_back_files([lines[piece.line_id] for piece in pieces])
    made = Return(
        number=_free_number(),
        order=order,
        kind=kind,
        state=RETURN.start,
        by=by,
        name=name.strip()[:200],
        note=note.strip()[: rules.MOST_WORDS],
        as_credit=as_credit,
        with_shipping=with_shipping,
        lines=[_line(lines[piece.line_id], piece, kind) for piece in pieces],
    )
    session.add(made)
    session.flush()
    return made


def _line(line: OrderLine, piece: Piece, kind: ReturnKind) -> ReturnLine:
    return ReturnLine(
        order_line=line,
        quantity=piece.quantity,
        reason=piece.reason,
        note=piece.note.strip()[:500],
        wanted_id=piece.wanted_id if kind is ReturnKind.EXCHANGE else None,
    )


def _check(
    lines: Mapping[int, OrderLine], left: Mapping[int, int], pieces: Sequence[Piece]
) -> None:
    if not pieces or len({piece.line_id for piece in pieces}) < len(pieces):
        raise NothingReturned(field="pieces")
    for piece in pieces:
        line, most = lines.get(piece.line_id), left.get(piece.line_id, 0)
        if line is not None and not line.requires_shipping and not most:
            raise AlreadyDownloaded(line_id=piece.line_id)
        is_file = line is not None and not line.requires_shipping
        if not 0 < piece.quantity <= most or (is_file and piece.quantity != most):
            raise TooManyPieces(line_id=piece.line_id, wanted=piece.quantity, left=most)


def _check_wanted(lines: Mapping[int, OrderLine], pieces: Sequence[Piece]) -> None:
    for piece in pieces:
        line = lines[piece.line_id]
        try:
            wanted = catalog.variant(piece.wanted_id or 0)
        except VariantNotFound:
            raise NotExchangeable(line_id=piece.line_id) from None
        if wanted.product_id != line.product_id or wanted.id == line.variant_id:
            raise NotExchangeable(line_id=piece.line_id)


def _take_back_files(lines: Sequence[OrderLine]) -> None:
    """Files that come back can no longer be fetched; those that were fetched cannot come back."""
    files = [line.id for line in lines if not line.requires_shipping]
    if not files:
        return
    downloads.revoke(files)
    fetched = queries.fetched_lines(files)
    if fetched:
        raise AlreadyDownloaded(line_id=min(fetched))


def _free_number() -> str:
    while True:
        number = new_number(PREFIX)
        if not queries.number_exists(number):
            return number
