"""What all pages of the staff area share: who works here, paging, amounts, the menu."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import abort, flash, redirect, request
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from vitrina.accounts.models import User
from vitrina.core import audit, store
from vitrina.core.db import session
from vitrina.core.errors import Conflict, Invalid
from vitrina.core.money import InvalidAmount, Money
from vitrina.core.permissions import Permission
from vitrina.web.converters import row_id
from vitrina.web.form_words import ShopForm
from vitrina.web.links import url_for
from vitrina.web.messages.words import sentence, status_of
from vitrina.web.visitor import visitor

Answer = str | Response | tuple[str, int]

MENU: tuple[tuple[Any, str, Permission | None], ...] = (
    (_l("Dashboard"), "admin_dashboard.index", None),
    (_l("Orders"), "admin_orders.index", Permission.ORDERS_READ),
    (_l("Returns"), "admin_returns.index", Permission.ORDERS_READ),
    (_l("Payments"), "admin_payments.problems", Permission.ORDERS_REFUND),
    (_l("Products"), "admin_products.index", Permission.PRODUCTS_READ),
    (_l("Categories"), "admin_categories.index", Permission.PRODUCTS_READ),
    (_l("Stock"), "admin_stock.index", Permission.STOCK_READ),
    (_l("Customers"), "admin_customers.index", Permission.CUSTOMERS_READ),
    (_l("Gift cards"), "admin_gift_cards.index", Permission.CREDIT_READ),
    (_l("Promotions"), "admin_promotions.index", Permission.PROMOTIONS_WRITE),
    (_l("Reviews"), "admin_reviews.index", Permission.REVIEWS_WRITE),
    (_l("Support"), "admin_support.index", Permission.SUPPORT_READ),
    (_l("Mail"), "admin_mail.index", Permission.MAIL_READ),
    (_l("Ledger"), "admin_ledger.index", Permission.LEDGER_READ),
    (_l("Shipping"), "admin_shipping.index", Permission.SHIPPING_WRITE),
    (_l("Tax"), "admin_tax.index", Permission.TAX_WRITE),
    (_l("Staff"), "admin_staff.index", Permission.STAFF_WRITE),
    (_l("Settings"), "admin_settings.index", Permission.SETTINGS_WRITE),
    (_l("Audit log"), "admin_audit.index_of_changes", Permission.AUDIT_READ),
)


class Form(ShopForm):
    """A form of the staff area; it carries a token against other sites."""

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)  # type: ignore[no-untyped-call]

    def is_good(self) -> bool:
        """Whether it was sent and every field fits."""
        return bool(self.validate_on_submit())  # type: ignore[no-untyped-call]


class Refused:
    """A rule's "no" inside ``with``, said beside the field that it is about, else on top.

    What comes after the ``with`` shows the page again, with all that was typed, and ``status``.
    ``place`` gives a field of a table its name in words, which is said before the sentence. What
    is not there and what is forbidden go on to their own pages.
    """

    def __init__(
        self, form: Form | None = None, place: Callable[[str], str] = lambda _field: ""
    ) -> None:
        self.status = 422
        self._form, self._place = form, place

    def __enter__(self) -> "Refused":
        return self

    def __exit__(self, _kind: Any, error: BaseException | None, _trace: Any) -> bool:
        if not isinstance(error, Invalid | Conflict):
            return False
        session.rollback()
        self.status = status_of(error)
        field = str(error.facts.get("field", ""))
        if self._form is not None and field in self._form:
            beside = self._form[field]
            beside.errors = [*beside.errors, sentence(error)]
        else:
            where = self._place(field)
            flash(f"{where}: {sentence(error)}" if where else sentence(error), "error")
        return True


def entered(name: str, value: Any = "") -> Any:
    """What was typed into a field of a form that is shown again, else ``value``; for templates."""
    return request.form.get(name, value)


def ticked(name: str, value: bool, *, beside: str) -> bool:
    """Whether a box was ticked in a form that is shown again, else ``value``; for templates.

    ``beside`` is a field of the same form, which tells that it was this form that was sent.
    """
    return name in request.form if beside in request.form else value


@dataclass(frozen=True, slots=True)
class MenuItem:
    title: str
    url: str
    is_current: bool


def me() -> User:
    """The member of staff who works here. The route's access has let nobody else in."""
    user = visitor().user
    if user is None or not user.is_staff:
        abort(404)
    return user


def menu() -> list[MenuItem]:
    """The parts of the staff area that the role opens."""
    user = me()
    return [
        MenuItem(str(title), url_for(endpoint), _is_here(endpoint))
        for title, endpoint, permission in MENU
        if permission is None or user.may(permission)
    ]


def _is_here(endpoint: str) -> bool:
    """Whether the present page belongs to a part: by its blueprint, or by its address below it."""
    if endpoint.startswith(f"{request.blueprint}."):
        return True
    root = url_for(endpoint).removeprefix(request.script_root)
    return root.count("/") > 2 and request.path.startswith(root)


def may(permission: str) -> bool:
    """Whether whoever works here holds ``permission`` (``orders:refund``); for templates."""
    return me().may(Permission(permission))


def done(words: Any, endpoint: str, **values: Any) -> Response:
    """Say what was done, and go on to a page (303)."""
    flash(str(words), "ok")
    return redirect(url_for(endpoint, **values), 303)


def number_arg(name: str) -> int | None:
    """A whole number of the query (a cursor); None when it is absent or odd."""
    return request.args.get(name, type=row_id)


def text_arg(name: str = "q") -> str:
    """A search of the query."""
    return request.args.get(name, "").strip()[:200]


def next_url(cursor: int | None, name: str = "before") -> str | None:
    """The address of the present list's next page; None at the end."""
    if cursor is None or request.endpoint is None:
        return None
    values: dict[str, Any] = {**request.args.to_dict(), **(request.view_args or {}), name: cursor}
    return url_for(request.endpoint, **values)


def money_of(text: str | None, field: str, currency: str | None = None) -> Money | None:
    """An amount as staff type it (``19.90``, ``19,90``); None when empty.

    Raises InvalidAmount, for negative ones too.
    """
    words = (text or "").strip().replace(",", ".")
    if not words:
        return None
    if not re.fullmatch(r"\d{1,12}(\.\d{1,4})?", words, re.ASCII):
        raise InvalidAmount(field=field, amount=words[:40])
    try:
        return Money.parse(words, currency or store.current().currency)
    except InvalidAmount as error:
        raise InvalidAmount(**{**error.facts, "field": field}) from None


def minor_of(text: str | None, field: str) -> int | None:
    """As :func:`money_of`, in minor units of the store's currency."""
    money = money_of(text, field)
    return None if money is None else money.minor


def typed(minor: int | None) -> str:
    """Minor units of the store's currency as staff type them; empty for None."""
    return "" if minor is None else Money(minor, store.current().currency).text


def note(action: str, subject: str, **after: Any) -> None:
    """An audit row for what the action itself leaves no row of."""
    audit.note(me().actor, action, subject, {}, after, ip=request.remote_addr or "")
