"""The store itself: one row with its name, its money and the version of its catalogue."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from vitrina.core import audit
from vitrina.core.db import JSON, Base, before_commit, session
from vitrina.core.errors import NotFound


class Store(Base):
    """What the merchant says about the shop. There is exactly one row, made by the first migration.

    ``prices_include_tax`` says whether listed prices are gross. ``catalogue_version`` rises with
    every change that a shopper can see; public pages are cached under it. ``providers_version``
    rises when the settings of payment providers change. Texts by locale are in
    ``translations``: ``{"ru": {"tagline": "..."}}``.
    """

    __tablename__ = "store"
    id: Mapped[int] = mapped_column(sa.Integer, primary_key=True, default=1)
    name: Mapped[str] = mapped_column(sa.String(120), default="Vitrina")
    tagline: Mapped[str] = mapped_column(sa.String(300), default="")
    intro: Mapped[str] = mapped_column(sa.Text, default="")
    email: Mapped[str] = mapped_column(sa.String(254), default="shop@example.com")
    phone: Mapped[str] = mapped_column(sa.String(40), default="")
    company: Mapped[str] = mapped_column(sa.String(200), default="")
    tax_number: Mapped[str] = mapped_column(sa.String(40), default="")
    address: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    country: Mapped[str] = mapped_column(sa.String(2), default="PT")
    currency: Mapped[str] = mapped_column(sa.String(3), default="EUR")
    prices_include_tax: Mapped[bool] = mapped_column(default=True)
    number_prefix: Mapped[str] = mapped_column(sa.String(6), default="VT")
    invoice_prefix: Mapped[str] = mapped_column(sa.String(10), default="INV")
    credit_note_prefix: Mapped[str] = mapped_column(sa.String(10), default="CN")
    return_days: Mapped[int] = mapped_column(default=30)
    low_stock: Mapped[int] = mapped_column(default=10)
    translations: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    catalogue_version: Mapped[int] = mapped_column(sa.BigInteger, default=1)
    providers_version: Mapped[int] = mapped_column(default=1)
    demo_seed: Mapped[int | None]
    updated_at: Mapped[datetime | None]
    __table_args__ = (sa.CheckConstraint("id = 1", name="one_row"),)

    def text(self, field: str, locale: str) -> str:
        """``tagline`` or ``intro`` in ``locale`` (``pt-BR``), or in the default language."""
        translated = self.translations.get(locale, {}).get(field)
        return str(translated or getattr(self, field))


def current() -> Store:
    """The store. Raises NotFound when the database has not been migrated."""
    found = session.get(Store, 1)
    if found is None:
        raise NotFound(what="store")
    session.info["store"] = found  # else it would be forgotten, and read again and again
    return found


def catalogue_version() -> int:
    """The version under which public pages are cached: one tiny SELECT."""
    version = session.scalar(sa.select(Store.catalogue_version).where(Store.id == 1))
    return int(version or 0)


def touch_catalogue() -> None:
    """Say that a shopper could see a difference: raises the catalogue version at the commit."""
    before_commit(lambda: _raise("catalogue_version"), once="catalogue_version")


def touch_providers() -> None:
    """Say that a way to pay was set up otherwise: raises the providers' version at the commit."""
    before_commit(lambda: _raise("providers_version"), once="providers_version")


def _raise(version: str) -> None:
    session.execute(
        sa.update(Store)
        .where(Store.id == 1)
        .values({version: getattr(Store, version) + 1})
        .execution_options(synchronize_session=False)
    )
    session.expire(current(), [version])


CHANGEABLE = frozenset(
    {
        "name", "tagline", "intro", "email", "phone", "company", "tax_number", "return_days",
        "low_stock", "invoice_prefix", "credit_note_prefix", "address",
    }
)  # fmt: skip


def change(*, by: str, **changes: Any) -> None:
    """Change what the merchant says about the shop; TypeError for a field that stays as it is."""
    unknown = set(changes) - CHANGEABLE
    if unknown:
        raise TypeError(f"a store has no field {min(unknown)!r} to change")
    store = current()
    before = {name: getattr(store, name) for name in changes}
    for name, value in changes.items():
        setattr(store, name, value)
    audit.note(by, "store.update", "store", before, changes)
    touch_catalogue()
