"""What goes in and out: strict models for requests, plain ones for answers, and amounts.

A body is read with ``json.loads(..., parse_float=Decimal)`` and validated strictly, so ``true`` is
no number, ``"2"`` is no quantity, unknown fields are refused, and 19.90 is 19.90 to the last digit.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    InstanceOf,
    PlainSerializer,
    PlainValidator,
    StringConstraints,
    WithJsonSchema,
)

from vitrina.core.errors import Invalid
from vitrina.core.ids import MOST_ID
from vitrina.core.money import InvalidAmount, Money

_DECIMAL = re.compile(r"\d{1,15}(\.\d{1,4})?", re.ASCII)


class In(BaseModel):
    """The body of a request. Fields that are not named are refused."""

    model_config = ConfigDict(strict=True, extra="forbid", str_strip_whitespace=True)


class Query(BaseModel):
    """The parameters of a query. They come as text; unknown ones are refused."""

    model_config = ConfigDict(extra="forbid")


class Out(BaseModel):
    """An answer."""

    model_config = ConfigDict(from_attributes=True)


class NoQuery(Query):
    """An endpoint without parameters."""


T = TypeVar("T")


class Page(Out, Generic[T]):
    """A part of a list. ``next_cursor`` asks for the next part; null at the end."""

    items: list[T]
    next_cursor: str | None = None
    total: int | None = None


class PageQuery(Query):
    """How much of a list, and from where on."""

    limit: Annotated[int, Field(ge=1, le=100)] = 24
    cursor: Annotated[str | None, Field(max_length=500)] = None


Id = Annotated[int, Field(ge=1, le=MOST_ID)]
Quantity = Annotated[int, Field(ge=1, le=999)]
Text = Annotated[str, StringConstraints(max_length=300)]
LongText = Annotated[str, StringConstraints(max_length=50_000)]
Code = Annotated[str, StringConstraints(min_length=1, max_length=60)]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
LocaleCode = Literal["en", "pt-BR", "ru"]
CurrencyCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]


def _moment(value: Any) -> Any:
    if not isinstance(value, str):
        raise ValueError("write it as a date and time with a zone, such as 2026-01-31T12:00:00Z")
    return datetime.fromisoformat(value)


Moment = Annotated[
    datetime, BeforeValidator(_moment, json_schema_input_type=str), Field(strict=False)
]

_MONEY_SCHEMA: dict[str, Any] = {
    "type": "object",
    "title": "Money",
    "properties": {
        "amount": {"type": "string", "examples": ["19.90"]},
        "currency": {"type": "string", "pattern": "^[A-Z]{3}$", "examples": ["EUR"]},
    },
    "required": ["amount", "currency"],
    "additionalProperties": False,
}

Amount = Annotated[
    InstanceOf[Money],
    PlainSerializer(lambda money: {"amount": money.text, "currency": money.currency}),
    WithJsonSchema(_MONEY_SCHEMA),
]
"""Money as it goes out: ``{"amount": "19.90", "currency": "EUR"}``."""


@dataclass(frozen=True, slots=True)
class AskedAmount:
    """An amount as it came in; the currency only when it was said."""

    value: Decimal
    currency: str | None = None

    def money(self, currency: str, field: str = "price") -> Money:
        """It in ``currency``.

        Raises Invalid when another currency was said, or with more decimals than it has.
        """
        if self.currency is not None and self.currency != currency:
            raise WrongCurrency(field=field, currency=self.currency, wanted=currency)
        try:
            return Money.parse(self.value, currency)
        except InvalidAmount as error:
            raise InvalidAmount(field=field, **error.facts) from None


class WrongCurrency(Invalid):
    """The amount is in another currency than is asked for here."""

    code = "wrong_currency"


def _asked(value: Any) -> AskedAmount:
    if isinstance(value, AskedAmount):
        return value
    if isinstance(value, dict):
        if set(value) != {"amount", "currency"} or not isinstance(value["currency"], str):
            raise ValueError("an amount has exactly an amount and a currency")
        if not re.fullmatch(r"[A-Z]{3}", value["currency"], re.ASCII):
            raise ValueError("a currency has three capital letters")
        return AskedAmount(_number(value["amount"]), value["currency"])
    return AskedAmount(_number(value))


def _number(value: Any) -> Decimal:
    if isinstance(value, str):
        if not _DECIMAL.fullmatch(value):
            raise ValueError("write the amount as a decimal number, such as 19.90")
        return Decimal(value)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise ValueError("an amount is a number, a decimal string or an object")
    number = Decimal(value)
    if not number.is_finite() or not 0 <= number <= 10**12:
        raise ValueError("an amount is between 0 and 1,000,000,000,000")
    return number


AmountIn = Annotated[
    AskedAmount,
    PlainValidator(_asked),
    WithJsonSchema(
        {
            "title": "Amount",
            "anyOf": [
                _MONEY_SCHEMA,
                {"type": "string", "pattern": r"^[0-9]{1,15}(\.[0-9]{1,4})?$"},
                {"type": "number", "minimum": 0, "maximum": 10**12},
            ],
            "examples": ["19.90"],
        }
    ),
]
"""An amount as it may come in: an object, a decimal string or a JSON number."""
