"""PayPal, as the simulator plays it."""

from collections.abc import Iterator

import pytest

from tests.paypal import World, running


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One simulator for all tests here."""
    with running(tmp_path_factory.mktemp("paypal")) as world:
        yield world


@pytest.fixture
def world(simulated: World) -> World:
    simulated.begin_anew()
    return simulated
