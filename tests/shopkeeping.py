"""Builders of what a shop has before anybody buys: goods, people, ways to send, taxes, promotions.

Tests name them through ``tests.make``.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from itertools import product as combinations
from typing import Any

import sqlalchemy as sa

from vitrina.accounts.actions.registration import register
from vitrina.accounts.actions.staff import create_staff, ensure_roles
from vitrina.accounts.models import Role, User
from vitrina.catalog import queries as catalog
from vitrina.catalog.actions.categories import create_category
from vitrina.catalog.actions.creation import create_product
from vitrina.catalog.drafts import OptionDraft, ProductDraft, VariantDraft
from vitrina.catalog.models.groups import Category
from vitrina.catalog.models.products import Product, Variant
from vitrina.core import address as addresses
from vitrina.core import db, store
from vitrina.core.address import PostalAddress
from vitrina.core.db import committing, session
from vitrina.core.money import Money
from vitrina.inventory import actions as inventory
from vitrina.promotions.actions import PromotionDraft
from vitrina.promotions.actions import create as create_promotion
from vitrina.promotions.models import Promotion
from vitrina.promotions.rules import PromotionKind
from vitrina.shipping.actions import MethodDraft
from vitrina.shipping.actions import save_zone as save_shipping_zone
from vitrina.shipping.models import ShippingMethod
from vitrina.tax.actions import RateDraft
from vitrina.tax.actions import save_zone as save_tax_zone
from vitrina.tax.models import TaxZone

BY = "system"
PASSWORD = "plenty-of-lines-42"

_numbers = itertools.count(1)


@contextmanager
def saving() -> Iterator[None]:
    """The open transaction, or one of our own."""
    if db.is_committing():
        yield
    else:
        with committing():
            yield


def minor(price: str) -> int:
    return Money.parse(price, store.current().currency).minor


# Catalogue --------------------------------------------------------------------------------------


def product(
    title: str = "Mug",
    *,
    price: str = "19.90",
    stock: int | None = 5,
    options: Mapping[str, Sequence[str]] | None = None,
    sku: str | None = None,
    categories: Sequence[Category] = (),
    compare_at: str | None = None,
    weight_g: int = 300,
    requires_shipping: bool = True,
    backorder: bool = False,
    track_stock: bool = True,
    **fields: Any,
) -> Product:
    """A published product with a variant for each combination of ``options`` (one without).

    ``stock`` pieces of each; None counts nothing. Further fields are those of a ProductDraft.
    """
    chosen = options or {}
    with saving():
        shared: dict[str, Any] = {
            "price": minor(price),
            "compare_at": minor(compare_at) if compare_at else None,
            "weight_g": weight_g,
            "requires_shipping": requires_shipping,
            "backorder": backorder,
            "track_stock": track_stock,
        }
        variants = tuple(
            VariantDraft(values=values, sku=_sku(sku, number), **shared)
            for number, values in enumerate(combinations(*chosen.values()))
        )
        draft = ProductDraft(
            title=title,
            variants=variants,
            options=tuple(OptionDraft.of(name, *values) for name, values in chosen.items()),
            category_ids=tuple(category.id for category in categories),
            **fields,
        )
        made = create_product(draft, by=BY)
        if stock is not None:
            inventory.set_many({one.id: stock for one in made.variants}, by=BY)
        made_id = made.id
    return catalog.by_id(made_id)


def _sku(wanted: str | None, number: int) -> str:
    if wanted is None:
        return f"SKU-{next(_numbers)}"
    return wanted if number == 0 else f"{wanted}-{number + 1}"


def variant(*, stock: int | None = 5, price: str = "19.90", **fields: Any) -> Variant:
    """The only variant of a new product; ``fields`` as :func:`product` takes them."""
    made = product(stock=stock, price=price, **fields)
    return catalog.variant(made.variants[0].id)


def category(title: str = "Kitchen", parent: Category | None = None, **fields: Any) -> Category:
    """A visible category, at the top or below ``parent``."""
    with saving():
        return create_category(title, parent, by=BY, **fields)


# People -----------------------------------------------------------------------------------------


def user(
    username: str | None = None,
    *,
    email: str | None = None,
    password: str = PASSWORD,
    name: str = "Ana Reis",
    locale: str = "en",
) -> User:
    """A customer who has registered."""
    username = username or f"ana{next(_numbers)}"
    with saving():
        made = register(
            username, email or f"{username}@example.com", password, name=name, locale=locale
        )
    assert made is not None, "somebody has this e-mail already"
    return made


def staff(role: str = "owner", username: str | None = None, *, password: str = PASSWORD) -> User:
    """A member of staff in one of the built-in roles."""
    username = username or f"staff{next(_numbers)}"
    with saving():
        if session.scalar(sa.select(Role.id).limit(1)) is None:
            ensure_roles()
            session.flush()
        return create_staff(username, f"{username}@example.com", password, role)


_ADDRESSES: dict[str, dict[str, str]] = {
    "PT": {"line1": "Rua do Sol 12", "city": "Lisboa", "postal_code": "1100-001"},
    "DE": {"line1": "Torstraße 8", "city": "Berlin", "postal_code": "10119"},
    "BR": {
        "line1": "Rua Augusta 900",
        "city": "São Paulo",
        "region": "SP",
        "postal_code": "01304-001",
    },
    "RU": {
        "line1": "ул. Ленина, 5",
        "city": "Казань",
        "region": "Республика Татарстан",
        "postal_code": "420111",
    },
    "US": {"line1": "12 Elm St", "city": "Portland", "region": "OR", "postal_code": "97201"},
}


def address(country: str = "PT", **fields: str) -> PostalAddress:
    """A good address in PT, DE, BR, RU or US."""
    values = {"name": "Ana Reis", "country": country, **_ADDRESSES[country], **fields}
    return addresses.check(values)


# Where and how things are sent --------------------------------------------------------------------


def delivery(
    price: str = "5.00",
    *,
    code: str = "standard",
    countries: Sequence[str] = ("*",),
    free_from: str | None = None,
    **fields: Any,
) -> ShippingMethod:
    """A flat rate, the only method of a new zone (all countries by default)."""
    draft = MethodDraft(
        code=code,
        name=code.replace("-", " ").capitalize(),
        settings={"price": minor(price)},
        free_from=minor(free_from) if free_from else None,
        **fields,
    )
    with saving():
        zone = save_shipping_zone(f"Zone {next(_numbers)}", countries, [draft], by=BY)
        return zone.methods[0]


def tax(rate: str = "0.23", *, countries: Sequence[str] = ("*",), name: str = "VAT") -> TaxZone:
    """A zone in which ``rate`` is due on goods and on their delivery."""
    with saving():
        rates = [RateDraft(name, Decimal(rate), each) for each in ("standard", "shipping")]
        return save_tax_zone(f"Tax {next(_numbers)}", countries, rates, by=BY)


def promotion(kind: str = "percent", **fields: Any) -> Promotion:
    """Something off: 10 % for everybody unless ``fields`` (of a PromotionDraft) say otherwise."""
    if kind == "percent":
        fields.setdefault("percent", Decimal(10))
    fields.setdefault("name", "Ten off")
    with saving():
        return create_promotion(PromotionDraft(kind=PromotionKind(kind), **fields), by=BY)
