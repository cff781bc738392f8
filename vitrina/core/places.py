"""Where something goes, and the areas that a tax or a delivery is meant for. Pure values."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol, TypeVar

import pycountry

EVERYWHERE = "*"
_SEPARATORS = re.compile(r"[\s\-.]+")


@dataclass(frozen=True, slots=True)
class Destination:
    """A country (ISO 3166-1, two letters), and as much of the address as is known.

    ``region`` is the code of a state or province, with the country (``BR-SP``) or without.
    ``vat_country``: the country of the checked VAT number of the company that buys, or empty.
    """

    country: str
    region: str = ""
    postal_code: str = ""
    vat_country: str = ""


class Area(Protocol):
    """What a zone says of where it is. It may also have ``postal_codes``, a list of prefixes."""

    @property
    def countries(self) -> Sequence[str]: ...
    @property
    def regions(self) -> Sequence[str]: ...
    @property
    def priority(self) -> int: ...
    @property
    def id(self) -> int: ...


A = TypeVar("A", bound=Area)


def _postal_codes(area: Area) -> Sequence[str]:
    found: Sequence[str] = getattr(area, "postal_codes", ())
    return found


def _bare(code: str) -> str:
    return _SEPARATORS.sub("", code).upper()


def covers(area: Area, destination: Destination) -> bool:
    """Whether ``destination`` lies in ``area``.

    ``*`` stands for every country. An area narrowed by regions or postal-code prefixes covers only
    addresses that say so: a bare country is not in it.
    """
    country = destination.country.upper()
    if EVERYWHERE not in area.countries and country not in area.countries:
        return False
    if area.regions:
        region = destination.region.upper()
        if not region or not {region, f"{country}-{region}"} & set(area.regions):
            return False
    if prefixes := _postal_codes(area):
        code = _bare(destination.postal_code)
        if not code or not any(code.startswith(_bare(prefix)) for prefix in prefixes):
            return False
    return True


def best(areas: Iterable[A], destination: Destination) -> A | None:
    """The area that counts for ``destination``, or None when none covers it.

    A named country goes before ``*`` (which means "all others"), then the higher priority, then
    the closer fit (postal code, region, country), then the older area.
    """

    def rank(area: A) -> tuple[bool, int, bool, bool, int]:
        named = EVERYWHERE not in area.countries
        return named, area.priority, bool(_postal_codes(area)), bool(area.regions), -area.id

    return max((area for area in areas if covers(area, destination)), key=rank, default=None)


@lru_cache(maxsize=1)
def country_codes() -> frozenset[str]:
    """Every country of ISO 3166-1 by its two letters."""
    return frozenset(country.alpha_2 for country in pycountry.countries)


def unknown_countries(codes: Iterable[str]) -> list[str]:
    """Those of ``codes`` that are neither a country nor ``*``."""
    return [code for code in codes if code != EVERYWHERE and code.upper() not in country_codes()]
