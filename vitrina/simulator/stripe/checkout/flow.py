"""A hosted page's life: open, then complete or expired."""

from vitrina.simulator.calls import Context
from vitrina.simulator.store import Json
from vitrina.simulator.stripe import customers
from vitrina.simulator.stripe.payment_intents import api as payment_intents
from vitrina.simulator.stripe.payment_intents import flow as intents
from vitrina.simulator.stripe.payment_methods import give_to
from vitrina.simulator.stripe.wire import emit, found, keep


def intent_of(ctx: Context, session: Json, email: str) -> Json:
    """The session's intent; like Stripe, it is made when the buyer first tries to pay."""
    if session["payment_intent"]:
        return found(ctx, "payment_intent", session["payment_intent"])
    data = session["_intent"]
    body = payment_intents.start(
        ctx,
        {
            "amount": session["amount_total"],
            "currency": session["currency"],
            "payment_method_types": session["payment_method_types"],
            **{name: value for name, value in data.items() if value is not None},
            **({"customer": session["customer"]} if session["customer"] else {}),
        },
    )
    body["_reference"] = session["client_reference_id"]
    keep(ctx, body)
    session["payment_intent"] = body["id"]
    session["customer_details"] = _details(email)
    keep(ctx, session)
    return body


def pay(
    ctx: Context, session: Json, method: Json, *, email: str, name: str = "", save: bool = False
) -> Json:
    """Pay with a card; the intent then stands where the card lets it. Raises its card error."""
    intent = intent_of(ctx, session, email)
    session["customer_details"] = {**_details(email), "name": name or None}
    session["_save"] = save
    if not session["customer"] and session["customer_creation"] == "always":
        buyer = customers.make(ctx, {"email": email, "name": name or None})
        session["customer"] = intent["customer"] = buyer["id"]
        keep(ctx, intent)
    keep(ctx, session)
    page = f"{ctx.url}pay/{session['id']}"
    intent = intents.confirm(ctx, intent, method, return_url=page)
    return complete(ctx, session, intent)


def complete(ctx: Context, session: Json, intent: Json) -> Json:
    """End the session if its intent has the buyer's money, or holds it."""
    if session["status"] != "open" or intent["status"] not in ("succeeded", "requires_capture"):
        return intent
    if session.get("_save") and session["customer"]:
        method = found(ctx, "payment_method", intent["payment_method"])
        method |= {"allow_redisplay": "always", "_set_up": True, "_spent": False}
        keep(ctx, give_to(ctx, method, session["customer"]))
    session |= {
        "status": "complete",
        "payment_status": "paid" if intent["status"] == "succeeded" else "unpaid",
        "url": None,
    }
    keep(ctx, session)
    emit(ctx, "checkout.session.completed", session)
    return intent


def expire(ctx: Context, session: Json) -> Json:
    """Close an open page: nobody can pay on it any more."""
    session |= {"status": "expired", "url": None}
    keep(ctx, session)
    if session["payment_intent"]:
        intent = found(ctx, "payment_intent", session["payment_intent"])
        if intent["status"] in intents.CANCELABLE:
            intents.cancel(ctx, intent, "expired")
    emit(ctx, "checkout.session.expired", session)
    return session


def success_url(session: Json) -> str:
    """Where the buyer goes when they have paid."""
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])


def _details(email: str) -> Json:
    return {
        "address": None,
        "business_name": None,
        "email": email,
        "individual_name": None,
        "name": None,
        "phone": None,
        "tax_exempt": "none",
        "tax_ids": [],
    }
