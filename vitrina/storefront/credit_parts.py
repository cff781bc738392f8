"""Gift cards and store credit in words: what pays for a cart, and what is left to pay."""

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from vitrina.cart import credits
from vitrina.cart.view import CartView
from vitrina.core.money import Money
from vitrina.payments.credit.models import CreditAccount, CreditKind
from vitrina.web.formats import money
from vitrina.web.links import url_for
from vitrina.web.visitor import visitor


@dataclass(frozen=True, slots=True)
class Paid:
    """How a cart is paid: ``due`` is left for a provider."""

    due: Money
    entered: list[dict[str, Any]]
    rows: list[dict[str, str]]
    offer: str

    @property
    def due_row(self) -> dict[str, str] | None:
        """The last row of the sums; None when no gift card pays."""
        if not self.rows:
            return None
        return {"label": _("Left to pay"), "amount": money(self.due)}


def paid(view: CartView) -> Paid:
    """What each gift card and the store credit pay of a cart."""
    user = visitor().user
    user_id = user.id if user else None
    total = view.quote.total
    used = credits.applied(view.cart, total, user_id=user_id) if view.cart.credits else []
    amounts = {one.account.id: one.amount for one in used}
    known = credits.entered(view.cart, user_id=user_id) if view.cart.credits else []
    offer = credits.offered(view.cart, user_id) if view.lines else None
    return Paid(
        due=total - sum(amounts.values(), Money(0, total.currency)),
        entered=[_entered(one, amounts.get(one.account.id)) for one in known],
        rows=[{"label": name(one.account), "amount": f"−{money(one.amount)}"} for one in used],
        offer=_("Use store credit (%(amount)s)", amount=money(offer.money)) if offer else "",
    )


def name(account: CreditAccount) -> str:
    """What a gift card or the credit is called."""
    if account.kind is CreditKind.STORE_CREDIT:
        return _("Store credit")
    return _("Gift card ending %(last4)s", last4=account.last4)


def _entered(usable: credits.UsableCredit, pays: Money | None) -> dict[str, Any]:
    account = usable.account
    if pays is None:
        words = _("not needed for this sum")
    else:
        rest = usable.money - pays
        words = _("%(amount)s stay on it", amount=money(rest)) if rest else _("used up by this")
    is_card = account.kind is CreditKind.GIFT_CARD
    removal = url_for("cart_credits.drop_card", account_id=account.id)
    return {
        "id": account.id,
        "name": name(account),
        "words": words,
        "remove_action": removal if is_card else url_for("cart_credits.drop_store_credit"),
    }
