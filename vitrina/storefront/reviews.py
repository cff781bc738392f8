"""Writing a review of a product."""

from flask import Blueprint, flash, redirect, render_template
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import IntegerField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange

from vitrina.catalog import queries as catalog
from vitrina.catalog.actions.reviews import review
from vitrina.catalog.errors import ProductNotFound
from vitrina.catalog.models.products import Product
from vitrina.core.db import committing
from vitrina.core.errors import Conflict, Invalid
from vitrina.orders import queries as orders
from vitrina.storefront.account.who import me
from vitrina.web.access import signed_in
from vitrina.web.forms import Form, put, text
from vitrina.web.limits import limiter
from vitrina.web.visitor import visitor

bp = Blueprint("reviews", __name__)
MOST_AUTHOR = 120
Answer = Response | str | tuple[str, int]
STARS = _l("Choose one to five stars.")


class Review(Form):
    rating = IntegerField(
        _l("Your stars"), validators=[InputRequired(STARS), NumberRange(1, 5, STARS)]
    )
    title = StringField(_l("In a few words"), validators=[Length(max=200)])
    body = TextAreaField(_l("What should others know"), validators=[Length(max=5000)])


def _show(product: Product, form: Review, status: int = 200) -> Answer:
    title = product.text("title", visitor().locale.code)
    return render_template(
        "storefront/reviews/new.html", product=product, title=title, form=form
    ), status


def _published(slug: str) -> Product:
    product = catalog.by_slug(slug)
    if not product.is_published:
        raise ProductNotFound(slug=slug[:60])
    return product


@bp.get("/products/<slug>/reviews/new")
@signed_in
def new(slug: str) -> Answer:
    return _show(_published(slug), Review())


@bp.post("/products/<slug>/reviews")
@signed_in
@limiter.limit("30/hour")
def write(slug: str) -> Answer:
    product, form, user = _published(slug), Review(), me()
    if not form.validate():
        return _show(product, form, 422)
    try:
        with committing():
            review(
                product,
                user_id=user.id,
                author=(user.name or user.username)[:MOST_AUTHOR],
                rating=form.rating.data or 0,
                title=text(form.title),
                body=text(form.body),
                locale=visitor().locale.code,
                is_verified=orders.bought(user.id, product.id),
            )
    except (Invalid, Conflict) as error:
        put(form, error)
        return _show(product, form, 422)
    flash(_("Thank you. Your review is on the page."), "success")
    return redirect(f"{visitor().locale.path}/products/{product.slug}", 303)
