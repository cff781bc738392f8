"""Questions to the shop, and their answers."""

from flask import Blueprint, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from vitrina.admin.desk import Answer, Form, done, me, next_url, note, number_arg, text_arg
from vitrina.core.db import committing
from vitrina.core.permissions import Permission
from vitrina.support import actions, queries
from vitrina.support.models import TicketState
from vitrina.web import once
from vitrina.web.access import requires

bp = Blueprint("admin_support", __name__, url_prefix="/admin/support")


class Answering(Form):
    body = TextAreaField(_l("Answer"), validators=[DataRequired(), Length(max=5000)])


@bp.get("/")
@requires(Permission.SUPPORT_READ)
def index() -> str:
    state = request.args.get("state", "")
    known = [str(one) for one in TicketState]
    page = queries.listing(
        state=TicketState(state) if state in known else None,
        query=text_arg(),
        cursor=number_arg("before"),
    )
    return render_template(
        "admin/support/index.html",
        tickets=page.items,
        states=known,
        state=state,
        q=text_arg(),
        next_url=next_url(page.next_cursor),
    )


@bp.get("/<number>")
@requires(Permission.SUPPORT_READ)
def show(number: str) -> str:
    ticket = queries.by_number(number)
    return render_template("admin/support/show.html", ticket=ticket, form=Answering())


@bp.post("/<number>/answers")
@requires(Permission.SUPPORT_WRITE)
def answer(number: str) -> Answer:
    ticket, form = queries.by_number(number), Answering()
    if not form.is_good():
        return render_template("admin/support/show.html", ticket=ticket, form=form), 422
    with committing():
        if once.is_first(me().actor):
            actions.answer(ticket, form.body.data or "", by=me().actor)
            note("ticket.answer", f"ticket:{number}")
    return done(_("The answer goes out by mail."), ".show", number=number)


@bp.post("/<number>/closing")
@requires(Permission.SUPPORT_WRITE)
def close(number: str) -> Answer:
    with committing():
        actions.close(queries.by_number(number))
        note("ticket.close", f"ticket:{number}")
    return done(_("The question is closed."), ".show", number=number)
