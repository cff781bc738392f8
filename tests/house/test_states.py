"""Every state of every machine can be reached."""

import importlib
import pkgutil

import pytest

import vitrina
from vitrina.core.states import Machine


def machines() -> list[Machine]:  # type: ignore[type-arg]
    found = {}
    for module in pkgutil.walk_packages(vitrina.__path__, "vitrina."):
        if ".models" in module.name:
            for value in vars(importlib.import_module(module.name)).values():
                if isinstance(value, Machine):
                    found[id(value)] = value
    return list(found.values())


def test_the_house_has_its_machines() -> None:
    assert {m.name for m in machines()} >= {"OrderState", "PaymentState", "ShipmentState"}


@pytest.mark.parametrize("machine", machines(), ids=lambda machine: machine.name)
def test_every_state_is_reachable(machine: Machine) -> None:  # type: ignore[type-arg]
    assert machine.unreachable() == set()
