"""The demo's customers: made-up people in its three markets, with good addresses."""

import secrets
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources import files
from random import Random
from typing import Any

from vitrina.accounts.actions.profile import save_address
from vitrina.accounts.actions.registration import mark_verified, register
from vitrina.catalog.slugs import slugify
from vitrina.core import address, clock
from vitrina.core.address import PostalAddress
from vitrina.core.db import committing
from vitrina.core.events import unheard


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who buys. ``user_id`` is None for a guest, who reviews nothing."""

    user_id: int | None
    email: str
    name: str
    locale: str
    address: PostalAddress


def read(name: str) -> dict[str, Any]:
    """A file of the demo's texts."""
    text = files("vitrina.cli.demo").joinpath("texts", f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def strangers() -> list[Person]:
    """Everybody in the file, as they are before they register."""
    return [
        Person(None, f"{slugify(row[0])}@example.com", row[0], locale, _address(country, row))
        for locale, countries in read("people").items()
        for country, rows in countries.items()
        for row in rows
    ]


def _address(country: str, row: Sequence[str]) -> PostalAddress:
    names = ("name", "line1", "city", "region", "postal_code")
    return address.check({"country": country, **dict(zip(names, row, strict=True))})


def welcome(people: Sequence[Person], dice: Random, since: datetime) -> list[Person]:
    """Register five of six; nobody knows their passwords, which can be recovered by mail."""
    found = []
    for place, person in enumerate(people):
        if place % 6 == 5:
            found.append(person)
            continue
        joined = since + timedelta(hours=dice.uniform(1, 24 * 25))
        with clock.at(joined), committing(), unheard():
            username = person.email.partition("@")[0].replace("-", ".")
            password = secrets.token_urlsafe(16)
            user = register(
                username, person.email, password, name=person.name, locale=person.locale
            )
            assert user is not None  # the shop is empty, and each is there once
            mark_verified(user)
            save_address(user, person.address)
            user_id = user.id
        found.append(Person(user_id, person.email, person.name, person.locale, person.address))
    return found
