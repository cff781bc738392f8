"""The tree of categories."""

from typing import Self

from flask import Blueprint, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, NumberRange, Optional

from vitrina.admin import wording
from vitrina.admin.desk import Answer, Form, Refused, done, me
from vitrina.catalog import queries
from vitrina.catalog.actions.categories import (
    create_category,
    delete_category,
    move_category,
    update_category,
)
from vitrina.catalog.models.groups import Category
from vitrina.core.db import committing
from vitrina.core.permissions import Permission
from vitrina.web.access import requires

bp = Blueprint("admin_categories", __name__, url_prefix="/admin/categories")


TRANSLATED = ("title", "description")
"""What of a category is said in other languages too."""


class Editing(Form):
    title = StringField(_l("Title"), validators=[DataRequired(), Length(max=200)])
    slug = StringField(_l("Address"), validators=[Length(max=120)])
    parent = SelectField(_l("Stands below"), coerce=int, default=0)
    description = TextAreaField(_l("Description"), validators=[Length(max=20000)])
    position = IntegerField(
        _l("Place among its siblings"),
        default=0,
        validators=[Optional(), NumberRange(min=0, max=10**6)],
    )
    is_visible = BooleanField(_l("Shoppers see it"), default=True)

    def offer(self, besides: Category | None = None) -> Self:
        """Fill in the categories that may stand above."""
        known = [
            one
            for one in queries.categories(hidden=True)
            if besides is None or not f"{one.path}/".startswith(f"{besides.path}/")
        ]
        self.parent.choices = [(0, _("Nothing: at the top")), *((c.id, c.path) for c in known)]
        return self


@bp.get("/")
@requires(Permission.PRODUCTS_READ)
def index() -> str:
    return render_template(
        "admin/categories/index.html", categories=queries.categories(hidden=True)
    )


@bp.get("/new")
@requires(Permission.PRODUCTS_WRITE)
def new() -> str:
    return _page(Editing().offer())


def _page(form: Editing, category: Category | None = None) -> str:
    known = category.translations if category else {}
    texts = wording.read(request.form, TRANSLATED, known)
    return render_template(
        "admin/categories/edit.html",
        form=form,
        category=category,
        languages=wording.languages(TRANSLATED, texts),
    )


@bp.post("/new")
@requires(Permission.PRODUCTS_WRITE)
def create() -> Answer:
    form = Editing().offer()
    if not form.is_good():
        return _page(form), 422
    with Refused(form) as no:
        with committing():
            category = create_category(
                form.title.data or "",
                _parent(form),
                by=me().actor,
                slug=form.slug.data or "",
                description=form.description.data or "",
                translations=wording.read(request.form, TRANSLATED),
            )
            update_category(
                category,
                by=me().actor,
                position=form.position.data or 0,
                is_visible=form.is_visible.data,
            )
        return done(_("The category is made."), ".index")
    return _page(form), no.status


def _parent(form: Editing) -> Category | None:
    return queries.category_by_id(form.parent.data) if form.parent.data else None


@bp.get("/<int:category_id>")
@requires(Permission.PRODUCTS_READ)
def show(category_id: int) -> str:
    category = queries.category_by_id(category_id)
    form = Editing(obj=category, parent=category.parent_id or 0).offer(category)
    return _page(form, category)


@bp.post("/<int:category_id>")
@requires(Permission.PRODUCTS_WRITE)
def update(category_id: int) -> Answer:
    category = queries.category_by_id(category_id)
    form = Editing().offer(category)
    if not form.is_good():
        return _page(form, category), 422
    with Refused(form) as no:
        with committing():
            move_category(category, _parent(form), by=me().actor)
            update_category(
                category,
                by=me().actor,
                title=form.title.data,
                slug=form.slug.data or category.slug,
                description=form.description.data or "",
                translations=wording.read(request.form, TRANSLATED, category.translations),
                position=form.position.data or 0,
                is_visible=form.is_visible.data,
            )
        return done(_("The category is saved."), ".show", category_id=category_id)
    return _page(form, queries.category_by_id(category_id)), no.status


@bp.post("/<int:category_id>/deletion")
@requires(Permission.PRODUCTS_WRITE)
def delete(category_id: int) -> Answer:
    with committing():
        delete_category(queries.category_by_id(category_id), by=me().actor)
    return done(_("The category is gone; its products stay."), ".index")
