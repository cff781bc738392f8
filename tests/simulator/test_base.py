"""The parts that both imitated providers stand on."""

import contextlib
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.simulator.conftest import Ear, Simulator
from vitrina.simulator import events, faults
from vitrina.simulator.deliveries import Deliveries
from vitrina.simulator.events import Endpoint
from vitrina.simulator.server import start_process
from vitrina.simulator.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    found = Store(tmp_path / "bank.db")
    yield found
    found.close()


@pytest.fixture
def deliveries(store: Store, ear: Ear) -> Deliveries:
    with store.transaction() as tx:
        events.set_endpoint(tx, Endpoint("stripe", ear.url, "secret"))
    return Deliveries(
        store, {"stripe": lambda endpoint, event: {"X-Of": event.id}}, lambda tx: None
    )


def queue(store: Store, count: int) -> None:
    with store.transaction() as tx:
        for number in range(count):
            events.queue(tx, "stripe", {"id": f"evt_{number}"})


def test_what_a_failed_transaction_did_is_gone(store: Store) -> None:
    with pytest.raises(RuntimeError), store.transaction() as tx:
        tx.put("stripe.charge", {"id": "ch_1"})
        raise RuntimeError
    with store.transaction() as tx:
        assert tx.get("stripe.charge", "ch_1") is None


def test_objects_are_found_by_their_fields_newest_first(store: Store) -> None:
    with store.transaction() as tx:
        for number in (1, 2, 3):
            tx.put("stripe.refund", {"id": f"re_{number}", "payment_intent": f"pi_{number % 2}"})
        assert [one["id"] for one in tx.find("stripe.refund", payment_intent="pi_1")] == [
            "re_3",
            "re_1",
        ]
        with pytest.raises(ValueError, match="'"):
            tx.find("stripe.refund", **{"a'b": 1})


def test_a_fault_happens_as_often_as_it_was_asked_for(store: Store) -> None:
    with store.transaction() as tx:
        faults.add(tx, faults.read({"match": "stripe.refunds.*", "fault": "429", "times": 2}))
        taken = [faults.take(tx, "stripe.refunds.create") for _ in range(3)]
        assert faults.take(tx, "stripe.customers.create") is None
    assert [bool(one) for one in taken] == [True, True, False]


def test_a_fault_with_a_probability_hits_the_same_calls_in_every_run(store: Store) -> None:
    switch = {"match": "*", "fault": "slow", "probability": 0.3, "seed": 7}
    runs = []
    for _ in range(2):
        with store.transaction() as tx:
            faults.clear(tx)
            faults.add(tx, faults.read(switch))
            runs.append([faults.take(tx, "any") is not None for _ in range(200)])
    assert runs[0] == runs[1]
    assert 30 <= sum(runs[0]) <= 90


@pytest.mark.parametrize(
    "wrong",
    [
        [],
        {"match": "*"},
        {"match": "*", "fault": "earthquake"},
        {"match": "*", "fault": "slow", "times": 0},
        {"match": "*", "fault": "slow", "probability": 2},
        {"match": "*", "fault": "slow", "sceonds": 2},
        {"match": "*", "fault": "slow", "draws": 2},
    ],
)
def test_a_fault_that_cannot_be_is_refused(simulator: Simulator, wrong: object) -> None:
    answer = httpx.post(f"{simulator.url}/_sim/faults", json=wrong)
    assert answer.status_code == (201 if wrong == [] else 422)
    assert simulator.sim("GET", "faults") == {"faults": []}


def test_an_event_is_sent_once_and_signed(store: Store, deliveries: Deliveries, ear: Ear) -> None:
    queue(store, 2)
    assert deliveries.deliver().accepted == 2
    assert deliveries.deliver().sent == 0
    assert [headers["X-Of"] for headers, _ in ear.heard] == ["evt_0", "evt_1"]


def test_an_event_waits_for_somebody_who_listens(store: Store, ear: Ear) -> None:
    alone = Deliveries(store, {"stripe": lambda endpoint, event: {}}, lambda tx: None)
    queue(store, 1)
    assert alone.deliver().sent == 0
    with store.transaction() as tx:
        events.set_endpoint(tx, Endpoint("stripe", ear.url, "secret"))
    assert alone.deliver().accepted == 1


def test_a_refused_event_comes_again(
    store: Store, deliveries: Deliveries, ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "RETRY_SECONDS", 0.0)
    queue(store, 1)
    ear.status = 500
    assert deliveries.deliver().refused == 1
    ear.status = 200
    assert deliveries.deliver(all_pending=False).accepted == 1
    assert len(ear.heard) == 2


def test_an_event_that_is_always_refused_is_given_up(
    store: Store, deliveries: Deliveries, ear: Ear
) -> None:
    queue(store, 1)
    ear.status = 500
    for _ in range(events.TRIES + 3):
        deliveries.deliver()
    with store.transaction() as tx:
        assert events.counts(tx)["failed"] == 1
    assert len(ear.heard) == events.TRIES


def test_webhooks_are_lost_doubled_and_shuffled_as_they_are_told(
    store: Store, deliveries: Deliveries, ear: Ear
) -> None:
    with store.transaction() as tx:
        events.set_travel(
            tx, events.read_travel({"lose": 0.5, "duplicate": 3, "shuffle": True, "seed": 3})
        )
    queue(store, 40)
    tally = deliveries.deliver()
    heard = [event["id"] for event in ear.events]
    assert tally.lost > 5
    assert tally.accepted == len(heard) == 3 * (40 - tally.lost)
    assert heard != sorted(heard, key=lambda name: int(name[4:]))


def test_many_senders_lose_and_double_nothing_by_themselves(
    store: Store, deliveries: Deliveries, ear: Ear
) -> None:
    with store.transaction() as tx:
        events.set_travel(tx, events.read_travel({"parallel": 8}))
    queue(store, 60)
    assert deliveries.deliver().accepted == 60
    assert len({event["id"] for event in ear.events}) == len(ear.heard) == 60


def test_a_file_of_another_version_is_begun_anew(tmp_path: Path) -> None:
    old = sqlite3.connect(tmp_path / "bank.db")
    old.execute("CREATE TABLE idempotency (provider TEXT, key TEXT)")
    old.close()
    with contextlib.closing(Store(tmp_path / "bank.db")) as new, new.transaction() as tx:
        tx.put("stripe.charge", {"id": "ch_1"})
        assert "until" in {row["name"] for row in tx.sql.execute("PRAGMA table_info(idempotency)")}
    with contextlib.closing(Store(tmp_path / "bank.db")) as same, same.transaction() as tx:
        assert tx.get("stripe.charge", "ch_1") is not None


def test_delayed_webhooks_come_later(store: Store, deliveries: Deliveries) -> None:
    with store.transaction() as tx:
        events.set_travel(tx, events.read_travel({"delay": 0.4}))
    queue(store, 1)
    assert deliveries.deliver(all_pending=False).sent == 0
    time.sleep(0.5)
    assert deliveries.deliver(all_pending=False).accepted == 1


def test_every_event_fifty_times_in_any_order(
    store: Store, deliveries: Deliveries, ear: Ear
) -> None:
    queue(store, 4)
    tally = deliveries.redeliver(times=50, shuffle=True, seed=1, parallel=8)
    assert tally.accepted == len(ear.heard) == 200
    assert deliveries.deliver().sent == 0, "they have all arrived"


def test_the_background_thread_sends_without_being_asked(simulator: Simulator, ear: Ear) -> None:
    answer = simulator.sim(
        "POST", "webhooks", {"provider": "stripe", "url": ear.url, "secret": "whsec_1"}
    )
    assert answer["url"] == ear.url
    assert simulator.sim("GET", "webhooks")["events"]["pending"] == 0


def test_time_moves_on_and_not_back(simulator: Simulator) -> None:
    now = simulator.sim("POST", "clock", {"seconds": 3600})["now"]
    assert now - time.time() > 3500
    assert httpx.post(f"{simulator.url}/_sim/clock", json={"seconds": -1}).status_code == 422


def test_many_writers_do_not_lock_one_another_out(store: Store) -> None:
    def write(name: int) -> None:
        for number in range(20):
            with store.transaction() as tx:
                tx.remember("count", tx.setting("count", 0) + 1)
                tx.put("stripe.customer", {"id": f"cus_{name}_{number}"})

    threads = [threading.Thread(target=write, args=(name,)) for name in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.transaction() as tx:
        assert tx.setting("count", 0) == 160


def test_the_command_prints_its_address_and_ends_when_told(tmp_path: Path, ear: Ear) -> None:
    beside = start_process(
        tmp_path / "bank.db", endpoints=(Endpoint("stripe", ear.url, "whsec_beside"),)
    )
    try:
        assert httpx.get(f"{beside.url}/_sim/health").json()["status"] == "ok"
        told = httpx.get(f"{beside.url}/_sim/webhooks").json()["endpoints"]
        assert told == [{"provider": "stripe", "url": ear.url, "secret": "whsec_beside"}]
    finally:
        beside.stop()
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{beside.url}/_sim/health")


def test_the_command_does_not_outlive_a_parent_that_was_killed(tmp_path: Path) -> None:
    shop = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys, time; from pathlib import Path;"
            "from vitrina.simulator.server import start_process;"
            "print(start_process(Path(sys.argv[1])).url, flush=True); time.sleep(60)",
            str(tmp_path / "bank.db"),
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert shop.stdout is not None
    url = shop.stdout.readline().strip()
    assert httpx.get(f"{url}/_sim/health").is_success
    shop.kill()
    shop.communicate()
    deadline = time.monotonic() + 10
    with pytest.raises(httpx.TransportError):
        while time.monotonic() < deadline:
            httpx.get(f"{url}/_sim/health")
            time.sleep(0.1)


def test_pages_run_no_scripts(simulator: Simulator) -> None:
    policy = httpx.get(f"{simulator.url}/_sim/health").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy


def test_a_taken_port_is_one_line(tmp_path: Path, simulator: Simulator) -> None:
    port = simulator.url.rpartition(":")[2]
    with pytest.raises(RuntimeError):
        start_process(tmp_path / "bank.db", port=int(port))
