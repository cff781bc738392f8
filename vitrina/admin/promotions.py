"""Promotions: what is taken off, for whom, until when."""

from datetime import UTC, datetime
from decimal import Decimal

from flask import Blueprint, render_template
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateTimeLocalField,
    DecimalField,
    IntegerField,
    SelectField,
    StringField,
)
from wtforms.validators import DataRequired, Length, NumberRange, Optional

from vitrina.admin.desk import Answer, Form, Refused, done, me, minor_of
from vitrina.core import clock
from vitrina.core.db import committing
from vitrina.core.permissions import Permission
from vitrina.promotions import actions, queries
from vitrina.promotions.models import PromotionKind
from vitrina.web.access import requires

bp = Blueprint("admin_promotions", __name__, url_prefix="/admin/promotions")
KINDS = [
    ("percent", _l("Percent off")),
    ("amount", _l("Amount off")),
    ("free_shipping", _l("Free delivery")),
    ("buy_x_get_y", _l("Buy some, get some")),
]


class Offer(Form):
    name = StringField(_l("Name"), validators=[DataRequired(), Length(max=120)])
    kind = SelectField(_l("Kind"), choices=KINDS)
    code = StringField(
        _l("Code"), description=_l("Without one, everybody gets it"), validators=[Length(max=60)]
    )
    percent = DecimalField(
        _l("Percent"), places=None, validators=[Optional(), NumberRange(min=0, max=100)]
    )
    amount = StringField(_l("Amount"), validators=[Length(max=30)])
    minimum = StringField(_l("From a sum of"), validators=[Length(max=30)])
    buy_quantity = IntegerField(_l("Buy"), validators=[Optional(), NumberRange(min=0, max=999)])
    get_quantity = IntegerField(_l("Get"), validators=[Optional(), NumberRange(min=0, max=999)])
    starts_at = DateTimeLocalField(_l("From (UTC)"), validators=[Optional()])
    ends_at = DateTimeLocalField(_l("Until (UTC)"), validators=[Optional()])
    usage_limit = IntegerField(
        _l("Uses in all"), validators=[Optional(), NumberRange(min=1, max=10**9)]
    )
    per_customer_limit = IntegerField(
        _l("Uses for each customer"), validators=[Optional(), NumberRange(min=1, max=10**6)]
    )
    stacks = BooleanField(_l("Goes together with others"))

    def draft(self) -> actions.PromotionDraft:
        """What was typed. Raises InvalidAmount."""
        percent = self.percent.data
        return actions.PromotionDraft(
            name=self.name.data or "",
            kind=PromotionKind(self.kind.data),
            code=(self.code.data or "").strip() or None,
            percent=None if percent is None else Decimal(percent),
            amount=minor_of(self.amount.data, "amount"),
            minimum=minor_of(self.minimum.data, "minimum") or 0,
            buy_quantity=self.buy_quantity.data or 0,
            get_quantity=self.get_quantity.data or 0,
            starts_at=_utc(self.starts_at.data),
            ends_at=_utc(self.ends_at.data),
            usage_limit=self.usage_limit.data,
            per_customer_limit=self.per_customer_limit.data,
            stacks=self.stacks.data,
        )


def _utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.replace(tzinfo=UTC)


@bp.get("/")
@requires(Permission.PROMOTIONS_WRITE)
def index() -> str:
    now = clock.now()
    listed = [(one, one.standing(now)) for one in queries.all_promotions()]
    return render_template("admin/promotions/index.html", promotions=listed, kinds=dict(KINDS))


@bp.get("/new")
@requires(Permission.PROMOTIONS_WRITE)
def new() -> str:
    return render_template("admin/promotions/new.html", form=Offer())


@bp.post("/new")
@requires(Permission.PROMOTIONS_WRITE)
def create() -> Answer:
    form = Offer()
    if not form.is_good():
        return render_template("admin/promotions/new.html", form=form), 422
    with Refused(form) as no:
        with committing():
            actions.create(form.draft(), by=me().actor)
        return done(_("The promotion runs."), ".index")
    return render_template("admin/promotions/new.html", form=form), no.status


@bp.post("/<int:promotion_id>/end")
@requires(Permission.PROMOTIONS_WRITE)
def end(promotion_id: int) -> Answer:
    with committing():
        actions.end(queries.by_id(promotion_id), by=me().actor)
    return done(_("The promotion is over."), ".index")
