"""The shop that is attacked."""

import pytest

from tests.attacks.world import World
from tests.conftest import Shop


@pytest.fixture
def world(shop: Shop) -> World:
    """A shop that is open, on SQLite and on PostgreSQL."""
    return World(shop)


@pytest.fixture
def sqlite_world(sqlite_shop: Shop) -> World:
    """The same on SQLite only, for what does not depend on the database."""
    return World(sqlite_shop)
