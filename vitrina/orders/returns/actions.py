"""What staff and buyers do with a return once it is there. It begins in ``opening.py``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from vitrina.core import clock
from vitrina.core.db import session
from vitrina.core.events import record
from vitrina.core.money import Money
from vitrina.inventory import actions as inventory
from vitrina.orders import actions as orders
from vitrina.orders import queries as order_queries
from vitrina.orders import refunds
from vitrina.orders.models import Order, OrderState
from vitrina.orders.returns import queries, rules
from vitrina.orders.returns.errors import (
    InvalidInspection,
    InvalidLabel,
    NoAccount,
    NothingReturned,
    ReasonMissing,
    TooManyPieces,
)
from vitrina.orders.returns.events import (
    ReturnApproved,
    ReturnCancelled,
    ReturnInspected,
    ReturnReceived,
    ReturnRejected,
)
from vitrina.orders.returns.models import (
    RETURN,
    Condition,
    Return,
    ReturnLine,
    ReturnRefund,
    ReturnVerb,
)
from vitrina.orders.returns.opening import Piece, open_for, request, withdraw
from vitrina.orders.rules import RefundPart, cut
from vitrina.orders.tables import DownloadGrant
from vitrina.payments.credit import actions as credit
from vitrina.payments.models import Refund

__all__ = [
    "Credited",
    "Piece",
    "Verdict",
    "approve",
    "cancel",
    "inspect",
    "open_for",
    "receive",
    "reject",
    "request",
    "withdraw",
]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of the pieces of a line that have arrived.

    ``refunded`` of them are accepted, ``restocked`` go back on the shelf. ``deducted`` minor units
    are kept for what was used more than looking at it takes.
    """

    refunded: int
    restocked: int = 0
    condition: Condition | None = None
    deducted: int = 0


@dataclass(frozen=True, slots=True)
class Credited:
    """An account on which a refund becomes credit, and how much of it at most."""

    account_id: int
    most: Money


def approve(back: Return, *, instructions: str = "", label_url: str = "", by: str) -> None:
    """Agree, and say how the pieces are to be sent. Raises WrongState, InvalidLabel."""
    label = label_url.strip()
    if not rules.is_safe_label(label):
        raise InvalidLabel(field="label_url")
    back = _locked(back)
    RETURN.move(back, ReturnVerb.APPROVE, by=by)
    back.instructions = instructions.strip()[: rules.MOST_WORDS]
    back.label_url = label
    record(ReturnApproved(order_id=back.order_id, number=back.number))


def reject(back: Return, *, reason: str, by: str) -> None:
    """Say no, and why. Raises WrongState, ReasonMissing."""
    words = reason.strip()[: rules.MOST_WORDS]
    if not words:
        raise ReasonMissing(field="reason")
    back = _locked(back)
    RETURN.move(back, ReturnVerb.REJECT, by=by, note=words)
    _open_files_again(back)
    record(ReturnRejected(order_id=back.order_id, number=back.number, reason=words))


def cancel(back: Return, *, by: str) -> None:
    """The pieces stay where they are after all. Raises WrongState."""
    back = _locked(back)
    RETURN.move(back, ReturnVerb.CANCEL, by=by)
    _open_files_again(back)
    record(ReturnCancelled(order_id=back.order_id, number=back.number))


def receive(back: Return, pieces: Mapping[int, int] | None = None, *, by: str) -> None:
    """Pieces have arrived: by return line, or all that are still missing.

    Raises WrongState, TooManyPieces, NothingReturned.
    """
    back = _locked(back)
    lines = {line.id: line for line in back.lines}
    missing = {line.id: line.quantity - line.received for line in back.lines}
    arrived = {k: v for k, v in (missing if pieces is None else pieces).items() if v}
    if not arrived:
        raise NothingReturned(field="pieces")
    for line_id, quantity in arrived.items():
        left = missing.get(line_id, 0)
        if not 0 < quantity <= left:
            raise TooManyPieces(line_id=line_id, wanted=quantity, left=left)
        lines[line_id].received += quantity
    RETURN.move(back, ReturnVerb.RECEIVE, by=by)
    back.received_at = clock.now()
    record(ReturnReceived(order_id=back.order_id, number=back.number))


def inspect(
    back: Return,
    verdicts: Mapping[int, Verdict],
    *,
    with_shipping: bool | None = None,
    note: str = "",
    towards: Credited | None = None,
    by: str,
) -> list[Refund]:
    """Decide what is given for each line (``{return_line_id: verdict}``), and owe it to the buyer.

    Refunds are made of the order line's stored sums, so that all its pieces, in whatever steps
    they come back, give exactly what the line cost. ``with_shipping``: the delivery goes back as
    well; None leaves it as the return was opened. ``towards``: what an exchange needs becomes
    credit, and the rest is money. The worker sends it. Raises WrongState, InvalidInspection,
    NotRefundable, NotReturnable, NotRestockable, NoAccount.
    """
    back = _locked(back)
    order = back.order
    for line in back.lines:
        _judge(line, verdicts.get(line.id, Verdict(0)))
    RETURN.move(back, ReturnVerb.INSPECT, by=by, note=note.strip()[: rules.MOST_WORDS])
    if with_shipping is not None:
        back.with_shipping = with_shipping
    if towards is None and back.as_credit:
        towards = _own_credit(order, by=by)
    owed = _owe(order, back, _parts(order, back), towards, by=by)
    session.add_all(ReturnRefund(return_id=back.id, refund_id=one.id) for one in owed)
    _restock(order, back, by=by)
    session.flush()
    session.expire(back, ["refunds"])
    record(ReturnInspected(order_id=order.id, number=back.number))
    return owed


def worth(back: Return, line: ReturnLine, pieces: int) -> Money:
    """What ``pieces`` of a return's line give back by its stored sums. Raises NotReturnable."""
    order = back.order
    parts = refunds.parts_of(order, {line.order_line_id: pieces}) if pieces else []
    return order.money(sum(part.amount for part in parts))


def _locked(back: Return) -> Return:
    """The order first, then the return (docs/locking.md)."""
    order_queries.lock(back.order_id)
    return queries.lock(back.id)


def _judge(line: ReturnLine, verdict: Verdict) -> None:
    if not 0 <= verdict.refunded <= line.received:
        raise InvalidInspection(field=f"refunded-{line.id}", most=line.received)
    if not 0 <= verdict.restocked <= line.received:
        raise InvalidInspection(field=f"restocked-{line.id}", most=line.received)
    if verdict.restocked and verdict.condition is Condition.DAMAGED:
        raise InvalidInspection(field=f"restocked-{line.id}", most=0)
    if verdict.deducted < 0 or (verdict.deducted and not verdict.refunded):
        raise InvalidInspection(field=f"deducted-{line.id}", most=0)
    line.refunded, line.restocked = verdict.refunded, verdict.restocked
    line.condition, line.deducted = verdict.condition, verdict.deducted


def _parts(order: Order, back: Return) -> list[RefundPart]:
    by_line = {line.order_line_id: line for line in back.lines if line.refunded}
    pieces = {line_id: line.refunded for line_id, line in by_line.items()}
    parts = []
    for full in refunds.parts_of(order, pieces):
        line = by_line[full.line_id or 0]
        try:
            parts.append(rules.part_back(full, line.deducted))
        except ValueError:
            raise InvalidInspection(field=f"deducted-{line.id}", most=full.amount) from None
    delivery = refunds.delivery_part(order) if back.with_shipping else None
    if delivery is not None:
        parts.append(delivery)
    return parts


def _own_credit(order: Order, *, by: str) -> Credited:
    if order.user_id is None:
        raise NoAccount(number=order.number)
    account = credit.credit_account(order.user_id, order.currency, by=by)
    return Credited(account.id, order.total_money)


def _owe(
    order: Order,
    back: Return,
    parts: Sequence[RefundPart],
    towards: Credited | None,
    *,
    by: str,
) -> list[Refund]:
    """Owe the parts: what goes ``towards`` credit first, the rest the way it was paid."""
    as_credit, as_money = cut(parts, towards.most.minor if towards else 0)
    owed: list[Refund] = []
    own = towards.account_id if towards else None
    for some, account_id in ((as_credit, own), (as_money, None)):
        total = order.money(sum(part.amount for part in some))
        if total:
            made = refunds.owe(order, total, parts=some, reason=f"return {back.number}", by=by)
            for refund in made:
                refund.account_id = account_id
            owed += made
    return owed


def _restock(order: Order, back: Return, *, by: str) -> None:
    """Put what is good back on the shelf; all the shelves are taken in one order first."""
    lines = [line for line in back.lines if line.restocked]
    shelves = [line.order_line.variant_id for line in lines]
    wanted = [line.wanted_id for line in back.lines]
    inventory.lock(one for one in (*shelves, *wanted) if one is not None)
    orders.restock(order, {line.order_line_id: line.restocked for line in lines}, by=by)


def _open_files_again(back: Return) -> None:
    """Files that do not come back after all can be fetched again, unless they were refunded."""
    order = order_queries.head(back.order_id)
    if order.state is OrderState.CANCELLED or order.is_given_back:
        return
    gone = refunds.returned(back.order_id)
    files = [
        line.order_line_id
        for line in back.lines
        if not line.order_line.requires_shipping and not gone.get(line.order_line_id)
    ]
    session.execute(
        sa.update(DownloadGrant)
        .where(DownloadGrant.order_line_id.in_(files))
        .values(revoked_at=None),
        execution_options={"synchronize_session": False},
    )
