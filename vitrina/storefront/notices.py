"""Asking to be told when a sold-out variant is back."""

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import SelectField, StringField
from wtforms.validators import Length

from vitrina.catalog import queries as catalog
from vitrina.catalog.errors import ProductNotFound
from vitrina.catalog.models.products import Product
from vitrina.core.db import committing
from vitrina.core.emails import is_email
from vitrina.inventory import actions
from vitrina.inventory import queries as inventory
from vitrina.web.access import public
from vitrina.web.forms import Form, text
from vitrina.web.limits import limiter
from vitrina.web.links import url_for
from vitrina.web.visitor import visitor

bp = Blueprint("notices", __name__)
Answer = Response | str | tuple[str, int]


class Notice(Form):
    variant = SelectField(_l("What you would like"), coerce=int)
    email = StringField(_l("Email"), validators=[Length(max=254)])


def _product(slug: str) -> Product:
    product = catalog.by_slug(slug)
    if not product.is_published:
        raise ProductNotFound(slug=slug[:60])
    return product


def _form(product: Product, **values: str) -> Notice:
    """The form with the variants that are sold out; the address names one of them."""
    active = [one for one in product.variants if one.is_active]
    stock = inventory.availability(one.id for one in active)
    form, code = Notice(data=values), visitor().locale.code
    form.variant.choices = [
        (one.id, one.label(code) or product.text("title", code))
        for one in active
        if not stock[one.id].covers(1)
    ]
    return form


def _show(product: Product, form: Notice, status: int = 200) -> Answer:
    title = product.text("title", visitor().locale.code)
    return render_template(
        "storefront/catalog/notice.html", product=product, title=title, form=form
    ), status


@bp.get("/products/<slug>/notice")
@public
def new(slug: str) -> Answer:
    """The page that asks for the address to write to."""
    product, user = _product(slug), visitor().user
    form = _form(product, email=user.email if user else "")
    if not form.variant.choices:
        return redirect(url_for("catalog.product", slug=product.slug), 303)
    form.variant.data = request.args.get("variant", type=int)
    return _show(product, form)


@bp.post("/products/<slug>/notice")
@public
@limiter.limit("20/hour")
def ask(slug: str) -> Answer:
    """Remember who wants to know. Asking twice is asking once."""
    product = _product(slug)
    form = _form(product)
    email = text(form.email).strip()
    if not is_email(email):
        form.validate()
        form.email.errors = [_("Enter an e-mail address such as ana@example.com")]
        return _show(product, form, 422)
    if not form.validate():
        return _show(product, form, 422)
    with committing():
        actions.request_notice(form.variant.data, email, visitor().locale.code)
    flash(_("We write to %(email)s as soon as it is back.", email=email), "ok")
    return redirect(url_for(".done", slug=product.slug), 303)


@bp.get("/products/<slug>/notice/kept")
@public
def done(slug: str) -> Answer:
    product = _product(slug)
    title = product.text("title", visitor().locale.code)
    return render_template(
        "storefront/catalog/notice.html", product=product, title=title, form=None
    )
