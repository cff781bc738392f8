"""The listing index: one row a product and language, with all that a card and a filter need.

Lists, category pages and search read only these tables, so a page costs the same few statements
whatever it shows. The full-text part is dialect specific
(``search/text.py``): an FTS5 table on SQLite, a tsvector with a GIN index on PostgreSQL.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from vitrina.core.db import JSON, Base, BigId, Identified, Minor


class Entry(Base):
    """A published product as lists see it, in every language at once.

    ``card`` holds what a card shows that does not depend on currency: titles by locale, picture,
    hint, badge. ``category_ids`` contains ancestors too.
    """

    __tablename__ = "search_entries"
    product_id: Mapped[int] = mapped_column(
        BigId, sa.ForeignKey("products.id", ondelete="CASCADE"), primary_key=True
    )
    slug: Mapped[str] = mapped_column(sa.String(200))
    card: Mapped[dict[str, Any]] = mapped_column(JSON)
    in_stock: Mapped[bool] = mapped_column(default=True)
    rating: Mapped[int] = mapped_column(default=0)
    rating_count: Mapped[int] = mapped_column(default=0)
    sold: Mapped[int] = mapped_column(default=0)
    position: Mapped[int] = mapped_column(default=0)
    published_at: Mapped[datetime]
    __table_args__ = (
        sa.Index("ix_search_entries_newest", "published_at", "product_id"),
        sa.Index("ix_search_entries_featured", "position", "product_id"),
    )


class EntryPrice(Base):
    """The span of a product's prices in one currency, minor units."""

    __tablename__ = "search_prices"
    product_id: Mapped[int] = mapped_column(
        BigId, sa.ForeignKey("search_entries.product_id", ondelete="CASCADE"), primary_key=True
    )
    currency: Mapped[str] = mapped_column(sa.String(3), primary_key=True)
    low: Mapped[int] = mapped_column(Minor)
    high: Mapped[int] = mapped_column(Minor)
    compare_at: Mapped[int | None] = mapped_column(Minor)
    __table_args__ = (sa.Index("ix_search_prices_currency_low", "currency", "low"),)


class EntryCategory(Base):
    """A product is in a category or in one below it."""

    __tablename__ = "search_categories"
    category_id: Mapped[int] = mapped_column(
        BigId, sa.ForeignKey("categories.id", ondelete="CASCADE"), primary_key=True
    )
    product_id: Mapped[int] = mapped_column(
        BigId,
        sa.ForeignKey("search_entries.product_id", ondelete="CASCADE"),
        primary_key=True,
        index=True,
    )


class EntryFacet(Base):
    """A value by which a product is found: ``name`` is an option's name or ``vendor``, ``type``."""

    __tablename__ = "search_facets"
    product_id: Mapped[int] = mapped_column(
        BigId, sa.ForeignKey("search_entries.product_id", ondelete="CASCADE"), primary_key=True
    )
    name: Mapped[str] = mapped_column(sa.String(120), primary_key=True)
    value: Mapped[str] = mapped_column(sa.String(255), primary_key=True)
    labels: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    position: Mapped[int] = mapped_column(default=0)
    __table_args__ = (sa.Index("ix_search_facets_name_value", "name", "value", "product_id"),)


class Word(Identified, Base):
    """A word of the catalogue and how often it stands there; misspelt queries find it."""

    __tablename__ = "search_words"
    word: Mapped[str] = mapped_column(sa.String(80), unique=True)
    count: Mapped[int] = mapped_column(default=1)


class Gram(Base):
    """Three letters of a word; words that share many of them look alike."""

    __tablename__ = "search_grams"
    gram: Mapped[str] = mapped_column(sa.String(3), primary_key=True)
    word_id: Mapped[int] = mapped_column(
        BigId,
        sa.ForeignKey("search_words.id", ondelete="CASCADE"),
        primary_key=True,
        index=True,
    )
