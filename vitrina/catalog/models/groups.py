"""Where products are found: categories (a tree) and collections; and what buyers say of them."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from vitrina.catalog.models.products import Product, translated
from vitrina.core.db import JSON, Base, Dated, Identified


class Category(Identified, Base):
    """A node of the tree. ``path`` is its address: ``prints/ridge-field``."""

    __tablename__ = "categories"
    parent_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("categories.id", ondelete="RESTRICT"), index=True
    )
    slug: Mapped[str] = mapped_column(sa.String(120))
    path: Mapped[str] = mapped_column(sa.String(500), unique=True)
    title: Mapped[str] = mapped_column(sa.String(200))
    description: Mapped[str] = mapped_column(sa.Text, default="")
    seo_title: Mapped[str] = mapped_column(sa.String(300), default="")
    seo_description: Mapped[str] = mapped_column(sa.String(500), default="")
    translations: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    position: Mapped[int] = mapped_column(default=0)
    is_visible: Mapped[bool] = mapped_column(default=True)

    def text(self, field: str, locale: str) -> str:
        """A text (``title``, ``description``) in ``locale``, else in the store's own language."""
        return translated(self, field, locale)


class ProductCategory(Base):
    """A product stands in a category; ``position`` 0 is its main one."""

    __tablename__ = "product_categories"
    product_id: Mapped[int] = mapped_column(
        sa.ForeignKey("products.id", ondelete="CASCADE"), primary_key=True
    )
    category_id: Mapped[int] = mapped_column(
        sa.ForeignKey("categories.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    position: Mapped[int] = mapped_column(default=0)
    category: Mapped[Category] = relationship()


class Collection(Identified, Dated, Base):
    """A set of products: by hand, or by ``rule``: ``{"tags": ["sea"], "max_price": 9900}``."""

    __tablename__ = "collections"
    slug: Mapped[str] = mapped_column(sa.String(120), unique=True)
    title: Mapped[str] = mapped_column(sa.String(200))
    description: Mapped[str] = mapped_column(sa.Text, default="")
    seo_title: Mapped[str] = mapped_column(sa.String(300), default="")
    seo_description: Mapped[str] = mapped_column(sa.String(500), default="")
    translations: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    rule: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    position: Mapped[int] = mapped_column(default=0)
    is_visible: Mapped[bool] = mapped_column(default=True)

    def text(self, field: str, locale: str) -> str:
        """A text (``title``, ``description``) in ``locale``, else in the store's own language."""
        return translated(self, field, locale)


class CollectionProduct(Base):
    """A product in a collection; rows of a rule are written when products change."""

    __tablename__ = "collection_products"
    collection_id: Mapped[int] = mapped_column(
        sa.ForeignKey("collections.id", ondelete="CASCADE"), primary_key=True
    )
    product_id: Mapped[int] = mapped_column(
        sa.ForeignKey("products.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    position: Mapped[int] = mapped_column(default=0)


class Review(Identified, Dated, Base):
    """What a buyer says. One for each customer and product; ``is_verified``: bought here."""

    __tablename__ = "reviews"
    product_id: Mapped[int] = mapped_column(
        sa.ForeignKey("products.id", ondelete="CASCADE"), index=True
    )
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id", ondelete="CASCADE"))
    author: Mapped[str] = mapped_column(sa.String(120))
    rating: Mapped[int]
    title: Mapped[str] = mapped_column(sa.String(200), default="")
    body: Mapped[str] = mapped_column(sa.Text, default="")
    locale: Mapped[str] = mapped_column(sa.String(10), default="en")
    is_verified: Mapped[bool] = mapped_column(default=False)
    is_published: Mapped[bool] = mapped_column(default=True)
    reply: Mapped[str] = mapped_column(sa.Text, default="")
    replied_at: Mapped[datetime | None]
    product: Mapped[Product] = relationship()
    __table_args__ = (
        sa.UniqueConstraint("product_id", "user_id"),
        sa.CheckConstraint("rating BETWEEN 1 AND 5", name="rating"),
    )
