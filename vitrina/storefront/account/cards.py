"""The cards that a customer keeps with a provider of payments."""

from flask import Blueprint, flash, redirect, render_template
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from vitrina.checkout import saved_cards
from vitrina.payments.errors import ProviderTimeout
from vitrina.storefront import card_parts
from vitrina.storefront.account.who import me
from vitrina.web.access import signed_in
from vitrina.web.limits import limiter
from vitrina.web.links import url_for

bp = Blueprint("account_cards", __name__)


@bp.get("/account/cards")
@signed_in
def show() -> str:
    """The cards, or that they cannot be shown now."""
    try:
        cards, failed = saved_cards.of_customer(me().id), False
    except ProviderTimeout:
        cards, failed = [], True
    rows = [(one, card_parts.name(one.card)) for one in cards]
    return render_template("storefront/account/cards.html", rows=rows, failed=failed)


@bp.post("/account/cards/<provider>/<ref>/removal")
@signed_in
@limiter.limit("20/minute")
def remove(provider: str, ref: str) -> Response:
    """Let the provider forget a card of this customer."""
    try:
        if saved_cards.forget(me().id, provider, ref):
            flash(_("The card is removed."), "success")
        else:
            flash(_("This card was removed already."), "warn")
    except ProviderTimeout:
        flash(_("We cannot reach your cards now. Try again in a minute."), "error")
    return redirect(url_for(".show"), 303)
