"""What HTTP says, kept by every call."""

from typing import Any

import pytest

from tests import make
from tests.api.conftest import Program
from tests.conftest import Shop, settings
from vitrina.api.kit import ENDPOINTS
from vitrina.app import create_app
from vitrina.core import db


@pytest.mark.parametrize(
    ("raw", "kind", "status"),
    [
        (b'{"username":', "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b'{"username": NaN}', "application/json", 400),
        (b'{"username": "a\\u0000b", "password": "x"}', "application/json", 400),
        (b'{"username": 1' + b"0" * 5000 + b"}", "application/json", 400),
        (b"[]", "application/json", 422),
        (b"null", "application/json", 422),
        (b'"text"', "application/json", 422),
        (b'{"username": "\\ud800", "password": "x"}', "application/json", 422),
        (b"username=ana&password=x", "application/x-www-form-urlencoded", 415),
        (b'{"username": "ana"}', "text/plain", 415),
        (b"", "", 415),
        (b'{"username": "' + b"a" * 1_100_000 + b'"}', "application/json", 413),
    ],
)
def test_a_body_that_cannot_be_read_says_why(
    api: Program, raw: bytes, kind: str, status: int
) -> None:
    api.post("/auth/login", data=raw, content_type=kind, status=status)


def test_what_is_not_there_and_what_is_not_possible_are_problems(api: Program) -> None:
    assert api.get("/nothing", status=404).get_json()["code"] == "not_found"
    wrong = api.delete("/categories", status=405)
    assert set(wrong.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
    api.post("/categories", {}, headers={"X-HTTP-Method-Override": "GET"}, status=405)
    api.call("TRACE", "/categories", status=405)


def test_options_and_head_answer(api: Program) -> None:
    options = api.call("OPTIONS", "/categories", status=200)
    assert "GET" in options.headers["Allow"]
    head = api.call("HEAD", "/categories", status=200)
    assert head.data == b""
    assert head.headers["ETag"]


def test_unknown_and_repeated_parameters_are_refused(api: Program) -> None:
    assert "x" in api.get("/categories?x=1", status=422).get_json()["errors"]
    api.get("/categories?locale=en&locale=ru", status=422)
    api.get("/categories?locale=xx", status=422)
    api.get("/users/me?fields=password_hash", status=401)


def test_a_list_is_not_sent_twice(api: Program) -> None:
    make.category("Prints")
    first = api.get("/categories", status=200)
    same = api.get("/categories", headers={"If-None-Match": first.headers["ETag"]}, status=304)
    assert same.data == b""
    make.category("Frames")
    api.get("/categories", headers={"If-None-Match": first.headers["ETag"]}, status=200)


def test_the_alias_is_the_same_api(shop: Shop) -> None:
    make.category("Prints")
    client = shop.app.test_client()
    assert client.get("/api/categories").data == client.get("/api/v1/categories").data
    assert client.get("/api/nothing").mimetype == "application/problem+json"


def test_a_crash_tells_nothing_but_the_request_id(
    api: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: Any, **__: Any) -> None:
        raise RuntimeError("the secret plan")

    monkeypatch.setattr("vitrina.api.categories.catalog.categories", crash)
    answer = api.get("/categories", status=500)
    assert answer.get_json()["code"] == "internal_error"
    assert "secret plan" not in answer.text


def test_a_lost_database_is_a_problem_too(api: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(*_: Any, **__: Any) -> None:
        raise db.sa.exc.OperationalError("SELECT 1", {}, Exception("server closed"))

    monkeypatch.setattr("vitrina.api.categories.catalog.categories", lost)
    answer = api.get("/categories", status=503)
    assert "SELECT" not in answer.text


def test_limited_calls_say_what_is_left_and_then_429(
    sqlite_shop: Shop, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("limited")
    app = create_app(settings(folder, sqlite_shop.url, VITRINA_RATE_LIMITS="on"))
    program = Program(Shop(app, sqlite_shop.url, folder))
    seen = []
    for number in range(32):
        answer = program.post("/auth/login", {"username": f"u{number}", "password": "x"})
        seen.append(answer.status_code)
        assert answer.headers["RateLimit-Limit"] == "30"
        assert 0 <= int(answer.headers["RateLimit-Reset"]) <= 60
    assert int(answer.headers["RateLimit-Remaining"]) == 0
    assert seen[-1] == 429
    assert int(answer.headers["Retry-After"]) >= 1
    fine = program.get("/categories", status=200)
    assert fine.headers["RateLimit-Limit"] == "600"


def test_every_endpoint_says_who_may_use_it(shop: Shop) -> None:
    views = {
        rule.rule: shop.app.view_functions[rule.endpoint]
        for rule in shop.app.url_map.iter_rules()
        if rule.rule.startswith("/api")
    }
    assert [path for path, view in views.items() if getattr(view, "access", None) is None] == []
    assert len(ENDPOINTS) > 5
