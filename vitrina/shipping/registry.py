"""Which carriers there are: the built-in ones, and those that plugins bring."""

from collections.abc import Mapping
from dataclasses import MISSING, fields
from functools import lru_cache
from importlib.metadata import entry_points
from typing import Any

from vitrina.shipping.carrier import Carrier
from vitrina.shipping.carriers.flat_rate import FlatRate
from vitrina.shipping.carriers.per_item import PerItem
from vitrina.shipping.carriers.pickup import Pickup
from vitrina.shipping.carriers.price_table import PriceTable
from vitrina.shipping.carriers.weight_table import WeightTable
from vitrina.shipping.errors import InvalidCarrierSettings, UnknownCarrier

GROUP = "vitrina.carriers"
BUILT_IN: tuple[type[Carrier], ...] = (FlatRate, WeightTable, PriceTable, PerItem, Pickup)

# Settings of a method that are not the carrier's own: what to charge when it does not answer.
SHARED = frozenset({"fallback_price"})


@lru_cache(maxsize=1)
def carriers() -> dict[str, type[Carrier]]:
    """Every installed carrier by its code."""
    found = {carrier.code: carrier for carrier in BUILT_IN}
    for entry in entry_points(group=GROUP):
        carrier: type[Carrier] = entry.load()
        found[carrier.code] = carrier
    return found


def is_any_live() -> bool:
    """Whether a carrier is installed that asks somebody else, and may keep its asker waiting."""
    return any(carrier.live for carrier in carriers().values())


def is_collected(code: str) -> bool:
    """Whether the buyer comes and fetches what this carrier is chosen for."""
    return bool(getattr(carriers().get(code), "collected", False))


def make(code: str, settings: Mapping[str, Any]) -> Carrier:
    """The carrier ``code`` with ``settings``. Raises UnknownCarrier, InvalidCarrierSettings."""
    kind = carriers().get(code)
    if kind is None:
        raise UnknownCarrier(carrier=code)
    own = {name: value for name, value in settings.items() if name not in SHARED}
    known = {item.name: item for item in fields(kind.Settings)}
    if unknown := sorted(own.keys() - known.keys()):
        raise InvalidCarrierSettings(field=unknown[0], carrier=code, reason="unknown")
    for name, item in known.items():
        required = item.default is MISSING and item.default_factory is MISSING
        if required and name not in own:
            raise InvalidCarrierSettings(field=name, carrier=code, reason="missing")
    try:
        return kind(kind.Settings(**own))
    except (TypeError, ValueError) as error:
        raise InvalidCarrierSettings(
            field="settings", carrier=code, reason=str(error)[:200]
        ) from error
