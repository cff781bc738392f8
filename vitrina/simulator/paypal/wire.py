"""How PayPal speaks: its errors, links, times and money, and what a repeated request id gets."""

import re
import secrets
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal

from babel.numbers import get_currency_precision
from flask import Response, request

from vitrina.simulator import calls
from vitrina.simulator.calls import Call, Context, Refusal, Reply
from vitrina.simulator.paypal.issues import ISSUES, MESSAGES, NAMES
from vitrina.simulator.store import Json, Transaction

NAME = "paypal"
CURRENCIES = frozenset(
    (
        *("AUD", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "EUR", "GBP", "HKD", "HUF", "ILS"),
        *("JPY", "MXN", "MYR", "NOK", "NZD", "PHP", "PLN", "RUB", "SEK", "SGD", "THB", "TWD"),
        "USD",
    )
)
WHOLE = frozenset({"HUF", "JPY", "TWD"})
TOKEN_SECONDS = 32_400
_VALUE = re.compile(r"((-?[0-9]+)|(-?([0-9]+)?[.][0-9]+))")


def refusal(
    status: int,
    issue: str = "",
    *,
    variant: str = "",
    field: str = "",
    links: list[Json] | None = None,
    kept: bool = False,
) -> Refusal:
    """The error of that status with PayPal's words for ``issue``, to be raised.

    ``variant``: the operation, where PayPal words the issue in its own way there.
    """
    reply = Reply(_error(status, issue, variant, field, links), status, saved=False)
    return Refusal(reply, kept=kept)


def _error(
    status: int,
    issue: str = "",
    variant: str = "",
    field: str = "",
    links: list[Json] | None = None,
) -> Json:
    body: Json = {"name": NAMES[status], "message": MESSAGES[status]}
    if issue:
        words = ISSUES.get(f"{issue}@{variant}", ISSUES.get(issue, ""))
        detail: Json = {"issue": issue, "description": words} if words else {"issue": issue}
        body["details"] = [{"field": field, **detail} if field else detail]
    return {**body, "debug_id": secrets.token_hex(7), "links": links or []}


class Dialect:
    """PayPal's way to say what went wrong on the way."""

    name = NAME
    key_seconds = 45 * 24 * 3600

    def too_many_requests(self) -> Reply:
        return Reply(_error(429), 429, saved=False)

    def server_error(self) -> Reply:
        return Reply(_error(500), 500, saved=False)

    def key_in_use(self, key: str) -> Reply:
        return Reply(_error(409, "PREVIOUS_REQUEST_IN_PROGRESS"), 409, saved=False)

    def key_reused(self, key: str) -> Reply:
        return self.key_in_use(key)

    def headers(self, *, replayed: bool) -> Mapping[str, str]:
        return {"Paypal-Debug-Id": secrets.token_hex(7)}


DIALECT = Dialect()

Shown = tuple[str, str]
"""What a call made or changed: the kind of object and its id."""
Work = Callable[[Context], Shown]
Show = Callable[[Context, Shown], Json]


def operate(
    operation: str, work: Work, show: Show, *, status: int = 200, again: int = 0
) -> Response:
    """Carry out a call of the API and show what it was about.

    The same ``PayPal-Request-Id`` to the same address does nothing more: it is shown the thing as
    it is by now, with the status ``again`` (or ``status``). Refusals are not remembered.
    """
    given = request.headers.get("PayPal-Request-Id", "")
    key = f"{request.path} {given}" if given else ""

    def once(context: Context) -> Reply:
        admit(context.tx)
        known = context.tx.get("paypal.request", key) if key else None
        if known is not None and context.tx.now() < known["until"]:
            return Reply(show(context, (known["kind"], known["of"])), again or status, saved=False)
        done = work(context)
        if key:
            until = context.tx.now() + _remembered()
            made = {"id": key, "kind": done[0], "of": done[1], "until": until}
            context.tx.put("paypal.request", made)
        return Reply(show(context, done), status, saved=False)

    return calls.perform(DIALECT, Call(operation, key=key), once)


def _remembered() -> int:
    """For how many seconds PayPal knows a request id: 6 hours for orders, 45 days for payments."""
    return 6 * 3600 if request.path.startswith("/v2/checkout/") else 45 * 24 * 3600


def look(operation: str, work: Callable[[Context], Reply]) -> Response:
    """Carry out a call that no request id goes with."""

    def admitted(context: Context) -> Reply:
        admit(context.tx)
        return work(context)

    return calls.perform(DIALECT, Call(operation), admitted)


def admit(tx: Transaction) -> None:
    """Raises Refusal (401) unless the call carries a token of ours that has not ended."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    known = tx.get("paypal.token", token) if kind == "Bearer" else None
    if known is None or known["until"] <= tx.now():
        raise refusal(401)


def told() -> Json:
    """The request's JSON object; an empty one when nothing was sent. Raises Refusal (400)."""
    if not request.data:
        return {}
    said = request.get_json(silent=True)
    if not isinstance(said, dict):
        raise refusal(400, "INVALID_PARAMETER_SYNTAX")
    return said


def changes() -> list[Json]:
    """The request's JSON Patch. Raises Refusal (400)."""
    said = request.get_json(silent=True)
    if not isinstance(said, list) or not all(isinstance(one, dict) for one in said):
        raise refusal(400, "INVALID_PARAMETER_SYNTAX")
    return said


def new_id() -> str:
    """Seventeen characters, as PayPal's own ids."""
    return "".join(secrets.choice("0123456789ABCDEFGHJKLMNPRSTUVWXY") for _ in range(17))


def when(seconds: int) -> str:
    """A moment as PayPal writes it."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def sent_at() -> str:
    """This moment, whatever the simulator's clock says: letters travel in real time."""
    return when(int(time.time()))


def link(url: str, path: str, rel: str, method: str = "GET") -> Json:
    return {"href": f"{url.rstrip('/')}{path}", "rel": rel, "method": method}


# money ------------------------------------------------------------------------------------------


def money(value: object, *, variant: str) -> Json:
    """A money object as it came, if PayPal could move it. Raises Refusal (400, 422)."""
    if not isinstance(value, dict) or not {"currency_code", "value"} <= set(value):
        raise refusal(400, "MISSING_REQUIRED_PARAMETER", variant=variant, field="/amount")
    currency, number = value["currency_code"], value["value"]
    if not isinstance(number, str) or not _VALUE.fullmatch(number) or len(number) > 32:
        raise refusal(400, "INVALID_PARAMETER_SYNTAX", variant=variant, field="/amount/value")
    if currency not in CURRENCIES:
        raise refusal(422, "INVALID_CURRENCY_CODE", variant=variant)
    places = len(number.partition(".")[2])
    if currency in WHOLE and places:
        issue = "DECIMAL_PRECISION" if variant == "orders" else "DECIMALS_NOT_SUPPORTED"
        raise refusal(422, issue, variant=variant)
    if places > 2:
        raise refusal(422, "DECIMAL_PRECISION", variant=variant)
    if Decimal(number) <= 0:
        raise refusal(422, "CANNOT_BE_ZERO_OR_NEGATIVE", variant=variant)
    return {"currency_code": currency, "value": number}


def minor(amount: Json) -> int:
    """A money object in minor units."""
    scale = get_currency_precision(amount["currency_code"])
    return int(Decimal(amount["value"]).scaleb(scale))


def written(units: int, currency: str) -> Json:
    """Minor units as a money object."""
    scale = get_currency_precision(currency)
    value = Decimal(units).scaleb(-scale)
    return {"currency_code": currency, "value": f"{value:.{0 if currency in WHOLE else scale}f}"}
