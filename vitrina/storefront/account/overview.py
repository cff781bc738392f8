"""The front page of an account, and the browsers that are signed in to it."""

from flask import Blueprint, flash, redirect, render_template
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from vitrina.accounts import queries
from vitrina.accounts.actions import registration, sessions
from vitrina.core.db import committing
from vitrina.core.ids import hash_token
from vitrina.orders import queries as orders
from vitrina.storefront import order_progress
from vitrina.storefront.account import devices
from vitrina.storefront.account.who import me
from vitrina.web.access import signed_in
from vitrina.web.links import url_for
from vitrina.web.sessions import current_token

bp = Blueprint("account", __name__)
LOOKED_AT = 10
"""Of how many orders the latest is looked for: declined tries that were replaced are not shown."""


@bp.get("/account")
@signed_in
def home() -> str:
    user = me()
    latest = order_progress.rows(orders.history(user.id, limit=LOOKED_AT).orders)[:1]
    return render_template("storefront/account/home.html", user=user, recent=latest)


@bp.post("/account/verification")
@signed_in
def ask_verification() -> Response:
    with committing():
        registration.ask_verification(me())
    flash(_("We have sent you a mail with a new link."), "success")
    return redirect(url_for("account.home"), 303)


@bp.get("/account/sessions")
@signed_in
def show_sessions() -> str:
    return render_template(
        "storefront/account/sessions.html",
        sessions=[(one, devices.name_of(one.user_agent)) for one in queries.sessions_of(me())],
        this=hash_token(current_token() or ""),
    )


@bp.post("/account/sessions")
@signed_in
def end_others() -> Response:
    with committing():
        sessions.close_all_sessions(me(), except_token=current_token())
    flash(_("Every other device is signed out."), "success")
    return redirect(url_for("account.show_sessions"), 303)


@bp.post("/account/sessions/<int:session_id>/end")
@signed_in
def end_one(session_id: int) -> Response:
    """Sign one other browser out."""
    with committing():
        sessions.close_own_session(me(), session_id)
    flash(_("The device is signed out."), "success")
    return redirect(url_for("account.show_sessions"), 303)
