"""Charges: what really happened to a card. They are made by payment intents alone."""

import copy

from vitrina.simulator.calls import Context
from vitrina.simulator.store import Json
from vitrina.simulator.stripe import forms
from vitrina.simulator.stripe.cards import Decline
from vitrina.simulator.stripe.payment_methods import card_of
from vitrina.simulator.stripe.wire import emit, found, keep, merge, new_id, operation, page

NEW: Json = {
    "amount_refunded": 0,
    "application": None,
    "application_fee": None,
    "application_fee_amount": None,
    "disputed": False,
    "failure_balance_transaction": None,
    "fraud_details": {},
    "livemode": False,
    "on_behalf_of": None,
    "receipt_number": None,
    "receipt_url": None,
    "refunded": False,
    "review": None,
    "source_transfer": None,
    "transfer_data": None,
}
"""What is the same in every charge when it is made."""


def make(ctx: Context, intent: Json, method: Json, failure: Decline | None = None) -> Json:
    """Keep a charge of an intent that a card paid, or refused, and tell of it."""
    taken = failure is None and intent["capture_method"] != "manual"
    body: Json = {
        "id": new_id("ch"),
        "object": "charge",
        **copy.deepcopy(NEW),
        "amount": intent["amount"],
        "amount_captured": intent["amount"] if taken else 0,
        "balance_transaction": new_id("txn") if taken else None,
        "billing_details": method["billing_details"],
        "calculated_statement_descriptor": intent["statement_descriptor"] or "VITRINA",
        "captured": taken,
        "created": ctx.tx.now(),
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "failure_code": failure.code if failure else None,
        "failure_message": failure.message if failure else None,
        "metadata": intent["metadata"],
        "outcome": _outcome(failure),
        "paid": failure is None,
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": _details(intent, method),
        "receipt_email": intent["receipt_email"],
        "shipping": intent["shipping"],
        "statement_descriptor": intent["statement_descriptor"],
        "statement_descriptor_suffix": intent["statement_descriptor_suffix"],
        "status": "failed" if failure else "succeeded",
        "transfer_group": intent["transfer_group"],
        "_card": method["_card"],
    }
    emit(ctx, "charge.failed" if failure else "charge.succeeded", body)
    return keep(ctx, body)


@operation("GET", "/charges/<charge>", "charges.retrieve")
def retrieve(ctx: Context, said: forms.Tree, charge: str) -> Json:
    """A charge."""
    return found(ctx, "charge", charge)


@operation(
    "POST",
    "/charges/<charge>",
    "charges.update",
    {"description": forms.text, "metadata": forms.metadata, "receipt_email": forms.text},
)
def update(ctx: Context, said: forms.Tree, charge: str) -> Json:
    """Change what is written on a charge."""
    body = found(ctx, "charge", charge)
    merge(body, said)
    emit(ctx, "charge.updated", body)
    return keep(ctx, body)


@operation(
    "GET",
    "/charges",
    "charges.list",
    {**forms.PAGE, "payment_intent": forms.text, "customer": forms.text},
)
def list_all(ctx: Context, said: forms.Tree) -> Json:
    """All charges, or those of an intent or a customer."""
    where = {name: said[name] for name in ("payment_intent", "customer") if said.get(name)}
    return page(ctx.tx.find("stripe.charge", **where), said, "/v1/charges")


def _outcome(failure: Decline | None) -> Json:
    if failure is None:
        return {
            "advice_code": None,
            "network_advice_code": None,
            "network_decline_code": None,
            "network_status": "approved_by_network",
            "reason": None,
            "risk_level": "normal",
            "risk_score": 12,
            "seller_message": "Payment complete.",
            "type": "authorized",
        }
    return {
        "advice_code": "try_again_later",
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": "declined_by_network",
        "reason": failure.decline_code,
        "risk_level": "normal",
        "risk_score": 12,
        "seller_message": "The bank did not return any further details with this decline.",
        "type": "issuer_declined",
    }


def _details(intent: Json, method: Json) -> Json:
    shown = method["card"]
    names = ("brand", "country", "exp_month", "exp_year", "fingerprint", "funding", "last4")
    asked = bool(intent.get("_authenticated"))
    return {
        "type": "card",
        "card": {
            "amount_authorized": intent["amount"],
            "authorization_code": None,
            **{name: shown[name] for name in names},
            "checks": shown["checks"],
            "installments": None,
            "mandate": None,
            "network": card_of(method).brand,
            "three_d_secure": {"result": "authenticated", "version": "2.2.0"} if asked else None,
            "wallet": None,
        },
    }
