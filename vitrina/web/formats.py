"""Jinja filters: amounts, dates and countries in the visitor's language."""

from datetime import date, datetime

from flask import Flask

from vitrina.core import formats
from vitrina.core.countries import country_name
from vitrina.core.money import Money
from vitrina.web.visitor import visitor


def money(amount: Money | None, exact: bool = False) -> str:
    """``€148``; nothing for None."""
    return "" if amount is None else formats.money(amount, visitor().locale, exact=exact)


def day(value: date | None, style: str = "medium") -> str:
    return "" if value is None else formats.day(value, visitor().locale, style=style)


def moment(value: datetime | None, style: str = "medium") -> str:
    return "" if value is None else formats.moment(value, visitor().locale, style=style)


def days(first: date, last: date) -> str:
    return formats.days(first, last, visitor().locale)


def country(code: str) -> str:
    """``Portugal`` for ``PT``."""
    return country_name(code, visitor().locale.code)


def init_app(app: Flask) -> None:
    app.jinja_env.filters.update(money=money, day=day, moment=moment, country=country)
    app.jinja_env.globals.update(days=days)
