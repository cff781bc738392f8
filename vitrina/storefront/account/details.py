"""Name, language, password and address of an account."""

from flask import Blueprint, flash, redirect, render_template
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import BooleanField, EmailField, PasswordField, SelectField, StringField, TelField
from wtforms.validators import DataRequired, Length

from vitrina.accounts.actions import profile as profiles
from vitrina.accounts.actions import recovery
from vitrina.core.db import committing
from vitrina.core.emails import EMAIL_MOST
from vitrina.core.errors import Forbidden, Invalid
from vitrina.core.locales import LOCALES
from vitrina.storefront.account.who import me
from vitrina.web.access import signed_in
from vitrina.web.forms import REQUIRED, Form, put, text
from vitrina.web.limits import limiter
from vitrina.web.links import url_for
from vitrina.web.sessions import current_token
from vitrina.web.signing_in import confirm_password

bp = Blueprint("account_details", __name__)
Answer = Response | str | tuple[str, int]


class Profile(Form):
    name = StringField(_l("Full name"), validators=[Length(max=200)])
    phone = TelField(_l("Phone"), validators=[Length(max=40)])
    locale = SelectField(
        _l("Language of our mails"), choices=[(one.code, one.name) for one in LOCALES.values()]
    )
    wants_news = BooleanField(_l("Send me news about new prints now and then"))


class Password(Form):
    current_password = PasswordField(_l("Present password"), validators=[DataRequired(REQUIRED)])
    password = PasswordField(_l("New password"), validators=[DataRequired(REQUIRED)])


class Email(Form):
    email = EmailField(_l("New email"), validators=[DataRequired(REQUIRED), Length(max=EMAIL_MOST)])
    current_password = PasswordField(_l("Present password"), validators=[DataRequired(REQUIRED)])


def _show(name: str, form: Form, status: int = 200) -> Answer:
    return render_template(f"storefront/account/{name}.html", form=form, user=me()), status


@bp.get("/account/profile")
@signed_in
def profile() -> Answer:
    user = me()
    return _show("profile", Profile(obj=user, wants_news=bool(user.marketing_consent_at)))


@bp.post("/account/profile")
@signed_in
def save_profile() -> Answer:
    form = Profile()
    if not form.validate():
        return _show("profile", form, 422)
    with committing():
        profiles.change_profile(
            me(),
            name=text(form.name),
            phone=text(form.phone),
            locale=form.locale.data,
            wants_news=bool(form.wants_news.data),
        )
    flash(_("Saved."), "success")
    return redirect(url_for("account.home"), 303)


@bp.get("/account/password")
@signed_in
def password() -> Answer:
    return _show("password", Password())


@bp.post("/account/password")
@signed_in
@limiter.limit("60/hour")
def save_password() -> Answer:
    form = Password()
    if not form.validate():
        return _show("password", form, 422)
    try:
        confirm_password(me(), text(form.current_password))
        with committing():
            recovery.change_password(me(), text(form.password), except_token=current_token())
    except (Forbidden, Invalid) as error:
        put(form, error)
        return _show("password", form, 422)
    flash(_("Your password is changed. Every other device is signed out."), "success")
    return redirect(url_for("account.home"), 303)


@bp.get("/account/email")
@signed_in
def email() -> Answer:
    return _show("email", Email())


@bp.post("/account/email")
@signed_in
@limiter.limit("60/hour")
def save_email() -> Answer:
    form = Email()
    if not form.validate():
        return _show("email", form, 422)
    try:
        confirm_password(me(), text(form.current_password))
        with committing():
            recovery.ask_email_change(me(), text(form.email))
    except (Forbidden, Invalid) as error:
        put(form, error)
        return _show("email", form, 422)
    flash(_("Open the link that we have sent to the new address."), "success")
    return redirect(url_for("account.home"), 303)
