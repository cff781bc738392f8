"""Products: the list, and one of them with its variants, pictures and categories."""

from itertools import product as combinations
from typing import Any, Self

from flask import Blueprint, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    FileField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Length

from vitrina.admin import matrix, wording
from vitrina.admin.desk import Answer, Form, Refused, done, me, next_url, number_arg, text_arg
from vitrina.catalog import desk, queries
from vitrina.catalog.actions.media import remove_media, upload_picture
from vitrina.catalog.actions.products import (
    create_product,
    delete_product,
    place_in_categories,
    update_product,
)
from vitrina.catalog.actions.replacement import draft_of, replace_product
from vitrina.catalog.drafts import ProductDraft, VariantDraft
from vitrina.catalog.errors import MediaNotFound
from vitrina.catalog.models.products import Product, ProductStatus
from vitrina.core.db import committing
from vitrina.core.permissions import Permission
from vitrina.inventory import actions as inventory
from vitrina.inventory.queries import levels
from vitrina.orders.queries import was_ordered
from vitrina.web import once
from vitrina.web.access import requires

bp = Blueprint("admin_products", __name__, url_prefix="/admin/products")
STATUSES = [
    ("active", _l("Active")),
    ("draft", _l("Draft")),
    ("archived", _l("Archived")),
]


class Editing(Form):
    title = StringField(_l("Title"), validators=[DataRequired(), Length(max=300)])
    slug = StringField(_l("Address"), validators=[Length(max=200)])
    status = SelectField(_l("Status"), choices=STATUSES)
    description = TextAreaField(_l("Description"), validators=[Length(max=50000)])
    vendor = StringField(_l("Vendor"), validators=[Length(max=200)])
    product_type = StringField(_l("Type"), validators=[Length(max=200)])
    tags = StringField(
        _l("Tags"), description=_l("Separated by commas"), validators=[Length(max=2000)]
    )
    seo_title = StringField(_l("Title for search engines"), validators=[Length(max=300)])
    seo_description = TextAreaField(
        _l("Description for search engines"), validators=[Length(max=500)]
    )
    categories = SelectMultipleField(_l("Categories"), coerce=int)

    def offer(self) -> Self:
        """Fill in the categories."""
        self.categories.choices = [(one.id, one.path) for one in queries.categories(hidden=True)]
        return self

    def texts(self) -> dict[str, Any]:
        """The fields of the product itself."""
        names = ("title", "status", "description", "vendor", "product_type")
        found: dict[str, Any] = {name: getattr(self, name).data or "" for name in names}
        found |= {name: getattr(self, name).data or "" for name in ("seo_title", "seo_description")}
        found["description"] = found["description"].replace("\r\n", "\n")
        found["tags"] = [tag for tag in (self.tags.data or "").split(",") if tag.strip()]
        return found


TRANSLATED = ("title", "description", "seo_title", "seo_description")
"""What of a product is said in other languages too."""


class Making(Editing):
    status = SelectField(_l("Status"), choices=STATUSES, default="draft")
    price = StringField(_l("Price"), validators=[DataRequired(), Length(max=30)])
    stock = StringField(_l("Pieces on the shelf"), validators=[Length(max=10)])
    sku = StringField(_l("SKU"), validators=[Length(max=120)])

    def draft(self) -> ProductDraft:
        """The product that was typed, of one variant. Raises InvalidAmount, InvalidProduct."""
        price = matrix.price_of(self.price.data, "price")
        texts = self.texts() | {"tags": tuple(self.texts()["tags"])}
        return ProductDraft(
            **texts,
            translations=wording.read(request.form, TRANSLATED),
            slug=self.slug.data or "",
            variants=(VariantDraft(price=price, sku=self.sku.data or None),),
            category_ids=tuple(self.categories.data or ()),
        )


class Hanging(Form):
    picture = FileField(_l("Picture"))
    alt = StringField(_l("What it shows"), validators=[Length(max=500)])


@bp.get("/")
@requires(Permission.PRODUCTS_READ)
def index() -> str:
    status = request.args.get("status", "")
    known = [str(one) for one in ProductStatus]
    page = desk.products(
        text_arg(),
        status=ProductStatus(status) if status in known else None,
        before=number_arg("before"),
    )
    return render_template(
        "admin/products/index.html",
        products=page.products,
        statuses=STATUSES,
        status=status,
        q=text_arg(),
        next_url=next_url(page.next_before),
    )


@bp.get("/new")
@requires(Permission.PRODUCTS_WRITE)
def new() -> str:
    return _new_page(Making().offer())


def _new_page(form: Making) -> str:
    languages = wording.languages(TRANSLATED, wording.read(request.form, TRANSLATED))
    return render_template("admin/products/new.html", form=form, languages=languages)


@bp.post("/new")
@requires(Permission.PRODUCTS_WRITE)
def create() -> Answer:
    form = Making().offer()
    if not form.is_good():
        return _new_page(form), 422
    with Refused(form) as no:
        draft = form.draft()
        with committing():
            made = create_product(draft, by=me().actor)
            if form.stock.data:
                pieces = matrix.whole(form.stock.data, "stock")
                inventory.set_on_hand(made.variants[0].id, pieces, by=me().actor)
            product_id = made.id
        return done(_("The product is made."), ".show", product_id=product_id)
    return _new_page(form), no.status


@bp.get("/<int:product_id>")
@requires(Permission.PRODUCTS_READ)
def show(product_id: int) -> Answer:
    return _stored(product_id)


def _stored(product_id: int) -> str:
    """The page with the texts that the product has, whatever was sent of its other forms."""
    product = queries.by_id(product_id)
    return _page(product, Editing(formdata=None, data=_as_typed(product)).offer())


def _as_typed(product: Product) -> dict[str, Any]:
    """A product as the form of its texts shows it; sent back unchanged, it changes nothing."""
    names = ("title", "slug", "description", "vendor", "product_type", "seo_title")
    return {name: getattr(product, name) for name in (*names, "seo_description")} | {
        "status": str(product.status),
        "tags": ", ".join(product.tags),
        "categories": list(queries.own_categories([product.id])[product.id]),
    }


def _page(product: Product, form: Editing) -> str:
    return render_template(
        "admin/products/show.html",
        product=product,
        form=form,
        languages=wording.languages(
            TRANSLATED, wording.read(request.form, TRANSLATED, product.translations)
        ),
        currencies=matrix.other_currencies(),
        fixed=matrix.fixed_prices(product),
        hanging=Hanging(),
        options=matrix.options_text(product),
        levels=levels([variant.id for variant in product.variants]),
    )


@bp.post("/<int:product_id>")
@requires(Permission.PRODUCTS_WRITE)
def update(product_id: int) -> Answer:
    product, form = queries.by_id(product_id), Editing().offer()
    if not form.is_good():
        return _page(product, form), 422
    with Refused(form) as no:
        with committing():
            product = queries.locked(product_id)
            changes = form.texts()
            if form.slug.data:
                changes["slug"] = form.slug.data
            changes["translations"] = wording.read(request.form, TRANSLATED, product.translations)
            update_product(product, by=me().actor, **changes)
            place_in_categories(product, list(form.categories.data or ()), by=me().actor)
        return done(_("The product is saved."), ".show", product_id=product_id)
    return _page(queries.by_id(product_id), form), no.status


@bp.post("/<int:product_id>/variants")
@requires(Permission.PRODUCTS_WRITE)
def update_variants(product_id: int) -> Answer:
    def place(field: str) -> str:
        return matrix.row_name(queries.by_id(product_id), field, request.form)

    with Refused(place=place) as no:
        with committing():
            is_first = once.is_first(me().actor)  # counts are changed by a difference
            product = queries.locked(product_id)
            currencies = matrix.other_currencies()
            asked = [matrix.row_of(request.form, one, currencies) for one in product.variants]
            matrix.change(product, [row.draft for row in asked], by=me().actor)
            for row in asked if is_first else ():
                if row.added:
                    inventory.adjust(row.variant_id, row.added, by=me().actor, note="")
        return done(_("The variants are saved."), ".show", product_id=product_id)
    return _stored(product_id), no.status


@bp.post("/<int:product_id>/options")
@requires(Permission.PRODUCTS_WRITE)
def update_options(product_id: int) -> Answer:
    with Refused() as no:
        with committing():
            product = queries.locked(product_id)
            now = draft_of(product, queries.own_categories([product_id])[product_id])
            options = matrix.read_options(request.form.get("options", ""), now.options)
            wanted = combinations(*((value.value for value in one.values) for one in options))
            variants = matrix.fill(now.variants, list(wanted))
            replace_product(product, matrix.with_options(now, options, variants), by=me().actor)
        return done(_("The options are saved."), ".show", product_id=product_id)
    return _stored(product_id), no.status


@bp.post("/<int:product_id>/pictures")
@requires(Permission.PRODUCTS_WRITE)
def add_picture(product_id: int) -> Answer:
    form = Hanging()
    data = form.picture.data.read() if form.picture.data else b""
    with committing():
        product = queries.by_id(product_id)
        upload_picture(product, data, alt=(form.alt.data or "")[:500], by=me().actor)
    return done(_("The picture hangs."), ".show", product_id=product_id)


@bp.post("/<int:product_id>/pictures/<int:media_id>/removal")
@requires(Permission.PRODUCTS_WRITE)
def remove_picture(product_id: int, media_id: int) -> Answer:
    with committing():
        product = queries.by_id(product_id)
        media = next((one for one in product.media if one.id == media_id), None)
        if media is None:
            raise MediaNotFound(id=media_id)
        remove_media(media, by=me().actor)
    return done(_("The picture is taken down."), ".show", product_id=product_id)


@bp.post("/<int:product_id>/deletion")
@requires(Permission.PRODUCTS_WRITE)
def delete(product_id: int) -> Answer:
    with committing():
        product = queries.locked(product_id)
        delete_product(product, by=me().actor, was_ordered=was_ordered(product_id))
    return done(_("The product is gone from the shop."), ".index")
