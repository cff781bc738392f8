"""Amounts and dates in words a reader of a language expects (CLDR, by Babel)."""

from datetime import date, datetime, time

from babel.dates import format_date, format_datetime, format_skeleton, format_time
from babel.numbers import format_currency

from vitrina.core.locales import Locale
from vitrina.core.money import Money, decimals


def money(amount: Money, locale: Locale, *, exact: bool = False) -> str:
    """``€148``, ``€19.90``, ``R$ 148``: decimals only where there are some, or when ``exact``."""
    whole = amount.minor % 10 ** decimals(amount.currency) == 0
    if whole and not exact:
        digits = format_currency(
            amount.decimal,
            amount.currency,
            locale=locale.babel,
            currency_digits=False,
            decimal_quantization=False,
            format=None,
            group_separator=True,
        )
        return _without_zeros(digits, amount, locale)
    return str(format_currency(amount.decimal, amount.currency, locale=locale.babel))


def _without_zeros(text: str, amount: Money, locale: Locale) -> str:
    """Babel keeps the pattern's decimals; a whole amount is shown without them."""
    places = decimals(amount.currency)
    for mark in (".", ",", "٫"):
        text = text.replace(mark + "0" * max(places, 2), "")
    return text


def day(value: date | datetime, locale: Locale, *, style: str = "medium") -> str:
    """A date: ``21 Nov 2026``."""
    return str(format_date(value, style, locale=locale.babel))


def moment(value: datetime, locale: Locale, *, style: str = "medium") -> str:
    """A date and time, in UTC: ``21 Nov 2026, 14:05``."""
    if style != "medium":
        return str(format_datetime(value, style, locale=locale.babel))
    hour = format_time(value, "short", locale=locale.babel)
    return f"{format_date(value, style, locale=locale.babel)}, {hour}"


def days(first: date, last: date, locale: Locale) -> str:
    """A span of days with the weekday: ``Thu, Nov 27 – Mon, Dec 1``."""
    shown = [
        str(format_skeleton("MMMEd", datetime.combine(d, time()), locale=locale.babel))
        for d in (first, last)
    ]
    return shown[0] if first == last else f"{shown[0]} – {shown[1]}"
