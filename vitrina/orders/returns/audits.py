"""What does not hold in returns: for ``vitrina doctor``."""

import sqlalchemy as sa

from vitrina.core.db import session
from vitrina.orders.models import Order, OrderLine
from vitrina.orders.returns.models import OPEN, Return, ReturnLine, ReturnRefund, ReturnState
from vitrina.orders.tables import RefundLine


def find_discrepancies() -> list[str]:
    """Lines of which more came back than was bought, and money for pieces nobody accepted."""
    return [*_too_many(), *_wrong_refunds()]


def _too_many() -> list[str]:
    counted = sa.func.sum(
        sa.case((Return.state.in_(OPEN), ReturnLine.quantity), else_=ReturnLine.received)
    )
    rows = session.execute(
        sa.select(Order.number, OrderLine.id, OrderLine.quantity, counted)
        .join(OrderLine, OrderLine.order_id == Order.id)
        .join(ReturnLine, ReturnLine.order_line_id == OrderLine.id)
        .join(Return, Return.id == ReturnLine.return_id)
        .where(Return.state.in_((*OPEN, ReturnState.INSPECTED)))
        .group_by(Order.number, OrderLine.id, OrderLine.quantity)
        .having(counted > OrderLine.quantity)
        .order_by(OrderLine.id)
    )
    return [
        f"order {row[0]}: {row[3]} pieces of line {row[1]} are in returns, {row[2]} were bought"
        for row in rows
    ]


def _wrong_refunds() -> list[str]:
    """A return's refunds name the pieces that its inspection accepted."""
    paid = (
        sa.select(
            ReturnRefund.return_id,
            RefundLine.order_line_id,
            sa.func.sum(RefundLine.quantity).label("pieces"),
        )
        .join(RefundLine, RefundLine.refund_id == ReturnRefund.refund_id)
        .where(RefundLine.order_line_id.is_not(None))
        .group_by(ReturnRefund.return_id, RefundLine.order_line_id)
        .subquery()
    )
    accepted = sa.func.coalesce(ReturnLine.refunded, 0)
    rows = session.execute(
        sa.select(Return.number, paid.c.order_line_id, paid.c.pieces, accepted)
        .join(Return, Return.id == paid.c.return_id)
        .outerjoin(
            ReturnLine,
            sa.and_(
                ReturnLine.return_id == paid.c.return_id,
                ReturnLine.order_line_id == paid.c.order_line_id,
            ),
        )
        .where(paid.c.pieces != accepted)
        .order_by(Return.id, paid.c.order_line_id)
    )
    return [
        f"return {row[0]}: {row[2]} pieces of line {row[1]} were refunded, {row[3]} were accepted"
        for row in rows
    ]
