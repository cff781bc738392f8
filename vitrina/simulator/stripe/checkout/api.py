"""Checkout Sessions, as the API offers them."""

import copy
import secrets

from vitrina.simulator.calls import Context
from vitrina.simulator.store import Json
from vitrina.simulator.stripe import amounts, forms
from vitrina.simulator.stripe.checkout import flow
from vitrina.simulator.stripe.checkout.table import SESSION
from vitrina.simulator.stripe.customers import living
from vitrina.simulator.stripe.errors import invalid, malformed
from vitrina.simulator.stripe.wire import found, keep, merge, new_id, operation, page

SHORTEST, LONGEST = 30 * 60, 24 * 3600
HOSTED = (None, "hosted", "hosted_page")


@operation("POST", "/checkout/sessions", "checkout.sessions.create", SESSION)
def create(ctx: Context, said: forms.Tree) -> Json:
    """A page on which the buyer pays."""
    _check(ctx, said)
    now = ctx.tx.now()
    expires = said.get("expires_at", now + LONGEST)
    if not SHORTEST - 60 <= expires - now <= LONGEST + 60:
        raise malformed(
            "The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout"
            " Session creation.",
            param="expires_at",
        )
    name = f"cs_test_{secrets.token_hex(29)}"
    lines = [_line(one) for one in said["line_items"]]
    currency, total = lines[0]["currency"], sum(one["amount_total"] for one in lines)
    amounts.check(total, currency, "line_items")
    if any(one["currency"] != currency for one in lines):
        raise invalid("All line items must have the same currency.", param="line_items")
    body = _shape(ctx, said, name, expires)
    body |= {"currency": currency, "amount_subtotal": total, "amount_total": total}
    body |= {"_lines": lines, "_intent": said.get("payment_intent_data") or {}}
    merge(body, {one: said[one] for one in ("metadata",) if one in said})
    ctx.tx.later("stripe", expires, "session", name)
    return keep(ctx, body)


@operation("GET", "/checkout/sessions/<session>", "checkout.sessions.retrieve")
def retrieve(ctx: Context, said: forms.Tree, session: str) -> Json:
    """Where a session stands."""
    return found(ctx, "checkout.session", session, "session")


@operation(
    "POST",
    "/checkout/sessions/<session>",
    "checkout.sessions.update",
    {"metadata": forms.metadata},
)
def update(ctx: Context, said: forms.Tree, session: str) -> Json:
    """Change what is written on a session."""
    body = found(ctx, "checkout.session", session, "session")
    merge(body, said)
    return keep(ctx, body)


@operation("POST", "/checkout/sessions/<session>/expire", "checkout.sessions.expire")
def expire(ctx: Context, said: forms.Tree, session: str) -> Json:
    """Close an open page."""
    body = found(ctx, "checkout.session", session, "session")
    if body["status"] != "open":
        raise invalid(
            'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session'
            f" has a status of `{body['status']}`."
        )
    return flow.expire(ctx, body)


@operation(
    "GET",
    "/checkout/sessions/<session>/line_items",
    "checkout.sessions.line_items.list",
    forms.PAGE,
)
def line_items(ctx: Context, said: forms.Tree, session: str) -> Json:
    """What is being bought."""
    body = found(ctx, "checkout.session", session, "session")
    return page(body["_lines"], said, f"/v1/checkout/sessions/{session}/line_items")


@operation(
    "GET",
    "/checkout/sessions",
    "checkout.sessions.list",
    {
        **forms.PAGE,
        "payment_intent": forms.text,
        "customer": forms.text,
        "status": forms.one_of("open", "complete", "expired"),
    },
)
def list_all(ctx: Context, said: forms.Tree) -> Json:
    """All sessions, or those of an intent, of a customer, or in a state."""
    names = ("payment_intent", "customer", "status")
    where = {name: said[name] for name in names if said.get(name)}
    return page(ctx.tx.find("stripe.checkout.session", **where), said, "/v1/checkout/sessions")


def _check(ctx: Context, said: forms.Tree) -> None:
    forms.need(said, "mode", "line_items", "success_url")
    if said["mode"] != "payment" or said.get("ui_mode") not in HOSTED:
        raise invalid("The simulator plays hosted pages with mode `payment` alone.", param="mode")
    if said.get("customer") and said.get("customer_email"):
        raise malformed("You may only specify one of these parameters: customer, customer_email.")
    if said.get("customer") and said.get("customer_creation"):
        raise malformed(
            "You may only specify one of these parameters: customer, customer_creation."
        )
    if said.get("customer"):
        living(ctx, said["customer"])


def _line(said: forms.Tree) -> Json:
    """One line with its sum."""
    forms.need(said, "price_data", where="line_items[0]")
    price, quantity = said["price_data"], said.get("quantity", 1)
    where = "line_items[0][price_data]"
    forms.need(price, "currency", "product_data", "unit_amount", where=where)
    forms.need(price["product_data"], "name", where=f"{where}[product_data]")
    if quantity < 1 or price["unit_amount"] < 0:
        raise malformed(
            "This value must be greater than or equal to 1.",
            code="parameter_invalid_integer",
            param="line_items[0][quantity]",
        )
    total = price["unit_amount"] * quantity
    return {
        "id": new_id("li"),
        "object": "item",
        "adjustable_quantity": None,
        "amount_discount": 0,
        "amount_subtotal": total,
        "amount_tax": 0,
        "amount_total": total,
        "currency": price["currency"],
        "description": price["product_data"]["name"],
        "metadata": said.get("metadata") or {},
        "price": {
            "id": new_id("price"),
            "object": "price",
            "active": False,
            "billing_scheme": "per_unit",
            "currency": price["currency"],
            "product": new_id("prod"),
            "type": "one_time",
            "unit_amount": price["unit_amount"],
            "unit_amount_decimal": str(price["unit_amount"]),
        },
        "quantity": quantity,
    }


NEW: Json = {
    "adaptive_pricing": {"enabled": False},
    "after_expiration": None,
    "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
    "client_secret": None,
    "collected_information": None,
    "consent": None,
    "consent_collection": None,
    "currency_conversion": None,
    "custom_fields": [],
    "customer_details": None,
    "discounts": [],
    "invoice": None,
    "invoice_creation": None,
    "livemode": False,
    "metadata": {},
    "mode": "payment",
    "origin_context": None,
    "payment_intent": None,
    "payment_link": None,
    "payment_method_collection": "if_required",
    "payment_method_configuration_details": None,
    "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
    "payment_status": "unpaid",
    "permissions": None,
    "phone_number_collection": {"enabled": False},
    "recovered_from": None,
    "setup_intent": None,
    "shipping_address_collection": None,
    "shipping_cost": None,
    "shipping_options": [],
    "status": "open",
    "subscription": None,
    "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
    "wallet_options": None,
}
"""What every session begins with."""


def _shape(ctx: Context, said: forms.Tree, name: str, expires: int) -> Json:
    """A new session's fields, all of them."""
    return {
        "id": name,
        "object": "checkout.session",
        **copy.deepcopy(NEW),
        "allow_promotion_codes": said.get("allow_promotion_codes"),
        "billing_address_collection": said.get("billing_address_collection"),
        "cancel_url": said.get("cancel_url"),
        "client_reference_id": said.get("client_reference_id"),
        "created": ctx.tx.now(),
        "custom_text": dict.fromkeys(
            ("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")
        ),
        "customer": said.get("customer"),
        "customer_creation": None
        if said.get("customer")
        else said.get("customer_creation", "if_required"),
        "customer_email": said.get("customer_email"),
        "expires_at": expires,
        "locale": said.get("locale"),
        "payment_method_types": said.get("payment_method_types") or ["card"],
        "saved_payment_method_options": said.get("saved_payment_method_options"),
        "submit_type": said.get("submit_type"),
        "success_url": said["success_url"],
        "ui_mode": said.get("ui_mode") or "hosted_page",
        "url": f"{ctx.url}pay/{name}",
    }
