"""What buyers say of a product."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from vitrina.api import kit
from vitrina.api.access import public
from vitrina.api.kit import endpoint
from vitrina.api.products import find
from vitrina.api.reading import read_cursor, write_cursor
from vitrina.api.schemas import Out, Page, PageQuery
from vitrina.catalog import queries as catalog

reviews = kit.blueprint("reviews")


class ReviewOut(Out):
    """A review. ``is_verified``: by somebody who bought it here."""

    id: int
    author: str
    rating: int
    title: str
    body: str
    locale: str
    is_verified: bool
    reply: str
    created_at: datetime


class ReviewPage(Page[ReviewOut]):
    """Reviews, newest first; ``ratings`` says how many gave 5 to 1."""

    ratings: dict[int, int]


class ReviewsQuery(PageQuery):
    rating: Annotated[int | None, Field(ge=1, le=5)] = None


@endpoint(
    reviews, "GET", "/products/<key>/reviews",
    summary="Read reviews", access=public, query=ReviewsQuery, answer=ReviewPage, etag=True,
    errors=(404,),
)  # fmt: skip
def index(key: str, query: ReviewsQuery) -> ReviewPage:
    product = find(key)
    after = read_cursor(query.cursor, int)
    found = catalog.reviews_of(
        product.id,
        rating=query.rating,
        before=after[0] if after else None,
        limit=query.limit + 1,
    )
    bars = catalog.rating_bars(product.id)
    shown = found[: query.limit]
    return ReviewPage(
        items=[ReviewOut.model_validate(review) for review in shown],
        next_cursor=write_cursor(shown[-1].id) if len(found) > query.limit else None,
        total=bars[query.rating] if query.rating else sum(bars.values()),
        ratings=bars,
    )
