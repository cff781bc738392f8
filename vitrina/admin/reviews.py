"""Reviews: hide what must not stand there, and answer in the shop's name."""

from flask import Blueprint, render_template, request
from flask_babel import gettext as _

from vitrina.admin.desk import Answer, done, me, next_url, number_arg
from vitrina.catalog import desk
from vitrina.catalog.actions.reviews import hide_review, reply_to_review
from vitrina.core.db import committing
from vitrina.core.permissions import Permission
from vitrina.web.access import requires

bp = Blueprint("admin_reviews", __name__, url_prefix="/admin/reviews")


@bp.get("/")
@requires(Permission.REVIEWS_WRITE)
def index() -> str:
    page = desk.reviews(before=number_arg("before"))
    return render_template(
        "admin/reviews/index.html", reviews=page.reviews, next_url=next_url(page.next_before)
    )


@bp.post("/<int:review_id>/visibility")
@requires(Permission.REVIEWS_WRITE)
def hide(review_id: int) -> Answer:
    hidden = request.form.get("hidden") == "1"
    with committing():
        hide_review(desk.review_by_id(review_id), by=me().actor, hidden=hidden)
    return done(_("The review is hidden.") if hidden else _("The review is shown."), ".index")


@bp.post("/<int:review_id>/reply")
@requires(Permission.REVIEWS_WRITE)
def reply(review_id: int) -> Answer:
    with committing():
        reply_to_review(
            desk.review_by_id(review_id), request.form.get("reply", "").strip(), by=me().actor
        )
    return done(_("The answer is saved."), ".index")
