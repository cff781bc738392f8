"""The OpenAPI 3.1 document, written from the registered endpoints."""

import re
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from vitrina.api.access import Kind
from vitrina.api.kit import ENDPOINTS, VERSION, Endpoint

_REF = "#/components/schemas/{model}"
_PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "What is wrong, after RFC 9457. `code` is stable; `errors` names fields.",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "code": {"type": "string", "examples": ["validation_failed"]},
        "detail": {"type": "string"},
        "request_id": {"type": "string"},
        "errors": {
            "type": "object",
            "additionalProperties": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {"code": {"type": "string"}, "message": {"type": "string"}},
                    "required": ["code", "message"],
                },
            },
        },
    },
    "required": ["type", "title", "status", "code", "detail", "request_id"],
}
_REASONS = {
    400: "The request cannot be read.",
    401: "The token is missing, or not good (any more).",
    402: "The payment was declined.",
    403: "The account may not do this.",
    404: "It does not exist, or it is not yours.",
    409: "It was right when it was sent, but the world has moved on.",
    412: "It has been changed since you read it.",
    413: "The request is too large.",
    415: "The body is not JSON.",
    422: "Some values cannot be used; `errors` says which.",
    429: "Too many requests; `Retry-After` says when to try again.",
    503: "Something this depends on does not answer.",
}
_SECURITY: dict[Kind, list[dict[str, list[str]]]] = {
    Kind.PUBLIC: [{}, {"token": []}],
    Kind.SHOPPER: [{}, {"token": []}, {"cart": []}],
    Kind.SIGNED_IN: [{"token": []}],
    Kind.ANY_TOKEN: [{"token": []}, {}],
    Kind.STAFF: [{"token": []}],
}


def document(base_url: str, name: str) -> dict[str, Any]:
    """The document of the shop ``name`` at ``base_url`` (without a slash at the end)."""
    schemas = _schemas()
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in ENDPOINTS:
        paths.setdefault(path_of(endpoint), {})[endpoint.method.lower()] = _operation(
            endpoint, schemas["refs"]
        )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"{name} API",
            "version": VERSION,
            "description": "Amounts go out as `{amount, currency}` and come in as that, as a "
            "decimal string or as a number. Errors are `application/problem+json`.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [
            {"url": f"{base_url}/api/{VERSION}"},
            {"url": f"{base_url}/api", "description": "Always the current version"},
        ],
        "tags": [{"name": tag} for tag in dict.fromkeys(one.tag for one in ENDPOINTS)],
        "paths": paths,
        "components": {
            "schemas": {**schemas["definitions"], "Problem": _PROBLEM},
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
                "cart": {"type": "apiKey", "in": "header", "name": "X-Cart-Token"},
            },
        },
    }


def path_of(endpoint: Endpoint) -> str:
    """``/products/{key}`` for ``/products/<key>``."""
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", endpoint.path)


def _schemas() -> dict[str, Any]:
    wanted: dict[tuple[Any, JsonSchemaMode], None] = {}
    for endpoint in ENDPOINTS:
        if endpoint.body is not None:
            wanted[endpoint.body, "validation"] = None
        if isinstance(endpoint.answer, type) and issubclass(endpoint.answer, BaseModel):
            wanted[endpoint.answer, "serialization"] = None
    refs, definitions = models_json_schema(list(wanted), ref_template=_REF)
    return {"refs": refs, "definitions": definitions.get("$defs", {})}


def _operation(endpoint: Endpoint, refs: dict[Any, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": f"{endpoint.tag}_{endpoint.name}",
        "tags": [endpoint.tag],
        "summary": endpoint.summary,
        "description": f"{endpoint.description}\n\nWho may: {endpoint.access.words}.".strip(),
        "security": _SECURITY[endpoint.access.kind],
        "responses": _responses(endpoint, refs),
    }
    parameters = [*_path_parameters(endpoint), *_query_parameters(endpoint), *_headers(endpoint)]
    if parameters:
        operation["parameters"] = parameters
    if endpoint.body is not None:
        operation["requestBody"] = {
            "required": not endpoint.body_optional,
            "content": {"application/json": {"schema": refs[endpoint.body, "validation"]}},
        }
    return operation


def _path_parameters(endpoint: Endpoint) -> list[dict[str, Any]]:
    names = re.findall(r"<(?:\w+:)?(\w+)>", endpoint.path)
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
        for name in names
    ]


def _query_parameters(endpoint: Endpoint) -> list[dict[str, Any]]:
    schema = TypeAdapter(endpoint.query).json_schema(ref_template=_REF)
    return [
        {"name": name, "in": "query", "required": False, "schema": _without_null(field)}
        for name, field in schema.get("properties", {}).items()
    ]


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter is there or not there; it is never null."""
    options = [one for one in schema.get("anyOf", []) if one.get("type") != "null"]
    rest = {k: v for k, v in schema.items() if k not in ("anyOf", "title")}
    if len(options) == 1:
        rest = {**options[0], **rest}
    elif options:
        rest["anyOf"] = options
    return {k: v for k, v in rest.items() if not (k == "default" and v is None)}


def _headers(endpoint: Endpoint) -> list[dict[str, Any]]:
    names = []
    if endpoint.idempotent:
        names.append(("Idempotency-Key", "The same key gets the same answer, for 24 hours."))
    if 412 in endpoint.errors:
        names.append(("If-Match", "The ETag that was read; 412 when it is no longer so."))
    return [
        {
            "name": name,
            "in": "header",
            "required": False,
            "description": words,
            "schema": {"type": "string", "minLength": 1, "maxLength": 255},
        }
        for name, words in names
    ]


def _responses(endpoint: Endpoint, refs: dict[Any, Any]) -> dict[str, Any]:
    good: dict[str, Any] = {"description": HTTPStatus(endpoint.status).phrase}
    if endpoint.answer is not None:
        schema = refs[endpoint.answer, "serialization"]
        good["content"] = {"application/json": {"schema": schema}}
    if endpoint.file:
        good["content"] = {endpoint.file: {"schema": {"type": "string", "format": "binary"}}}
    found = {str(endpoint.status): good}
    if endpoint.method == "GET" and (endpoint.etag or endpoint.answer is not None):
        found["304"] = {"description": "It is as you know it (`If-None-Match`)."}
    for status in _problems(endpoint):
        found[str(status)] = {
            "description": _REASONS[status],
            "content": {
                "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
            },
        }
    return found


def _problems(endpoint: Endpoint) -> list[int]:
    statuses = {401, 422, 429, *endpoint.errors}
    if endpoint.access.kind is Kind.STAFF:
        statuses.add(403)
    if endpoint.body is not None:
        statuses |= {400, 413, 415}
    if endpoint.idempotent:
        statuses |= {400, 409}
    if "<" in endpoint.path:
        statuses.add(404)
    return sorted(statuses)
