"""What a visitor chooses for this browser: the currency."""

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from vitrina.core import store
from vitrina.web.access import public
from vitrina.web.links import local_path
from vitrina.web.visitor import CURRENCY_COOKIE, MONTH, offered_currencies, set_cookie, visitor

bp = Blueprint("preferences", __name__)


@bp.get("/currency/<code>")
@public
def currency(code: str) -> Response:
    """Choose a currency and go back. The language's own needs no cookie, so the cookie goes."""
    here = visitor()
    if code in offered_currencies():
        own = here.locale.currency if here.locale.currency in offered_currencies() else ""
        usual = own or store.current().currency
        set_cookie(CURRENCY_COOKIE, "" if code == usual else code, 12 * MONTH)
    return redirect(local_path(request.args.get("next"), f"{here.locale.path}/"), 303)
