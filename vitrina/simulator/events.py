"""What the providers have to tell: events, where they go, and how badly they travel."""

import json
import random
import time
from dataclasses import asdict, dataclass
from typing import Any

from vitrina.simulator.store import Json, Transaction

SHUFFLE_SECONDS = 0.5
"""Within this time shuffled events overtake one another, unless the delay is longer."""

TRIES = 12
RETRY_SECONDS = 1.0
LONGEST_RETRY_SECONDS = 60.0


class WrongSwitch(ValueError):
    """A switch of the webhooks that cannot be: the words say why."""


@dataclass(frozen=True, slots=True)
class Travel:
    """How webhooks travel. ``delay``: seconds before each; ``duplicate``: how often each is sent.

    ``shuffle``: they overtake one another; ``lose``: the share that never arrives, 0 to 1;
    ``seed``: of what is drawn; ``held``: nothing is sent but by ``/_sim/deliver``;
    ``parallel``: how many are on their way at the same time.
    """

    delay: float = 0.0
    duplicate: int = 1
    shuffle: bool = False
    lose: float = 0.0
    seed: int = 0
    held: bool = False
    parallel: int = 1


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a provider's webhooks go; ``secret`` is what it signs or is asked about them with."""

    provider: str
    url: str
    secret: str


@dataclass(frozen=True, slots=True)
class Event:
    """An event on its way. ``body`` is sent byte for byte."""

    seq: int
    provider: str
    id: str
    body: str
    attempts: int


def read_travel(value: Any) -> Travel:
    """The switches from JSON. Raises WrongSwitch."""
    limits: dict[str, tuple[int, int]] = {
        "delay": (0, 3600),
        "duplicate": (1, 1000),
        "lose": (0, 1),
        "seed": (0, 2**63),
        "parallel": (1, 64),
    }
    if not isinstance(value, dict) or not set(value) <= set(Travel.__slots__):
        raise WrongSwitch(f"an object with any of {', '.join(Travel.__slots__)}")
    travel = Travel(**value)
    for name, (low, high) in limits.items():
        number = getattr(travel, name)
        whole = name in ("duplicate", "seed", "parallel")
        if type(number) not in ((int,) if whole else (int, float)) or not low <= number <= high:
            raise WrongSwitch(f"{name} is a number from {low} to {high}")
    if any(type(getattr(travel, name)) is not bool for name in ("shuffle", "held")):
        raise WrongSwitch("shuffle and held are true or false")
    return travel


def travel_of(tx: Transaction) -> Travel:
    """The switches as they are now."""
    return Travel(**tx.setting("travel", {}))


def set_travel(tx: Transaction, travel: Travel) -> None:
    """Let the webhooks travel so from now on."""
    tx.remember("travel", asdict(travel))


def set_endpoint(tx: Transaction, endpoint: Endpoint) -> None:
    """Send a provider's events to this address as well, or sign them with a new secret."""
    tx.sql.execute(
        "INSERT OR REPLACE INTO endpoints (provider, url, secret) VALUES (?, ?, ?)",
        (endpoint.provider, endpoint.url, endpoint.secret),
    )


def forget_endpoints(tx: Transaction, provider: str = "") -> None:
    """Send a provider's events, or all, nowhere; they wait for the next endpoint."""
    tx.sql.execute("DELETE FROM endpoints WHERE ? = '' OR provider = ?", (provider, provider))


def endpoints(tx: Transaction, provider: str = "") -> list[Endpoint]:
    """Where a provider's events go, or all."""
    rows = tx.sql.execute(
        "SELECT * FROM endpoints WHERE ? = '' OR provider = ? ORDER BY provider, url",
        (provider, provider),
    )
    return [Endpoint(row["provider"], row["url"], row["secret"]) for row in rows]


def queue(tx: Transaction, provider: str, event: Json) -> None:
    """Put an event (with its ``id``) on its way; it leaves when the transaction is kept."""
    travel = travel_of(tx)
    # Deliveries keep real time, whatever the simulator's clock says.
    due = time.time() + travel.delay
    if travel.shuffle:
        due += random.Random(f"{travel.seed}:{event['id']}").uniform(
            0, max(travel.delay, SHUFFLE_SECONDS)
        )
    tx.sql.execute(
        "INSERT INTO events (provider, id, body, state, due) VALUES (?, ?, ?, 'pending', ?)",
        (provider, event["id"], json.dumps(event, indent=2), due),
    )


def waiting(tx: Transaction, *, all_pending: bool) -> list[Event]:
    """Events that somebody listens for and that are due, or all that have not arrived yet."""
    rows = tx.sql.execute(
        "SELECT * FROM events WHERE state = 'pending' AND (? OR due <= ?)"
        " AND provider IN (SELECT provider FROM endpoints) ORDER BY due, seq",
        (all_pending, time.time()),
    )
    return [_event(row) for row in rows]


def ever(tx: Transaction, provider: str = "") -> list[Event]:
    """Every event there ever was, the lost ones too."""
    rows = tx.sql.execute(
        "SELECT * FROM events WHERE ? = '' OR provider = ? ORDER BY seq", (provider, provider)
    )
    return [_event(row) for row in rows]


def settle(tx: Transaction, event: Event, state: str) -> None:
    """Write down how a sending ended: ``delivered``, ``lost``, or ``failed`` and to be repeated."""
    attempts = event.attempts + 1
    if state == "failed" and attempts < TRIES:
        wait = min(LONGEST_RETRY_SECONDS, RETRY_SECONDS * 2**event.attempts)
        tx.sql.execute(
            "UPDATE events SET attempts = ?, due = ? WHERE seq = ?",
            (attempts, time.time() + wait, event.seq),
        )
        return
    tx.sql.execute(
        "UPDATE events SET attempts = ?, state = ? WHERE seq = ?", (attempts, state, event.seq)
    )


def counts(tx: Transaction) -> dict[str, int]:
    """How many events are in each state."""
    rows = tx.sql.execute("SELECT state, count(*) FROM events GROUP BY state")
    return {"pending": 0, "delivered": 0, "lost": 0, "failed": 0, **dict(map(tuple, rows))}


def _event(row: Any) -> Event:
    return Event(row["seq"], row["provider"], row["id"], row["body"], row["attempts"])
