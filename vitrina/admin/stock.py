"""Stock: what is on the shelves, corrections with their reason, and every movement."""

from flask import Blueprint, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, StringField
from wtforms.validators import DataRequired, Length, NumberRange

from vitrina.admin.desk import Answer, Form, Refused, done, me, next_url, note, number_arg, text_arg
from vitrina.catalog import queries as catalog
from vitrina.core import store
from vitrina.core.db import committing
from vitrina.core.permissions import Permission
from vitrina.inventory import actions, desk, queries
from vitrina.web.access import requires

bp = Blueprint("admin_stock", __name__, url_prefix="/admin/stock")


class Counting(Form):
    quantity = IntegerField(
        _l("Pieces on the shelf"), validators=[NumberRange(min=0, max=1_000_000)]
    )
    reason = StringField(_l("Reason"), validators=[DataRequired(), Length(max=300)])


@bp.get("/")
@requires(Permission.STOCK_READ)
def index() -> str:
    is_low = request.args.get("low") == "1"
    page = desk.stock(
        text_arg(),
        at_most=store.current().low_stock if is_low else None,
        after=number_arg("after"),
    )
    return render_template(
        "admin/stock/index.html",
        rows=page.rows,
        q=text_arg(),
        is_low=is_low,
        next_url=next_url(page.next_after, "after"),
    )


@bp.get("/<int:variant_id>")
@requires(Permission.STOCK_READ)
def show(variant_id: int) -> Answer:
    return _page(variant_id, Counting())


def _page(variant_id: int, form: Counting) -> str:
    variant = catalog.variant(variant_id)
    return render_template(
        "admin/stock/show.html",
        variant=variant,
        levels=queries.levels([variant_id]).get(variant_id, []),
        movements=queries.movements(variant_id),
        form=form,
    )


@bp.post("/<int:variant_id>/count")
@requires(Permission.STOCK_WRITE)
def count(variant_id: int) -> Answer:
    form = Counting()
    catalog.variant(variant_id)
    if not form.is_good() or form.quantity.data is None:
        return _page(variant_id, form), 422
    with Refused(form) as no:
        with committing():
            actions.set_on_hand(
                variant_id, form.quantity.data, by=me().actor, note=form.reason.data or ""
            )
            note("stock.count", f"variant:{variant_id}", on_hand=form.quantity.data)
        return done(_("The count is written down."), ".show", variant_id=variant_id)
    return _page(variant_id, form), no.status
