"""A company of another member state owes the tax itself: it pays net prices, exactly."""

import random
from dataclasses import replace

from tests.pricing.test_carts import any_basket
from tests.pricing.worlds import amount, basket, buy_get, free_shipping, line, offer, percent
from vitrina.pricing.rules import Quote, price

DELIVERY = {"shipping": offer(615)}


def relieved(*lines: object, **fields: object) -> Quote:
    ask = basket(*lines, goods_relieved=True, services_relieved=True, **fields)  # type: ignore[arg-type]
    return price(ask)


def test_a_gross_price_is_charged_without_its_tax() -> None:
    quote = relieved(line(1, 12300, 2), line(2, 1060, tax_class="reduced"), **DELIVERY)
    assert [one.unit_price.minor for one in quote.lines] == [10000, 1000]
    assert [one.tax.minor for one in quote.lines] == [0, 0]
    assert (quote.subtotal.minor, quote.total.minor, quote.tax.minor) == (21000, 21500, 0)
    assert quote.shipping is not None
    assert quote.shipping.minor == 500
    assert quote.is_relieved
    assert quote.taxes == ()


def test_a_net_price_is_charged_as_it_stands() -> None:
    quote = relieved(line(1, 10000), tax_included=False, **DELIVERY)
    assert (quote.total.minor, quote.tax_added.minor) == (10615, 0)


def test_conditions_look_at_the_listed_prices_and_discounts_shrink_with_them() -> None:
    sent = offer(600, free_from=12300)
    assert relieved(line(1, 12300), shipping=sent).total.minor == 10000
    tenth = relieved(line(1, 12300), promotions=(percent(minimum=12300),), **DELIVERY)
    assert (tenth.discount.minor, tenth.total.minor) == (1000, 9500)
    fixed = relieved(line(1, 12300), promotions=(amount(1230),))
    assert (fixed.discount.minor, fixed.total.minor) == (1000, 9000)


def test_what_is_free_stays_free_to_the_last_unit() -> None:
    quote = relieved(
        line(1, 333, 7), promotions=(percent("100"), free_shipping(id=2, stacks=True)), **DELIVERY
    )
    assert quote.lines[0].total.minor == 0
    third = relieved(line(1, 199, 3), promotions=(buy_get(2, 1),))
    assert third.total.minor == 2 * third.lines[0].unit_price.minor


def test_only_what_is_owed_abroad_is_relieved() -> None:
    lines = (line(1, 12300), line(2, 12300, requires_shipping=False))
    services = price(basket(*lines, services_relieved=True, **DELIVERY))
    assert [one.total.minor for one in services.lines] == [12300, 10000]
    assert services.tax.minor == 2300 + 115
    goods = price(basket(*lines, goods_relieved=True, **DELIVERY))
    assert [one.tax.minor for one in goods.lines] == [0, 2300]
    assert goods.shipping_tax.minor == 0


def test_what_is_fetched_has_not_left_the_country() -> None:
    ask = basket(line(1, 12300), goods_relieved=True, shipping=offer(0, collected=True))
    quote = price(ask)
    assert (quote.total.minor, quote.tax.minor, quote.is_relieved) == (12300, 2300, False)


def test_the_confirmed_quote_is_another_one() -> None:
    for net in (True, False):
        ask = basket(line(1, 100), tax_included=net, taxes=())
        other = price(replace(ask, goods_relieved=True))
        assert other.fingerprint != price(ask).fingerprint


def test_nobody_pays_more_by_owing_the_tax() -> None:
    for number in range(1_000):
        ask = any_basket(random.Random(number))
        with_tax = price(replace(ask, goods_relieved=False, services_relieved=False))
        without = price(replace(ask, goods_relieved=True, services_relieved=True))
        assert without.tax.minor == 0
        pieces = sum(one.quantity for one in ask.lines) + 1
        assert without.total.minor <= with_tax.total.minor - with_tax.tax.minor + pieces
