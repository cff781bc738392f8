"""Mails: what was written to whom, each as it looks, and a preview of every kind."""

from flask import Blueprint, Response, abort, render_template, request
from flask_babel import gettext as _

from vitrina.admin.desk import Answer, done, me, next_url, note, number_arg, text_arg
from vitrina.core.db import committing
from vitrina.core.locales import LOCALES
from vitrina.core.permissions import Permission
from vitrina.notifications import actions, office, queries
from vitrina.notifications.models import MailState
from vitrina.notifications.rendering import names
from vitrina.web.access import requires

bp = Blueprint("admin_mail", __name__, url_prefix="/admin/mail")

# A mail is shown as a page of its own, cut off from this shop: no script, no link back, no cookies.
SANDBOX = "default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; sandbox"


@bp.get("/")
@requires(Permission.MAIL_READ)
def index() -> str:
    state = request.args.get("state", "")
    known = [str(one) for one in MailState]
    page = queries.listing(
        state=MailState(state) if state in known else None,
        query=text_arg(),
        cursor=number_arg("before"),
    )
    return render_template(
        "admin/mail/index.html",
        mails=page.items,
        states=known,
        state=state,
        q=text_arg(),
        next_url=next_url(page.next_cursor),
        templates=names(),
        has_server=office.server() is not None,
    )


@bp.get("/<int:mail_id>")
@requires(Permission.MAIL_READ)
def show(mail_id: int) -> str:
    mail, sees_keys = queries.by_id(mail_id), _sees_keys()
    text = queries.text_for_screen(mail, with_keys=sees_keys)
    return render_template("admin/mail/show.html", mail=mail, text=text, sees_keys=sees_keys)


@bp.get("/<int:mail_id>/html")
@requires(Permission.MAIL_READ)
def html(mail_id: int) -> Response:
    mail = queries.by_id(mail_id)
    return _framed(queries.html_for_screen(mail, with_keys=_sees_keys()))


@bp.post("/<int:mail_id>/sending")
@requires(Permission.MAIL_READ)
def send(mail_id: int) -> Answer:
    with committing():
        mail = queries.by_id(mail_id)
        actions.send_again(mail)
        note("mail.send_again", f"mail:{mail_id}")
    return done(_("The mail is in the queue."), ".show", mail_id=mail_id)


@bp.get("/previews/<template>/<locale>")
@requires(Permission.MAIL_READ)
def preview(template: str, locale: str) -> Response:
    if template not in names() or locale not in LOCALES:
        abort(404)
    return _framed(actions.preview(template, locale).html)


def _sees_keys() -> bool:
    """Whether links are shown whole: a recovery link makes its reader whoever it was sent to."""
    return me().may(Permission.STAFF_WRITE)


def _framed(html: str) -> Response:
    response = Response(html, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = f"{SANDBOX}; frame-ancestors 'self'"
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response
