"""The postman: a thread that sends signed events, again and again until they arrive."""

import http.client
import random
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import urlsplit

from vitrina.simulator import events
from vitrina.simulator.events import Endpoint, Event, Travel
from vitrina.simulator.store import Store, Transaction

PAUSE_SECONDS = 0.1
ANSWER_SECONDS = 20

Sign = Callable[[Endpoint, Event], Mapping[str, str]]
"""The headers a provider proves with that an event is from it."""


@dataclass(slots=True)
class Tally:
    """How sendings ended. An event that is sent twice counts twice; a lost one is never sent."""

    sent: int = 0
    accepted: int = 0
    refused: int = 0
    lost: int = 0


def post(endpoint: Endpoint, event: Event, sign: Sign) -> bool:
    """Send one event to one endpoint; whether that answered with a 2xx in time."""
    parts = urlsplit(endpoint.url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=ANSWER_SECONDS)
    headers = {"Content-Type": "application/json", "User-Agent": "vitrina-simulator"}
    path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    try:
        connection.request("POST", path, event.body.encode(), {**headers, **sign(endpoint, event)})
        answer = connection.getresponse()
        answer.read()
        return 200 <= answer.status < 300
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


class Deliveries:
    """Sends what is due. ``tick`` runs beside it: what time alone brings about at the providers."""

    def __init__(
        self, store: Store, signs: Mapping[str, Sign], tick: Callable[[Transaction], None]
    ) -> None:
        self.store = store
        self.signs = signs
        self.tick = tick
        self._one_round = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to send in the background."""
        self._thread = threading.Thread(target=self._run, name="simulator-postman", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End after the round that is under way."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(ANSWER_SECONDS)

    def deliver(self, *, all_pending: bool = True) -> Tally:
        """Send what is due, or all that has not arrived yet, and wait for the answers."""
        tally = Tally()
        with self._one_round:
            with self.store.transaction() as tx:
                travel, found = events.travel_of(tx), events.waiting(tx, all_pending=all_pending)
                if all_pending and travel.shuffle:
                    random.Random(travel.seed).shuffle(found)
            with ThreadPoolExecutor(travel.parallel) as pool:
                for arrived in pool.map(lambda event: self._deliver_one(event, travel), found):
                    self._count(tally, arrived)
        return tally

    def redeliver(
        self,
        *,
        times: int = 1,
        shuffle: bool = False,
        seed: int = 0,
        parallel: int = 1,
        provider: str = "",
    ) -> Tally:
        """Send every event there ever was ``times`` more, the lost ones too; none gets lost now."""
        with self.store.transaction() as tx:
            pile = events.ever(tx, provider) * times
        if shuffle:
            random.Random(seed).shuffle(pile)
        tally = Tally()
        with self._one_round, ThreadPoolExecutor(parallel) as pool:
            for event, arrived in zip(pile, pool.map(self._send, pile), strict=True):
                self._count(tally, arrived)
                if arrived and all(arrived):
                    with self.store.transaction() as tx:
                        events.settle(tx, event, "delivered")
        return tally

    def _run(self) -> None:
        while not self._stop.wait(PAUSE_SECONDS):
            with self.store.transaction() as tx:
                self.tick(tx)
                held = events.travel_of(tx).held
            if not held:
                self.deliver(all_pending=False)

    def _deliver_one(self, event: Event, travel: Travel) -> list[bool] | None:
        """Whether each sending was accepted; None when the event got lost."""
        if random.Random(f"{travel.seed}:lose:{event.id}").random() < travel.lose:
            arrived, state = None, "lost"
        else:
            arrived = [ok for _ in range(travel.duplicate) for ok in self._send(event)]
            state = "delivered" if all(arrived) else "failed"
        with self.store.transaction() as tx:
            events.settle(tx, event, state)
        return arrived

    def _send(self, event: Event) -> list[bool]:
        with self.store.transaction() as tx:
            listeners = events.endpoints(tx, event.provider)
        return [post(endpoint, event, self.signs[event.provider]) for endpoint in listeners]

    @staticmethod
    def _count(tally: Tally, arrived: Sequence[bool] | None) -> None:
        if arrived is None:
            tally.lost += 1
            return
        tally.sent += len(arrived)
        tally.accepted += sum(arrived)
        tally.refused += len(arrived) - sum(arrived)
