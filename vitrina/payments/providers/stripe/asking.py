"""What Stripe is asked, as parameters. Values in, values out; the same in every repeat."""

from typing import Any

from vitrina.payments.provider import PaymentRequest
from vitrina.payments.providers.stripe.amounts import written

HOSTED, ELEMENT, MEANS = "hosted", "element", "means"
"""Where the buyer pays, kept in the intent's metadata: on Stripe's page, on ours, or nowhere,

because they chose a card that they had saved.
"""
_LOCALES = """
bg cs da de el en en-GB es es-419 et fi fil fr fr-CA hr hu id it ja ko lt lv ms mt nb nl pl
pt pt-BR ro ru sk sl sv th tr vi zh zh-HK zh-TW
"""
LOCALES = frozenset(_LOCALES.split())


def session(ask: PaymentRequest) -> dict[str, Any]:
    """A page at Stripe for the whole sum.

    It says no time at which it ends, since a repeat would name another one: the shop closes it when
    it gives the payment up, and Stripe does so after a day.
    """
    intent: dict[str, Any] = {"description": ask.order_number, "metadata": _facts(ask, HOSTED)}
    if not ask.capture:
        intent["capture_method"] = "manual"
    return {
        "mode": "payment",
        "line_items": [
            {
                "price_data": {
                    "currency": ask.amount.currency.lower(),
                    "unit_amount": written(ask.amount),
                    "product_data": {"name": f"Order {ask.order_number}"},
                },
                "quantity": 1,
            }
        ],
        "success_url": ask.return_url,
        "cancel_url": ask.return_url,
        "client_reference_id": ask.reference,
        "metadata": _facts(ask, HOSTED),
        "payment_intent_data": intent,
        "locale": page_locale(ask.locale),
        # Otherwise the buyer may pay another sum in their own currency.
        "adaptive_pricing": {"enabled": False},
        **_buyer(ask),
    }


def _buyer(ask: PaymentRequest) -> dict[str, Any]:
    """Who pays. Stripe's page asks them itself whether it may keep the card."""
    found: dict[str, Any] = {"customer_email": ask.email}
    if ask.customer:
        found = {"customer": ask.customer}
    elif ask.save:
        found["customer_creation"] = "always"
    if ask.save:
        found["saved_payment_method_options"] = {"payment_method_save": "enabled"}
    return found


def element(ask: PaymentRequest, customer: str) -> dict[str, Any]:
    """A payment that the buyer confirms on a page of the shop, with Stripe's form in it."""
    asked = _intent(ask, ELEMENT, customer)
    asked["automatic_payment_methods"] = {"enabled": True}
    if not ask.capture:
        asked["capture_method"] = "manual"
    return asked


def means(ask: PaymentRequest, customer: str) -> dict[str, Any]:
    """A payment by a card that the buyer named, tried at once.

    It is only authorized, so that a repeat takes no money whatever happened to the first call.
    """
    return {
        **_intent(ask, MEANS, customer),
        "payment_method": ask.token,
        "payment_method_types": ["card"],
        "capture_method": "manual",
        "confirm": True,
        "return_url": ask.return_url,
    }


def _intent(ask: PaymentRequest, page: str, customer: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        "amount": written(ask.amount),
        "currency": ask.amount.currency.lower(),
        "description": ask.order_number,
        "metadata": _facts(ask, page),
    }
    if customer:
        found["customer"] = customer
        if ask.save:
            found["setup_future_usage"] = "on_session"
    return found


def _facts(ask: PaymentRequest, page: str) -> dict[str, str]:
    return {"reference": ask.reference, "order": ask.order_number, "page": page}


def page_locale(locale: str) -> str:
    """The shop's language as Stripe's page knows it; ``auto``, the browser's, where it does not."""
    tag = locale.replace("_", "-")
    language = tag.partition("-")[0]
    language = {"no": "nb", "nn": "nb"}.get(language, language)
    return tag if tag in LOCALES else language if language in LOCALES else "auto"
