"""The front page of an account, and the browsers that are signed in to it."""

from flask import Blueprint, flash, redirect, render_template
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from vitrina.accounts import queries
from vitrina.accounts.actions import registration, sessions
from vitrina.core.db import committing
from vitrina.core.ids import hash_token
from vitrina.orders import queries as orders
from vitrina.storefront.account.who import me
from vitrina.web.access import signed_in
from vitrina.web.links import url_for
from vitrina.web.messages.orders import STATES
from vitrina.web.sessions import current_token

bp = Blueprint("account", __name__)


@bp.get("/account")
@signed_in
def home() -> str:
    user = me()
    recent = orders.history(user.id, limit=1).orders
    return render_template(
        "storefront/account/home.html", user=user, recent=recent, order_states=STATES
    )


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
        sessions=queries.sessions_of(me()),
        this=hash_token(current_token() or ""),
    )


@bp.post("/account/sessions")
@signed_in
def end_others() -> Response:
    with committing():
        sessions.close_all_sessions(me(), except_token=current_token())
    flash(_("Every other device is signed out."), "success")
    return redirect(url_for("account.show_sessions"), 303)
