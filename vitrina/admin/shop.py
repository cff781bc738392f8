"""The settings of the store, and the audit log."""

from flask import Blueprint, render_template
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import EmailField, IntegerField, StringField, TextAreaField
from wtforms.validators import DataRequired, Email, Length, NumberRange, Regexp

from vitrina.admin.desk import Answer, Form, done, me, next_url, number_arg, text_arg
from vitrina.core import audit, store
from vitrina.core.db import committing
from vitrina.core.permissions import Permission
from vitrina.web.access import requires

settings_bp = Blueprint("admin_settings", __name__, url_prefix="/admin/settings")
audit_bp = Blueprint("admin_audit", __name__, url_prefix="/admin/audit")


PLACE = {"street": "line1", "postal_code": "postal_code", "city": "city"}
PREFIX = Regexp(
    r"[A-Z0-9][A-Z0-9-]{0,9}\Z", message=_l("Up to ten capital letters, digits and hyphens.")
)


class Settings(Form):
    name = StringField(_l("Name of the shop"), validators=[DataRequired(), Length(max=120)])
    tagline = StringField(_l("Tagline"), validators=[Length(max=300)])
    intro = TextAreaField(_l("Introduction"), validators=[Length(max=5000)])
    email = EmailField(_l("Email"), validators=[DataRequired(), Email(), Length(max=254)])
    phone = StringField(_l("Phone"), validators=[Length(max=40)])
    company = StringField(_l("Company"), validators=[Length(max=200)])
    tax_number = StringField(_l("Tax number"), validators=[Length(max=40)])
    street = StringField(_l("Street"), validators=[Length(max=200)])
    postal_code = StringField(_l("Postal code"), validators=[Length(max=20)])
    city = StringField(_l("City"), validators=[Length(max=120)])
    invoice_prefix = StringField(
        _l("Invoice numbers begin with"), validators=[DataRequired(), PREFIX]
    )
    credit_note_prefix = StringField(
        _l("Credit note numbers begin with"), validators=[DataRequired(), PREFIX]
    )
    return_days = IntegerField(_l("Days for returns"), validators=[NumberRange(min=0, max=365)])
    low_stock = IntegerField(_l("Stock is low at"), validators=[NumberRange(min=0, max=9999)])


@settings_bp.get("/")
@requires(Permission.SETTINGS_WRITE)
def index() -> str:
    shop = store.current()
    place = {name: shop.address.get(key, "") for name, key in PLACE.items()}
    return render_template("admin/settings/index.html", form=Settings(obj=shop, **place))


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
    place = {key: str(form.data[name] or "").strip() for name, key in PLACE.items()}
    with committing():
        shop = store.current()
        address = {"name": shop.name, "country": shop.country, **shop.address, **place}
        store.change(by=me().actor, **values, address=address)
    return done(_("The settings are saved."), ".index")


@audit_bp.get("/")
@requires(Permission.AUDIT_READ)
def index_of_changes() -> str:
    entries, before = audit.entries(text=text_arg(), before=number_arg("before"))
    return render_template(
        "admin/audit/index.html", entries=entries, q=text_arg(), next_url=next_url(before)
    )
