"""Money that goes back: by the shop, by staff in the dashboard, or by the buyer's bank."""

import pytest
import stripe

from tests.simulator.conftest import Simulator
from tests.simulator.stripe.conftest import paid


def test_a_payment_is_refunded_in_parts_and_never_beyond(
    client: stripe.StripeClient, simulator: Simulator
) -> None:
    intent = paid(client)
    first = client.v1.refunds.create(
        params={
            "payment_intent": intent.id,
            "amount": 500,
            "reason": "requested_by_customer",
            "metadata": {"key": "r1"},
        }
    )
    assert (first.status, first.amount, first.charge) == ("succeeded", 500, intent.latest_charge)
    with pytest.raises(stripe.InvalidRequestError) as more:
        client.v1.refunds.create(params={"payment_intent": intent.id, "amount": 1501})
    assert more.value.user_message == (
        "Refund amount (€15.01) is greater than unrefunded amount on charge (€15.00)"
    )
    client.v1.refunds.create(params={"charge": intent.latest_charge})
    with pytest.raises(stripe.InvalidRequestError) as again:
        client.v1.refunds.create(params={"payment_intent": intent.id, "amount": 1})
    assert again.value.code == "charge_already_refunded"
    charge = client.v1.charges.retrieve(intent.latest_charge, params={"expand": ["refunds"]})
    assert (charge.amount_refunded, charge.refunded) == (2000, True)
    assert [one.amount for one in charge.refunds.data] == [1500, 500]
    listed = client.v1.refunds.list(params={"payment_intent": intent.id})
    assert listed.data[1].metadata.to_dict() == {"key": "r1"}
    assert simulator.ledger(intent.id)[0]["refunded"] == 2000


def test_what_was_never_paid_cannot_be_refunded(client: stripe.StripeClient) -> None:
    for more in ({"capture_method": "manual"}, {"confirm": False}):
        intent = paid(client, **more)
        with pytest.raises(stripe.InvalidRequestError, match="does not have a successful charge"):
            client.v1.refunds.create(params={"payment_intent": intent.id})


def test_a_hold_that_is_released_looks_like_a_refund_without_money(
    client: stripe.StripeClient, simulator: Simulator
) -> None:
    intent = paid(client, capture_method="manual")
    client.v1.payment_intents.capture(intent.id, params={"amount_to_capture": 1200})
    charge = client.v1.charges.retrieve(intent.latest_charge)
    assert (charge.amount_captured, charge.amount_refunded) == (1200, 800)
    released = client.v1.refunds.list(params={"payment_intent": intent.id}).data
    assert [(one.amount, one.balance_transaction) for one in released] == [(800, None)]
    assert simulator.ledger(intent.id)[0]["refunded"] == 0
    real = client.v1.refunds.create(params={"payment_intent": intent.id})
    assert real.amount == 1200
    assert real.balance_transaction is not None


def test_a_pending_refund_counts_when_it_is_done(
    client: stripe.StripeClient, simulator: Simulator
) -> None:
    simulator.sim("PUT", "stripe/refunds", {"mode": "pending"})
    intent = paid(client)
    refund = client.v1.refunds.create(params={"payment_intent": intent.id, "amount": 700})
    assert refund.status == "pending"
    assert client.v1.charges.retrieve(intent.latest_charge).amount_refunded == 700
    assert simulator.ledger(intent.id)[0]["refunded"] == 0
    simulator.sim("POST", f"stripe/refunds/{refund.id}/succeeded")
    assert client.v1.refunds.retrieve(refund.id).status == "succeeded"
    assert simulator.ledger(intent.id)[0]["refunded"] == 700


def test_a_refund_that_fails_gives_the_shop_its_money_again(
    client: stripe.StripeClient, simulator: Simulator
) -> None:
    intent = paid(client, payment_method="pm_card_refundFail")
    refund = client.v1.refunds.create(params={"payment_intent": intent.id})
    assert refund.status == "succeeded"
    simulator.sim("POST", "clock", {"seconds": 5})
    assert client.v1.refunds.retrieve(refund.id).status == "failed"
    assert client.v1.charges.retrieve(intent.latest_charge).amount_refunded == 0
    assert simulator.ledger(intent.id)[0]["refunded"] == 0


def test_somebody_refunds_in_the_dashboard(
    client: stripe.StripeClient, simulator: Simulator
) -> None:
    intent = paid(client)
    simulator.sim("POST", "stripe/refund", {"payment_intent": intent.id, "amount": 300})
    assert client.v1.charges.retrieve(intent.latest_charge).amount_refunded == 300
    assert simulator.ledger(intent.id)[0]["refunded"] == 300


def test_a_disputed_card_takes_the_money_back_and_blocks_refunds(
    client: stripe.StripeClient, simulator: Simulator
) -> None:
    intent = paid(client, payment_method="pm_card_createDispute")
    dispute = client.v1.disputes.list(params={"payment_intent": intent.id}).data[0]
    assert (dispute.status, dispute.reason, dispute.amount) == (
        "needs_response",
        "fraudulent",
        2000,
    )
    assert client.v1.charges.retrieve(intent.latest_charge).disputed
    assert simulator.ledger(intent.id)[0]["net"] == 0
    with pytest.raises(stripe.InvalidRequestError) as raised:
        client.v1.refunds.create(params={"payment_intent": intent.id})
    assert raised.value.code == "charge_disputed"
    won = client.v1.disputes.update(
        dispute.id, params={"evidence": {"uncategorized_text": "winning_evidence"}}
    )
    assert won.status == "won"
    assert simulator.ledger(intent.id)[0]["net"] == 2000


def test_a_dispute_is_lost_when_the_shop_gives_in(
    client: stripe.StripeClient, simulator: Simulator
) -> None:
    intent = paid(client)
    opened = simulator.sim(
        "POST",
        "stripe/dispute",
        {"payment_intent": intent.id, "amount": 900, "reason": "product_not_received"},
    )
    assert client.v1.disputes.close(opened["id"]).status == "lost"
    row = simulator.ledger(intent.id)[0]
    assert (row["disputed"], row["net"]) == (900, 1100)
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.disputes.close(opened["id"])


def test_a_bank_decides(client: stripe.StripeClient, simulator: Simulator) -> None:
    intent = paid(client, payment_method="pm_card_createDispute")
    dispute = client.v1.disputes.list(params={"charge": intent.latest_charge}).data[0]
    held = client.v1.disputes.update(dispute.id, params={"evidence": {"receipt": "file_1"}})
    assert held.status == "under_review"
    assert simulator.sim("POST", f"stripe/disputes/{dispute.id}/lost")["status"] == "lost"


def test_the_balance_is_what_is_left(client: stripe.StripeClient) -> None:
    intent = paid(client)
    client.v1.refunds.create(params={"payment_intent": intent.id, "amount": 500})
    assert [one.amount for one in client.v1.balance.retrieve().available] == [1500]
