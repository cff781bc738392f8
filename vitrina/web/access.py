"""Who may use a route. Every view says so; a house test looks for silence."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from flask import abort, redirect, request
from werkzeug.wrappers import Response

from vitrina.core.permissions import Permission
from vitrina.web.links import url_for
from vitrina.web.visitor import visitor

P = ParamSpec("P")
R = TypeVar("R")
View = Callable[..., Any]


def public(view: Callable[P, R]) -> Callable[P, R]:
    """Everybody may."""
    view.access = "public"  # type: ignore[attr-defined]
    return view


def signed_in(view: View) -> View:
    """Everybody with an account; others are asked to sign in and come back."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if visitor().user is None:
            return _ask_to_sign_in()
        return view(*args, **kwargs)

    guarded.access = "signed_in"  # type: ignore[attr-defined]
    return guarded


def requires(permission: Permission) -> Callable[[View], View]:
    """Staff whose role holds ``permission``.

    Nobody is asked to sign in first; a customer gets 404, because the staff area is not theirs to
    know; staff without the permission get 403.
    """

    def decorate(view: View) -> View:
        @staff
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            user = visitor().user
            if user is None or not user.may(permission):
                abort(403)
            return view(*args, **kwargs)

        guarded.access = permission  # type: ignore[attr-defined]
        return guarded

    return decorate


def staff(view: View) -> View:
    """Any member of staff, whatever the role (the staff area's own front page)."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        user = visitor().user
        if user is None:
            return _ask_to_sign_in()
        if not user.is_staff:
            abort(404)
        return view(*args, **kwargs)

    guarded.access = "staff"  # type: ignore[attr-defined]
    return guarded


def access_of(view: Any) -> str | None:
    """What a view says of who may use it; None when it says nothing."""
    return getattr(view, "access", None)


def _ask_to_sign_in() -> Response:
    if request.method not in ("GET", "HEAD"):
        abort(401)
    return redirect(url_for("auth.login", next=request.full_path.rstrip("?")), 303)
