"""The document of the API, for programs and for people."""

import json
from typing import Any

from flask import Response, current_app, render_template, request

from vitrina.api import kit, openapi
from vitrina.core import store
from vitrina.web.access import public

docs = kit.blueprint("docs")


@docs.get("/openapi.json")
@public
def document() -> Response:
    raw = json.dumps(document_of_the_shop(), ensure_ascii=False).encode()
    response = Response(raw, content_type="application/json")
    response.add_etag()
    response.headers["Cache-Control"] = "no-cache"
    response.make_conditional(request)
    return response


@docs.get("/docs")
@public
def page() -> Response:
    found = document_of_the_shop()
    html = render_template(
        "api/docs.html", document=found, groups=_groups(found), base=found["servers"][1]["url"]
    )
    response = Response(html, content_type="text/html; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    return response


def document_of_the_shop() -> dict[str, Any]:
    """The OpenAPI document of this shop."""
    return openapi.document(str(current_app.config["BASE_URL"]), store.current().name)


def _groups(found: dict[str, Any]) -> list[dict[str, Any]]:
    """The calls by tag, with what a reader needs of each."""
    groups: dict[str, list[dict[str, Any]]] = {tag["name"]: [] for tag in found["tags"]}
    for endpoint in kit.ENDPOINTS:
        path = openapi.path_of(endpoint)
        operation = found["paths"][path][endpoint.method.lower()]
        body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
        good = operation["responses"][str(endpoint.status)].get("content", {})
        groups[endpoint.tag].append(
            {
                "id": operation["operationId"],
                "method": endpoint.method,
                "path": path,
                "summary": endpoint.summary,
                "description": endpoint.description,
                "who": endpoint.access.words,
                "limit": endpoint.limit.replace("/", " a "),
                "parameters": operation.get("parameters", []),
                "fields": _fields(found, body.get("schema", {})),
                "example": _example(found, body.get("schema", {})),
                "answer": _fields(found, good.get("application/json", {}).get("schema", {})),
                "responses": operation["responses"],
            }
        )
    return [{"title": name.capitalize(), "calls": calls} for name, calls in groups.items()]


def _resolved(found: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        resolved: dict[str, Any] = found["components"]["schemas"].get(name, {})
        return resolved
    return schema


def _fields(found: dict[str, Any], schema: dict[str, Any]) -> list[dict[str, Any]]:
    """The fields of an object: name, type in words, whether it is required."""
    whole = _resolved(found, schema)
    required = set(whole.get("required", []))
    return [
        {"name": name, "type": _type(field), "required": name in required}
        for name, field in whole.get("properties", {}).items()
    ]


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if schema.get("title") in ("Money", "Amount"):
        return str(schema["title"]).lower()
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(_type(one) for one in schema["anyOf"]))
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    return str(schema.get("format") or schema.get("type") or "value")


def _example(found: dict[str, Any], schema: dict[str, Any]) -> str:
    examples = _resolved(found, schema).get("examples")
    return json.dumps(examples[0], ensure_ascii=False, indent=2) if examples else ""
