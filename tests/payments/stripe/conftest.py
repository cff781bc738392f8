"""One simulator for all tests of this folder, as on its first day in each."""

from collections.abc import Iterator

import httpx
import pytest

from tests.payments.stripe.world import NOWHERE, SECRET, World
from vitrina.simulator.server import start_in_thread
from vitrina.simulator.store import Store


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    file = tmp_path_factory.mktemp("stripe") / "simulator.db"
    running = start_in_thread(file)
    with httpx.Client(timeout=30) as browser:
        yield World(running.url, Store(file), browser)
    running.stop()


@pytest.fixture
def world(simulated: World) -> World:
    """The simulator without any payments, with a webhook that is written down and not sent."""
    simulated.sim("POST", "reset")
    simulated.sim("DELETE", "webhooks")
    simulated.sim("PUT", "travel", {"held": True})
    simulated.sim("POST", "webhooks", {"provider": "stripe", "url": NOWHERE, "secret": SECRET})
    return simulated
