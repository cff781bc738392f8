"""What becomes of a payment intent: confirmed, asked about, declined, held, taken, given up."""

from vitrina.simulator.calls import Context
from vitrina.simulator.store import Json
from vitrina.simulator.stripe import cards, charges, disputes, refunds
from vitrina.simulator.stripe.books import enter
from vitrina.simulator.stripe.cards import Decline, TestCard
from vitrina.simulator.stripe.errors import invalid
from vitrina.simulator.stripe.payment_methods import card_of, give_to, refused
from vitrina.simulator.stripe.wire import emit, found, keep, new_id, public

HOLD_SECONDS = 7 * 24 * 3600
"""After this long what is authorized and not captured is free again."""

OPEN = ("requires_payment_method", "requires_confirmation", "requires_action")
CANCELABLE = (OPEN[0], "requires_capture", OPEN[1], OPEN[2], "processing")


def unexpected(intent: Json, message: str) -> Exception:
    """400: where the intent stands, this cannot be done."""
    return invalid(message, code="payment_intent_unexpected_state", payment_intent=public(intent))


def confirm(
    ctx: Context,
    intent: Json,
    method: Json,
    *,
    off_session: bool = False,
    return_url: str | None = None,
) -> Json:
    """Try to take or hold the money. Raises the card error of a declined card."""
    intent |= {"payment_method": method["id"], "last_payment_error": None, "next_action": None}
    if not ctx.decline and _asks(card_of(method), method, off_session):
        if off_session:
            raise fail(ctx, intent, method, cards.decline("authentication_required"))
        return _ask(ctx, intent, return_url)
    return _settle(ctx, intent, method)


def authenticate(ctx: Context, intent: Json, *, approved: bool) -> Json:
    """The buyer answered their bank. Raises the card error of a refusal or a declined card."""
    method = found(ctx, "payment_method", intent["payment_method"])
    intent["next_action"] = None
    if not approved:
        reason = Decline(
            "payment_intent_authentication_failure",
            "",
            "We are unable to authenticate your payment method. Please choose a different payment"
            " method and try again.",
        )
        raise _turn_down(ctx, intent, method, reason, "")
    intent["_authenticated"] = True
    return _settle(ctx, intent, method)


def capture(ctx: Context, intent: Json, amount: int | None) -> Json:
    """Take all or a part of what is held; the rest is free again."""
    if intent["status"] != "requires_capture":
        raise unexpected(
            intent,
            "This PaymentIntent could not be captured because it has a status of"
            f" {intent['status']}. Only a PaymentIntent with one of the following statuses may be"
            " captured: requires_capture.",
        )
    amount = intent["amount_capturable"] if amount is None else amount
    if not 1 <= amount <= intent["amount_capturable"]:
        raise invalid(
            "The amount_to_capture must be greater than 0 and less than or equal to the"
            " amount_capturable of the PaymentIntent.",
            code="amount_too_large" if amount > 0 else "parameter_invalid_integer",
            param="amount_to_capture",
        )
    charge = found(ctx, "charge", intent["latest_charge"])
    charge |= {
        "captured": True,
        "amount_captured": amount,
        "balance_transaction": new_id("txn"),
    }
    rest = charge["amount"] - amount
    intent |= {"status": "succeeded", "amount_capturable": 0, "amount_received": amount}
    keep(ctx, charge)
    enter(ctx, intent, "charge", amount, charge["id"])
    emit(ctx, "charge.captured", charge)
    if rest:
        refunds.release(ctx, charge, rest)
        enter(ctx, intent, "void", rest, charge["id"])
    keep(ctx, intent)
    emit(ctx, "payment_intent.succeeded", intent)
    _mark_session_paid(ctx, intent)
    _dispute(ctx, charge)
    return intent


def cancel(ctx: Context, intent: Json, reason: str | None) -> Json:
    """Give an intent up; what it held is free again."""
    if intent["status"] not in CANCELABLE:
        raise unexpected(
            intent,
            "You cannot cancel this PaymentIntent because it has a status of"
            f" {intent['status']}. Only a PaymentIntent with one of the following statuses may be"
            f" canceled: {', '.join(CANCELABLE)}.",
        )
    if intent["status"] == "requires_capture":
        charge = found(ctx, "charge", intent["latest_charge"])
        refunds.release(ctx, charge, charge["amount"])
        enter(ctx, intent, "void", charge["amount"], charge["id"])
    intent |= {
        "status": "canceled",
        "amount_capturable": 0,
        "canceled_at": ctx.tx.now(),
        "cancellation_reason": reason,
        "next_action": None,
    }
    emit(ctx, "payment_intent.canceled", intent)
    return keep(ctx, intent)


def fail(ctx: Context, intent: Json, method: Json, reason: Decline) -> Exception:
    """Write down that the card was declined; gives the error to raise."""
    charge = charges.make(ctx, intent, method, reason)
    intent["latest_charge"] = charge["id"]
    return _turn_down(ctx, intent, method, reason, charge["id"])


def _turn_down(ctx: Context, intent: Json, method: Json, reason: Decline, charge: str) -> Exception:
    """Back to the choice of a card, with the reason why."""
    said: Json = {
        "code": reason.code,
        "doc_url": f"https://docs.stripe.com/error-codes/{reason.code.replace('_', '-')}",
        "message": reason.message,
        "payment_method": public(method),
        "type": "card_error" if charge else "invalid_request_error",
    }
    if charge:
        said |= {"charge": charge, "decline_code": reason.decline_code}
    intent |= {
        "status": "requires_payment_method",
        "payment_method": None,
        "next_action": None,
        "last_payment_error": said,
    }
    keep(ctx, intent)
    emit(ctx, "payment_intent.payment_failed", intent)
    more: Json = {"charge": charge} if charge else {}
    return refused(reason, payment_intent=public(intent), payment_method=public(method), **more)


def _asks(card: TestCard, method: Json, off_session: bool) -> bool:
    """Whether the bank wants to hear from the buyer first."""
    if card.asks == "unless_saved":
        return not (off_session and method.get("_set_up"))
    return card.asks == "always" or (card.asks == "on_session" and not off_session)


def _ask(ctx: Context, intent: Json, return_url: str | None) -> Json:
    """Send the buyer to their bank's page."""
    page = f"{ctx.url}3ds/{intent['id']}"
    intent["status"] = "requires_action"
    intent["_return_url"] = return_url
    intent["next_action"] = (
        {
            "type": "redirect_to_url",
            "redirect_to_url": {"return_url": return_url, "url": page},
        }
        if return_url
        else {
            "type": "use_stripe_sdk",
            "use_stripe_sdk": {"type": "three_d_secure_redirect", "stripe_js": page},
        }
    )
    keep(ctx, intent)
    emit(ctx, "payment_intent.requires_action", intent)
    return intent


def _settle(ctx: Context, intent: Json, method: Json) -> Json:
    """The bank says yes or no."""
    card = card_of(method)
    if ctx.decline or card.decline:
        raise fail(ctx, intent, method, cards.decline(ctx.decline or card.decline))
    charge = charges.make(ctx, intent, method)
    intent["latest_charge"] = charge["id"]
    _keep_card(ctx, intent, method)
    if intent["capture_method"] == "manual":
        intent |= {"status": "requires_capture", "amount_capturable": intent["amount"]}
        enter(ctx, intent, "authorize", intent["amount"], charge["id"])
        ctx.tx.later("stripe", ctx.tx.now() + HOLD_SECONDS, "hold", intent["id"])
        emit(ctx, "payment_intent.amount_capturable_updated", intent)
        return keep(ctx, intent)
    intent |= {"status": "succeeded", "amount_received": intent["amount"]}
    enter(ctx, intent, "charge", intent["amount"], charge["id"])
    emit(ctx, "payment_intent.succeeded", intent)
    keep(ctx, intent)
    _dispute(ctx, charge)
    return intent


def _keep_card(ctx: Context, intent: Json, method: Json) -> None:
    """Let the customer keep the card if that was asked for; otherwise it is used up."""
    if intent["setup_future_usage"] and intent["customer"]:
        method["_set_up"] = True
        give_to(ctx, method, intent["customer"])
    elif method["customer"] is None:
        method["_spent"] = True
    keep(ctx, method)


def _dispute(ctx: Context, charge: Json) -> None:
    """Some cards' holders take their money back at once."""
    reason = cards.CARDS[charge["_card"]].dispute
    if reason:
        disputes.make(ctx, charge, reason)


def _mark_session_paid(ctx: Context, intent: Json) -> None:
    for session in ctx.tx.find("stripe.checkout.session", payment_intent=intent["id"]):
        keep(ctx, {**session, "payment_status": "paid"})
