"""What staff read on the first page, and on the page of an order."""

import re

from tests import make
from tests.browser import Browser
from vitrina.core import clock


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


def test_the_first_page_shows_what_sold_and_the_newest_orders(owner: Browser) -> None:
    page = owner.open("/admin/")
    assert "Nothing was sold yet." in page.text
    mug = make.variant(stock=50, price="20.00")
    numbers = [make.paid_order([(mug, 1)]).number for _ in range(6)]
    page = owner.open("/admin/")
    assert [number in page.text for number in numbers] == [False, True, True, True, True, True]
    assert f'href="/admin/orders/{numbers[-1]}"' in page.html
    assert "€150.00" in page.text  # six mugs, each sent for 5.00
    with clock.later(days=31):
        page = owner.open("/login")
        owner.submit("/login", login=make.staff("owner").username, password=make.PASSWORD)
        page = owner.open("/admin/")
    months = page.html.partition("Paid orders")[2].partition("</tr>")[0]
    assert re.findall(r">(\d+)</td>", months) == ["0", "6"]
