"""Stripe's side of the ledger."""

from vitrina.simulator.calls import Context
from vitrina.simulator.store import Json


def enter(ctx: Context, intent: Json, kind: str, amount: int, ref: str) -> None:
    """Write a movement of an intent's money down, under what the shop calls the payment.

    That is the session's ``client_reference_id`` or the intent's metadata ``reference``.
    """
    ctx.tx.enter(
        "stripe",
        intent["id"],
        kind,
        amount,
        intent["currency"],
        ref=ref,
        reference=str(intent.get("_reference") or intent["metadata"].get("reference", "")),
    )
