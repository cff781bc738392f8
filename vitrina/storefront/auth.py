"""Registering, signing in and out, a forgotten password, links from mails.

No answer shows whether an account exists.
"""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import BooleanField, EmailField, HiddenField, PasswordField, StringField
from wtforms.validators import DataRequired, Length

from vitrina.accounts import queries
from vitrina.accounts.actions import recovery, registration, staff
from vitrina.accounts.errors import LinkNotGood, TooManyAttempts
from vitrina.accounts.rules import PASSWORD_LEAST, Purpose
from vitrina.core.db import committing
from vitrina.core.emails import EMAIL_MOST
from vitrina.core.errors import Conflict, Forbidden, Invalid
from vitrina.storefront.arrival import arrive
from vitrina.web.access import public
from vitrina.web.forms import REQUIRED, Form, put, text
from vitrina.web.headers import keep_links_secret
from vitrina.web.limits import limiter
from vitrina.web.links import local_path, url_for
from vitrina.web.sessions import end_session
from vitrina.web.signing_in import sign_in
from vitrina.web.visitor import visitor

bp = Blueprint("auth", __name__)
Answer = Response | str | tuple[str, int]
PASSWORD_HINT = _l("At least %(least)s characters. A few words are easy to remember.",
                   least=PASSWORD_LEAST)  # fmt: skip


class Registration(Form):
    username = StringField(_l("Name to sign in with"), validators=[DataRequired(REQUIRED)])
    email = EmailField(_l("Email"), validators=[DataRequired(REQUIRED), Length(max=EMAIL_MOST)])
    password = PasswordField(
        _l("Password"), validators=[DataRequired(REQUIRED)], description=PASSWORD_HINT
    )


class SignIn(Form):
    login = StringField(_l("Name or email"), validators=[DataRequired(REQUIRED)])
    password = PasswordField(_l("Password"), validators=[DataRequired(REQUIRED)])
    remember = BooleanField(_l("Stay signed in on this device"))
    next = HiddenField()


class AskRecovery(Form):
    email = EmailField(_l("Email"), validators=[DataRequired(REQUIRED), Length(max=EMAIL_MOST)])


class NewPassword(Form):
    password = PasswordField(
        _l("New password"), validators=[DataRequired(REQUIRED)], description=PASSWORD_HINT
    )


class Invitation(Form):
    name = StringField(_l("Full name"), validators=[Length(max=200)])
    username = StringField(_l("Name to sign in with"), validators=[DataRequired(REQUIRED)])
    password = PasswordField(
        _l("Password"), validators=[DataRequired(REQUIRED)], description=PASSWORD_HINT
    )


def _show(name: str, form: Form | None = None, status: int = 200, **more: Any) -> Answer:
    return render_template(f"storefront/auth/{name}.html", form=form, **more), status


@bp.get("/register")
@public
def register() -> Answer:
    if visitor().user:
        return redirect(url_for("account.home"), 303)
    return _show("register", Registration())


@bp.post("/register")
@public
@limiter.limit("30/hour")
def join() -> Answer:
    form = Registration()
    if not form.validate():
        return _show("register", form, 422)
    try:
        with committing():
            registration.register(
                text(form.username),
                text(form.email),
                text(form.password),
                locale=visitor().locale.code,
            )
    except (Invalid, Conflict) as error:
        put(form, error)
        return _show("register", form, 422)
    flash(_("We have sent you a mail. You can sign in now."), "success")
    return redirect(url_for("auth.login"), 303)


@bp.get("/login")
@public
def login() -> Answer:
    target = local_path(request.args.get("next"), "")
    if visitor().user:
        return redirect(target or url_for("account.home"), 303)
    return _show("login", SignIn(next=target, remember=True))


@bp.post("/login")
@public
@limiter.limit("60/minute")
def enter() -> Answer:
    form = SignIn()
    if not form.validate():
        return _show("login", form, 422)
    try:
        user = sign_in(text(form.login), text(form.password))
    except Forbidden as error:
        put(form, error)
        return _show("login", form, 429 if isinstance(error, TooManyAttempts) else 422)
    with committing():
        arrive(user, remember=bool(form.remember.data))
    home = url_for("account.home")
    return redirect(local_path(text(form.next), home), 303)


@bp.post("/logout")
@public
def logout() -> Answer:
    with committing():
        end_session()
    flash(_("You are signed out."), "success")
    return redirect(url_for("auth.login"), 303)


@bp.get("/recover")
@public
def recover() -> Answer:
    return _show("recover", AskRecovery())


@bp.post("/recover")
@public
@limiter.limit("20/hour")
def ask_recovery() -> Answer:
    form = AskRecovery()
    if not form.validate():
        return _show("recover", form, 422)
    with committing():
        recovery.ask_recovery(text(form.email))
    return _show("recovery_sent")


@bp.get("/recover/<token>")
@public
def new_password(token: str) -> Answer:
    if queries.find_link(token, Purpose.RECOVERY) is None:
        return _show("link_over", status=404)
    return _show("new_password", NewPassword())


@bp.post("/recover/<token>")
@public
@limiter.limit("30/hour")
def set_password(token: str) -> Answer:
    form = NewPassword()
    if not form.validate():
        return _show("new_password", form, 422)
    try:
        with committing():
            recovery.recover(token, text(form.password))
    except LinkNotGood:
        return _show("link_over", status=404)
    except Invalid as error:
        put(form, error)
        return _show("new_password", form, 422)
    flash(_("Your new password is set. Sign in with it."), "success")
    return redirect(url_for("auth.login"), 303)


@bp.get("/verify/<token>")
@public
def verify(token: str) -> Answer:
    if queries.find_link(token, Purpose.VERIFY) is None:
        return _show("link_over", status=404)
    return _show("verify", Form())


@bp.post("/verify/<token>")
@public
@limiter.limit("60/hour")
def verified(token: str) -> Answer:
    try:
        with committing():
            registration.verify(token)
    except LinkNotGood:
        return _show("link_over", status=404)
    words = _("Thank you. Your email address is confirmed.")
    if visitor().user is None:
        words += " " + _("Sign in to go on.")
    flash(words, "success")
    return redirect(url_for("account.home"), 303)


@bp.get("/email/<token>")
@public
def email(token: str) -> Answer:
    if queries.find_link(token, Purpose.EMAIL) is None:
        return _show("link_over", status=404)
    return _show("email", Form())


@bp.post("/email/<token>")
@public
@limiter.limit("60/hour")
def email_changed(token: str) -> Answer:
    try:
        with committing():
            recovery.confirm_email_change(token)
    except (LinkNotGood, Conflict):
        return _show("link_over", status=404)
    flash(_("Your account uses the new address from now on."), "success")
    return redirect(url_for("account.home"), 303)


@bp.get("/invitations/<token>")
@public
def invitation(token: str) -> Answer:
    if queries.find_link(token, Purpose.INVITATION) is None:
        return _show("link_over", status=404)
    return _show("invitation", Invitation())


@bp.post("/invitations/<token>")
@public
@limiter.limit("30/hour")
def accept(token: str) -> Answer:
    form = Invitation()
    if not form.validate():
        return _show("invitation", form, 422)
    try:
        with committing():
            user = staff.accept_invitation(
                token, text(form.username), text(form.password), name=text(form.name)
            )
    except LinkNotGood:
        return _show("link_over", status=404)
    except (Invalid, Conflict) as error:
        put(form, error)
        return _show("invitation", form, 422)
    with committing():
        arrive(user, remember=False)
    return redirect("/admin", 303)


@bp.after_request
def _keep_nothing(response: Response) -> Response:
    """Addresses with a secret are told to nobody, and no page of these is kept."""
    response.headers["Cache-Control"] = "no-store"
    return keep_links_secret(response)
