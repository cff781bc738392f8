"""Staff: who they are, what they may, who is invited."""

from typing import Self

from flask import Blueprint, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField
from wtforms.validators import DataRequired, Length

from vitrina.accounts import queries
from vitrina.accounts.actions import staff as actions
from vitrina.admin.desk import Answer, Form, Refused, done, me
from vitrina.core.db import committing
from vitrina.core.permissions import Permission
from vitrina.web.access import requires

bp = Blueprint("admin_staff", __name__, url_prefix="/admin/staff")


class Invitation(Form):
    email = StringField(_l("Email"), validators=[DataRequired(), Length(max=254)])
    role = SelectField(_l("Role"), validators=[DataRequired()])

    def offer(self) -> Self:
        """Fill in the roles; none is chosen beforehand, since each opens other doors."""
        roles = [(role.name, role.name) for role in queries.roles()]
        self.role.choices = [("", _("Choose")), *roles]
        return self


@bp.get("/")
@requires(Permission.STAFF_WRITE)
def index() -> Answer:
    return _page(Invitation().offer())


def _page(form: Invitation) -> str:
    return render_template(
        "admin/staff/index.html", people=queries.staff(), roles=queries.roles(), form=form
    )


@bp.post("/invitations")
@requires(Permission.STAFF_WRITE)
def invite() -> Answer:
    form = Invitation().offer()
    if not form.is_good():
        return _page(form), 422
    with Refused(form) as no:
        with committing():
            actions.invite(form.email.data or "", form.role.data, by=me())
        return done(_("The invitation goes out by mail."), ".index")
    return _page(form), no.status


@bp.post("/<int:user_id>/role")
@requires(Permission.STAFF_WRITE)
def change_role(user_id: int) -> Answer:
    with committing():
        actions.change_role(queries.by_id(user_id), request.form.get("role") or None, by=me())
    return done(_("The role is changed; they sign in again."), ".index")


@bp.post("/<int:user_id>/activity")
@requires(Permission.STAFF_WRITE)
def change_activity(user_id: int) -> Answer:
    is_active = request.form.get("active") == "1"
    with committing():
        change = actions.reactivate if is_active else actions.deactivate
        change(queries.by_id(user_id), by=me())
    return done(_("The account is open.") if is_active else _("The account is closed."), ".index")
