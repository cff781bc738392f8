"""Load: eight keep-alive connections that ask again as soon as they are answered.

Pages and their yardstick are loaded by the same tool: ``wrk`` when it is installed, else by threads
of our own. Purchases have several steps and are always driven by our own threads.
"""

import http.client
import json
import shutil
import subprocess
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path

CLIENTS = 8
WRK = shutil.which("wrk")
Step = Callable[[http.client.HTTPConnection, int], None]

LUA = """
local paths = { %s }
local at = 0
request = function()
  at = at %% #paths + 1
  return wrk.format("GET", paths[at], { %s })
end
done = function(summary, latency, requests)
  local bad = summary.errors.status + summary.errors.read + summary.errors.timeout
  io.write(string.format("RESULT %%d %%d %%d\\n", summary.requests, summary.duration, bad))
end
"""


class Refused(RuntimeError):
    """An answer that is no success."""


def get(port: int, paths: Sequence[str], seconds: float, cookie: str = "") -> float:
    """Requests a second over ``paths`` in turn. Raises Refused for any that is no success."""
    if WRK:
        return _wrk(port, paths, seconds, cookie)
    headers = {"Cookie": cookie} if cookie else {}

    def ask(connection: http.client.HTTPConnection, number: int) -> None:
        read(connection, "GET", paths[number % len(paths)], headers=headers)

    return drive(port, ask, seconds)


def _wrk(port: int, paths: Sequence[str], seconds: float, cookie: str) -> float:
    quoted = ", ".join(json.dumps(path) for path in paths)
    headers = f'["Cookie"] = {json.dumps(cookie)}' if cookie else ""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(LUA % (quoted, headers))
        script.flush()
        said = subprocess.run(
            [
                *(str(WRK), "-t1", f"-c{CLIENTS}", f"-d{max(1, round(seconds))}s"),
                *("-s", script.name, f"http://127.0.0.1:{port}"),
            ],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    line = next(line for line in said.splitlines() if line.startswith("RESULT"))
    asked, micros, bad = map(int, line.split()[1:])
    if bad or not asked:
        raise Refused(f"{bad} of {asked} answers were no success: {paths[0]}")
    return asked * 1e6 / micros


def drive(port: int, step: Step, seconds: float) -> float:
    """How often a second ``step`` gets through, with eight clients."""
    counts, faults = [0] * CLIENTS, []
    until = time.monotonic() + seconds

    def client(place: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            while time.monotonic() < until and not faults:
                step(connection, place * 1_000_003 + counts[place])
                counts[place] += 1
        except (Refused, OSError, http.client.HTTPException) as fault:
            faults.append(fault)

    began = time.monotonic()
    threads = [threading.Thread(target=client, args=(place,)) for place in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise Refused(str(faults[0]))
    return sum(counts) / (time.monotonic() - began)


def read(
    connection: http.client.HTTPConnection,
    method: str,
    path: str,
    body: object = None,
    headers: dict[str, str] | None = None,
) -> tuple[bytes, http.client.HTTPMessage]:
    """One answer in full. Raises Refused unless it is 2xx."""
    sent = dict(headers or {})
    data = None
    if body is not None:
        data = json.dumps(body).encode()
        sent["Content-Type"] = "application/json"
    connection.request(method, path, data, sent)
    answer = connection.getresponse()
    text = answer.read()
    if not 200 <= answer.status < 300:
        raise Refused(f"{method} {path}: {answer.status} {text[:300]!r}")
    return text, answer.headers


ADDRESS = {
    "name": "Ana Reis",
    "line1": "Rua do Sol 12",
    "line2": "",
    "city": "Lisboa",
    "region": "",
    "postal_code": "1100-001",
    "country": "PT",
    "phone": "",
}


def adding(variants: Sequence[int]) -> Step:
    """Something goes into a new guest's cart."""

    def step(connection: http.client.HTTPConnection, number: int) -> None:
        _add(connection, variants[number % len(variants)])

    return step


def buying(variants: Sequence[int]) -> Step:
    """A guest buys one thing and pays by card: two requests."""

    def step(connection: http.client.HTTPConnection, number: int) -> None:
        token = _add(connection, variants[number * 7 % len(variants)])
        body = {
            "email": f"guest{number}@example.com",
            "shipping_address": ADDRESS,
            "payment": {"provider": "sandbox", "token": "tok_success"},
        }
        headers = {"X-Cart-Token": token, "Idempotency-Key": uuid.uuid4().hex}
        text, _ = read(connection, "POST", "/api/v1/orders", body, headers)
        status = json.loads(text)["payment_status"]
        if status != "paid":
            raise Refused(f"an order ended as {status}")

    return step


def _add(connection: http.client.HTTPConnection, variant_id: int) -> str:
    body = {"variant_id": variant_id, "quantity": 1}
    _, headers = read(connection, "POST", "/api/v1/cart", body)
    return str(headers["X-Cart-Token"])


def generator() -> str:
    """The tool that loads pages, for the report."""
    return f"wrk -t1 -c{CLIENTS}" if WRK else f"{CLIENTS} threads of the benchmark's own"


def sizes(port: int, paths: Sequence[str], cookie: str = "") -> int:
    """The mean size of the answers in bytes; asking also warms the cache."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Cookie": cookie} if cookie else {}
    found = [len(read(connection, "GET", path, headers=headers)[0]) for path in paths]
    return sum(found) // len(found)


def tail(log: Path, lines: int = 15) -> str:
    """The end of a server's log."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:]) if log.exists() else ""
