"""PayPal's published API, and the wire that is held against it."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

from jsonschema import Draft4Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

FILES = ("checkout_orders_v2", "payments_payment_v2", "notifications_webhooks_v1")
Json = dict[str, Any]
UNPUBLISHED = {
    "POST /v1/oauth2/token",
    "GET /v1/customer/disputes",
    "GET /v1/customer/disputes/ID",
}
"""Calls that none of the published files describes."""


# the published description ------------------------------------------------------------------------


def _pattern(validator: Any, pattern: str, value: Any, schema: Json) -> Iterable[ValidationError]:
    """Some published patterns are no valid regular expressions; those say nothing."""
    try:
        found = not isinstance(value, str) or re.search(pattern, value)
    except re.error:
        return
    if not found:
        yield ValidationError(f"{value!r} does not match {pattern!r}")


def _read_only(validator: Any, is_set: bool, value: Any, schema: Json) -> Iterable[ValidationError]:
    if is_set:
        yield ValidationError(f"{value!r} is read-only, and was sent")


ANSWER = extend(Draft4Validator, {"pattern": _pattern})
REQUEST = extend(ANSWER, {"readOnly": _read_only})


class Published:
    """One of PayPal's OpenAPI files."""

    def __init__(self, file: Path) -> None:
        self.spec = json.loads(file.read_text())

    def schema(self, name: str) -> Json:
        return {"$ref": f"#/components/schemas/{name}"}

    def at(self, found: Json) -> Json:
        """The thing itself where a reference to it stands."""
        while "$ref" in found:
            here: Any = self.spec
            for part in found["$ref"].removeprefix("#/").split("/"):
                here = here[part.replace("~1", "/").replace("~0", "~")]
            found = here
        return found

    def operation(self, method: str, path: str) -> Json | None:
        for template, methods in self.spec["paths"].items():
            shape = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(template))
            if re.fullmatch(shape, path) and method.lower() in methods:
                return {**methods[method.lower()], "path": template}
        return None

    def check(self, kind: Any, schema: Json, value: Any) -> None:
        """Raises AssertionError unless ``value`` is as described, and nothing else is in it."""
        whole = {**schema, "components": self.spec["components"]}
        if "$ref" in schema:
            whole = {"allOf": [schema], "components": self.spec["components"]}
        errors = sorted(kind(whole).iter_errors(value), key=lambda one: list(one.path))
        assert not errors, [f"{list(one.path)}: {one.message[:300]}" for one in errors]
        assert list(self.unknown(schema, value, "")) == []

    def unknown(self, schema: Json, value: Any, at: str) -> Iterator[str]:
        """The members of ``value`` that the schema has no name for."""
        shapes = list(self._shapes(schema))
        if isinstance(value, list):
            for shape in shapes:
                if "items" in shape:
                    for number, one in enumerate(value):
                        yield from self.unknown(shape["items"], one, f"{at}/{number}")
        free = any(one.get("additionalProperties") for one in shapes)
        if not isinstance(value, dict) or free or not any("properties" in one for one in shapes):
            return
        for name, inner in value.items():
            named = [one["properties"][name] for one in shapes if name in one.get("properties", {})]
            if not named:
                yield f"{at}/{name}"
            for one in named[:1]:
                yield from self.unknown(one, inner, f"{at}/{name}")

    def _shapes(self, schema: Json) -> Iterator[Json]:
        schema = self.at(schema)
        yield schema
        for group in ("allOf", "anyOf", "oneOf"):
            for one in schema.get(group, []):
                yield from self._shapes(one)


# the wire -----------------------------------------------------------------------------------------


@dataclass
class Exchange:
    """A call and its answer, as they went over the wire."""

    method: str
    path: str
    headers: dict[str, str]
    sent: bytes
    status: int = 0
    answer: bytes = b""


@dataclass
class Wire:
    """A WSGI app that writes down what goes through it."""

    app: Callable[..., Iterable[bytes]]
    heard: list[Exchange] = field(default_factory=list)

    def __call__(self, environ: Json, start_response: Callable[..., Any]) -> Iterable[bytes]:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        sent = environ["wsgi.input"].read(length) if length else b""
        environ["wsgi.input"] = BytesIO(sent)
        names = {k[5:]: v for k, v in environ.items() if k.startswith("HTTP_")}
        found = Exchange(environ["REQUEST_METHOD"], environ["PATH_INFO"], names, sent)

        def starting(status: str, headers: Any, exc_info: Any = None) -> Any:
            found.status = int(status.split()[0])
            return start_response(status, headers, exc_info)

        found.answer = b"".join(self.app(environ, starting))
        if found.path.startswith(("/v1/", "/v2/")) and "/certs/" not in found.path:
            self.heard.append(found)
        return [found.answer]


def check(published: list[Published], heard: list[Exchange]) -> set[str]:
    """Hold every exchange against its description; the operations with the statuses seen."""
    seen, unpublished = set(), set()
    for one in heard:
        found = next((p for p in published if p.operation(one.method, one.path)), None)
        if found is None:
            last = re.sub(r"disputes/.+", "disputes/ID", one.path)
            unpublished.add(f"{one.method} {last}")
            continue
        operation = found.operation(one.method, one.path) or {}
        if one.status != 400:
            _check_request(found, operation, one)
        _check_answer(found, operation, one)
        seen.add(f"{operation['operationId']} {one.status}")
    assert unpublished <= UNPUBLISHED
    return seen


def _check_request(found: Published, operation: Json, one: Exchange) -> None:
    for parameter in map(found.at, operation.get("parameters", [])):
        given = one.headers.get(parameter["name"].upper().replace("-", "_"))
        if parameter["in"] == "header" and given is not None:
            found.check(REQUEST, parameter["schema"], given)
    body = found.at(operation.get("requestBody", {}))
    if one.sent:
        # An event goes back to be verified as PayPal sent it, read-only members and all.
        kind = ANSWER if one.path.endswith("verify-webhook-signature") else REQUEST
        found.check(kind, body["content"]["application/json"]["schema"], json.loads(one.sent))
    else:
        assert not body.get("required")


def _check_answer(found: Published, operation: Json, one: Exchange) -> None:
    answers = operation["responses"]
    answer = found.at(answers.get(str(one.status)) or answers["default"])
    content = answer.get("content")
    if not content:
        assert one.status == 204 or one.status >= 500
        assert one.status >= 500 or one.answer == b""
        return
    found.check(ANSWER, content["application/json"]["schema"], json.loads(one.answer))
