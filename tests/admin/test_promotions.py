"""What staff see of promotions: which of them run, and which are over."""

from datetime import timedelta

import sqlalchemy as sa

from tests import make
from tests.browser import Browser
from vitrina.core import clock
from vitrina.core.db import committing, session
from vitrina.promotions.models import Promotion


def test_each_promotion_says_where_it_stands_and_what_is_over_comes_last(owner: Browser) -> None:
    now = clock.now()
    make.promotion(code="RUNS", name="Runs")
    rare = make.promotion(code="RARE", name="Rare", usage_limit=1)
    with committing():
        session.execute(sa.update(Promotion).where(Promotion.id == rare.id).values(used=1))
    make.promotion(code="SOON", name="Soon", starts_at=now + timedelta(days=1))
    make.promotion(code="LATE", name="Late", ends_at=now - timedelta(days=1))
    page = owner.open("/admin/promotions/")
    rows = page.html.split("<tr><th scope")[1:]
    for row, words in zip(
        rows, [("SOON", "planned"), ("RARE", "used up"), ("RUNS", "active"), ("LATE", "ended")],
        strict=True,
    ):  # fmt: skip
        assert [word for word in words if word not in row] == [], row
        assert ("/end" in row) is (words[1] != "ended")
    owner.submit(f"/admin/promotions/{rare.id}/end")
    assert owner.page.html.count("ended") == 2
