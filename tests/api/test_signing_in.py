"""Joining and signing in over the API, and everything that must not work."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest

from tests import make
from tests.api.conftest import Program, sign_in
from tests.conftest import Shop
from vitrina.accounts import queries as accounts
from vitrina.accounts.actions.links import issue_token
from vitrina.accounts.actions.recovery import change_password
from vitrina.accounts.actions.staff import change_role, deactivate
from vitrina.accounts.rules import Purpose
from vitrina.core import clock
from vitrina.core.db import committing, session

NEW = {"username": "ana", "email": "ana@example.com", "password": "plenty-of-lines-42"}


def test_who_registers_can_sign_in_and_is_a_customer(api: Program) -> None:
    answer = api.post("/auth/register", NEW, status=201)
    assert answer.get_json() == {"username": "ana", "email": "ana@example.com"}
    signed = api.post(
        "/auth/login", {"email": "ANA@example.com", "password": NEW["password"]}, status=200
    ).get_json()
    assert signed["token_type"] == "Bearer"
    assert signed["expires_in"] == 900
    me = Program(api.shop, signed["access_token"]).get("/users/me", status=200).get_json()
    assert (me["username"], me["role"], me["permissions"]) == ("ana", None, [])
    assert "password_hash" not in me


@pytest.mark.parametrize("field", ["is_admin", "role", "role_id", "id", "is_active", "verified"])
def test_nobody_registers_as_more_than_a_customer(api: Program, field: str) -> None:
    answer = api.post("/auth/register", {**NEW, field: 1}, status=422)
    assert field in answer.get_json()["errors"]
    assert accounts.find_by_username("ana") is None


def test_a_taken_username_is_said_and_a_taken_address_is_not(api: Program) -> None:
    api.post("/auth/register", NEW, status=201)
    taken = api.post("/auth/register", {**NEW, "email": "other@example.com"}, status=409)
    assert taken.get_json()["code"] == "username_taken"
    again = api.post("/auth/register", {**NEW, "username": "bea"}, status=201)
    fresh = api.post(
        "/auth/register",
        {"username": "eva", "email": "eva@example.com", "password": NEW["password"]},
        status=201,
    )
    assert set(again.get_json()) == set(fresh.get_json())
    assert {k for k, _ in again.headers} == {k for k, _ in fresh.headers}
    assert accounts.find_by_username("bea") is None


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"password": "short"}, "weak_password"),
        ({"email": "not-an-address"}, "invalid_email"),
        ({"username": "a"}, "invalid_username"),
        ({"username": 7}, "validation_failed"),
        ({"password": None}, "validation_failed"),
        ({"email": ["a@example.com"]}, "validation_failed"),
    ],
)
def test_registration_says_what_is_wrong(api: Program, change: dict[str, Any], code: str) -> None:
    problem = api.post("/auth/register", {**NEW, **change}, status=422).get_json()
    assert problem["code"] == code
    assert next(iter(change)) in problem["errors"]


def test_wrong_passwords_and_unknown_names_answer_alike(api: Program) -> None:
    make.user("ana")
    wrong = api.post("/auth/login", {"username": "ana", "password": "nope-nope-nope"}, status=401)
    unknown = api.post("/auth/login", {"username": "eve", "password": "nope-nope-nope"}, status=401)
    strip = {"request_id"}
    one, two = wrong.get_json(), unknown.get_json()
    assert {k: v for k, v in one.items() if k not in strip} == {
        k: v for k, v in two.items() if k not in strip
    }
    assert "WWW-Authenticate" in wrong.headers


def test_a_login_needs_exactly_one_name(api: Program) -> None:
    for body in (
        {"password": "x"},
        {"username": "a", "email": "a@example.com", "password": "x"},
        {"username": "a"},
    ):
        api.post("/auth/login", body, status=422)


def test_guessing_is_slowed_down_with_a_time_to_wait(api: Program) -> None:
    make.user("ana")
    answers = [
        api.post("/auth/login", {"username": "ana", "password": f"guess-number-{number}"})
        for number in range(12)
    ]
    assert answers[0].status_code == 401
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["Retry-After"]) > 0


def test_a_refresh_token_works_once_and_its_theft_ends_the_family(api: Program) -> None:
    make.user("ana")
    body = {"username": "ana", "password": make.PASSWORD}
    first = api.post("/auth/login", body, status=200).get_json()
    second = api.post(
        "/auth/refresh", {"refresh_token": first["refresh_token"]}, status=200
    ).get_json()
    Program(api.shop, second["access_token"]).get("/users/me", status=200)
    api.post("/auth/refresh", {"refresh_token": first["refresh_token"]}, status=401)
    api.post("/auth/refresh", {"refresh_token": second["refresh_token"]}, status=401)
    Program(api.shop, second["access_token"]).get("/users/me", status=401)


def test_a_refresh_token_may_stand_in_the_header(api: Program) -> None:
    make.user("ana")
    first = api.post(
        "/auth/login", {"username": "ana", "password": make.PASSWORD}, status=200
    ).get_json()
    renewed = Program(api.shop, first["refresh_token"]).post("/auth/refresh", status=200)
    assert renewed.get_json()["refresh_token"] != first["refresh_token"]


def test_signing_out_ends_both_tokens(api: Program) -> None:
    make.user("ana")
    body = {"username": "ana", "password": make.PASSWORD}
    held = api.post("/auth/login", body, status=200).get_json()
    other = api.post("/auth/login", body, status=200).get_json()
    program = Program(api.shop, held["access_token"])
    program.post("/auth/logout", status=204)
    program.get("/users/me", status=401)
    api.post("/auth/refresh", {"refresh_token": held["refresh_token"]}, status=401)
    Program(api.shop, other["access_token"]).get("/users/me", status=200)


def test_a_new_password_ends_every_token_at_once(shop: Shop) -> None:
    user = make.user("ana")
    program = sign_in(shop, user)
    with committing():
        change_password(accounts.by_id(user.id), "another-long-one-77")
    program.get("/users/me", status=401)
    sign_in(shop, user, "another-long-one-77").get("/users/me", status=200)


def test_a_closed_account_and_a_lost_role_count_at_once(shop: Shop) -> None:
    boss = make.staff("owner")
    one, two = make.staff("catalogue"), make.staff("catalogue")
    first, second = sign_in(shop, one), sign_in(shop, two)
    with committing():
        deactivate(accounts.by_id(one.id), by=accounts.by_id(boss.id))
        change_role(accounts.by_id(two.id), None, by=accounts.by_id(boss.id))
    first.get("/users/me", status=401)
    second.post("/categories", {}, status=405)
    second.get("/users/me", status=401)


def test_an_access_token_is_over_after_a_quarter_of_an_hour(shop: Shop) -> None:
    program = sign_in(shop, make.user())
    with clock.later(minutes=14):
        program.get("/users/me", status=200)
    with clock.later(minutes=16):
        problem = program.get("/users/me", status=401).get_json()
    assert problem["code"] == "invalid_token"


def _claims(token: str) -> dict[str, Any]:
    return jwt.decode(token, options={"verify_signature": False})


def test_forged_tokens_are_nobodys(shop: Shop) -> None:
    user = make.user()
    program = sign_in(shop, user)
    token = str(program.token)
    claims = _claims(token)
    key = shop.app.config["JWT_SECRET_KEY"]
    head = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').decode().rstrip("=")
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    later = datetime.now(UTC) + timedelta(hours=1)
    forged = {
        "no algorithm": f"{head}.{body}.",
        "another key": jwt.encode(claims, "another-key-of-the-right-length-0123", "HS256"),
        "another algorithm": jwt.encode(claims, key, "HS512"),
        "without an end": jwt.encode({k: v for k, v in claims.items() if k != "exp"}, key, "HS256"),
        "over": jwt.encode({**claims, "exp": 1_700_000_000}, key, "HS256"),
        "not yet": jwt.encode({**claims, "nbf": later}, key, "HS256"),
        "for others": jwt.encode({**claims, "aud": "another-shop"}, key, "HS256"),
        "by others": jwt.encode({**claims, "iss": "another-shop"}, key, "HS256"),
        "without a type": jwt.encode({k: v for k, v in claims.items() if k != "typ"}, key, "HS256"),
        "of nobody": jwt.encode({**claims, "sub": "999999"}, key, "HS256"),
        "of a strange subject": jwt.encode({**claims, "sub": "1 OR 1=1"}, key, "HS256"),
        "cut": token[:-3],
        "empty": "",
        "words": "null",
    }
    for name, bad in forged.items():
        answer = Program(shop, None).get(
            "/users/me", headers={"Authorization": f"Bearer {bad}"}, status=401
        )
        assert answer.status_code == 401, name
    program.get("/users/me", status=200)


def test_a_token_of_another_purpose_is_no_access_token(shop: Shop) -> None:
    user = make.user("ana")
    body = {"username": "ana", "password": make.PASSWORD}
    held = Program(shop).post("/auth/login", body, status=200).get_json()
    with committing():
        recovery = issue_token(accounts.by_id(user.id), Purpose.RECOVERY)
    for bad in (held["refresh_token"], recovery):
        Program(shop, bad).get("/users/me", status=401)
    Program(shop).post("/auth/refresh", {"refresh_token": held["access_token"]}, status=401)


def test_a_wrong_token_is_not_ignored_where_none_is_needed(api: Program) -> None:
    api.get("/categories", headers={"Authorization": "Bearer nonsense"}, status=401)
    api.get("/categories", headers={"Authorization": "Basic YTpi"}, status=401)


def test_the_api_takes_no_cookie(shop: Shop) -> None:
    user = make.user()
    browser = shop.app.test_client()
    with browser.session_transaction() as cookies:
        cookies["_user_id"] = str(user.id)
    assert browser.get("/api/v1/users/me").status_code == 401


def test_no_other_site_may_read_the_answers(api: Program) -> None:
    for origin in ("https://evil.example", "null", "http://localhost.evil.example"):
        answer = api.get("/categories", headers={"Origin": origin}, status=200)
        assert not [name for name, _ in answer.headers if name.startswith("Access-Control")]
    session.rollback()
