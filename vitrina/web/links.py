"""Links within the shop, with the language's prefix, and safe ways back."""

from typing import Any
from urllib.parse import urlsplit

import flask
from flask import current_app, request

from vitrina.core.locales import LOCALES, Locale


def url_for(endpoint: str, **values: Any) -> str:
    """The path of a page in the present language (its prefix is the request's script name)."""
    return flask.url_for(endpoint, **values)


def absolute(path: str, locale: Locale | None = None) -> str:
    """``path`` (without a language prefix) as a full address, from the configured base URL only.

    Never from the request's Host header, which anybody can choose.
    """
    base = str(current_app.config["BASE_URL"])
    prefix = f"/{locale.prefix}" if locale is not None and locale.prefix else ""
    return f"{base}{prefix}{path}"


def alternates() -> list[tuple[str, str]]:
    """The present page in every language: (hreflang, absolute address)."""
    path = request.path
    found = [(locale.code, absolute(path, locale)) for locale in LOCALES.values()]
    return [*found, ("x-default", absolute(path))]


def local_path(target: str | None, fallback: str = "/") -> str:
    """``target`` when it is a path of this shop, else ``fallback``: no open redirects.

    A path starts with exactly one slash and holds no backslash or control character, which
    browsers would read as another host.
    """
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return fallback
    if any(ord(char) < 33 or char == "\\" for char in target):
        return fallback
    parts = urlsplit(target)
    return fallback if parts.scheme or parts.netloc else target
