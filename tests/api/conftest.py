"""A program that talks to the API: JSON in and out, a token when it has one, never a cookie."""

from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests import make
from tests.conftest import Shop
from vitrina.accounts.models import User


class Program:
    """A client of the API."""

    def __init__(self, shop: Shop, token: str | None = None) -> None:
        self.shop = shop
        self.token = token
        self.client = shop.app.test_client(use_cookies=False)

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        status: int | None = None,
        headers: dict[str, str] | None = None,
        **kwargs: Any,
    ) -> TestResponse:
        """Call ``/api/v1`` + path. Whatever comes: no cookie, and problems are whole."""
        sent = dict(headers or {})
        if self.token:
            sent.setdefault("Authorization", f"Bearer {self.token}")
        if body is not None:
            kwargs["json"] = body
        response = self.client.open(f"/api/v1{path}", method=method, headers=sent, **kwargs)
        assert "Set-Cookie" not in response.headers
        assert response.headers["X-Request-Id"]
        if response.status_code >= 400 and method != "HEAD":
            assert response.mimetype == "application/problem+json", response.text
            problem = response.get_json()
            assert {"code", "title", "status", "detail", "request_id"} <= set(problem)
            assert problem["status"] == response.status_code
            assert problem["request_id"] == response.headers["X-Request-Id"]
        if status is not None:
            assert response.status_code == status, f"{response.status}\n{response.text[:2000]}"
        return response

    def get(self, path: str, **kwargs: Any) -> TestResponse:
        return self.call("GET", path, **kwargs)

    def post(self, path: str, body: Any = None, **kwargs: Any) -> TestResponse:
        return self.call("POST", path, body, **kwargs)

    def put(self, path: str, body: Any = None, **kwargs: Any) -> TestResponse:
        return self.call("PUT", path, body, **kwargs)

    def patch(self, path: str, body: Any = None, **kwargs: Any) -> TestResponse:
        return self.call("PATCH", path, body, **kwargs)

    def delete(self, path: str, **kwargs: Any) -> TestResponse:
        return self.call("DELETE", path, **kwargs)


def sign_in(shop: Shop, user: User, password: str = make.PASSWORD) -> Program:
    """A program with an access token of ``user``."""
    answer = Program(shop).post(
        "/auth/login", {"username": user.username, "password": password}, status=200
    )
    return Program(shop, answer.get_json()["access_token"])


@pytest.fixture
def api(shop: Shop) -> Program:
    """A program without a token."""
    return Program(shop)


@pytest.fixture
def staff(shop: Shop) -> Program:
    """A program of somebody who looks after the catalogue."""
    return sign_in(shop, make.staff("catalogue"))
