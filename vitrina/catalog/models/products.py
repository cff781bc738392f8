"""Products, their options and variants, prices and pictures."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from vitrina.core import clock
from vitrina.core.db import JSON, Base, Dated, EnumText, Identified, Minor


class ProductStatus(StrEnum):
    """Shoppers see ACTIVE ones alone; ARCHIVED ones are kept for the books."""

    DRAFT = "draft"
    ACTIVE = "active"
    ARCHIVED = "archived"


class OptionKind(StrEnum):
    """How a storefront draws the values of an option."""

    TEXT = "text"
    SIZE = "size"
    FRAME = "frame"
    COLOUR = "colour"


def translated(row: Any, field: str, locale: str) -> str:
    """``row.field`` in ``locale`` (``pt-BR``), or in the default language where it has none."""
    text = (row.translations or {}).get(locale, {}).get(field)
    return str(text or getattr(row, field) or "")


class Product(Identified, Dated, Base):
    """What is sold. ``slug`` is also the handle by which an import finds it again.

    ``description`` is sanitized HTML. ``details`` are facts in order: ``[{"name": "Paper", "value":
    "Cotton rag"}]``. ``translations`` hold title, description, seo_title, seo_description and
    details by locale. ``version`` rises with every change and is the product's ETag.
    """

    __tablename__ = "products"
    slug: Mapped[str] = mapped_column(sa.String(200), unique=True)
    title: Mapped[str] = mapped_column(sa.String(300))
    description: Mapped[str] = mapped_column(sa.Text, default="")
    vendor: Mapped[str] = mapped_column(sa.String(200), default="")
    product_type: Mapped[str] = mapped_column(sa.String(200), default="")
    status: Mapped[ProductStatus] = mapped_column(
        EnumText(ProductStatus), default=ProductStatus.DRAFT, index=True
    )
    tags: Mapped[list[str]] = mapped_column(JSON, default=list)
    details: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    seo_title: Mapped[str] = mapped_column(sa.String(300), default="")
    seo_description: Mapped[str] = mapped_column(sa.String(500), default="")
    translations: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    tax_class: Mapped[str] = mapped_column(sa.String(40), default="standard")
    position: Mapped[int] = mapped_column(default=0)
    rating_count: Mapped[int] = mapped_column(default=0)
    rating_sum: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)
    published_at: Mapped[datetime | None]
    updated_at: Mapped[datetime] = mapped_column(default=clock.now)
    options: Mapped[list["Option"]] = relationship(
        back_populates="product", order_by="Option.position", cascade="all, delete-orphan"
    )
    variants: Mapped[list["Variant"]] = relationship(
        back_populates="product",
        primaryjoin="and_(Product.id == Variant.product_id, Variant.retired_at.is_(None))",
        order_by="Variant.position",
    )
    media: Mapped[list["Media"]] = relationship(
        back_populates="product", order_by="Media.position", cascade="all, delete-orphan"
    )
    __table_args__ = (
        sa.CheckConstraint("rating_count >= 0 AND rating_sum >= 0", name="rating"),
        sa.Index("ix_products_updated_at", "updated_at"),
    )

    def text(self, field: str, locale: str) -> str:
        """``title``, ``description``, ``seo_title`` or ``seo_description`` in ``locale``."""
        return translated(self, field, locale)

    def facts(self, locale: str) -> list[dict[str, Any]]:
        """The details in ``locale``, or in the default language."""
        found: list[dict[str, Any]] = self.translations.get(locale, {}).get("details")
        return found or self.details

    @property
    def is_published(self) -> bool:
        """Whether shoppers can see it."""
        return self.status is ProductStatus.ACTIVE

    @property
    def rating(self) -> float | None:
        """The average of the reviews, 1 to 5; None without any."""
        return self.rating_sum / self.rating_count if self.rating_count else None


class ProductSlug(Base):
    """A slug that a product once had; it redirects to the present one."""

    __tablename__ = "product_slugs"
    slug: Mapped[str] = mapped_column(sa.String(200), primary_key=True)
    product_id: Mapped[int] = mapped_column(
        sa.ForeignKey("products.id", ondelete="CASCADE"), index=True
    )


class Option(Identified, Base):
    """An option of a product, such as Size. ``position`` is 1 to 3."""

    __tablename__ = "product_options"
    product_id: Mapped[int] = mapped_column(sa.ForeignKey("products.id", ondelete="CASCADE"))
    position: Mapped[int]
    name: Mapped[str] = mapped_column(sa.String(120))
    kind: Mapped[OptionKind] = mapped_column(EnumText(OptionKind), default=OptionKind.TEXT)
    translations: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    product: Mapped[Product] = relationship(back_populates="options")
    values: Mapped[list["OptionValue"]] = relationship(
        back_populates="option", order_by="OptionValue.position", cascade="all, delete-orphan"
    )
    __table_args__ = (
        sa.UniqueConstraint("product_id", "position"),
        sa.CheckConstraint("position BETWEEN 1 AND 3", name="position"),
    )

    def text(self, locale: str) -> str:
        return translated(self, "name", locale)


class OptionValue(Identified, Base):
    """A value of an option, such as 50 × 70 cm. ``data`` helps to draw it: ``{"width_cm": 50}``."""

    __tablename__ = "product_option_values"
    option_id: Mapped[int] = mapped_column(sa.ForeignKey("product_options.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(default=0)
    value: Mapped[str] = mapped_column(sa.String(255))
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    translations: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    option: Mapped[Option] = relationship(back_populates="values")
    __table_args__ = (sa.UniqueConstraint("option_id", "value"),)

    def text(self, locale: str) -> str:
        return translated(self, "value", locale)


class Variant(Identified, Base):
    """One thing with a price and a stock. A simple product has exactly one, with no options.

    ``price``, ``compare_at`` and ``cost`` are minor units of the store's currency; weights are
    grams, lengths millimetres. ``options_key`` is ``"12/57"`` (value ids in order), unique in the
    product. ``backorder``: it may be sold when there is none. ``sku`` is unique where it is set.

    A variant that its product no longer has is retired, not removed: orders still send it, and its
    stock keeps its history. It has no option values, and is not among ``Product.variants``.
    """

    __tablename__ = "variants"
    product_id: Mapped[int] = mapped_column(
        sa.ForeignKey("products.id", ondelete="CASCADE"), index=True
    )
    position: Mapped[int] = mapped_column(default=0)
    sku: Mapped[str | None] = mapped_column(sa.String(120), unique=True)
    barcode: Mapped[str] = mapped_column(sa.String(60), default="")
    option1_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("product_option_values.id", ondelete="CASCADE")
    )
    option2_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("product_option_values.id", ondelete="CASCADE")
    )
    option3_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("product_option_values.id", ondelete="CASCADE")
    )
    options_key: Mapped[str] = mapped_column(sa.String(60), default="")
    price: Mapped[int] = mapped_column(Minor)
    compare_at: Mapped[int | None] = mapped_column(Minor)
    cost: Mapped[int | None] = mapped_column(Minor)
    tax_class: Mapped[str | None] = mapped_column(sa.String(40))
    weight_g: Mapped[int] = mapped_column(default=0)
    length_mm: Mapped[int] = mapped_column(default=0)
    width_mm: Mapped[int] = mapped_column(default=0)
    height_mm: Mapped[int] = mapped_column(default=0)
    requires_shipping: Mapped[bool] = mapped_column(default=True)
    track_stock: Mapped[bool] = mapped_column(default=True)
    backorder: Mapped[bool] = mapped_column(default=False)
    is_active: Mapped[bool] = mapped_column(default=True)
    media_id: Mapped[int | None] = mapped_column(sa.ForeignKey("media.id", ondelete="SET NULL"))
    retired_at: Mapped[datetime | None]
    product: Mapped[Product] = relationship(back_populates="variants")
    option1: Mapped[OptionValue | None] = relationship(foreign_keys=[option1_id])
    option2: Mapped[OptionValue | None] = relationship(foreign_keys=[option2_id])
    option3: Mapped[OptionValue | None] = relationship(foreign_keys=[option3_id])
    prices: Mapped[list["VariantPrice"]] = relationship(
        back_populates="variant", cascade="all, delete-orphan"
    )
    __table_args__ = (
        sa.UniqueConstraint("product_id", "options_key"),
        sa.CheckConstraint("price >= 0", name="price"),
        sa.CheckConstraint("compare_at >= 0", name="compare_at"),
        sa.CheckConstraint("weight_g >= 0", name="weight"),
    )

    @property
    def values(self) -> list[OptionValue]:
        """The option values in the order of the options."""
        return [value for value in (self.option1, self.option2, self.option3) if value]

    def retire(self) -> None:
        """Take the variant out of its product. It can no longer be bought."""
        self.is_active, self.retired_at = False, clock.now()
        self.media_id = None
        self.leave_options()

    def leave_options(self) -> None:
        """Let go of the option values, so that they can be changed or removed."""
        self.option1_id = self.option2_id = self.option3_id = None
        self.options_key = f"~{self.id}"

    def label(self, locale: str) -> str:
        """The option values in words: ``50 × 70 cm, Oak``; empty for a simple product."""
        return ", ".join(value.text(locale) for value in self.values)


class VariantPrice(Identified, Base):
    """A variant's own price in another currency; without one the exchange rate decides."""

    __tablename__ = "variant_prices"
    variant_id: Mapped[int] = mapped_column(sa.ForeignKey("variants.id", ondelete="CASCADE"))
    currency: Mapped[str] = mapped_column(sa.String(3))
    price: Mapped[int] = mapped_column(Minor)
    compare_at: Mapped[int | None] = mapped_column(Minor)
    variant: Mapped[Variant] = relationship(back_populates="prices")
    __table_args__ = (
        sa.UniqueConstraint("variant_id", "currency"),
        sa.CheckConstraint("price >= 0", name="price"),
    )


class Media(Identified, Dated, Base):
    """A picture of a product, in order. The file is in the storage under ``key``.

    ``renditions`` are smaller copies: ``[{"key": "...", "width": 640, "mime": "image/avif"}]``.
    ``source_url``: where an import says it comes from; such a picture may have no file yet.
    """

    __tablename__ = "media"
    product_id: Mapped[int] = mapped_column(
        sa.ForeignKey("products.id", ondelete="CASCADE"), index=True
    )
    position: Mapped[int] = mapped_column(default=0)
    key: Mapped[str] = mapped_column(sa.String(300), default="")
    mime: Mapped[str] = mapped_column(sa.String(60), default="")
    width: Mapped[int] = mapped_column(default=0)
    height: Mapped[int] = mapped_column(default=0)
    colour: Mapped[str] = mapped_column(sa.String(7), default="")
    alt: Mapped[str] = mapped_column(sa.String(500), default="")
    role: Mapped[str] = mapped_column(sa.String(20), default="")
    renditions: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    source_url: Mapped[str] = mapped_column(sa.String(1000), default="")
    translations: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    product: Mapped[Product] = relationship(back_populates="media")


class DigitalFile(Identified, Dated, Base):
    """A file that a buyer of the variant may download after payment."""

    __tablename__ = "digital_files"
    variant_id: Mapped[int] = mapped_column(
        sa.ForeignKey("variants.id", ondelete="CASCADE"), index=True
    )
    key: Mapped[str] = mapped_column(sa.String(300))
    name: Mapped[str] = mapped_column(sa.String(200))
    size: Mapped[int] = mapped_column(sa.BigInteger, default=0)
