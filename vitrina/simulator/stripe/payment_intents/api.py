"""Payment intents, as the API offers them."""

import copy
import secrets

from vitrina.simulator.calls import Context
from vitrina.simulator.store import Json
from vitrina.simulator.stripe import amounts, forms
from vitrina.simulator.stripe.customers import living
from vitrina.simulator.stripe.errors import invalid, malformed
from vitrina.simulator.stripe.payment_intents import flow
from vitrina.simulator.stripe.payment_methods import BILLING, CARD, make, read_card, usable
from vitrina.simulator.stripe.wire import emit, found, keep, merge, new_id, operation, page

CAPTURE_METHODS = ("automatic", "automatic_async", "manual")
REASONS = ("abandoned", "duplicate", "fraudulent", "requested_by_customer")

MEANS: forms.Table = {
    "payment_method": forms.text,
    "payment_method_data": forms.group(
        {
            "type": forms.one_of("card"),
            "card": CARD,
            "billing_details": BILLING,
            "metadata": forms.metadata,
            "allow_redisplay": forms.text,
        }
    ),
    "payment_method_options": forms.anything,
    "setup_future_usage": forms.one_of("off_session", "on_session"),
    "receipt_email": forms.text,
    "shipping": forms.SHIPPING,
    "capture_method": forms.one_of(*CAPTURE_METHODS),
    "payment_method_types": forms.list_of(forms.text),
}
WRITTEN: forms.Table = {
    "amount": forms.whole,
    "currency": amounts.currency,
    "customer": forms.text,
    "description": forms.text,
    "metadata": forms.metadata,
    "statement_descriptor": forms.text,
    "statement_descriptor_suffix": forms.text,
    "transfer_group": forms.text,
    "amount_details": forms.anything,
    "payment_details": forms.anything,
}
CONFIRMED: forms.Table = {
    **MEANS,
    "return_url": forms.url,
    "off_session": forms.anything,
    "error_on_requires_action": forms.flag,
    "use_stripe_sdk": forms.flag,
    "mandate_data": forms.anything,
    "radar_options": forms.anything,
}
CREATED: forms.Table = {
    **WRITTEN,
    **CONFIRMED,
    "automatic_payment_methods": forms.group(
        {"enabled": forms.flag, "allow_redirects": forms.one_of("always", "never")}
    ),
    "confirm": forms.flag,
    "confirmation_method": forms.one_of("automatic", "manual"),
}


@operation("POST", "/payment_intents", "payment_intents.create", CREATED)
def create(ctx: Context, said: forms.Tree) -> Json:
    """A new intent, confirmed at once if that was asked for."""
    forms.need(said, "amount", "currency")
    if said.get("payment_method_types") and said.get("automatic_payment_methods"):
        raise malformed(
            "You may only specify one of these parameters: automatic_payment_methods,"
            " payment_method_types."
        )
    confirmed = said.get("confirm", False)
    for name in () if confirmed else ("return_url", "off_session", "error_on_requires_action"):
        if name in said:
            raise malformed(f"You can only pass {name} when confirm is true.", param=name)
    intent = start(ctx, said)
    if confirmed:
        return _confirm(ctx, intent, said)
    return keep(ctx, intent)


NEW: Json = {
    "amount": 0,
    "amount_capturable": 0,
    "amount_details": {"tip": {}},
    "amount_received": 0,
    "application": None,
    "application_fee_amount": None,
    "canceled_at": None,
    "cancellation_reason": None,
    "capture_method": "automatic_async",
    "customer": None,
    "description": None,
    "last_payment_error": None,
    "latest_charge": None,
    "livemode": False,
    "metadata": {},
    "next_action": None,
    "on_behalf_of": None,
    "payment_method": None,
    "payment_method_configuration_details": None,
    "payment_method_options": {
        "card": {
            "installments": None,
            "mandate_options": None,
            "network": None,
            "request_three_d_secure": "automatic",
        }
    },
    "processing": None,
    "receipt_email": None,
    "review": None,
    "setup_future_usage": None,
    "shipping": None,
    "source": None,
    "statement_descriptor": None,
    "statement_descriptor_suffix": None,
    "status": "requires_payment_method",
    "transfer_data": None,
    "transfer_group": None,
}
"""What every intent begins with."""


def start(ctx: Context, said: forms.Tree) -> Json:
    """Keep a new intent that waits to be confirmed, and tell of it."""
    amounts.check(said["amount"], said["currency"])
    if said.get("customer"):
        living(ctx, said["customer"])
    name = new_id("pi")
    types = said.get("payment_method_types")
    automatic = said.get("automatic_payment_methods")
    body: Json = {
        "id": name,
        "object": "payment_intent",
        **copy.deepcopy(NEW),
        "automatic_payment_methods": None
        if types
        else {"allow_redirects": "always", "enabled": True, **(automatic or {})},
        "client_secret": f"{name}_secret_{secrets.token_urlsafe(18)}",
        "confirmation_method": said.get("confirmation_method", "automatic"),
        "created": ctx.tx.now(),
        "currency": said["currency"],
        "payment_method_types": types or ["card"],
    }
    _write(ctx, body, said)
    emit(ctx, "payment_intent.created", body)
    return keep(ctx, body)


@operation(
    "GET", "/payment_intents/<intent>", "payment_intents.retrieve", {"client_secret": forms.text}
)
def retrieve(ctx: Context, said: forms.Tree, intent: str) -> Json:
    """Where an intent stands."""
    return found(ctx, "payment_intent", intent, "intent")


@operation("POST", "/payment_intents/<intent>", "payment_intents.update", {**WRITTEN, **MEANS})
def update(ctx: Context, said: forms.Tree, intent: str) -> Json:
    """Change an intent; its amount only before it is confirmed."""
    body = found(ctx, "payment_intent", intent, "intent")
    fixed = [name for name in said if name not in ("metadata", "description", "receipt_email")]
    if fixed and body["status"] not in flow.OPEN:
        raise flow.unexpected(
            body,
            f"This PaymentIntent's {fixed[0]} could not be updated because it has a status of"
            f" {body['status']}.",
        )
    wanted = {**body, **said}
    amounts.check(wanted["amount"], wanted["currency"])
    _write(ctx, body, said)
    return keep(ctx, body)


@operation("POST", "/payment_intents/<intent>/confirm", "payment_intents.confirm", CONFIRMED)
def confirm(ctx: Context, said: forms.Tree, intent: str) -> Json:
    """Try to take, or hold, the money."""
    body = found(ctx, "payment_intent", intent, "intent")
    if body["status"] not in flow.OPEN:
        why = {
            "succeeded": "it has already succeeded after being previously confirmed",
            "requires_capture": "it is already authorized",
        }.get(body["status"], f"it has a status of {body['status']}")
        raise flow.unexpected(body, f"You cannot confirm this PaymentIntent because {why}.")
    _refuse_sessions(ctx, body, "confirm")
    _write(ctx, body, {name: one for name, one in said.items() if name in MEANS})
    return _confirm(ctx, body, said)


@operation(
    "POST",
    "/payment_intents/<intent>/capture",
    "payment_intents.capture",
    {
        "amount_to_capture": forms.whole,
        "final_capture": forms.flag,
        "metadata": forms.metadata,
        "statement_descriptor": forms.text,
        "statement_descriptor_suffix": forms.text,
    },
)
def capture(ctx: Context, said: forms.Tree, intent: str) -> Json:
    """Take all or a part of what is held."""
    body = found(ctx, "payment_intent", intent, "intent")
    merge(body, {name: said[name] for name in ("metadata",) if name in said})
    return flow.capture(ctx, body, said.get("amount_to_capture"))


@operation(
    "POST",
    "/payment_intents/<intent>/cancel",
    "payment_intents.cancel",
    {"cancellation_reason": forms.one_of(*REASONS)},
)
def cancel(ctx: Context, said: forms.Tree, intent: str) -> Json:
    """Give an intent up."""
    body = found(ctx, "payment_intent", intent, "intent")
    _refuse_sessions(ctx, body, "cancel")
    return flow.cancel(ctx, body, said.get("cancellation_reason"))


@operation(
    "GET", "/payment_intents", "payment_intents.list", {**forms.PAGE, "customer": forms.text}
)
def list_all(ctx: Context, said: forms.Tree) -> Json:
    """All intents, or a customer's."""
    where = {"customer": said["customer"]} if said.get("customer") else {}
    return page(ctx.tx.find("stripe.payment_intent", **where), said, "/v1/payment_intents")


def _write(ctx: Context, body: Json, said: forms.Tree) -> None:
    """Set what was sent of an intent's fields; a card makes it ready to be confirmed."""
    names = {*WRITTEN, *MEANS} - {"payment_method", "payment_method_data", "amount_details"}
    names -= {"payment_method_options", "payment_details"}
    merge(body, {name: said[name] for name in said if name in names})
    data = said.get("payment_method_data")
    if data:
        forms.need(data, "type", "card", where="payment_method_data")
        card = data["card"]
        forms.need(card, "number", "exp_month", "exp_year", where="payment_method_data[card]")
        month, year = card["exp_month"], card["exp_year"]
        read = read_card(ctx, card["number"], month, year)
        method = make(ctx, read, month, year, billing=data.get("billing_details"))
        body["payment_method"] = method["id"]
    if said.get("payment_method"):
        body["payment_method"] = usable(ctx, said["payment_method"], body["customer"])["id"]
    if body["payment_method"] and body["status"] == "requires_payment_method":
        body["status"] = "requires_confirmation"


def _confirm(ctx: Context, body: Json, said: forms.Tree) -> Json:
    """Confirm with the card it has. Raises Stripe's errors for what is missing."""
    if not body["payment_method"]:
        raise flow.unexpected(
            body,
            "You cannot confirm this PaymentIntent because it's missing a payment method. You can"
            " either update the PaymentIntent with a payment method and then confirm it again, or"
            " confirm it again directly with a payment method or ConfirmationToken.",
        )
    off_session = said.get("off_session") not in (None, "", "false")
    if not off_session and not said.get("return_url"):
        _refuse_redirects(body)
    method = usable(ctx, body["payment_method"], body["customer"])
    return flow.confirm(
        ctx, body, method, off_session=off_session, return_url=said.get("return_url")
    )


def _refuse_redirects(body: Json) -> None:
    """Without an address to come back to, only means that stay on the page may be offered."""
    automatic = body["automatic_payment_methods"]
    if automatic and automatic["enabled"] and automatic["allow_redirects"] == "always":
        raise invalid(
            "This PaymentIntent is configured to accept payment methods enabled in your Dashboard."
            " Because some of these payment methods might redirect your customer off of your page,"
            " you must provide a `return_url`. If you don't want to accept redirect-based payment"
            " methods, set `automatic_payment_methods[enabled]` to `true` and"
            " `automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents"
            " and Payment Intents."
        )


def _refuse_sessions(ctx: Context, body: Json, verb: str) -> None:
    """An open hosted page decides about its intent alone."""
    for session in ctx.tx.find("stripe.checkout.session", payment_intent=body["id"]):
        if session["status"] == "open":
            raise invalid(
                f"You cannot {verb} a PaymentIntent that was created by a Checkout Session. To"
                " cancel it, expire the Checkout Session instead."
            )
