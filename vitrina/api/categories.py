"""The tree of categories."""

from vitrina.api import kit
from vitrina.api.access import public
from vitrina.api.kit import endpoint
from vitrina.api.schemas import LocaleCode, Out, Page, Query
from vitrina.catalog import queries as catalog
from vitrina.catalog.errors import CategoryNotFound
from vitrina.catalog.models.groups import Category
from vitrina.web import links

categories = kit.blueprint("categories")


class CategoryOut(Out):
    """A category; ``parent_id`` is null at the top of the tree."""

    id: int
    parent_id: int | None
    slug: str
    path: str
    url: str
    name: str
    description: str


class CategoryPage(Page[CategoryOut]):
    """The whole tree, parents before children."""


class LocaleQuery(Query):
    locale: LocaleCode = "en"


@endpoint(
    categories, "GET", "/categories",
    summary="List categories", access=public, query=LocaleQuery, answer=CategoryPage, etag=True,
)  # fmt: skip
def index(query: LocaleQuery) -> CategoryPage:
    items = [_out(category, query.locale) for category in catalog.categories()]
    return CategoryPage(items=items, total=len(items))


@endpoint(
    categories, "GET", "/categories/<path:key>",
    summary="Read a category", description="By id, or by its path such as `prints/ridge-field`.",
    access=public, query=LocaleQuery, answer=CategoryOut, etag=True, errors=(404,),
)  # fmt: skip
def show(key: str, query: LocaleQuery) -> CategoryOut:
    wanted = key.strip("/")
    for category in catalog.categories():
        if wanted in (str(category.id), category.path):
            return _out(category, query.locale)
    raise CategoryNotFound()


def _out(category: Category, locale: str) -> CategoryOut:
    return CategoryOut(
        id=category.id,
        parent_id=category.parent_id,
        slug=category.slug,
        path=category.path,
        url=links.absolute(f"/categories/{category.path}"),
        name=category.text("title", locale),
        description=category.text("description", locale),
    )
