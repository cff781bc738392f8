"""What buyers say of products, and what the shop answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from vitrina.catalog.errors import AlreadyReviewed, InvalidReview
from vitrina.catalog.events import ProductChanged
from vitrina.catalog.models.groups import Review
from vitrina.catalog.models.products import Product
from vitrina.core import audit, clock
from vitrina.core.db import session
from vitrina.core.events import record
from vitrina.core.store import touch_catalogue


@dataclass(frozen=True, slots=True)
class ReviewDraft:
    """A review as it was written: ``rating`` 1 to 5, plain text, at a moment."""

    product_id: int
    user_id: int
    author: str
    rating: int
    title: str = ""
    body: str = ""
    locale: str = "en"
    is_verified: bool = False
    at: datetime | None = None


def review(
    product: Product,
    *,
    user_id: int,
    author: str,
    rating: int,
    title: str = "",
    body: str = "",
    locale: str = "en",
    is_verified: bool,
) -> Review:
    """Publish what a customer says of a product. Raises InvalidReview and AlreadyReviewed."""
    draft = ReviewDraft(
        product.id, user_id, author, rating, title, body, locale, is_verified, clock.now()
    )
    _check(draft)
    known = sa.select(Review.id).where(Review.product_id == product.id, Review.user_id == user_id)
    if session.scalar(known) is not None:
        raise AlreadyReviewed(product_id=product.id)
    row = Review(**_columns(draft))
    session.add(row)
    session.flush()
    _recount([product.id])
    return row


def take_reviews(drafts: Sequence[ReviewDraft]) -> int:
    """Publish many reviews at once, one for each customer and product; returns how many.

    Raises InvalidReview; those whose customer has reviewed the product before are left out.
    """
    for draft in drafts:
        _check(draft)
    products = sorted({draft.product_id for draft in drafts})
    taken = sa.select(Review.product_id, Review.user_id).where(Review.product_id.in_(products))
    known = {(row.product_id, row.user_id) for row in session.execute(taken)}
    fresh = {(d.product_id, d.user_id): d for d in drafts if (d.product_id, d.user_id) not in known}
    if fresh:
        session.execute(sa.insert(Review), [_columns(draft) for draft in fresh.values()])
        _recount(products)
    return len(fresh)


def hide_review(review: Review, *, by: str, hidden: bool = True) -> None:
    """Take a review off the page, or put it back. It never changes what was said."""
    if review.is_published is not hidden:
        return
    review.is_published = not hidden
    audit.note(by, "review.hide" if hidden else "review.show", f"review:{review.id}")
    session.flush()
    _recount([review.product_id])


def reply_to_review(review: Review, body: str, *, by: str) -> None:
    """Answer a review in the shop's name; an empty text takes the answer back."""
    before, review.reply = review.reply, _text(body, "reply", 4000)
    review.replied_at = clock.now() if review.reply else None
    subject = f"review:{review.id}"
    audit.note(by, "review.reply", subject, {"reply": before}, {"reply": review.reply})
    touch_catalogue()


def _columns(draft: ReviewDraft) -> dict[str, object]:
    return {
        "product_id": draft.product_id,
        "user_id": draft.user_id,
        "author": _text(draft.author, "author", 120),
        "rating": draft.rating,
        "title": _text(draft.title, "title", 200),
        "body": _text(draft.body, "body", 8000),
        "locale": draft.locale,
        "is_verified": draft.is_verified,
        "created_at": draft.at or clock.now(),
    }


def _check(draft: ReviewDraft) -> None:
    if type(draft.rating) is not int or not 1 <= draft.rating <= 5:
        raise InvalidReview(field="rating", reason="out_of_range")
    if not draft.author.strip():
        raise InvalidReview(field="author", reason="missing")
    _columns(draft)


def _text(text: str, name: str, limit: int) -> str:
    cleaned = text.replace("\x00", "").strip()
    if len(cleaned) > limit:
        raise InvalidReview(field=name, reason="too_long", limit=limit)
    return cleaned


def _recount(product_ids: list[int]) -> None:
    """Add the ratings of the products up again; a sum that is counted cannot drift."""
    shown = (Review.product_id == Product.id) & Review.is_published
    count = sa.select(sa.func.count()).select_from(Review).where(shown).scalar_subquery()
    added = sa.select(sa.func.coalesce(sa.func.sum(Review.rating), 0)).where(shown)
    session.execute(
        sa.update(Product)
        .where(Product.id.in_(product_ids))
        .values(
            rating_count=count,
            rating_sum=added.scalar_subquery(),
            version=Product.version + 1,
            updated_at=clock.now(),
        )
        .execution_options(synchronize_session=False)
    )
    for product in list(session.identity_map.values()):
        if isinstance(product, Product) and product.id in product_ids:
            session.expire(product, ["rating_count", "rating_sum", "version", "updated_at"])
    touch_catalogue()
    record(ProductChanged(product_ids=product_ids))
