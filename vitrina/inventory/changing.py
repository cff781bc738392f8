"""Changing what is promised to an order, because the order itself was changed."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from vitrina.core.db import session
from vitrina.inventory import ledger, promises
from vitrina.inventory.actions import lock, reserve
from vitrina.inventory.errors import NotReserved
from vitrina.inventory.ledger import Change
from vitrina.inventory.models import MovementKind, Reservation, ReservationState


def change(
    reference: str, deltas: Mapping[int, int], *, expires_at: datetime | None, by: str
) -> None:
    """Promise more of some variants to ``reference`` and give some of others back.

    ``deltas``: pieces by variant, negative ones are given back, those on back-order first. All of
    the promise lasts until ``expires_at`` from now on (None: for good). Raises NotEnoughStock; the
    caller then rolls back.
    """
    rows = promises.lock(reference)
    lock(variant_id for variant_id, delta in deltas.items() if delta)
    given: dict[int, int] = {}
    for variant_id, delta in sorted(deltas.items()):
        if delta < 0:
            here = [row for row in rows if row.variant_id == variant_id]
            given[variant_id] = _give_back(here, -delta, reference, by)
    session.flush()
    more = {variant_id: delta for variant_id, delta in deltas.items() if delta > 0}
    if more:
        reserve(reference, more, expires_at=expires_at, by=by)
    if expires_at is not None:
        promises.extend(reference, expires_at)
    ledger.tell({variant_id: pieces for variant_id, pieces in given.items() if pieces})


def _give_back(rows: Iterable[Reservation], pieces: int, reference: str, by: str) -> int:
    """Take pieces out of promises; returns how many can be sold again. Untracked ones have none."""
    changes, left = [], pieces
    for row in rows:
        owed = min(left, row.backordered)
        here = min(left - owed, row.quantity)
        if not owed and not here:
            continue
        left -= owed + here
        row.backordered -= owed
        row.quantity -= here
        if row.quantity == row.backordered == 0:
            row.state, row.expires_at = ReservationState.RELEASED, None
        changes.append(
            Change(
                row.item_id,
                row.variant_id,
                MovementKind.RELEASED,
                reserved=-here,
                backordered=-owed,
            )
        )
    refused = ledger.apply(changes, reference=reference, by=by)
    if refused is not None:
        raise NotReserved(variant_id=refused.variant_id, item_id=refused.item_id)
    return sum(one.available for one in changes)
