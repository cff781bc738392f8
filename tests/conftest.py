"""A world for each test: a fresh, migrated database on SQLite and on PostgreSQL, and no network."""

import gc
import itertools
import os
import shutil
import socket
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import sync_playwright

from tests import postgres
from tests.browser import Browser
from vitrina import migrate
from vitrina.accounts import passwords
from vitrina.config import Settings, load
from vitrina.core import db, jobs, storage
from vitrina.payments import attempts, registry

# A test makes thousands of objects and keeps none: to look for rings of them so often, in a heap
# that grows with every app and template, takes a fifth of the whole run.
gc.set_threshold(100_000, 50, 100)
# Every customer and every sign-in costs a hash, which is made to be slow.
passwords._hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)

_numbers = itertools.count(1)
CHROMIUM = os.environ.get("CHROME_PATH") or shutil.which("chromium") or ""
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--font-render-hinting=none",
]
LOCAL = ("127.0.0.1", "::1", "localhost")


def settings(folder: Path, url: str = "", **changes: str) -> Settings:
    """Settings of a shop under test."""
    return load(
        {
            "VITRINA_ENV": "testing",
            "VITRINA_SECRET_KEY": "a-secret-key-for-tests-0123456789abcdef",
            "VITRINA_DATA_DIR": str(folder),
            "VITRINA_DATABASE_URL": url or f"sqlite:///{folder}/shop.db",
            "VITRINA_BASE_URL": "http://localhost",
            "VITRINA_RATE_LIMITS": "off",
            **changes,
        }
    )


@dataclass
class Shop:
    """A running shop: its app, and browsers for those who visit it."""

    app: Flask
    url: str
    folder: Path

    def browser(self) -> Browser:
        """A new visitor's browser, with its own cookies."""
        return Browser(self.app)

    def work(self) -> int:
        """Let the worker do all that is owed now."""
        return jobs.drain()


@pytest.fixture(scope="session")
def _templates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A migrated database of each kind, copied for each test; made when first needed."""
    return {"folder": str(tmp_path_factory.mktemp("templates"))}


def _fresh_sqlite(templates: dict[str, str], folder: Path) -> str:
    if "sqlite" not in templates:
        file = Path(templates["folder"]) / "template.db"
        db.connect(f"sqlite:///{file}")
        migrate.upgrade()
        db.session.remove()
        with db.engine().connect() as connection:
            connection.exec_driver_sql("ROLLBACK")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        db.disconnect()
        templates["sqlite"] = str(file)
    copy = folder / "shop.db"
    shutil.copy(templates["sqlite"], copy)
    return f"sqlite:///{copy}"


def _fresh_postgresql(templates: dict[str, str]) -> str:
    mine = f"t{os.getpid()}"
    if "postgresql" not in templates:
        db.connect(postgres.create_database(f"{mine}_template"))
        migrate.upgrade()
        db.disconnect()
        templates["postgresql"] = f"{mine}_template"
    return postgres.create_database(f"{mine}_{next(_numbers)}", templates["postgresql"])


@pytest.fixture(params=["sqlite", "postgresql"])
def database(
    request: pytest.FixtureRequest, _templates: dict[str, str], tmp_path: Path
) -> Iterator[str]:
    """The address of a fresh, migrated and connected database; the test runs on both kinds."""
    if request.param == "sqlite":
        url = _fresh_sqlite(_templates, tmp_path)
    else:
        url = _fresh_postgresql(_templates)
    db.connect(url)
    storage.configure((tmp_path / "media").as_uri())
    yield url
    db.disconnect()
    if request.param == "postgresql":
        postgres.drop_database(url.rpartition("/")[2])


@pytest.fixture(scope="session")
def _app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    from vitrina.app import create_app

    return create_app(settings(tmp_path_factory.mktemp("app")))


@pytest.fixture
def shop(_app: Flask, database: str, tmp_path: Path) -> Shop:
    """A shop on a fresh database, on SQLite and on PostgreSQL."""
    db.connect(database)
    attempts.configure(enabled=False)  # whatever app was made last
    return Shop(_app, database, tmp_path)


@pytest.fixture
def sqlite_shop(_app: Flask, _templates: dict[str, str], tmp_path: Path) -> Iterator[Shop]:
    """A shop on SQLite only, for what does not depend on the database."""
    url = _fresh_sqlite(_templates, tmp_path)
    db.connect(url)
    attempts.configure(enabled=False)
    storage.configure((tmp_path / "media").as_uri())
    yield Shop(_app, url, tmp_path)
    db.disconnect()


@pytest.fixture(scope="session")
def data() -> Path:
    """A folder with real catalogues; without ``VITRINA_TEST_DATA`` its tests are skipped."""
    named = os.environ.get("VITRINA_TEST_DATA", "")
    if not named or not Path(named).is_dir():
        pytest.skip("VITRINA_TEST_DATA names no folder with real catalogues")
    return Path(named)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Chromium]:
    """Debian's Chromium: one for each process, because Playwright runs once in a thread."""
    if not CHROMIUM:
        if os.environ.get("CI"):
            pytest.fail("chromium is missing; .ci/run installs it")
        pytest.skip("chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(autouse=True)
def _same_providers() -> Iterator[None]:
    """Whatever a test sets up to be paid by is forgotten with it."""
    names = ("_classes", "_given", "_providers", "_off", "_extra", "_version")
    before = {name: copy(getattr(registry, name)) for name in names}
    yield
    for name, was in before.items():
        setattr(registry, name, was)


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test talks to nobody outside this machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and address[0] not in LOCAL:
            raise OSError(f"no network in tests: {address[0]}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
