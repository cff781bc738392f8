"""What the wire does to a call: the same key twice, and every fault there is a switch for."""

import threading
import time

import pytest
import stripe

from tests.simulator.conftest import Simulator
from tests.simulator.stripe.conftest import paid

PARAMS: stripe.params.PaymentIntentCreateParams = {
    "amount": 2000,
    "currency": "eur",
    "payment_method": "pm_card_visa",
    "payment_method_types": ["card"],
    "confirm": True,
}


def stubborn(simulator: Simulator, retries: int = 2) -> stripe.StripeClient:
    """A client that asks again, as the shop's does."""
    return stripe.StripeClient(
        "sk_test_simulator",
        base_addresses={"api": simulator.url},
        max_network_retries=retries,
        http_client=stripe.RequestsClient(timeout=2),
    )


def charges(simulator: Simulator) -> list[int]:
    return [row["charged"] for row in simulator.ledger()]


def test_the_same_key_gets_the_same_answer_and_one_charge(
    client: stripe.StripeClient, simulator: Simulator
) -> None:
    first = client.v1.payment_intents.create(params=PARAMS, options={"idempotency_key": "k1"})
    again = client.v1.payment_intents.create(params=PARAMS, options={"idempotency_key": "k1"})
    assert again.to_dict() == first.to_dict()
    assert again.last_response is not None
    assert again.last_response.headers["Idempotent-Replayed"] == "true"
    assert again.last_response.headers["Request-Id"] != first.last_response.headers["Request-Id"]
    assert charges(simulator) == [2000]


def test_the_same_key_with_other_parameters_is_refused(
    client: stripe.StripeClient, simulator: Simulator
) -> None:
    client.v1.payment_intents.create(params=PARAMS, options={"idempotency_key": "k1"})
    with pytest.raises(stripe.IdempotencyError, match="same parameters"):
        client.v1.payment_intents.create(
            params={**PARAMS, "amount": 2001}, options={"idempotency_key": "k1"}
        )
    assert charges(simulator) == [2000]


def test_a_key_is_forgotten_after_a_day(client: stripe.StripeClient, simulator: Simulator) -> None:
    """Who asks again after that has to look first whether it was done."""
    for seconds, expected in ((0, [2000]), (23 * 3600, [2000]), (2 * 3600, [2000, 2000])):
        simulator.sim("POST", "clock", {"seconds": seconds})
        client.v1.payment_intents.create(params=PARAMS, options={"idempotency_key": "k1"})
        assert charges(simulator) == expected


def test_a_decline_is_kept_for_its_key_and_a_misspelt_call_is_not(
    client: stripe.StripeClient,
) -> None:
    declined = {**PARAMS, "payment_method": "pm_card_chargeDeclined"}
    intents = set()
    for _ in range(2):
        with pytest.raises(stripe.CardError) as raised:
            client.v1.payment_intents.create(
                params=declined,  # type: ignore[arg-type]
                options={"idempotency_key": "k2"},
            )
        intents.add(raised.value.error.payment_intent.id)
    assert len(intents) == 1
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.customers.create(params={"emial": "x"}, options={"idempotency_key": "k3"})  # type: ignore[typeddict-unknown-key]
    made = client.v1.customers.create(params={"email": "x"}, options={"idempotency_key": "k3"})
    assert made.email == "x"


def test_two_calls_with_one_key_at_the_same_time(
    client: stripe.StripeClient, simulator: Simulator
) -> None:
    simulator.fault("stripe.payment_intents.create", "slow", seconds=1, times=1)
    seen: list[object] = []

    def create() -> None:
        try:
            seen.append(
                client.v1.payment_intents.create(params=PARAMS, options={"idempotency_key": "k4"})
            )
        except stripe.APIError as error:
            seen.append((error.http_status, error.error.code))

    first = threading.Thread(target=create)
    first.start()
    time.sleep(0.4)
    create()
    first.join()
    assert seen[0] == (409, "idempotency_key_in_use")
    assert charges(simulator) == [2000]


def test_a_lost_reply_and_the_same_key_make_one_charge(simulator: Simulator) -> None:
    simulator.fault("stripe.payment_intents.create", "lost_reply", times=2)
    intent = stubborn(simulator).v1.payment_intents.create(params=PARAMS)
    assert intent.status == "succeeded"
    assert charges(simulator) == [2000]


def test_a_lost_reply_and_a_new_key_make_two_charges(simulator: Simulator) -> None:
    """What the key is for: without it the buyer pays twice."""
    simulator.fault("stripe.payment_intents.create", "lost_reply", times=1)
    client = stubborn(simulator, retries=0)
    with pytest.raises(stripe.APIConnectionError):
        client.v1.payment_intents.create(params=PARAMS)
    client.v1.payment_intents.create(params=PARAMS)
    assert charges(simulator) == [2000, 2000]


def test_a_time_out_is_done_all_the_same(simulator: Simulator) -> None:
    simulator.fault("stripe.payment_intents.create", "timeout", seconds=3, times=1)
    with pytest.raises(stripe.APIConnectionError):
        stubborn(simulator, retries=0).v1.payment_intents.create(params=PARAMS)
    assert charges(simulator) == []
    time.sleep(1.5)
    assert charges(simulator) == [2000]


def test_nothing_is_done_by_a_call_that_never_arrived(simulator: Simulator) -> None:
    simulator.fault("stripe.*", "unreachable", times=1)
    with pytest.raises(stripe.APIConnectionError):
        stubborn(simulator, retries=0).v1.payment_intents.create(params=PARAMS)
    assert charges(simulator) == []


def test_too_many_requests(client: stripe.StripeClient, simulator: Simulator) -> None:
    simulator.fault("stripe.refunds.*", "429")
    intent = paid(client)
    with pytest.raises(stripe.RateLimitError):
        client.v1.refunds.create(params={"payment_intent": intent.id})
    simulator.sim("DELETE", "faults")
    assert client.v1.refunds.create(params={"payment_intent": intent.id}).status == "succeeded"


@pytest.mark.parametrize(("fault", "done"), [("500_before", []), ("500_after", [2000])])
def test_server_errors_before_and_after_the_deed(
    client: stripe.StripeClient, simulator: Simulator, fault: str, done: list[int]
) -> None:
    simulator.fault("stripe.payment_intents.create", fault, times=1)
    with pytest.raises(stripe.APIError) as raised:
        client.v1.payment_intents.create(params=PARAMS, options={"idempotency_key": "k5"})
    assert raised.value.http_status == 500
    assert charges(simulator) == done
    again = client.v1.payment_intents.create(params=PARAMS, options={"idempotency_key": "k5"})
    assert again.status == "succeeded"
    assert charges(simulator) == [2000]


def test_a_server_error_that_sticks_to_its_key(
    client: stripe.StripeClient, simulator: Simulator
) -> None:
    simulator.fault("stripe.payment_intents.create", "500_stuck", times=1)
    for _ in range(2):
        with pytest.raises(stripe.APIError):
            client.v1.payment_intents.create(params=PARAMS, options={"idempotency_key": "k6"})
    assert charges(simulator) == [2000]
    assert len(client.v1.payment_intents.list().data) == 1, "only asking finds it"


def test_a_slow_call_is_answered(simulator: Simulator) -> None:
    simulator.fault("*", "slow", seconds=0.5, times=1)
    began = time.monotonic()
    stubborn(simulator).v1.balance.retrieve()
    assert time.monotonic() - began >= 0.5


def test_ten_at_once_with_one_key_make_one_charge(simulator: Simulator) -> None:
    seen: set[str] = set()

    def create() -> None:
        client = stubborn(simulator, retries=6)
        made = client.v1.payment_intents.create(params=PARAMS, options={"idempotency_key": "k7"})
        seen.add(made.id)

    threads = [threading.Thread(target=create) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 1
    assert charges(simulator) == [2000]
