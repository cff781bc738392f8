"""A real browser over a running demo shop. Each test leaves a recording of what it did."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.conftest import CHROMIUM

RECORDINGS = Path(__file__).parent / "recordings"
OWNER = ("owner@example.com", "a-password-for-tests")
START_SECONDS = 180


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def live_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a demo shop, served by gunicorn with a worker beside it."""
    if not CHROMIUM:
        if os.environ.get("CI"):
            pytest.fail("chromium is missing; .ci/run installs it")
        pytest.skip("chromium is not installed")
    folder, port = tmp_path_factory.mktemp("live"), _free_port()
    environ = {
        **os.environ,
        "VITRINA_ENV": "development",
        "VITRINA_DATA_DIR": str(folder),
        "VITRINA_DATABASE_URL": f"sqlite:///{folder / 'shop.db'}",
        "VITRINA_BASE_URL": f"http://127.0.0.1:{port}",
        "VITRINA_OWNER_EMAIL": OWNER[0],
        "VITRINA_OWNER_PASSWORD": OWNER[1],
        "VITRINA_RATE_LIMITS": "off",
        "PORT": str(port),
    }
    log = (folder / "shop.log").open("wb")
    shop = subprocess.Popen(
        [sys.executable, "-m", "vitrina", "run"], env=environ, stdout=log, stderr=log
    )
    try:
        _wait_for(f"http://127.0.0.1:{port}/readyz", shop, folder / "shop.log")
        yield f"http://127.0.0.1:{port}"
    finally:
        shop.terminate()
        try:
            shop.wait(20)
        except subprocess.TimeoutExpired:
            shop.kill()
        log.close()


def _wait_for(url: str, shop: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if shop.poll() is not None:
            break
        try:
            if httpx.get(url, timeout=2).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    raise RuntimeError(f"the shop did not start:\n{log.read_text()[-4000:]}")


@pytest.fixture
def visit(
    live_shop: str, chromium: Browser, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Page]]:
    """Open a new visitor's page: ``visit(javascript=False, mobile=True, dark=True)``.

    What happens is recorded as a Playwright trace in ``tests/e2e/recordings``; errors in the
    browser's console fail the test.
    """
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def open_page(*, javascript: bool = True, mobile: bool = False, **options: Any) -> Page:
        context = chromium.new_context(
            base_url=live_shop,
            java_script_enabled=javascript,
            viewport={"width": 390, "height": 844} if mobile else {"width": 1440, "height": 900},
            locale="en-GB",
            reduced_motion="reduce",
            **options,
        )
        context.set_default_timeout(10_000)
        context.tracing.start(screenshots=True, snapshots=True)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on(
            "console",
            lambda line: (
                faults.append(f"{line.text} {line.location['url']}")
                if line.type == "error"
                else None
            ),
        )
        return page

    yield open_page
    RECORDINGS.mkdir(exist_ok=True)
    for number, context in enumerate(contexts):
        name = request.node.name.replace("/", "_").replace("[", "-").rstrip("]")
        context.tracing.stop(path=RECORDINGS / f"{name}-{number}.zip")
        context.close()
    assert faults == []
