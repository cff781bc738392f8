"""Against forms that another site sends in a visitor's name.

Every unsafe request is checked for where it comes from (``Sec-Fetch-Site``, else ``Origin``); forms
on personal pages carry a Flask-WTF token as well. Forms on public pages cannot carry one, because
those pages are the same bytes for everybody.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, abort, request
from flask_wtf.csrf import CSRFProtect

csrf = CSRFProtect()
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def public_form(view: Callable[..., Any]) -> Callable[..., Any]:
    """The view takes forms from public pages: checked by origin alone, without a token."""
    exempted: Callable[..., Any] = csrf.exempt(view)
    return exempted


def check_origin() -> None:
    """Refuse (403) an unsafe request that a page of another site caused.

    Fetch Metadata (W3C): ``same-origin`` is ours, ``none`` is the user's own doing. Older browsers
    send ``Origin``. A program sends neither, and holds no visitor's cookies.
    """
    if request.method in SAFE or request.path.startswith(("/api/", "/webhooks/")):
        return
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        if site not in ("same-origin", "none"):
            abort(403)
        return
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:
        abort(403)


def init_app(app: Flask) -> None:
    csrf.init_app(app)
    app.before_request(check_origin)
