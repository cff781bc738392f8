"""Webhooks about payments that are none of the shop's, and that no provider wrote."""

import pytest
import sqlalchemy as sa

from tests import make
from tests.conftest import Shop, settings
from vitrina.app import create_app
from vitrina.checkout import tasks, till
from vitrina.checkout.till import look_after
from vitrina.core import clock, jobs
from vitrina.core.db import committing, session
from vitrina.core.events import Job, enqueue
from vitrina.payments import actions, queries, registry
from vitrina.payments.models import WebhookEvent
from vitrina.payments.providers.sandbox import HEADER, Sandbox


def test_a_webhook_about_a_stranger_s_payment_is_done_with(shop: Shop) -> None:
    make.paid_order()
    shop.work()
    told = {"event_id": "evt_1", "ref": "pi_of_another_shop", "reference": ""}
    with committing():
        enqueue(look_after, {"provider": "sandbox", **told})
    assert shop.work() == 1
    assert jobs.count_failed() == 0
    assert session.scalar(sa.select(sa.func.count()).select_from(Job)) == 0


def test_who_forges_webhooks_is_not_listened_to_for_a_minute(
    sqlite_shop: Shop, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("limited")
    app = create_app(settings(folder, sqlite_shop.url, VITRINA_RATE_LIMITS="on"))
    bank = registry.get("sandbox")
    assert isinstance(bank, Sandbox)

    def tell(body: bytes, client: str, *, signed: bool) -> int:
        headers = {HEADER: bank.signature(body)} if signed else {}
        answer = app.test_client().post(
            "/webhooks/payments/sandbox",
            data=body,
            headers=headers,
            environ_base={"REMOTE_ADDR": client},
        )
        return answer.status_code

    true = [
        b'{"id": "evt_%d", "type": "t", "payment": "p", "reference": ""}' % n for n in range(40)
    ]
    assert {tell(one, "192.0.2.1", signed=True) for one in true} == {200}
    forged = [tell(b"{}", "192.0.2.66", signed=False) for _ in range(32)]
    assert forged == [400] * 30 + [429] * 2
    assert tell(true[0], "192.0.2.1", signed=True) == 200


def test_what_was_looked_after_is_forgotten_after_90_days(shop: Shop) -> None:
    (payment,) = make.paid_order().payments
    bank = registry.get("sandbox")
    for event_id, ref in (("evt_ours", payment.provider_ref), ("evt_strange", "pi_of_another")):
        body = f'{{"id": "{event_id}", "type": "t", "payment": "{ref}", "reference": ""}}'.encode()
        assert isinstance(bank, Sandbox)
        till.hear("sandbox", {HEADER: bank.signature(body)}, body)
    shop.work()

    def kept(after: int) -> set[str]:
        with clock.later(days=after):
            tasks.forget_notices()
        ids = session.scalars(sa.select(WebhookEvent.event_id))
        return {one for one in ids if one in ("evt_ours", "evt_strange")}

    assert kept(89) == {"evt_ours", "evt_strange"}
    assert kept(91) == {"evt_strange"}
    (strange,) = queries.unmatched_notices()
    with committing():
        actions.solve_notice(strange, by="staff:1", note="of our other shop")
    assert kept(91) == set()
