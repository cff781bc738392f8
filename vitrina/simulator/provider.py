"""What the simulator needs of a provider that it imitates."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint

from vitrina.simulator.deliveries import Sign
from vitrina.simulator.store import Transaction


def nothing(tx: Transaction) -> None:
    """Time passes without a consequence."""


@dataclass(frozen=True, slots=True)
class Imitation:
    """A provider. ``blueprints``: its API, its pages and its own switches under ``/_sim/<name>``.

    ``sign`` makes a webhook's headers; ``tick`` is called every moment for what time alone brings
    about, such as a page that expires.
    """

    name: str
    blueprints: tuple[Blueprint, ...]
    sign: Sign
    tick: Callable[[Transaction], None] = nothing
