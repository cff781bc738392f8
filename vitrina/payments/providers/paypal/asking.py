"""What PayPal is asked, as JSON. Values in, values out."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from babel import Locale, UnknownLocaleError
from babel.core import get_global

from vitrina.core.money import Money
from vitrina.payments.provider import PaymentRequest
from vitrina.payments.providers.paypal.amounts import written
from vitrina.payments.providers.paypal.reading import GIVEN_UP, unit


def order(ask: PaymentRequest) -> dict[str, Any]:
    """An order of one purchase unit, which carries our reference wherever PayPal shows one.

    ``invoice_id`` lets PayPal refuse a second capture of the same payment by itself. The address
    is the shop's matter, so PayPal asks the buyer for none. Cheques that clear in a week are not
    taken: nobody keeps stock that long.
    """
    return {
        "intent": "CAPTURE" if ask.capture else "AUTHORIZE",
        "purchase_units": [
            {
                "reference_id": ask.reference,
                "custom_id": ask.reference,
                "invoice_id": ask.reference,
                "description": ask.order_number,
                "amount": written(ask.amount),
            }
        ],
        "payment_source": {
            "paypal": {
                "experience_context": {
                    "locale": page_locale(ask.locale),
                    "shipping_preference": "NO_SHIPPING",
                    "user_action": "PAY_NOW",
                    "payment_method_preference": "IMMEDIATE_PAYMENT_REQUIRED",
                    "return_url": ask.return_url,
                    "cancel_url": ask.return_url,
                }
            }
        },
    }


def page_locale(locale: str) -> str:
    """The shop's language as PayPal's page wants it, with a country: ``ru`` is ``ru-RU``."""
    try:
        known = Locale.parse(locale.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return "en-US"
    likely = get_global("likely_subtags").get(known.language, "")
    territory = known.territory or likely.rpartition("_")[2]
    return f"{known.language}-{territory}" if len(territory) == 2 else "en-US"


def amount(told: Mapping[str, Any], less: Money) -> list[dict[str, Any]]:
    """The change that lowers what an approved order takes."""
    return [{"op": "replace", "path": f"{_unit_path(told)}/amount", "value": written(less)}]


def giving_up(told: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The change that marks an order as one to be captured no more."""
    mark = GIVEN_UP + str(unit(told).get("custom_id", ""))
    return [{"op": "replace", "path": f"{_unit_path(told)}/custom_id", "value": mark[:127]}]


def _unit_path(told: Mapping[str, Any]) -> str:
    return f"/purchase_units/@reference_id=='{unit(told).get('reference_id', 'default')}'"


def approval(told: Mapping[str, Any]) -> str:
    """What tells one approval of an order from the next, after the buyer chose another card."""
    return "".join(char for char in str(told.get("update_time", "")) if char.isdigit())


def site(api_base: str) -> str:
    """The origin of the pages where buyers approve, for an address of the API."""
    address = urlsplit(api_base)
    host = (address.hostname or "").removeprefix("api-m.").removeprefix("api.")
    if host.endswith("paypal.com"):
        return f"https://www.{host}"
    return f"{address.scheme}://{address.netloc}"


def approval_page(api_base: str, ref: str) -> str:
    """PayPal's page for an order, where PayPal did not tell its address."""
    return f"{site(api_base)}/checkoutnow?token={ref}"
