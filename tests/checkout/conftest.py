"""A shop that takes PayPal, for those tests that ask for its ``world``."""

from collections.abc import Iterator

import pytest

from tests.conftest import Shop
from tests.paypal import World, running
from vitrina.payments import registry


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with running(tmp_path_factory.mktemp("paypal")) as world:
        yield world


@pytest.fixture
def world(simulated: World, shop: Shop) -> World:
    """A shop that takes PayPal, and the simulator behind it."""
    simulated.begin_anew()
    registry.configure()
    registry.register(simulated.paypal)
    return simulated
