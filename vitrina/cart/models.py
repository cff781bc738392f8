"""Carts and wishlists, of guests and of customers."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from vitrina.catalog.models.products import Variant
from vitrina.core import clock
from vitrina.core.db import JSON, Base, Dated, EnumText, Identified, Minor


class CartState(StrEnum):
    """SAVED: put by under a name; ORDERED and MERGED carts are never changed again."""

    ACTIVE = "active"
    SAVED = "saved"
    ORDERED = "ordered"
    MERGED = "merged"


class Cart(Identified, Dated, Base):
    """A cart. A guest holds its ``token`` in a cookie or header; the row keeps only the hash.

    A customer has one ACTIVE cart, and SAVED ones with a ``name``. ``version`` rises with every
    change. ``codes`` are the coupon codes entered, in capitals; ``credits`` the ids of the gift
    cards and the store credit that it is to be paid with.
    """

    __tablename__ = "carts"
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    user_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("users.id", ondelete="CASCADE"), index=True
    )
    state: Mapped[CartState] = mapped_column(EnumText(CartState), default=CartState.ACTIVE)
    name: Mapped[str] = mapped_column(sa.String(120), default="")
    currency: Mapped[str] = mapped_column(sa.String(3))
    locale: Mapped[str] = mapped_column(sa.String(10), default="en")
    country: Mapped[str] = mapped_column(sa.String(2), default="")
    codes: Mapped[list[str]] = mapped_column(JSON, default=list)
    credits: Mapped[list[int]] = mapped_column(JSON, default=list)
    version: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime] = mapped_column(index=True)
    lines: Mapped[list["CartLine"]] = relationship(
        back_populates="cart", cascade="all, delete-orphan", order_by="CartLine.id"
    )
    __table_args__ = (
        sa.Index(
            "uq_carts_active_user",
            "user_id",
            unique=True,
            sqlite_where=sa.text("state = 'active' AND user_id IS NOT NULL"),
            postgresql_where=sa.text("state = 'active' AND user_id IS NOT NULL"),
        ),
    )

    @property
    def buying(self) -> list["CartLine"]:
        """The lines that are bought now, without those saved for later."""
        return [line for line in self.lines if not line.is_saved]

    @property
    def saved(self) -> list["CartLine"]:
        return [line for line in self.lines if line.is_saved]

    @property
    def count(self) -> int:
        """How many pieces are bought now."""
        return sum(line.quantity for line in self.buying)


class CartLine(Identified, Base):
    """Pieces of a variant in a cart. ``seen_price`` is the unit price when it was put in."""

    __tablename__ = "cart_lines"
    cart_id: Mapped[int] = mapped_column(sa.ForeignKey("carts.id", ondelete="CASCADE"))
    variant_id: Mapped[int] = mapped_column(
        sa.ForeignKey("variants.id", ondelete="CASCADE"), index=True
    )
    quantity: Mapped[int]
    is_saved: Mapped[bool] = mapped_column(default=False)
    seen_price: Mapped[int] = mapped_column(Minor)
    seen_currency: Mapped[str] = mapped_column(sa.String(3))
    added_at: Mapped[datetime] = mapped_column(default=clock.now)
    cart: Mapped[Cart] = relationship(back_populates="lines")
    variant: Mapped[Variant] = relationship()
    __table_args__ = (
        sa.UniqueConstraint("cart_id", "variant_id", "is_saved"),
        sa.CheckConstraint("quantity BETWEEN 1 AND 999", name="quantity"),
    )


class WishlistItem(Identified, Dated, Base):
    """A product somebody likes: a customer (``user_id``) or a guest (hash of the cookie)."""

    __tablename__ = "wishlist_items"
    user_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("users.id", ondelete="CASCADE"), index=True
    )
    visitor_hash: Mapped[str | None] = mapped_column(sa.String(64), index=True)
    product_id: Mapped[int] = mapped_column(sa.ForeignKey("products.id", ondelete="CASCADE"))
    __table_args__ = (
        sa.UniqueConstraint("user_id", "product_id"),
        sa.UniqueConstraint("visitor_hash", "product_id"),
    )
