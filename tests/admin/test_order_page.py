"""What staff read on the page of an order."""

from tests import make
from tests.browser import Browser


def test_what_is_not_paid_is_not_offered_for_sending(owner: Browser) -> None:
    mug = make.variant(stock=5)
    waiting, paid = make.order([(mug, 1)], token=""), make.paid_order([(mug, 1)])
    page = owner.open(f"/admin/orders/{waiting.number}")
    assert "It is not paid yet." in page.text
    assert 'name="tracking_number"' not in page.html
    page = owner.open(f"/admin/orders/{paid.number}")
    assert "It is not paid yet." not in page.text
    assert 'name="tracking_number"' in page.html


def test_states_and_countries_are_words(owner: Browser) -> None:
    order = make.order([(make.variant(stock=5), 1)], token="")
    page = owner.open(f"/admin/orders/{order.number}")
    for words in ("Portugal", "not paid yet", "not sent yet"):
        assert words in page.text
    for code in ("PT ", "pending", "unfulfilled"):
        assert code not in page.text
    page = owner.open(f"/ru/admin/orders/{order.number}")
    assert "Португалия" in page.text


def test_a_payments_long_name_is_cut_and_can_be_read(owner: Browser) -> None:
    order = make.paid_order([(make.variant(stock=5), 1)])
    ref = order.payments[0].provider_ref or ""
    assert len(ref) > 20
    page = owner.open(f"/admin/orders/{order.number}")
    assert f'title="{ref}"' in page.html
    assert ref not in page.text
    assert ref[:19] in page.text
