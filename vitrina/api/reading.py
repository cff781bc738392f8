"""Reading a request: the JSON body, the query, conditions and pages."""

import base64
import hashlib
import json
from decimal import Decimal
from typing import Any, TypeVar

from flask import request
from pydantic import BaseModel, ValidationError

from vitrina.api.problems import DETAILS, Problem, validation
from vitrina.api.schemas import In, Query

B = TypeVar("B", bound=In)
Q = TypeVar("Q", bound=Query)
MOST_BYTES = 1_000_000


def read_body(model: type[B], *, optional: bool = False) -> B:
    """The JSON body as ``model``; with ``optional`` an absent one counts as ``{}``.

    Raises Problem: 415 for another content type, 400 for broken JSON, 413 when it is too large, 422
    by field when it does not fit.
    """
    if optional and not request.content_length and "Transfer-Encoding" not in request.headers:
        return model.model_validate({})
    if not request.is_json:
        raise Problem(415, "unsupported_media_type", DETAILS[415])
    if (request.content_length or 0) > MOST_BYTES:
        raise Problem(413, "too_large", DETAILS[413])
    data = parse(request.get_data(cache=True))
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise validation(error) from None


def parse(raw: bytes) -> Any:
    """JSON with decimals as Decimal. Raises Problem 400 when it is broken.

    NaN and Infinity are no JSON; a NUL character is none that a database keeps.
    """
    if len(raw) > MOST_BYTES:
        raise Problem(413, "too_large", DETAILS[413])
    try:
        data = json.loads(raw.decode("utf-8"), parse_float=Decimal, parse_constant=_refuse)
    except (ValueError, RecursionError, ArithmeticError):
        raise Problem(400, "broken_json", "The body is not valid JSON.") from None
    if b"\\u0000" in raw and _has_nul(data):
        raise Problem(400, "broken_json", "A text holds a NUL character.")
    return data


def _refuse(name: str) -> None:
    raise ValueError(name)


def _has_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\x00" in value
    if isinstance(value, dict):
        return any(_has_nul(key) or _has_nul(item) for key, item in value.items())
    return isinstance(value, list) and any(_has_nul(item) for item in value)


def read_query(model: type[Q]) -> Q:
    """The query as ``model``. Raises Problem 422 for unknown, repeated or unfitting parameters."""
    data: dict[str, Any] = {}
    for name, values in request.args.lists():
        field = model.model_fields.get(name)
        many = field is not None and "list" in str(field.annotation)
        if not many and len(values) > 1:
            raise _query_problem(name, "repeated", "Give this parameter once.")
        if any("\x00" in value for value in values):
            raise _query_problem(name, "nul", "A text holds a NUL character.")
        data[name] = values if many else values[0]
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise validation(error) from None


def unknown_value(name: str, message: str) -> Problem:
    """A parameter names something that is not there."""
    return _query_problem(name, "unknown", message)


def _query_problem(name: str, code: str, message: str) -> Problem:
    return Problem(
        422,
        "validation_failed",
        "Some values cannot be used.",
        errors={name[:200]: [{"code": code, "message": message}]},
    )


def check_if_match(etag: str) -> None:
    """Honour ``If-Match``: raises Problem 412 when the caller has another version than ``etag``."""
    wanted = request.headers.get("If-Match")
    if wanted is None:
        return
    tags = [tag.strip().strip('"') for tag in wanted.split(",")]
    # The part before the dot is the version; the rest only tells representations apart.
    versions = {tag.partition(".")[0] for tag in tags if not tag.startswith("W/")}
    if "*" not in tags and etag.partition(".")[0] not in versions:
        raise Problem(
            412,
            "precondition_failed",
            "It has been changed since you read it. Read it again.",
            headers={"ETag": f'"{etag}"'},
        )


def version_tag(version: int, body: BaseModel) -> str:
    """An ETag that tells versions apart by its first part and representations by its second."""
    return f"{version}.{hashlib.sha256(body.model_dump_json().encode()).hexdigest()[:16]}"


def write_cursor(*values: str | int) -> str:
    """A cursor that remembers ``values``."""
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def read_cursor(cursor: str | None, *types: type) -> list[Any] | None:
    """The values of a cursor, each of its type; None without one. Raises Problem 422."""
    if cursor is None:
        return None
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        values = json.loads(raw)
    except (ValueError, RecursionError):
        raise broken_cursor() from None
    if not isinstance(values, list) or [type(value) for value in values] != list(types):
        raise broken_cursor()
    if any(isinstance(value, int) and abs(value) > 2**62 for value in values):
        raise broken_cursor()
    return values


def broken_cursor() -> Problem:
    return _query_problem("cursor", "broken_cursor", "Take the cursor from the answer before.")
