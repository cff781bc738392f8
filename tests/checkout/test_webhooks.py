"""Webhooks about payments that are none of the shop's."""

import sqlalchemy as sa

from tests import make
from tests.conftest import Shop
from vitrina.checkout.till import look_after
from vitrina.core import jobs
from vitrina.core.db import committing, session
from vitrina.core.events import Job, enqueue


def test_a_webhook_about_a_stranger_s_payment_is_done_with(shop: Shop) -> None:
    make.paid_order()
    shop.work()
    told = {"event_id": "evt_1", "ref": "pi_of_another_shop", "reference": ""}
    with committing():
        enqueue(look_after, {"provider": "sandbox", **told})
    assert shop.work() == 1
    assert jobs.count_failed() == 0
    assert session.scalar(sa.select(sa.func.count()).select_from(Job)) == 0
