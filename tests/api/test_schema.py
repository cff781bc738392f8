"""The document says what the API does: generated calls never crash it, and answers keep to it."""

import json
from typing import Any

import hypothesis
import pytest
import schemathesis
from click.testing import CliRunner
from hypothesis import HealthCheck, Phase

from tests import make
from tests.api.conftest import Program, sign_in
from tests.conftest import Shop
from vitrina.cli.openapi import openapi

SCHEMATHESIS = schemathesis.openapi
METHODS = {"get", "post", "put", "patch", "delete"}


def _document(api: Program) -> dict[str, Any]:
    found: dict[str, Any] = api.get("/openapi.json", status=200).get_json()
    return found


def test_the_document_names_every_call_of_the_contract(api: Program) -> None:
    paths = _document(api)["paths"]
    for method, path in (
        ("post", "/auth/register"),
        ("post", "/auth/login"),
        ("post", "/auth/refresh"),
        ("post", "/auth/logout"),
        ("post", "/orders"),
        ("get", "/orders"),
        ("get", "/orders/history"),
        ("get", "/orders/{key}"),
        ("post", "/orders/{key}/shipments"),
        ("post", "/orders/{key}/cancellation"),
        ("post", "/orders/{key}/refunds"),
        ("post", "/orders/{key}/refunds/{refund_id}/confirmation"),
        ("get", "/products"),
        ("post", "/products"),
        ("get", "/products/{key}"),
        ("put", "/products/{key}"),
        ("patch", "/products/{key}"),
        ("delete", "/products/{key}"),
    ):
        assert method in paths[path], (method, path)


def test_every_call_has_a_name_a_summary_and_problems(api: Program) -> None:
    document = _document(api)
    assert document["openapi"].startswith("3.1")
    names = []
    for path, calls in document["paths"].items():
        for method, call in calls.items():
            assert method in METHODS
            assert call["summary"], path
            names.append(call["operationId"])
            problem = call["responses"]["422"]["content"]
            assert list(problem) == ["application/problem+json"]
    assert len(names) == len(set(names))
    refs = [part.split('"')[0] for part in json.dumps(document).split('"#/components/schemas/')[1:]]
    assert set(refs) <= set(document["components"]["schemas"])


def test_the_page_for_people_shows_every_call(shop: Shop) -> None:
    page = shop.browser().open("/api/docs")
    for words in ("POST /auth/login", "GET /products", "Idempotency-Key", "If-Match"):
        assert words in page.text, words


def test_the_command_prints_the_same_document(
    api: Program, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    served = _document(api)
    monkeypatch.setattr("vitrina.cli.openapi.open_shop", lambda: shop.app.config["SETTINGS"])
    monkeypatch.setattr("vitrina.cli.openapi.create_app", lambda settings: shop.app)
    printed = CliRunner().invoke(openapi, [])
    assert json.loads(printed.output) == served


def _generated_calls(shop: Shop, examples: int) -> None:
    """Call everything with generated values, as nobody and as staff: no crash, true answers."""
    make.product(options={"Size": ["S", "L"]})
    staff = sign_in(shop, make.staff("owner"))
    document = _document(staff)
    document.pop("servers")
    schema = SCHEMATHESIS.from_dict(document)
    known = set(document["components"]["schemas"])
    assert "Problem" in known
    for found in schema.get_all_operations():
        _try(staff, found.ok(), examples)


def _try(program: Program, operation: Any, examples: int) -> None:
    @hypothesis.settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis.given(case=operation.as_strategy())
    def call(case: Any) -> None:
        _call(program, case, operation)

    call()


def _call(program: Program, case: Any, operation: Any) -> None:
    kwargs: dict[str, Any] = {}
    if isinstance(case.body, dict | list | str | int | float | bool) or case.body is None:
        kwargs = {"data": json.dumps(case.body), "content_type": "application/json"}
    headers = {
        str(name): str(value)
        for name, value in dict(case.headers or {}).items()
        if str(value).isascii() and str(value).isprintable()
    }
    headers.pop("Authorization", None)
    response = program.call(
        operation.method.upper(),
        case.formatted_path,
        query_string={k: v for k, v in dict(case.query or {}).items() if v is not None},
        headers=headers,
        **kwargs,
    )
    assert response.status_code < 500, response.text
    told = operation.definition.raw["responses"]
    assert str(response.status_code) in told or response.status_code in (404, 405), (
        operation.label,
        response.status_code,
        response.text,
    )


def test_generated_calls_never_crash(sqlite_shop: Shop) -> None:
    _generated_calls(sqlite_shop, examples=8)


@pytest.mark.long
def test_many_generated_calls_never_crash(shop: Shop) -> None:
    _generated_calls(shop, examples=150)
