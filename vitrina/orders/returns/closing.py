"""What becomes of open returns when their order is over."""

import sqlalchemy as sa

from vitrina.core.db import session
from vitrina.orders.returns.models import OPEN, RETURN, Return, ReturnVerb


def close_open(order_id: int, *, by: str) -> None:
    """End the returns of a locked order that is cancelled: its money goes back without them.

    Nothing is awaited: an order that is cancelled has sent nothing. Nobody is told twice.
    """
    rows = session.scalars(
        sa.select(Return)
        .where(Return.order_id == order_id, Return.state.in_(OPEN))
        .order_by(Return.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    for back in rows:
        if RETURN.can(back, ReturnVerb.CANCEL):
            RETURN.move(back, ReturnVerb.CANCEL, by=by, note="order cancelled")
