"""Products: the list, one of them, and what staff do with them."""

from typing import Annotated, Literal

from pydantic import Field

from vitrina.api import kit, once
from vitrina.api.access import public, requires
from vitrina.api.kit import Answer, endpoint
from vitrina.api.problems import Problem
from vitrina.api.products_in import (
    ProductIn,
    ProductPatch,
    VariantFields,
    changed_draft,
    kept,
    new_draft,
    price_in,
)
from vitrina.api.products_out import (
    ProductOut,
    ProductPage,
    card_out,
    facet_out,
    product_out,
)
from vitrina.api.reading import check_if_match, unknown_value, version_tag
from vitrina.api.schemas import CurrencyCode, LocaleCode, PageQuery, Query
from vitrina.api.tokens import current_user
from vitrina.catalog import queries as catalog
from vitrina.catalog.actions.products import create_product, delete_product
from vitrina.catalog.actions.replacement import draft_of, replace_product
from vitrina.catalog.errors import CategoryNotFound, ProductNotFound
from vitrina.catalog.models.products import Product
from vitrina.core import store
from vitrina.core.db import committing
from vitrina.core.permissions import Permission
from vitrina.inventory.counting import set_total
from vitrina.inventory.queries import availability
from vitrina.orders.queries import was_ordered
from vitrina.search.queries import Listing, listing

products = kit.blueprint("products")

Price = Annotated[str, Field(pattern=r"^[0-9]{1,12}(\.[0-9]{1,4})?$")]
WRITE = requires(Permission.PRODUCTS_WRITE)


class Market(Query):
    """The currency of the prices (the store's by default) and the language of the texts."""

    currency: CurrencyCode | None = None
    locale: LocaleCode = "en"

    def code(self) -> str:
        """The currency. Raises Problem 422 when the store does not sell in it."""
        base = store.current().currency
        if self.currency in (None, base):
            return base
        if self.currency not in catalog.rates().currencies:
            raise unknown_value("currency", "The store does not sell in this currency.")
        return str(self.currency)


class ProductsQuery(PageQuery, Market):
    """Filters of the list. ``category`` is an id or a path such as ``prints/ridge-field``."""

    q: Annotated[str, Field(max_length=200)] = ""
    category: Annotated[str | None, Field(max_length=500)] = None
    min_price: Price | None = None
    max_price: Price | None = None
    in_stock: bool = False
    min_rating: Annotated[int | None, Field(ge=1, le=5)] = None
    sort: Literal["featured", "newest", "price_asc", "price_desc", "rating"] = "featured"


@endpoint(
    products, "GET", "/products",
    summary="List products",
    description="Published products, found by words, category, price and stock.",
    access=public, query=ProductsQuery, answer=ProductPage, etag=True,
)  # fmt: skip
def index(query: ProductsQuery) -> ProductPage:
    currency = query.code()
    page = listing(
        Listing(
            query=query.q.strip(),
            category_id=_category_id(query.category),
            min_price=price_in(query.min_price, currency, "min_price"),
            max_price=price_in(query.max_price, currency, "max_price"),
            in_stock=query.in_stock,
            min_rating=query.min_rating,
            sort=query.sort,
            currency=currency,
            locale=query.locale,
            limit=query.limit,
            cursor=query.cursor,
        )
    )
    return ProductPage(
        items=[card_out(card) for card in page.cards],
        next_cursor=page.next_cursor,
        total=page.total,
        facets=[facet_out(facet, query.locale) for facet in page.facets],
    )


def _category_id(key: str | None) -> int | None:
    if key is None:
        return None
    try:
        if key.isascii() and key.isdigit() and len(key) <= 18:
            return catalog.category_by_id(int(key)).id
        return catalog.category_by_path(key.strip("/")).id
    except CategoryNotFound:
        raise unknown_value("category", "There is no such category.") from None


@endpoint(
    products, "GET", "/products/<key>",
    summary="Read a product",
    description="By id or slug, with options, variants, pictures and stock. "
    "Staff who may read products see drafts as well.",
    access=public, query=Market, answer=ProductOut, errors=(404,),
)  # fmt: skip
def show(key: str, query: Market) -> Answer:
    return _answer(find(key), query)


@endpoint(
    products, "POST", "/products",
    summary="Create a product",
    description="`price` and `stock` make a product with one variant; `options` and `variants` "
    "one with several. Amounts are in the store's currency.",
    access=WRITE, body=ProductIn, answer=ProductOut, status=201, idempotent=True, errors=(409,),
)  # fmt: skip
def create(body: ProductIn) -> Answer:
    with committing():
        once.seal()
        product = create_product(new_draft(body, store.current().currency), by=_actor())
        for variant, source in zip(product.variants, body.sources, strict=True):
            _count(variant.id, source)
        made = catalog.by_id(product.id)
    answer = _answer(made, Market())
    location = f"/api/{kit.VERSION}/products/{made.id}"
    return Answer(answer.body, 201, {"Location": location}, answer.etag)


@endpoint(
    products, "PUT", "/products/<key>",
    summary="Replace a product",
    description="Variants keep their identity by SKU, else by option values; those that are not "
    "named go. Pictures stay. Send `If-Match` so as not to overwrite what others did.",
    access=WRITE, body=ProductIn, answer=ProductOut, errors=(404, 409, 412),
)  # fmt: skip
def put(key: str, body: ProductIn) -> Answer:
    with committing():
        product = _locked(key)
        draft = new_draft(body, store.current().currency)
        replace_product(product, kept(draft, draft_of(product)), by=_actor())
        for variant, source in zip(product.variants, body.sources, strict=True):
            _count(variant.id, source)
    return _answer(catalog.by_id(product.id), Market())


@endpoint(
    products, "PATCH", "/products/<key>",
    summary="Change a product",
    description="What is left out stays as it is. `variants` name theirs by id.",
    access=WRITE, body=ProductPatch, answer=ProductOut, errors=(404, 409, 412),
)  # fmt: skip
def patch(key: str, body: ProductPatch) -> Answer:
    with committing():
        product = _locked(key)
        now = draft_of(product, catalog.own_categories([product.id])[product.id])
        ids = [variant.id for variant in product.variants]
        draft = changed_draft(now, body, ids, store.current().currency)
        replace_product(product, draft, by=_actor())
        _count(product.variants[0].id, body)
        for variant in body.variants:
            _count(variant.id, variant)
    return _answer(catalog.by_id(product.id), Market())


@endpoint(
    products, "DELETE", "/products/<key>",
    summary="Delete a product",
    description="One that was ever ordered is archived instead.",
    access=WRITE, errors=(404, 412),
)  # fmt: skip
def delete(key: str) -> None:
    with committing():
        product = _locked(key)
        delete_product(product, by=_actor(), was_ordered=was_ordered(product.id))


def find(key: str) -> Product:
    """The product of an id or a slug (an old one too), if the caller may see it."""
    user = current_user()
    product = _by_key(key)
    if product.is_published or (user is not None and user.may(Permission.PRODUCTS_READ)):
        return product
    raise ProductNotFound(key=key)


def _by_key(key: str) -> Product:
    if key.isascii() and key.isdigit() and len(key) <= 18:
        return catalog.by_id(int(key))
    if "\x00" in key:
        raise ProductNotFound()
    return catalog.by_slug(catalog.moved_to(key) or key)


def _locked(key: str) -> Product:
    """The product, kept from others until the commit, if the caller knows the present version."""
    product = catalog.locked(_by_key(key).id)
    check_if_match(str(product.version))
    return product


def _actor() -> str:
    user = current_user()
    if user is None:
        raise Problem(401, "token_required", "Send an access token.")
    return user.actor


def _count(variant_id: int, source: VariantFields) -> None:
    """Write the count of pieces, where one was sent."""
    if "stock" in source.model_fields_set:
        set_total(variant_id, source.stock, by=_actor(), note="API")


def _answer(product: Product, market: Market) -> Answer:
    available = availability([variant.id for variant in product.variants])
    body = product_out(
        product, available, catalog.rates(), currency=market.code(), locale=market.locale
    )
    return Answer(body, etag=version_tag(product.version, body))
