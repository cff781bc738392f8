"""Security headers on every answer of ours."""

from flask import Flask, request
from werkzeug.wrappers import Response

from vitrina.payments import registry
from vitrina.payments.provider import PayForm

CSP = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "manifest-src 'self'",
    )
)
FIXED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(self)",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}


def _policy() -> str:
    """The policy; forms may also lead on to the pages of payment providers.

    Browsers hold the redirect after a form against ``form-action`` too (CSP level 3).
    """
    if request.method == "GET" and request.endpoint not in ("checkout.show", "orders.show"):
        return CSP
    origins = registry.origins()
    return CSP.replace("form-action 'self'", " ".join(("form-action 'self'", *origins)))


def allow_form(response: Response, form: PayForm) -> None:
    """Let a page show a provider's form: its script, its frames and its calls, and wallets.

    A wallet may open a window of its own, which must know who opened it.
    """
    policy = CSP
    for directive, sources in (
        ("script-src 'self'", form.scripts),
        ("frame-src 'self'", form.frames),
        ("connect-src 'self'", form.calls),
    ):
        policy = policy.replace(directive, " ".join((directive, *sources)))
    origins = " ".join(f'"{source}"' for source in form.scripts if "*" not in source)
    response.headers["Content-Security-Policy"] = policy
    response.headers["Permissions-Policy"] = FIXED["Permissions-Policy"].replace(
        "payment=(self)", f"payment=(self {origins})"
    )
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin-allow-popups"


def keep_links_secret(response: Response) -> Response:
    """After a request of a page whose address opens something: no other page is told of it."""
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def init_app(app: Flask) -> None:
    secure = app.config["SESSION_COOKIE_SECURE"]

    @app.after_request
    def add(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", _policy())
        for name, value in FIXED.items():
            headers.setdefault(name, value)
        if secure:
            headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
        if "Cache-Control" not in headers and "X-Vitrina-Public" not in headers:
            headers["Cache-Control"] = "private, no-store"
        # A link that opens something must not travel on.
        if request.args.get("token") or request.args.get("key"):
            headers["Referrer-Policy"] = "no-referrer"
        return response
