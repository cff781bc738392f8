"""Gift cards: the list, issuing one, and what became of it. Store credit of a customer."""

from datetime import UTC, datetime, time

from flask import Blueprint, flash, redirect, render_template
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import DateField, SelectField, StringField
from wtforms.validators import DataRequired, Length, Optional

from vitrina.accounts import queries as accounts
from vitrina.admin.desk import (
    Answer,
    Form,
    Refused,
    done,
    me,
    money_of,
    next_url,
    number_arg,
    text_arg,
)
from vitrina.catalog.queries import rates
from vitrina.core import clock
from vitrina.core.db import committing
from vitrina.core.errors import Invalid
from vitrina.core.money import Money
from vitrina.core.permissions import Permission
from vitrina.orders.credits import statement
from vitrina.payments.credit import actions, queries
from vitrina.payments.credit.errors import CreditNotFound
from vitrina.payments.credit.models import CreditAccount, CreditKind
from vitrina.web import once
from vitrina.web.access import requires
from vitrina.web.links import url_for

bp = Blueprint("admin_gift_cards", __name__, url_prefix="/admin/gift-cards")
credit_bp = Blueprint("admin_credit", __name__, url_prefix="/admin/customers")
PAGE = 50


class Giving(Form):
    """An amount in a currency, and why."""

    amount = StringField(_l("Amount"), validators=[DataRequired(), Length(max=30)])
    currency = SelectField(_l("Currency"), validators=[DataRequired()])
    note = StringField(_l("Note for staff"), validators=[Length(max=300)])

    def __init__(self) -> None:
        super().__init__()
        self.currency.choices = [(code, code) for code in rates().currencies]

    def money(self) -> Money:
        """What was typed. Raises InvalidAmount, Invalid for nothing."""
        money = money_of(self.amount.data, "amount", self.currency.data)
        if money is None or not money:
            raise Invalid(field="amount")
        return money


class Issuing(Giving):
    last_day = DateField(_l("Good until, the day included"), validators=[Optional()])

    def expires_at(self) -> datetime | None:
        """The end of the last day (UTC). Raises Invalid for one that is over."""
        if self.last_day.data is None:
            return None
        ends = datetime.combine(self.last_day.data, time(23, 59, 59), UTC)
        if ends <= clock.now():
            raise Invalid(field="last_day")
        return ends


@bp.get("/")
@requires(Permission.CREDIT_READ)
def index() -> str:
    found = queries.gift_cards(text=text_arg(), limit=PAGE + 1, before=number_arg("before"))
    more = len(found) > PAGE
    return render_template(
        "admin/gift_cards/index.html",
        cards=found[:PAGE],
        now=clock.now(),
        q=text_arg(),
        next_url=next_url(found[PAGE - 1].id if more else None),
    )


@bp.get("/new")
@requires(Permission.CREDIT_WRITE)
def new() -> str:
    return render_template("admin/gift_cards/new.html", form=Issuing())


@bp.post("/new")
@requires(Permission.CREDIT_WRITE)
def issue() -> Answer:
    """Issue a card. Its code stands on this one answer, which nothing may keep."""
    form = Issuing()
    if not form.is_good():
        return render_template("admin/gift_cards/new.html", form=form), 422
    with Refused(form) as no:
        amount, expires_at = form.money(), form.expires_at()
        with committing():
            if not once.is_first(me().actor):
                return _issued_before()
            card, code = actions.issue_gift_card(
                amount, expires_at=expires_at, note=form.note.data or "", by=me().actor
            )
        return _told_once(card, code)
    return render_template("admin/gift_cards/new.html", form=form), no.status


def _issued_before() -> Response:
    words = _("This form was sent twice, and one card is issued. Void it if you missed its code.")
    flash(words, "warn")
    return redirect(url_for(".index"), 303)


def _told_once(card: CreditAccount, code: str) -> Response:
    page = render_template("admin/gift_cards/issued.html", card=card, code=code)
    shown = Response(page, mimetype="text/html")
    shown.headers["Cache-Control"] = "no-store"
    return shown


@bp.get("/<int:card_id>")
@requires(Permission.CREDIT_READ)
def show(card_id: int) -> str:
    card = _card(card_id)
    return render_template(
        "admin/gift_cards/show.html", card=card, rows=statement(card), now=clock.now()
    )


@bp.post("/<int:card_id>/void")
@requires(Permission.CREDIT_WRITE)
def void(card_id: int) -> Answer:
    card = _card(card_id)
    with committing():
        actions.void(card, by=me().actor)
    return done(_("The gift card is void."), ".show", card_id=card_id)


def _card(card_id: int) -> CreditAccount:
    card = queries.by_id(card_id)
    if card.kind is not CreditKind.GIFT_CARD:
        raise CreditNotFound(id=card_id)
    return card


@credit_bp.get("/<int:user_id>/credit")
@requires(Permission.CREDIT_READ)
def credit(user_id: int) -> Answer:
    return _credit_page(user_id, Giving())


@credit_bp.post("/<int:user_id>/credit")
@requires(Permission.CREDIT_WRITE)
def give(user_id: int) -> Answer:
    """Put store credit on a customer's account."""
    form, user = Giving(), accounts.by_id(user_id)
    if not form.is_good():
        return _credit_page(user_id, form), 422
    with Refused(form) as no:
        amount = form.money()
        with committing():
            if once.is_first(me().actor):
                actions.give_credit(user.id, amount, note=form.note.data or "", by=me().actor)
        return done(_("The credit is given."), ".credit", user_id=user_id)
    return _credit_page(user_id, form), no.status


def _credit_page(user_id: int, form: Giving) -> str:
    user = accounts.by_id(user_id)
    mine = [one for one in queries.all_of_user(user.id) if one.kind is CreditKind.STORE_CREDIT]
    return render_template(
        "admin/customers/credit.html",
        user=user,
        accounts=[(one, statement(one)) for one in mine],
        form=form,
    )
