"""The settings of the store, and the audit log."""

from flask import Blueprint, render_template
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import EmailField, IntegerField, StringField, TextAreaField
from wtforms.validators import DataRequired, Email, Length, NumberRange

from vitrina.admin.desk import Answer, Form, done, me, next_url, number_arg, text_arg
from vitrina.core import audit, store
from vitrina.core.db import committing
from vitrina.core.permissions import Permission
from vitrina.web.access import requires

settings_bp = Blueprint("admin_settings", __name__, url_prefix="/admin/settings")
audit_bp = Blueprint("admin_audit", __name__, url_prefix="/admin/audit")


class Settings(Form):
    name = StringField(_l("Name of the shop"), validators=[DataRequired(), Length(max=120)])
    tagline = StringField(_l("Tagline"), validators=[Length(max=300)])
    intro = TextAreaField(_l("Introduction"), validators=[Length(max=5000)])
    email = EmailField(_l("Email"), validators=[DataRequired(), Email(), Length(max=254)])
    phone = StringField(_l("Phone"), validators=[Length(max=40)])
    company = StringField(_l("Company"), validators=[Length(max=200)])
    tax_number = StringField(_l("Tax number"), validators=[Length(max=40)])
    return_days = IntegerField(_l("Days for returns"), validators=[NumberRange(min=0, max=365)])
    low_stock = IntegerField(_l("Stock is low at"), validators=[NumberRange(min=0, max=9999)])


@settings_bp.get("/")
@requires(Permission.SETTINGS_WRITE)
def index() -> str:
    return render_template("admin/settings/index.html", form=Settings(obj=store.current()))


@settings_bp.post("/")
@requires(Permission.SETTINGS_WRITE)
def update() -> Answer:
    form = Settings()
    if not form.is_good():
        return render_template("admin/settings/index.html", form=form), 422
    values = {
        name: value
        for name, value in form.data.items()
        if name in store.CHANGEABLE and value is not None
    }
    with committing():
        store.change(by=me().actor, **values)
    return done(_("The settings are saved."), ".index")


@audit_bp.get("/")
@requires(Permission.AUDIT_READ)
def index_of_changes() -> str:
    entries, before = audit.entries(text=text_arg(), before=number_arg("before"))
    return render_template(
        "admin/audit/index.html", entries=entries, q=text_arg(), next_url=next_url(before)
    )
