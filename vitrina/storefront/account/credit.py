"""Store credit and gift cards of a customer."""

from flask import Blueprint, render_template
from flask_babel import gettext as _

from vitrina.orders import credits
from vitrina.payments.credit import queries
from vitrina.payments.credit.models import CreditAccount, CreditKind, CreditMovementKind
from vitrina.storefront.account.who import me
from vitrina.web.access import signed_in

bp = Blueprint("account_credit", __name__)


@bp.get("/account/credit")
@signed_in
def show() -> str:
    """What the shop owes the customer, what became of it, and the gift cards they have used."""
    accounts = [one for one in queries.all_of_user(me().id) if one.kind is CreditKind.STORE_CREDIT]
    return render_template(
        "storefront/account/credit.html",
        accounts=[(one, credits.statement(one)) for one in accounts],
        cards=credits.cards_of_user(me().id),
        words=_movements(),
        is_over=_is_over,
    )


def _is_over(card: CreditAccount) -> bool:
    return card.voided_at is not None or not card.balance


def _movements() -> dict[str, str]:
    return {
        CreditMovementKind.ISSUED: _("Given by the shop"),
        CreditMovementKind.HELD: _("Paid with it"),
        CreditMovementKind.FREED: _("Not needed after all"),
        CreditMovementKind.REFUNDED: _("Refunded"),
        CreditMovementKind.VOIDED: _("Ended"),
    }
