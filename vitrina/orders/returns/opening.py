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
from vitrina.orders import downloads
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

PREFIX = "R"


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
    """A consumer withdraws from the contract: for all of it, or for some pieces by order line.

    Nobody has to agree. What has not left is cancelled at once, and its money goes back; that
    returns None. What has left is awaited. Raises NotWithdrawable, TooLate, NothingReturned,
    TooManyPieces, AlreadyDownloaded.
    """
    order = order_queries.lock(order.id)
    now = clock.now()
    if not queries.is_consumer_law(order):
        raise NotWithdrawable(number=order.number)
    last = queries.ways(order, now).withdraws_until
    if last is not None and not rules.is_in_time(last, now):
        raise TooLate(until=last.isoformat())
    if queries.is_unsent(order):
        _withdraw_unsent(order, name, now, by=by)
        return None
    asked = [Piece(line_id, quantity) for line_id, quantity in pieces.items()]
    made = _open(
        order,
        queries.left_to_return(order),
        asked,
        kind=ReturnKind.WITHDRAWAL,
        name=name,
        with_shipping=rules.is_whole({line.id: line.wanted for line in order.lines}, pieces),
        by=by,
    )
    RETURN.move(made, ReturnVerb.APPROVE, by="system", note="withdrawal")
    record(ReturnRequested(order_id=order.id, number=made.number, kind=str(made.kind)))
    return made


def _withdraw_unsent(order: Order, name: str, now: datetime, *, by: str) -> None:
    orders.cancel(order, reason="withdrawal", by=by)
    record(
        OrderWithdrawn(
            order_id=order.id,
            number=order.number,
            declared_by=name.strip()[:200],
            at=now.isoformat(),
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
