"""Questions to the shop: asking, and following the answer by a signed link."""

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import EmailField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from vitrina.core.db import committing
from vitrina.core.errors import Invalid
from vitrina.support import actions, queries, rules
from vitrina.support.models import Ticket
from vitrina.web import once
from vitrina.web.access import public
from vitrina.web.forms import REQUIRED, Form, put, text
from vitrina.web.headers import keep_links_secret
from vitrina.web.limits import limiter
from vitrina.web.links import url_for
from vitrina.web.messages.accounts import TICKET_STATES, TOPICS
from vitrina.web.visitor import visitor

bp = Blueprint("support", __name__)
bp.after_request(keep_links_secret)
Answer = Response | str | tuple[str, int]


class Question(Form):
    topic = SelectField(_l("What is it about"), choices=list(TOPICS.items()))
    order_number = StringField(
        _l("Order number"),
        validators=[Length(max=rules.ORDER_NUMBER_MOST)],
        description=_l("It stands in every mail about the order, such as VT-4820193."),
    )
    message = TextAreaField(
        _l("Your question"), validators=[DataRequired(REQUIRED), Length(max=rules.MESSAGE_MOST)]
    )
    name = StringField(_l("Full name"), validators=[DataRequired(REQUIRED), Length(max=200)])
    email = EmailField(_l("Email"), validators=[DataRequired(REQUIRED), Length(max=254)])


class Message(Form):
    message = TextAreaField(
        _l("Write again"), validators=[DataRequired(REQUIRED), Length(max=rules.MESSAGE_MOST)]
    )


def _ask(form: Question, status: int = 200) -> Answer:
    return render_template("storefront/support/ask.html", form=form), status


@bp.get("/support")
@public
def ask() -> Answer:
    user, number = visitor().user, request.args.get("order", "")[:20]
    form = Question(
        order_number=number,
        topic="order" if number else "product",
        name=(user.name or user.username) if user else "",
        email=user.email if user else "",
    )
    return _ask(form)


@bp.post("/support")
@public
@limiter.limit("20/hour")
def send() -> Answer:
    form, here = Question(), visitor()
    if not form.validate():
        return _ask(form, 422)
    values = {name: value or "" for name, value in form.data.items() if name != "csrf_token"}
    try:
        with committing():
            if not once.is_first(f"support:{here.actor}"):
                flash(_("We have your question already."), "success")
                return redirect(url_for(".ask"), 303)
            ticket = actions.ask(
                **values, locale=here.locale.code, user_id=here.user.id if here.user else None
            )
    except Invalid as error:
        put(form, error)
        return _ask(form, 422)
    flash(_("We have your question. Its number is %(number)s.", number=ticket.number), "success")
    return _to(ticket)


@bp.get("/support/<number>")
@public
def show(number: str) -> Answer:
    return _page(_own(number), Message())


@bp.post("/support/<number>")
@public
@limiter.limit("30/hour")
def write(number: str) -> Answer:
    ticket, form = _own(number), Message()
    if not form.validate():
        return _page(ticket, form, 422)
    try:
        with committing():
            actions.write_again(ticket, text(form.message))
    except Invalid as error:
        put(form, error)
        return _page(ticket, form, 422)
    flash(_("Your message is sent."), "success")
    return _to(ticket)


def _own(number: str) -> Ticket:
    """The question, when the visitor holds its link or asked it; 404 for everybody else."""
    user = visitor().user
    if rules.reads_link(number, request.args.get("token")):
        return queries.by_number(number)
    if user is None:
        abort(404)
    ticket = queries.by_number(number)
    if ticket.user_id != user.id:
        abort(404)
    return ticket


def _to(ticket: Ticket) -> Response:
    token = rules.link_token(ticket.number)
    return redirect(url_for(".show", number=ticket.number, token=token), 303)


def _page(ticket: Ticket, form: Message, status: int = 200) -> Answer:
    return render_template(
        "storefront/support/show.html",
        ticket=ticket,
        form=form,
        token=rules.link_token(ticket.number),
        topics=TOPICS,
        states=TICKET_STATES,
    ), status
