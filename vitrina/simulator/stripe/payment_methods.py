"""Payment methods: cards, as far as Stripe tells of them. Of a card only its test name is kept."""

from typing import Any

from vitrina.simulator.calls import Context, Refusal
from vitrina.simulator.store import Json
from vitrina.simulator.stripe import cards, forms
from vitrina.simulator.stripe.cards import Decline, TestCard
from vitrina.simulator.stripe.customers import living
from vitrina.simulator.stripe.errors import error, invalid
from vitrina.simulator.stripe.wire import emit, found, keep, merge, new_id, operation, page

BILLING = forms.group(
    {"address": forms.ADDRESS, **dict.fromkeys(("email", "name", "phone", "tax_id"), forms.text)}
)
CARD = forms.group(
    {
        "number": forms.text,
        "exp_month": forms.whole,
        "exp_year": forms.whole,
        "cvc": forms.text,
        "token": forms.text,
    }
)
EXPIRY = (12, 2034)
"""Month and year of the cards behind Stripe's test tokens."""


@operation(
    "POST",
    "/payment_methods",
    "payment_methods.create",
    {
        "type": forms.one_of("card"),
        "card": CARD,
        "billing_details": BILLING,
        "metadata": forms.metadata,
        "allow_redisplay": forms.one_of("always", "limited", "unspecified"),
    },
)
def create(ctx: Context, said: forms.Tree) -> Json:
    """A card by its number or by a test token; it belongs to nobody yet."""
    forms.need(said, "type", "card")
    sent = said["card"]
    if sent.get("token"):
        card, month, year = cards.of_token(sent["token"], "tok_"), *EXPIRY
        if card is None:
            raise invalid(f"No such token: '{sent['token']}'", code="resource_missing")
    else:
        forms.need(sent, "number", "exp_month", "exp_year", where="card")
        month, year = sent["exp_month"], sent["exp_year"]
        card = read_card(ctx, sent["number"], month, year)
    body = make(ctx, card, month, year, billing=said.get("billing_details"))
    merge(body, {name: said[name] for name in ("metadata", "allow_redisplay") if name in said})
    return keep(ctx, body)


def read_card(ctx: Context, number: str, month: int, year: int) -> TestCard:
    """The test card that was typed. Raises the card error of a wrong one."""
    year += 2000 if year < 100 else 0
    card = cards.of_number(number)
    now = ctx.tx.now()
    if not cards.luhn(cards.digits(number)):
        raise card_error("Your card number is incorrect.", "incorrect_number", "number")
    if not 1 <= month <= 12:
        raise card_error("Your card's expiration month is invalid.", "invalid_expiry_month")
    if (year - 1970) * 12 + month <= (now / 2_629_746):
        raise card_error("Your card's expiration year is invalid.", "invalid_expiry_year")
    if card is None:
        reason = cards.decline("test_mode_live_card")
        raise refused(reason)
    return card


def card_error(message: str, code: str, param: str = "") -> Refusal:
    """402 for a card that cannot be read."""
    return Refusal(error(402, "card_error", message, code=code, param=param))


def refused(reason: Decline, **more: Any) -> Refusal:
    """402 for a card that was declined; what led there stays."""
    reply = error(
        402,
        "card_error",
        reason.message,
        code=reason.code,
        decline_code=reason.decline_code,
        **more,
    )
    return Refusal(reply, kept=True)


def make(
    ctx: Context, card: TestCard, month: int, year: int, *, billing: Json | None = None
) -> Json:
    """Keep a payment method for a test card."""
    year += 2000 if year < 100 else 0
    none = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))
    details = {"address": none, "email": None, "name": None, "phone": None, "tax_id": None}
    body: Json = {
        "id": new_id("pm"),
        "object": "payment_method",
        "allow_redisplay": "unspecified",
        "billing_details": {**details, **(billing or {})},
        "card": describe(card, month, year),
        "created": ctx.tx.now(),
        "customer": None,
        "livemode": False,
        "metadata": {},
        "type": "card",
        "_card": card.number,
    }
    return keep(ctx, body)


def describe(card: TestCard, month: int, year: int) -> Json:
    """A card as Stripe shows it."""
    return {
        "brand": card.brand,
        "checks": {
            "address_line1_check": None,
            "address_postal_code_check": None,
            "cvc_check": "pass",
        },
        "country": "US",
        "display_brand": card.brand,
        "exp_month": month,
        "exp_year": year,
        "fingerprint": card.fingerprint,
        "funding": card.funding,
        "generated_from": None,
        "last4": card.last4,
        "networks": {"available": [card.brand], "preferred": None},
        "regulated_status": "unregulated",
        "three_d_secure_usage": {"supported": True},
        "wallet": None,
    }


def usable(ctx: Context, name: str, customer: str | None) -> Json:
    """The payment method a payment names: a test token, or a card of this customer or of nobody.

    Raises Stripe's errors for one that does not exist, was used up, or is another customer's.
    """
    card = cards.of_token(name, "pm_card_")
    if card is not None:
        return make(ctx, card, *EXPIRY)
    body = found(ctx, "payment_method", name, "payment_method")
    if body["customer"] not in (None, customer):
        raise invalid(
            f"The provided PaymentMethod ({name}) cannot be used because it belongs to a different"
            " Customer.",
            param="payment_method",
        )
    if body.get("_spent"):
        raise invalid(
            "The provided PaymentMethod was previously used with a PaymentIntent without Customer"
            " attachment, shared with a connected account without Customer attachment, or was"
            " detached from a Customer. It may not be used again. To use a PaymentMethod multiple"
            " times, you must attach it to a Customer first.",
            code="payment_method_unexpected_state",
            param="payment_method",
        )
    return body


def card_of(method: Json) -> TestCard:
    """The test card behind a payment method."""
    return cards.CARDS[method["_card"]]


def give_to(ctx: Context, method: Json, customer: str) -> Json:
    """Let a customer keep a card."""
    if method["customer"] == customer:
        return method
    method["customer"] = customer
    keep(ctx, method)
    emit(ctx, "payment_method.attached", method)
    return method


@operation(
    "POST", "/payment_methods/<method>/attach", "payment_methods.attach", {"customer": forms.text}
)
def attach(ctx: Context, said: forms.Tree, method: str) -> Json:
    """Keep a card for a customer."""
    forms.need(said, "customer")
    customer = living(ctx, said["customer"])
    body = usable(ctx, method, customer["id"])
    if body["customer"] == customer["id"]:
        raise invalid("The payment method you provided has already been attached to a customer.")
    if ctx.decline or (card_of(body).decline and card_of(body).number[-4:] != "0341"):
        raise refused(cards.decline(ctx.decline or card_of(body).decline))
    return give_to(ctx, body, customer["id"])


@operation("POST", "/payment_methods/<method>/detach", "payment_methods.detach")
def detach(ctx: Context, said: forms.Tree, method: str) -> Json:
    """Take a card from its customer; it is good for nothing afterwards."""
    body = found(ctx, "payment_method", method, "payment_method")
    if body["customer"] is None:
        raise invalid(
            "The payment method you provided is not attached to a customer so detachment is"
            " impossible."
        )
    body |= {"customer": None, "_spent": True}
    emit(ctx, "payment_method.detached", body)
    return keep(ctx, body)


@operation("GET", "/payment_methods/<method>", "payment_methods.retrieve")
def retrieve(ctx: Context, said: forms.Tree, method: str) -> Json:
    """A payment method; a test token is looked at without being used."""
    card = cards.of_token(method, "pm_card_")
    if card is not None:
        return make(ctx, card, *EXPIRY)
    return found(ctx, "payment_method", method, "payment_method")


LIST = {
    **forms.PAGE,
    "type": forms.text,
    "allow_redisplay": forms.text,
}


@operation("GET", "/payment_methods", "payment_methods.list", {**LIST, "customer": forms.text})
def list_all(ctx: Context, said: forms.Tree) -> Json:
    """The cards of a customer."""
    forms.need(said, "customer")
    return _of_customer(ctx, said, said["customer"], "/v1/payment_methods")


@operation("GET", "/customers/<customer>/payment_methods", "customers.payment_methods.list", LIST)
def list_of_customer(ctx: Context, said: forms.Tree, customer: str) -> Json:
    """The cards of a customer."""
    return _of_customer(ctx, said, customer, f"/v1/customers/{customer}/payment_methods")


@operation(
    "GET", "/customers/<customer>/payment_methods/<method>", "customers.payment_methods.retrieve"
)
def retrieve_of_customer(ctx: Context, said: forms.Tree, customer: str, method: str) -> Json:
    """One card of a customer."""
    body = found(ctx, "payment_method", method, "payment_method")
    if body["customer"] != customer:
        raise invalid(f"No such payment_method: '{method}'", code="resource_missing")
    return body


def _of_customer(ctx: Context, said: forms.Tree, customer: str, address: str) -> Json:
    living(ctx, customer)
    owned = ctx.tx.find("stripe.payment_method", customer=customer)
    for name in ("type", "allow_redisplay"):
        owned = [one for one in owned if said.get(name) in (None, one[name])]
    return page(owned, said, address)
