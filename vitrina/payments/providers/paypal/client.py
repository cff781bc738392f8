"""PayPal's REST API over HTTP: the token, the time-outs, and what an answer means.

An answer is known (a value, or :class:`Refused`) or it is not (``ProviderTimeout``); nothing is
guessed, and nothing is tried again here: every call may be repeated by whoever asked for it.
"""

import hashlib
import json
import threading
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx
import structlog

from vitrina.payments.errors import ProviderTimeout

log = structlog.get_logger("vitrina.paypal")

LONGEST_KEY = 108
"""Characters that PayPal takes as ``PayPal-Request-Id``."""
BEFORE_END = 120
"""Seconds before its end at which a token is used no more."""
BUSY = frozenset({408, 409, 425, 429})
"""Statuses that leave open what will become of the call."""


class Refused(Exception):
    """PayPal said no, and why: ``issue`` is its code; ``links`` by relation, where it gave some."""

    def __init__(self, status: int, told: Mapping[str, Any]) -> None:
        self.status = status
        details = told.get("details")
        first = details[0] if isinstance(details, list) and details else {}
        self.issue = str(first.get("issue") or told.get("name") or told.get("error") or status)
        self.links = links(told)
        super().__init__(f"{status} {self.issue}")

    @property
    def reason(self) -> str:
        """The issue as the shop writes codes: ``instrument_declined``."""
        return self.issue.lower()[:80]


def links(told: Mapping[str, Any]) -> dict[str, str]:
    """The links of an answer: address by relation."""
    found = told.get("links")
    return {str(one.get("rel")): str(one.get("href")) for one in found or [] if one.get("href")}


def request_id(*parts: str) -> str:
    """A ``PayPal-Request-Id`` of these parts: the same parts, the same one."""
    whole = "-".join(parts)
    return whole if len(whole) <= LONGEST_KEY else hashlib.sha256(whole.encode()).hexdigest()


class Client:
    """One merchant's calls. Safe to use from several threads."""

    def __init__(self, base: str, client_id: str, secret: str, timeout: float) -> None:
        self.host = urlsplit(base).hostname or ""
        self._auth = httpx.BasicAuth(client_id, secret)
        self._http = httpx.Client(
            base_url=base,
            timeout=httpx.Timeout(timeout, connect=min(timeout, 5.0)),
            # A connection that could not be made carried nothing, so it may be tried again.
            transport=httpx.HTTPTransport(retries=1),
            headers={"Accept": "application/json", "User-Agent": "Vitrina"},
        )
        self._lock = threading.Lock()
        self._token, self._until = "", 0.0

    def get(self, path: str, **query: str) -> dict[str, Any]:
        """What is at ``path``. Raises Refused, ProviderTimeout."""
        return self._call("GET", path, query=query)

    def post(self, path: str, body: Any, key: str = "") -> dict[str, Any]:
        """Send ``body`` (nothing: None); the same ``key`` does it once. Raises as :meth:`get`."""
        return self._call("POST", path, b"" if body is None else _json(body), key=key)

    def patch(self, path: str, changes: list[dict[str, Any]]) -> dict[str, Any]:
        """Change what is at ``path`` by a JSON Patch. Raises as :meth:`get`."""
        return self._call("PATCH", path, _json(changes))

    def send(self, path: str, body: bytes) -> dict[str, Any]:
        """Post JSON that is written already, byte for byte. Raises as :meth:`get`."""
        return self._call("POST", path, body)

    def _call(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        key: str = "",
        query: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        headers = {"Content-Type": "application/json", "Prefer": "return=representation"}
        if key:
            headers["PayPal-Request-Id"] = key
        token = self._bearer()
        for again in (True, False):
            headers["Authorization"] = f"Bearer {token}"
            answer = self._ask(method, path, content=body, headers=headers, params=query)
            if answer.status_code != 401 or not again:
                break
            token = self._bearer(instead_of=token)
        return _read(answer)

    def _ask(self, method: str, path: str, **how: Any) -> httpx.Response:
        try:
            return self._http.request(method, path, **how)
        except httpx.HTTPError as error:
            log.warning("paypal.no_answer", method=method, path=path, error=type(error).__name__)
            raise ProviderTimeout(provider="paypal", reason=type(error).__name__) from error

    def _bearer(self, instead_of: str = "") -> str:
        """The token of the moment; a new one when it ends soon or PayPal takes it no more."""
        with self._lock:
            fresh = self._token and time.monotonic() < self._until
            if fresh and self._token != instead_of:
                return self._token
            answer = self._ask(
                "POST",
                "/v1/oauth2/token",
                data={"grant_type": "client_credentials"},
                auth=self._auth,
            )
            told = _read(answer)
            try:
                self._token = str(told["access_token"])
                self._until = time.monotonic() + float(told["expires_in"]) - BEFORE_END
            except (KeyError, TypeError, ValueError) as error:
                raise ProviderTimeout(provider="paypal", reason="unreadable_token") from error
            return self._token


def _json(body: Any) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def _read(answer: httpx.Response) -> dict[str, Any]:
    """What PayPal said. Raises Refused for a no, ProviderTimeout for what leaves it open."""
    status = answer.status_code
    told: Any = {}
    if answer.content:
        try:
            told = answer.json()
        except ValueError:
            told = None
    if 200 <= status < 300 and isinstance(told, dict):
        return told
    debug_id = answer.headers.get("Paypal-Debug-Id", "")
    if 400 <= status < 500 and status not in BUSY:
        refused = Refused(status, told if isinstance(told, dict) else {})
        log.info("paypal.refused", status=status, issue=refused.issue, debug_id=debug_id)
        raise refused
    log.warning("paypal.unclear", status=status, debug_id=debug_id)
    raise ProviderTimeout(provider="paypal", reason=f"http_{status}")
