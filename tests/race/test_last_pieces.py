"""200 buyers, two server processes, ten pieces: ten orders and 190 clean refusals."""

import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests import make
from tests.conftest import Shop
from vitrina.cli.doctor import examine
from vitrina.core import jobs
from vitrina.core.db import session
from vitrina.inventory.models import Reservation
from vitrina.orders.models import Order, OrderState

BUYERS = 200
PIECES = 10
THREADS = 25
START_SECONDS = 40
HOME = Path(__file__).parents[2]
GUARDED = ("-m", "vitrina", "serve", "--without-worker")
UNGUARDED = ("-m", "tests.race.server")


@contextmanager
def serving(shop: Shop, command: tuple[str, ...]) -> Iterator[int]:
    """Two server processes on the test's database; gives the port they listen on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    environ = {
        **os.environ,
        "VITRINA_ENV": "testing",
        "VITRINA_SECRET_KEY": "a-secret-key-for-tests-0123456789abcdef",
        "VITRINA_DATA_DIR": str(shop.folder),
        "VITRINA_DATABASE_URL": shop.url,
        "VITRINA_BASE_URL": f"http://127.0.0.1:{port}",
        "VITRINA_RATE_LIMITS": "off",
        "VITRINA_WORKERS": "2",
        "PORT": str(port),
    }
    log = shop.folder / "server.log"
    with log.open("wb") as out:
        server = subprocess.Popen(
            [sys.executable, *command], cwd=HOME, env=environ, stdout=out, stderr=out
        )
        try:
            _wait_for(port, server, log)
            yield port
        finally:
            server.terminate()
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def _wait_for(port: int, server: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            if _call(_connect(port), "GET", "/healthz")[0] == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"the shop did not start:\n{log.read_text()[-4000:]}")


def _connect(port: int) -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", port, timeout=60)


def _call(
    connection: http.client.HTTPConnection,
    method: str,
    path: str,
    body: Any = None,
    token: str = "",
) -> tuple[int, str, bytes]:
    """The status, the cart token and the body of an answer."""
    headers = {"Content-Type": "application/json"}
    if token:
        headers |= {"X-Cart-Token": token, "Idempotency-Key": f"of-{token}"}
    sent = None if body is None else json.dumps(body)
    connection.request(method, path, sent, headers)
    answer = connection.getresponse()
    return answer.status, answer.headers.get("X-Cart-Token", ""), answer.read()


def race(port: int, variant_id: int) -> list[tuple[int, str]]:
    """All buyers fill their carts; then all order at once. Gives status and code of each."""
    order = {
        "email": "ana@example.com",
        "shipping_address": {k: v for k, v in make.address().as_dict().items() if v},
        "payment": {"provider": "sandbox", "token": "tok_success"},
    }
    start = threading.Barrier(THREADS)

    def buy(_: int) -> list[tuple[int, str]]:
        connection, tokens, answers = _connect(port), [], []
        for _buyer in range(BUYERS // THREADS):
            wanted = {"variant_id": variant_id, "quantity": 1}
            status, token, _raw = _call(connection, "POST", "/api/v1/cart", wanted)
            assert status == 200
            tokens.append(token)
        start.wait(60)
        for token in tokens:
            status, _token, raw = _call(connection, "POST", "/api/v1/orders", order, token)
            answers.append((status, str(json.loads(raw).get("code", ""))))
        connection.close()
        return answers

    with ThreadPoolExecutor(THREADS) as pool:
        return [answer for answers in pool.map(buy, range(THREADS)) for answer in answers]


def sold() -> int:
    """The pieces of all paid orders."""
    paid = sa.select(sa.func.count()).where(Order.state == OrderState.PAID)
    return int(session.scalar(paid) or 0)


def check(answers: list[tuple[int, str]]) -> None:
    """Each piece was sold once, everybody else was told so, and every sum is right."""
    assert Counter(answers) == {
        (201, ""): PIECES,
        (409, "not_enough_stock"): BUYERS - PIECES,
    }
    assert sold() == PIECES
    assert session.scalar(sa.select(sa.func.sum(Reservation.quantity))) == PIECES
    assert not any(examine().values()), examine()


def run(shop: Shop, command: tuple[str, ...]) -> list[tuple[int, str]]:
    make.delivery("5.00")
    variant_id = make.variant(stock=PIECES).id
    session.remove()
    with serving(shop, command) as port:
        answers = race(port, variant_id)
    jobs.drain()
    session.rollback()
    return answers


@pytest.mark.attack(25)
def test_the_last_pieces_are_sold_once(shop: Shop) -> None:
    check(run(shop, GUARDED))


@pytest.mark.twin(25)
def test_without_the_guard_the_same_race_sells_what_is_not_there(shop: Shop) -> None:
    answers = run(shop, UNGUARDED)
    assert sold() > PIECES
    with pytest.raises(AssertionError):
        check(answers)
    assert examine()["inventory"]
