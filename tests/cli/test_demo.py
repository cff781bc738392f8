"""The demo shop is whole, sound, and the same for the same seed."""

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from tests.conftest import Shop, settings
from vitrina.catalog.models.products import Media, Product, Variant
from vitrina.cli.demo import command
from vitrina.cli.demo.catalogue import least
from vitrina.cli.demo.rhythm import moments
from vitrina.core import clock, storage, store
from vitrina.core.db import session
from vitrina.core.events import Job
from vitrina.core.store import Store
from vitrina.inventory import queries as inventory
from vitrina.inventory.models import StockItem
from vitrina.notifications.models import Mail, MailState
from vitrina.orders import audits
from vitrina.orders.models import Order, OrderState


@pytest.fixture
def demo(shop: Shop) -> Shop:
    command.load_demo(orders=40)
    session.rollback()
    return shop


@pytest.fixture
def quick_demo(sqlite_shop: Shop) -> Shop:
    """What does not depend on the database is looked at on SQLite."""
    command.load_demo(orders=25)
    session.rollback()
    return sqlite_shop


def test_the_ledgers_of_the_past_add_up(demo: Shop) -> None:
    assert audits.find_discrepancies() == []
    assert inventory.find_discrepancies() == []
    states = set(session.scalars(sa.select(Order.state)))
    assert {OrderState.DELIVERED, OrderState.SHIPPED} <= states
    assert session.scalar(sa.select(sa.func.max(Order.created_at))) <= clock.now()


def test_nobody_gets_a_mail_about_the_past(quick_demo: Shop) -> None:
    assert session.scalars(sa.select(Job)).all() == []
    assert set(session.scalars(sa.select(Mail.state))) <= {MailState.KEPT}


def test_every_picture_is_there_with_words_in_three_languages(quick_demo: Shop) -> None:
    pictures = session.scalars(sa.select(Media)).all()
    assert len(pictures) > 6 * 64
    for picture in pictures:
        for key in (picture.key, *(copy["key"] for copy in picture.renditions)):
            storage.open(key).close()  # raises when there is no such file
        assert picture.width
        assert picture.alt
        assert set(picture.translations) == {"pt-BR", "ru"}


def test_every_product_is_for_sale_in_three_languages(quick_demo: Shop) -> None:
    products = session.scalars(sa.select(Product)).all()
    assert len(products) == least()
    assert all(p.is_published and set(p.translations) == {"pt-BR", "ru"} for p in products)
    free = session.scalars(sa.select(StockItem.on_hand - StockItem.reserved)).all()
    assert 0 in free
    assert any(0 < pieces <= 5 for pieces in free)


def _facts() -> list[Any]:
    rows: list[Any] = [
        sa.select(Variant.sku, Variant.price, Variant.compare_at).order_by(Variant.id),
        sa.select(Product.slug, Product.rating_count, Product.rating_sum).order_by(Product.id),
        sa.select(Order.email, Order.state, Order.total, Order.currency).order_by(Order.id),
        sa.select(StockItem.variant_id, StockItem.on_hand).order_by(StockItem.id),
    ]
    return [session.execute(statement).all() for statement in rows]


@pytest.mark.long
def test_the_same_seed_is_the_same_shop(sqlite_shop: Shop, tmp_path: Path) -> None:
    from vitrina import migrate
    from vitrina.core import db

    with clock.at(clock.now()):
        command.load_demo(orders=30, seed=5)
        session.rollback()
        first = _facts()
        db.connect(f"sqlite:///{tmp_path / 'second.db'}")
        migrate.upgrade()
        command.load_demo(orders=30, seed=5)
        session.rollback()
        assert _facts() == first


def test_a_shop_with_products_is_left_alone(
    sqlite_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests import make

    monkeypatch.setattr(command, "open_shop", lambda: settings(sqlite_shop.folder))
    make.product()
    refused = CliRunner().invoke(command.demo, [])
    assert refused.exit_code == 1
    assert "empty" in refused.output
    session.rollback()
    session.execute(sa.update(Store).values(demo_seed=1))
    session.commit()
    said = CliRunner().invoke(command.demo, [])
    assert said.exit_code == 0
    assert "already" in said.output
    assert store.current().name == "Vitrina"


def test_people_buy_in_the_past_and_in_order() -> None:
    from random import Random

    now = clock.now()
    found = moments(500, Random(3), now)
    assert found == sorted(found) == moments(500, Random(3), now)
    assert all(moment < now for moment in found)
    half = found[0] + (now - found[0]) / 2
    assert sum(moment > half for moment in found) > 250
