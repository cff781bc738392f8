"""Money as PayPal writes it: a decimal string and a currency, whole numbers for some of them."""

from collections.abc import Mapping
from typing import Any

from vitrina.core.money import Money, decimals

CURRENCIES = (
    *("AUD", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "EUR", "GBP", "HKD", "HUF", "ILS", "JPY"),
    *("MXN", "MYR", "NOK", "NZD", "PHP", "PLN", "RUB", "SEK", "SGD", "THB", "TWD", "USD"),
)
"""What PayPal accounts pay with."""

WHOLE = frozenset({"HUF", "JPY", "TWD"})
"""PayPal takes no decimals in these, although forints and Taiwan dollars have them elsewhere."""


def problem(amount: Money) -> str:
    """Why PayPal cannot move ``amount``, as a code; empty when it can."""
    if amount.currency not in CURRENCIES:
        return "currency_not_supported"
    if amount.minor <= 0:
        return "cannot_be_zero_or_negative"
    if amount.currency in WHOLE and amount.minor % 10 ** decimals(amount.currency):
        return "decimals_not_supported"
    return ""


def written(amount: Money) -> dict[str, str]:
    """``amount`` as PayPal's money object. Raises ValueError where :func:`problem` names one."""
    wrong = problem(amount)
    if wrong:
        raise ValueError(wrong)
    value = f"{amount.decimal:.0f}" if amount.currency in WHOLE else amount.text
    return {"currency_code": amount.currency, "value": value}


def read(told: Mapping[str, Any]) -> Money:
    """PayPal's money object as Money. Raises InvalidAmount, KeyError."""
    return Money.parse(str(told["value"]), str(told["currency_code"]))
