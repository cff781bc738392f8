"""Returns: the list, one of them, and what staff do with it."""

from typing import Any

from flask import Blueprint, redirect, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from vitrina.admin.desk import (
    Answer,
    Form,
    Refused,
    done,
    me,
    money_of,
    next_url,
    note,
    number_arg,
    text_arg,
)
from vitrina.catalog import queries as catalog
from vitrina.checkout import exchanging
from vitrina.core.db import committing
from vitrina.core.errors import Invalid
from vitrina.core.permissions import Permission
from vitrina.orders import queries as orders
from vitrina.orders import refunds
from vitrina.orders.models import Order
from vitrina.orders.returns import actions, queries
from vitrina.orders.returns.actions import Piece, Verdict
from vitrina.orders.returns.models import (
    RETURN,
    Condition,
    Reason,
    Return,
    ReturnState,
    ReturnVerb,
)
from vitrina.web import once
from vitrina.web.access import requires
from vitrina.web.links import url_for
from vitrina.web.messages.returns import CONDITIONS, KINDS, REASONS, STATES
from vitrina.web.visitor import visitor

bp = Blueprint("admin_returns", __name__, url_prefix="/admin/returns")


class Approval(Form):
    instructions = TextAreaField(_l("How to send it"), validators=[Length(max=2000)])
    label_url = StringField(_l("Address of a label"), validators=[Length(max=500)])


class Rejection(Form):
    reason = TextAreaField(_l("Reason"), validators=[DataRequired(), Length(max=2000)])


@bp.get("/")
@requires(Permission.ORDERS_READ)
def index() -> str:
    state = request.args.get("state", "")
    known = [str(one) for one in ReturnState]
    page = queries.listing(
        state=ReturnState(state) if state in known else None,
        text=text_arg(),
        before=number_arg("before"),
    )
    return render_template(
        "admin/returns/index.html",
        returns=page.returns,
        states=STATES,
        kinds=KINDS,
        state=state,
        q=text_arg(),
        next_url=next_url(page.next_before),
    )


@bp.get("/new")
@requires(Permission.RETURNS_WRITE)
def choose() -> Answer:
    """Which pieces of an order come back, for a buyer who called."""
    return _choosing(orders.by_number(request.args.get("order", "").strip().upper()[:20]))


def _choosing(order: Order) -> str:
    return render_template(
        "admin/returns/new.html",
        order=order,
        left=queries.left_to_return(order),
        reasons=list(REASONS.items()),
    )


@bp.post("/")
@requires(Permission.RETURNS_WRITE)
def create() -> Answer:
    order = orders.by_number(request.form.get("order", "")[:20])
    with Refused() as no:
        with committing():
            if not once.is_first(me().actor):
                return redirect(url_for("admin_orders.show", number=order.number), 303)
            made = actions.open_for(
                order,
                _pieces(order),
                note=request.form.get("note", ""),
                as_credit=request.form.get("as_credit") == "y",
                by=me().actor,
            )
            number = made.number
            note("return.open", f"return:{number}", order=order.number)
        return done(_("The return is open."), ".show", number=number)
    return _choosing(order), no.status


def _pieces(order: Order) -> list[Piece]:
    reason = request.form.get("reason", "")
    why = Reason(reason) if reason in REASONS else Reason.OTHER
    return [Piece(line.id, count, why) for line in order.lines if (count := _typed(line.id))]


def _typed(line_id: int, name: str = "pieces") -> int:
    """Pieces typed for a line. Raises Invalid for what is no number."""
    field = f"{name}-{line_id}"
    text = request.form.get(field, "").strip() or "0"
    if not text.isascii() or not text.isdigit() or len(text) > 6:
        raise Invalid(field=field)
    return int(text)


@bp.get("/<number>")
@requires(Permission.ORDERS_READ)
def show(number: str) -> Answer:
    return _page(queries.by_number(number))


def _page(back: Return, **forms: Form) -> str:
    context: dict[str, Any] = {"approval": Approval(), "rejection": Rejection(), **forms}
    return render_template(
        "admin/returns/show.html",
        back=back,
        order=back.order,
        can={str(verb): RETURN.can(back, verb) for verb in ReturnVerb},
        missing={line.id: line.quantity - line.received for line in back.lines},
        worth=_worth(back) if back.state is ReturnState.RECEIVED else {},
        wanted=_wanted(back),
        delivery=_delivery(back.order) if back.state is ReturnState.RECEIVED else None,
        reasons=REASONS,
        states=STATES,
        kinds=KINDS,
        conditions=[("", _("Choose")), *CONDITIONS.items()],
        **context,
    )


def _wanted(back: Return) -> dict[int, str]:
    """What is wanted for each line in an exchange, in words."""
    ids = {line.id: line.wanted_id for line in back.lines if line.wanted_id is not None}
    known = catalog.variants(ids.values())
    return {
        line: known[one].label(visitor().locale.code) for line, one in ids.items() if one in known
    }


def _worth(back: Return) -> dict[int, Any]:
    """What all that has arrived of each line cost, as far as it was not refunded already."""
    gone = refunds.returned(back.order_id)
    found = {}
    for line in back.lines:
        most = line.order_line.quantity - gone.get(line.order_line_id, 0)
        found[line.id] = actions.worth(back, line, min(line.received, most))
    return found


def _delivery(order: Order) -> Any:
    part = refunds.delivery_part(order)
    return None if part is None else order.money(part.amount)


@bp.post("/<number>/approval")
@requires(Permission.RETURNS_WRITE)
def approve(number: str) -> Answer:
    back, form = queries.by_number(number), Approval()
    if not form.is_good():
        return _page(back, approval=form), 422
    with Refused(form) as no:
        with committing():
            actions.approve(
                back,
                instructions=form.instructions.data or "",
                label_url=form.label_url.data or "",
                by=me().actor,
            )
            note("return.approve", f"return:{number}")
        return done(_("The buyer is told how to send it."), ".show", number=number)
    return _page(queries.by_number(number), approval=form), no.status


@bp.post("/<number>/rejection")
@requires(Permission.RETURNS_WRITE)
def reject(number: str) -> Answer:
    back, form = queries.by_number(number), Rejection()
    if not form.is_good():
        return _page(back, rejection=form), 422
    with Refused(form) as no:
        with committing():
            actions.reject(back, reason=form.reason.data or "", by=me().actor)
            note("return.reject", f"return:{number}", reason=form.reason.data)
        return done(_("The buyer is told why not."), ".show", number=number)
    return _page(queries.by_number(number), rejection=form), no.status


@bp.post("/<number>/cancellation")
@requires(Permission.RETURNS_WRITE)
def cancel(number: str) -> Answer:
    with committing():
        actions.cancel(queries.by_number(number), by=me().actor)
        note("return.cancel", f"return:{number}")
    return done(_("The return is cancelled."), ".show", number=number)


@bp.post("/<number>/arrival")
@requires(Permission.RETURNS_WRITE)
def receive(number: str) -> Answer:
    back = queries.by_number(number)
    with Refused() as no:
        pieces = {line.id: _typed(line.id) for line in back.lines}
        with committing():
            if once.is_first(me().actor):
                actions.receive(back, pieces, by=me().actor)
                note("return.receive", f"return:{number}", pieces=sum(pieces.values()))
        return done(_("The pieces are here."), ".show", number=number)
    return _page(queries.by_number(number)), no.status


@bp.post("/<number>/inspection")
@requires(Permission.ORDERS_REFUND)
def inspect(number: str) -> Answer:
    back = queries.by_number(number)
    with Refused() as no:
        verdicts = {line.id: verdict(line.id, back.order.currency) for line in back.lines}
        with committing():
            actions.inspect(
                back,
                verdicts,
                with_shipping=request.form.get("with_shipping") == "y",
                note=request.form.get("note", ""),
                by=me().actor,
            )
            note("return.inspect", f"return:{number}", pieces=_accepted(verdicts))
        return done(_("It is decided, and the buyer gets what is due."), ".show", number=number)
    return _page(queries.by_number(number)), no.status


@bp.post("/<number>/exchange")
@requires(Permission.ORDERS_REFUND)
def exchange(number: str) -> Answer:
    """Take the pieces back and send what is wanted instead."""
    back = queries.by_number(number)
    with Refused() as no:
        verdicts = {line.id: verdict(line.id, back.order.currency) for line in back.lines}
        words = request.form.get("note", "")
        with committing():
            made = exchanging.exchange(back, verdicts, note=words, by=me().actor)
            replacement = made.number
            note("return.exchange", f"return:{number}", order=replacement)
        words = _("The replacement is order %(number)s.", number=replacement)
        return done(words, ".show", number=number)
    return _page(queries.by_number(number)), no.status


def _accepted(verdicts: dict[int, Verdict]) -> int:
    return sum(one.refunded for one in verdicts.values())


def verdict(line_id: int, currency: str) -> Verdict:
    """What was typed about a line. Raises Invalid and InvalidAmount."""
    kept = money_of(request.form.get(f"deducted-{line_id}"), f"deducted-{line_id}", currency)
    condition = request.form.get(f"condition-{line_id}", "")
    return Verdict(
        refunded=_typed(line_id, "refunded"),
        restocked=_typed(line_id, "restocked"),
        condition=Condition(condition) if condition in CONDITIONS else None,
        deducted=kept.minor if kept else 0,
    )
