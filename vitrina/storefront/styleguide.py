"""The style page: every component in each of its states, in development only.

Long Russian words stand among the English ones, because they are the longest that the shop prints.
"""

import wtforms
from flask import Blueprint, Response, abort, current_app, render_template
from wtforms.validators import InputRequired

from vitrina.drawing.palettes import PALETTES
from vitrina.drawing.studio import FAMILIES, Work, svg
from vitrina.storefront import samples
from vitrina.web.access import public

bp = Blueprint("styleguide", __name__)


class DeliveryForm(wtforms.Form):
    """Fields of every kind."""

    email = wtforms.EmailField("Email", [InputRequired()], description="For the receipt.")
    name = wtforms.StringField("Full name", [InputRequired("Enter your full name")])
    postcode = wtforms.StringField(
        "Почтовый индекс получателя", [InputRequired("Enter the postcode")]
    )
    phone = wtforms.StringField("Phone")
    country = wtforms.SelectField("Country", choices=[("PT", "Portugal"), ("RU", "Россия")])
    message = wtforms.TextAreaField("Message for the parcel")
    photo = wtforms.FileField("Picture", description="JPEG or PNG, up to 5 MB.")
    kind = wtforms.RadioField("For whom", choices=[("me", "Me"), ("gift", "A present")])
    news = wtforms.BooleanField("Write to me when new plates are cut")
    terms = wtforms.BooleanField("I have read the terms", [InputRequired("Tick the box to go on")])


@bp.before_request
def only_in_development() -> None:
    """Elsewhere the page does not exist."""
    if current_app.config["SETTINGS"].is_production:
        abort(404)


@bp.get("/styleguide")
@public
def show() -> str:
    """Draw the page."""
    form = DeliveryForm(data={"email": "ana@example.com", "name": "Ana Reis"})
    return render_template("storefront/styleguide.html", form=form, **samples.everything())


@bp.get("/styleguide/<family>-<int:seed>-<int:width>x<int:height>.svg")
@public
def drawing(family: str, seed: int, width: int, height: int) -> Response:
    """A sample print as SVG. An unknown family is not found."""
    if family not in FAMILIES:
        abort(404)
    palettes = sorted(PALETTES)
    work = Work(family, seed, palettes[seed % len(palettes)], width, height)
    return Response(svg(work), mimetype="image/svg+xml")
