"""What happens to money at PayPal: approvals, authorizations, captures, refunds and disputes.

Everything here runs inside a transaction of the store, writes the ledger and tells the webhooks.
"""

from vitrina.simulator.calls import Context, Refusal
from vitrina.simulator.paypal import news, wire
from vitrina.simulator.paypal.shapes import AUTHORIZATION, CAPTURE, DISPUTE, ORDER, REFUND
from vitrina.simulator.paypal.wire import minor, refusal
from vitrina.simulator.store import Json, Transaction

HOURS = 3600
ORDER_SECONDS = 3 * HOURS
"""An order that is not approved or not captured by then is forgotten."""
HOLD_SECONDS = 29 * 24 * HOURS
MOST_ATTEMPTS = 10

CHOICES = {
    "pay": "",
    "decline": "INSTRUMENT_DECLINED",
    "confirm": "PAYER_ACTION_REQUIRED",
    "refuse": "PAYER_CANNOT_PAY",
}
"""What a buyer may do on the approval page, and what comes of it when the money is asked for."""
REVIEWS = {"review": "PENDING_REVIEW", "echeck": "ECHECK"}
"""Ways to pay whose money comes later, and why."""


def order_of(tx: Transaction, order_id: str) -> Json:
    """A known order. Raises Refusal (404) for an unknown and for a forgotten one."""
    kept = tx.get(ORDER, order_id)
    late = kept is not None and tx.now() > kept["updated"] + ORDER_SECONDS
    if kept is None or (late and kept["status"] != "COMPLETED"):
        raise refusal(404, "INVALID_RESOURCE_ID")
    return kept


def approve(context: Context, order: Json, choice: str) -> None:
    """The buyer agrees to pay with the means that ``choice`` stands for."""
    order.update(status="APPROVED", approved=True, choice=choice, updated=context.tx.now())
    context.tx.put(ORDER, order)
    news.tell(context, "CHECKOUT.ORDER.APPROVED", ORDER, order["id"])


def _ready(context: Context, order: Json, intent: str) -> None:
    """Raises Refusal unless the order's money can be asked for in that way now."""
    verb = intent.lower()
    if order["intent"] != intent:
        raise refusal(422, "ACTION_DOES_NOT_MATCH_INTENT", variant=verb)
    if order["status"] == "COMPLETED":
        done = "CAPTURED" if intent == "CAPTURE" else "AUTHORIZED"
        raise refusal(422, f"ORDER_ALREADY_{done}")
    if order["status"] != "APPROVED":
        raise refusal(422, "ORDER_NOT_APPROVED", variant=verb)
    order["attempts"] += 1
    if order["attempts"] > MOST_ATTEMPTS:
        raise refusal(422, "MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED")
    invoice_id = order["unit"].get("invoice_id", "")
    paid = context.tx.find(CAPTURE, invoice_id=invoice_id) if invoice_id else []
    if any(one["order"] != order["id"] and one["status"] != "DECLINED" for one in paid):
        raise refusal(422, "DUPLICATE_INVOICE_ID")
    declined = context.decline or CHOICES.get(order["choice"], "")
    if declined:
        raise _declined(context, order, declined)


def _declined(context: Context, order: Json, issue: str) -> Refusal:
    """The refusal of a means of payment; it says where the buyer may choose another."""
    if issue == "PAYER_CANNOT_PAY":
        context.tx.put(ORDER, order)
        return refusal(422, issue, kept=True)
    rel = "redirect"
    if issue == "PAYER_ACTION_REQUIRED" or order["intent"] == "AUTHORIZE":
        # The authorize call has no word of its own for a declined card.
        issue, rel = "PAYER_ACTION_REQUIRED", "payer-action"
        order.update(status="PAYER_ACTION_REQUIRED", updated=context.tx.now())
    else:
        issue = "INSTRUMENT_DECLINED"
    context.tx.put(ORDER, order)
    page = wire.link(context.url, f"/checkoutnow?token={order['id']}", rel)
    return refusal(422, issue, links=[page], kept=True)


def authorize(context: Context, order: Json) -> Json:
    """Hold the money of an approved order. Raises Refusal."""
    _ready(context, order, "AUTHORIZE")
    tx, now = context.tx, context.tx.now()
    held = tx.put(
        AUTHORIZATION,
        {
            "id": wire.new_id(),
            "order": order["id"],
            "status": "CREATED",
            "amount": order["unit"]["amount"],
            **_names(order),
            "until": now + HOLD_SECONDS,
            "created": now,
            "updated": now,
        },
    )
    tx.put(ORDER, {**order, "status": "COMPLETED", "updated": now})
    _enter(tx, order, "authorize", minor(held["amount"]), held)
    news.tell(context, "PAYMENT.AUTHORIZATION.CREATED", AUTHORIZATION, held["id"])
    return held


def capture_order(context: Context, order: Json) -> Json:
    """Take the money of an approved order. Raises Refusal."""
    _ready(context, order, "CAPTURE")
    context.tx.put(ORDER, {**order, "status": "COMPLETED", "updated": context.tx.now()})
    taken = _capture(context, order, order["unit"]["amount"], "")
    news.tell(context, "CHECKOUT.ORDER.COMPLETED", ORDER, order["id"])
    return taken


def capture_authorization(context: Context, held: Json, amount: Json, *, final: bool) -> Json:
    """Take all or a part of what is held; a final capture gives the rest up. Raises Refusal."""
    tx, order = context.tx, context.tx.get(ORDER, held["order"]) or {}
    if held["status"] in ("VOIDED", "CAPTURED"):
        ended = "VOIDED" if held["status"] == "VOIDED" else "ALREADY_CAPTURED"
        raise refusal(422, f"AUTHORIZATION_{ended}")
    if tx.now() > held["until"]:
        raise refusal(422, "AUTHORIZATION_EXPIRED")
    if amount["currency_code"] != held["amount"]["currency_code"]:
        raise refusal(422, "AUTH_CAPTURE_CURRENCY_MISMATCH")
    before = sum(minor(one["amount"]) for one in tx.find(CAPTURE, authorization=held["id"]))
    if (before + minor(amount)) * 100 > minor(held["amount"]) * 115:
        raise refusal(422, "MAX_CAPTURE_AMOUNT_EXCEEDED")
    if context.decline:
        raise refusal(422, "PAYER_CANNOT_PAY")
    whole = final or before + minor(amount) >= minor(held["amount"])
    status = "CAPTURED" if whole else "PARTIALLY_CAPTURED"
    tx.put(AUTHORIZATION, {**held, "status": status, "updated": tx.now()})
    return _capture(context, order, amount, held["id"])


def _capture(context: Context, order: Json, amount: Json, authorization: str) -> Json:
    tx, now = context.tx, context.tx.now()
    waits = REVIEWS.get(order["choice"], "")
    taken = tx.put(
        CAPTURE,
        {
            "id": wire.new_id(),
            "order": order["id"],
            "authorization": authorization,
            "status": "PENDING" if waits else "COMPLETED",
            "reason": waits,
            "amount": amount,
            **_names(order),
            "created": now,
            "updated": now,
        },
    )
    if not waits:
        _enter(tx, order, "charge", minor(taken["amount"]), taken)
    news.tell(context, f"PAYMENT.CAPTURE.{taken['status']}", CAPTURE, taken["id"])
    return taken


def settle_capture(context: Context, taken: Json, *, paid: bool) -> None:
    """The money of a pending capture comes after all, or it does not."""
    order = context.tx.get(ORDER, taken["order"]) or {}
    status = "COMPLETED" if paid else "DECLINED"
    taken.update(status=status, reason="", updated=context.tx.now())
    context.tx.put(CAPTURE, taken)
    if paid:
        _enter(context.tx, order, "charge", minor(taken["amount"]), taken)
    news.tell(context, f"PAYMENT.CAPTURE.{'COMPLETED' if paid else 'DENIED'}", CAPTURE, taken["id"])


def void(context: Context, held: Json) -> None:
    """Let what is held go. Raises Refusal when it is captured or let go already."""
    if held["status"] == "VOIDED":
        raise refusal(422, "PREVIOUSLY_VOIDED")
    if held["status"] in ("CAPTURED", "PARTIALLY_CAPTURED"):
        raise refusal(422, "PREVIOUSLY_CAPTURED")
    order = context.tx.get(ORDER, held["order"]) or {}
    context.tx.put(AUTHORIZATION, {**held, "status": "VOIDED", "updated": context.tx.now()})
    _enter(context.tx, order, "void", minor(held["amount"]), held)
    news.tell(context, "PAYMENT.AUTHORIZATION.VOIDED", AUTHORIZATION, held["id"])


def refund(context: Context, taken: Json, amount: Json | None, named: Json) -> Json:
    """Give back all that is left of a capture, or ``amount`` of it. Raises Refusal."""
    tx, now = context.tx, context.tx.now()
    if taken["status"] in ("PENDING", "DECLINED"):
        raise refusal(422, "PENDING_CAPTURE")
    earlier = [one for one in tx.find(REFUND, capture=taken["id"]) if one["status"] != "FAILED"]
    left = minor(taken["amount"]) - sum(minor(one["amount"]) for one in earlier)
    currency = taken["amount"]["currency_code"]
    amount = amount or wire.written(left, currency)
    if amount["currency_code"] != currency:
        raise refusal(422, "REFUND_CAPTURE_CURRENCY_MISMATCH")
    if left <= 0:
        raise refusal(422, "CAPTURE_FULLY_REFUNDED")
    if minor(amount) > left:
        raise refusal(422, "REFUND_AMOUNT_EXCEEDED")
    waits = bool(tx.setting("paypal.refunds_wait", False))
    given = tx.put(
        REFUND,
        {
            "id": wire.new_id(),
            "capture": taken["id"],
            "order": taken["order"],
            "status": "PENDING" if waits else "COMPLETED",
            "reason": "ECHECK" if waits else "",
            "amount": amount,
            "invoice_id": named.get("invoice_id") or taken["invoice_id"],
            "custom_id": named.get("custom_id") or taken["custom_id"],
            "note_to_payer": named.get("note_to_payer", ""),
            "created": now,
            "updated": now,
        },
    )
    whole = minor(amount) == left
    status = "REFUNDED" if whole else "PARTIALLY_REFUNDED"
    tx.put(CAPTURE, {**taken, "status": status, "updated": now})
    if waits:
        news.tell(context, "PAYMENT.REFUND.PENDING", REFUND, given["id"])
    else:
        _given_back(context, given)
    return given


def settle_refund(context: Context, given: Json, *, paid: bool) -> None:
    """A pending refund reaches the buyer, or fails and leaves the money where it was."""
    tx = context.tx
    given.update(status="COMPLETED" if paid else "FAILED", reason="", updated=tx.now())
    tx.put(REFUND, given)
    if paid:
        _given_back(context, given)
        return
    taken = tx.get(CAPTURE, given["capture"]) or {}
    others = [one for one in tx.find(REFUND, capture=taken["id"]) if one["status"] != "FAILED"]
    status = "PARTIALLY_REFUNDED" if others else "COMPLETED"
    tx.put(CAPTURE, {**taken, "status": status, "updated": tx.now()})
    news.tell(context, "PAYMENT.REFUND.FAILED", REFUND, given["id"])


def _given_back(context: Context, given: Json) -> None:
    order = context.tx.get(ORDER, given["order"]) or {}
    _enter(context.tx, order, "refund", minor(given["amount"]), given)
    news.tell(context, "PAYMENT.CAPTURE.REFUNDED", REFUND, given["id"])


def open_dispute(context: Context, taken: Json, reason: str) -> Json:
    """A buyer complains; PayPal keeps the money from the shop until it has decided."""
    tx, now = context.tx, context.tx.now()
    opened = tx.put(
        DISPUTE,
        {
            "id": f"PP-D-{wire.new_id()[:5]}",
            "capture": taken["id"],
            "order": taken["order"],
            "status": "OPEN",
            "outcome": "",
            "reason": reason,
            "amount": taken["amount"],
            "invoice_id": taken["invoice_id"],
            "custom_id": taken["custom_id"],
            "created": now,
            "updated": now,
        },
    )
    order = tx.get(ORDER, taken["order"]) or {}
    _enter(tx, order, "dispute", minor(opened["amount"]), opened)
    news.tell(context, "CUSTOMER.DISPUTE.CREATED", DISPUTE, opened["id"])
    return opened


def resolve_dispute(context: Context, opened: Json, outcome: str) -> None:
    """PayPal decides: unless the buyer is right, the shop has its money again."""
    order = context.tx.get(ORDER, opened["order"]) or {}
    opened.update(status="RESOLVED", outcome=outcome, updated=context.tx.now())
    context.tx.put(DISPUTE, opened)
    if outcome != "RESOLVED_BUYER_FAVOUR":
        _enter(context.tx, order, "dispute", -minor(opened["amount"]), opened)
    news.tell(context, "CUSTOMER.DISPUTE.RESOLVED", DISPUTE, opened["id"])


def _names(order: Json) -> Json:
    unit = order["unit"]
    return {name: unit.get(name, "") for name in ("invoice_id", "custom_id")}


def _enter(tx: Transaction, order: Json, kind: str, units: int, of: Json) -> None:
    """Write ``units`` into the ledger, moved by ``of``: a capture, a refund, a dispute."""
    tx.enter(
        wire.NAME,
        order["id"],
        kind,
        units,
        of["amount"]["currency_code"],
        ref=of["id"],
        reference=order["reference"],
    )
