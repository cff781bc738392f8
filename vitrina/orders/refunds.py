"""What goes back to a buyer: from which payments, of which lines, and with how much tax."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from vitrina.core.db import session
from vitrina.core.events import record
from vitrina.core.money import Money
from vitrina.orders.errors import NotReturnable
from vitrina.orders.events import RefundAsked
from vitrina.orders.models import Order, OrderLine
from vitrina.orders.rules import RefundPart, cut, line_part, tax_in
from vitrina.orders.tables import RefundLine
from vitrina.payments import refunds as payments
from vitrina.payments.errors import NotRefundable
from vitrina.payments.ledger import actions as ledger
from vitrina.payments.ledger import rules as books
from vitrina.payments.ledger.models import EntryKind
from vitrina.payments.models import Payment, Refund, RefundState


def owe(
    order: Order, amount: Money, *, parts: Sequence[RefundPart] = (), reason: str, by: str
) -> list[Refund]:
    """Owe ``amount`` of a locked order back: from the latest provider's payment, credit at last.

    ``parts`` say what it is for, and make up the amount; without them it is a price lowered as a
    whole. The worker sends the refunds. Raises NotRefundable, and owes nothing then.
    """
    _check(order, amount)
    made: list[Refund] = []
    left, rest = amount, list(parts)
    for payment in _sources(order):
        part = min(left, payment.refundable, key=lambda money: money.minor)
        if part.minor <= 0:
            continue
        now, rest = cut(rest, part.minor)
        refund = _owe_part(order, payment, part, now, reason, by)
        made.append(refund)
        left = left - part
    if left:
        raise NotRefundable(wanted=amount.text, refundable=(amount - left).text)
    return made


def _owe_part(
    order: Order, payment: Payment, amount: Money, parts: Sequence[RefundPart], reason: str, by: str
) -> Refund:
    of_sale = order.paid_at is not None
    tax = _tax(order, amount.minor, parts) if of_sale else 0
    refund = payments.begin_refund(payment, amount, tax=tax, of_sale=of_sale, reason=reason, by=by)
    session.add_all(
        RefundLine(
            refund_id=refund.id,
            order_line_id=part.line_id,
            quantity=part.quantity,
            amount=part.amount,
            tax=part.tax,
        )
        for part in parts
    )
    session.flush()
    record(RefundAsked(order_id=order.id, number=order.number, refund_id=refund.id))
    return refund


def give_back(order: Order, payment: Payment, amount: Money, *, reason: str, by: str) -> Refund:
    """Owe back money of a payment that was never owed to the shop: late, twice, or too much.

    Raises NotRefundable.
    """
    refund = payments.begin_refund(payment, amount, of_sale=False, reason=reason, by=by)
    record(RefundAsked(order_id=order.id, number=order.number, refund_id=refund.id))
    return refund


def give_back_surplus(order: Order, amount: Money, *, reason: str, by: str) -> list[Refund]:
    """Owe back ``amount`` that a locked order no longer costs, from the latest payment first.

    Raises NotRefundable, and owes nothing then.
    """
    made: list[Refund] = []
    left = amount
    for payment in _sources(order):
        part = min(left, payment.refundable, key=lambda money: money.minor)
        if part.minor > 0:
            made.append(give_back(order, payment, part, reason=reason, by=by))
            left = left - part
    if left:
        raise NotRefundable(wanted=amount.text, refundable=(amount - left).text)
    session.expire(order, ["payments"])
    return made


def forgo(order: Order) -> None:
    """Give up in the books what a cancelled order was still to be paid since it was changed."""
    rest = order.outstanding.minor
    if order.paid_at is None or rest <= 0:
        return
    given_up = books.refunded(books.RECEIVABLE, rest, tax=_tax(order, rest, ()), of_sale=True)
    ledger.book(EntryKind.FORGONE, order.number, order.currency, given_up, order_id=order.id)


def adopt(order: Order, payment: Payment, amount: Money, *, by: str) -> Refund:
    """Note a refund that was made at the provider's own desk. Raises NotRefundable."""
    of_sale = order.paid_at is not None
    return payments.begin_refund(
        payment,
        amount,
        tax=_tax(order, amount.minor, ()) if of_sale else 0,
        of_sale=of_sale,
        reason="made at the provider",
        by=by,
    )


def parts_of(
    order: Order, pieces: Mapping[int, int], *, shipping: bool = False
) -> list[RefundPart]:
    """What ``{line_id: pieces}`` (and the delivery) of an order give back, by their stored sums.

    Raises NotReturnable for more pieces than were bought and have not come back yet.
    """
    gone = returned(order.id)
    lines = {line.id: line for line in order.lines}
    parts = []
    for line_id, more in pieces.items():
        line, back = lines.get(line_id), gone.get(line_id, 0)
        if line is None or not 0 < more <= line.quantity - back:
            left = line.quantity - back if line else 0
            raise NotReturnable(line_id=line_id, wanted=more, left=left)
        parts.append(_line_part(line, back, more))
    if shipping:
        delivery = delivery_part(order)
        if delivery is None:
            raise NotReturnable(line_id=0, wanted=1, left=0)
        parts.append(delivery)
    return parts


def _line_part(line: OrderLine, back: int, more: int) -> RefundPart:
    return line_part(
        line_id=line.id,
        total=line.total,
        tax=line.tax,
        bought=line.quantity,
        back=back,
        more=more,
    )


def delivery_part(order: Order) -> RefundPart | None:
    """The whole delivery as it was paid for; None when it was free or has gone back already."""
    amount = order.total - sum(line.total for line in order.lines)
    tax = order.tax - sum(line.tax for line in order.lines)
    gone = session.scalar(
        sa.select(sa.func.count())
        .select_from(RefundLine)
        .join(Refund, Refund.id == RefundLine.refund_id)
        .join(Payment, Payment.id == Refund.payment_id)
        .where(
            Payment.order_id == order.id,
            RefundLine.order_line_id.is_(None),
            Refund.state != RefundState.FAILED,
        )
    )
    return RefundPart(None, 0, amount, tax) if amount > 0 and not gone else None


def returned(order_id: int) -> dict[int, int]:
    """How many pieces of each line of an order were refunded, or are going to be."""
    rows = session.execute(
        sa.select(RefundLine.order_line_id, sa.func.sum(RefundLine.quantity))
        .join(Refund, Refund.id == RefundLine.refund_id)
        .join(Payment, Payment.id == Refund.payment_id)
        .where(
            Payment.order_id == order_id,
            RefundLine.order_line_id.is_not(None),
            Refund.state != RefundState.FAILED,
        )
        .group_by(RefundLine.order_line_id)
    )
    return {int(line_id or 0): int(pieces) for line_id, pieces in rows}


def lines_taken_back(order: Order, refund: Refund) -> list[int]:
    """The lines that are not the buyer's any more now that ``refund`` went back."""
    session.expire(order, ["payments"])
    if order.is_given_back:
        return [line.id for line in order.lines]
    return list(
        session.scalars(
            sa.select(RefundLine.order_line_id).where(
                RefundLine.refund_id == refund.id,
                RefundLine.order_line_id.is_not(None),
                RefundLine.quantity > 0,
            )
        )
    )


def refundable(order: Order) -> Money:
    """What can still be given back of all the order's payments."""
    return order.money(sum(payment.refundable.minor for payment in order.payments))


def _check(order: Order, amount: Money) -> None:
    most = refundable(order)
    if amount.currency != order.currency or not 0 < amount.minor <= most.minor:
        raise NotRefundable(wanted=amount.text, refundable=most.text)


def _sources(order: Order) -> list[Payment]:
    latest = sorted(order.payments, key=lambda payment: -payment.id)
    return sorted(latest, key=lambda payment: payment.is_credit)


def _tax(order: Order, amount: int, parts: Sequence[RefundPart]) -> int:
    """The tax in a refund: of its lines, and in proportion of the rest; at last, all of it."""
    row = session.execute(
        sa.select(
            sa.func.coalesce(sa.func.sum(Refund.amount), 0),
            sa.func.coalesce(sa.func.sum(Refund.tax), 0),
        )
        .join(Payment, Payment.id == Refund.payment_id)
        .where(
            Payment.order_id == order.id,
            Refund.of_sale,
            Refund.state != RefundState.FAILED,
        )
    ).one()
    return tax_in(amount, parts, left=order.total - int(row[0]), tax_left=order.tax - int(row[1]))
