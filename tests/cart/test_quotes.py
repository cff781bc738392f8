"""What a cart comes to: delivery and tax of a country, codes, currencies."""

from datetime import timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from tests import make
from tests.cart.worlds import kinds, opened, view
from vitrina.cart import actions
from vitrina.cart.errors import (
    CodeEnded,
    InvalidCountry,
    MethodNotOffered,
    TooMany,
    UnknownCode,
)
from vitrina.catalog.actions.currencies import set_currency
from vitrina.catalog.errors import UnknownCurrency
from vitrina.core import clock
from vitrina.core.db import committing, session
from vitrina.core.money import Money
from vitrina.core.places import Destination
from vitrina.promotions import actions as promotions

pytestmark = pytest.mark.usefixtures("database")
BY = "staff:1"


def test_the_quote_has_shipping_and_tax_of_the_country() -> None:
    make.tax("0.23", countries=["PT"])
    make.delivery("5.00", countries=["PT"], code="local")
    make.delivery("15.00", countries=["*"], code="world")
    mug = make.variant(price="12.30")
    cart, _ = opened([(mug, 1)])
    here = view(cart)
    assert (here.quote.shipping_method, here.quote.total.minor) == ("local", 1730)
    assert here.quote.tax.minor == 230 + 93
    with committing():
        actions.set_destination(cart, "jp")
    away = view(cart)
    assert (away.quote.shipping_method, away.quote.total.minor, away.quote.tax.minor) == (
        "world",
        2730,
        0,
    )
    with pytest.raises(MethodNotOffered):
        view(cart, shipping_code="local")
    assert view(cart, destination=Destination("PT"), shipping_code="local").quote.tax.minor == 323
    with pytest.raises(InvalidCountry), committing():
        actions.set_destination(cart, "XX")


def test_where_nothing_is_sent_the_cart_says_so() -> None:
    make.delivery(countries=["PT"])
    cart, _ = opened([(make.variant(), 1)])
    with committing():
        actions.set_destination(cart, "BR")
    seen = view(cart)
    assert [str(problem.kind) for problem in seen.problems] == ["no_shipping"]
    assert seen.problems[0].facts == {"country": "BR"}
    digital, _ = opened([(make.variant(requires_shipping=False), 1)])
    assert view(digital, destination=Destination("BR")).can_check_out


def test_the_cheapest_way_counts_until_another_is_chosen() -> None:
    make.delivery("5.00", code="slow", countries=["PT"])
    zone_method = make.delivery("3.00", code="cheap", countries=["ES"])
    assert zone_method.code == "cheap"
    cart, _ = opened([(make.variant(), 1)])
    assert view(cart, destination=Destination("ES")).quote.shipping_method == "cheap"
    option = view(cart).shipping_options[0]
    assert (option.code, option.price, option.deliver_from <= option.deliver_to) == (
        "slow",
        Money(500, "EUR"),
        True,
    )


def test_a_code_is_tried_kept_and_taken_out() -> None:
    make.promotion(code="TEN")
    make.promotion("amount", amount=500, code="BIG", minimum=10_000)
    mug = make.variant(price="20.00")
    cart, _ = opened([(mug, 1)])
    with committing():
        for text in (" ten ", "TEN", "t e n", "big"):
            actions.enter_code(cart, text)
    seen = view(cart)
    assert seen.cart.codes == ["TEN", "BIG"]
    assert seen.quote.discount == Money(200, "EUR")
    assert [(r.code, str(r.reason), r.missing) for r in seen.quote.rejected] == [
        ("BIG", "minimum", Money(8000, "EUR"))
    ]
    with committing():
        actions.remove_code(cart, "ten")
        actions.remove_code(cart, "never")
    assert not view(cart).quote.discount


def test_unknown_coming_used_up_and_rare_codes_get_the_same_answer() -> None:
    now = clock.now()
    make.promotion(code="LATE", ends_at=now - timedelta(days=1), usage_limit=1)
    make.promotion(code="SOON", starts_at=now + timedelta(days=1))
    gone = make.promotion(code="GONE", usage_limit=1)
    with committing():
        session.execute(sa.update(type(gone)).where(type(gone).id == gone.id).values(used=1))
    cart, _ = opened([(make.variant(), 1)])
    for code in ("LATE", "SOON", "GONE", "NEVER", "", " ", "x" * 1000, "'; --"):
        with pytest.raises(UnknownCode) as refused, committing():
            actions.enter_code(cart, code)
        assert refused.value.code == "unknown_coupon"
    assert view(cart).cart.codes == []


def test_a_public_code_that_has_ended_is_said_to_have_ended() -> None:
    make.promotion(code="LATE", ends_at=clock.now() - timedelta(days=1), usage_limit=150)
    stopped = make.promotion(code="STOPPED")
    with committing():
        promotions.end(stopped, by="staff:1")
    cart, _ = opened([(make.variant(), 1)])
    for code in ("LATE", "stopped"):
        with pytest.raises(CodeEnded), committing():
            actions.enter_code(cart, code)
    assert view(cart).cart.codes == []


def test_a_code_that_ends_while_it_is_in_the_cart_says_so() -> None:
    make.promotion(code="TEN", ends_at=clock.now() + timedelta(hours=1))
    cart, _ = opened([(make.variant(), 1)])
    with committing():
        actions.enter_code(cart, "TEN")
    with clock.later(hours=2):
        rejected = view(cart).quote.rejected
    assert [(one.code, str(one.reason)) for one in rejected] == [("TEN", "expired")]


def test_a_cart_takes_five_codes() -> None:
    cart, _ = opened()
    for number in range(6):
        make.promotion(code=f"CODE{number}")
    with committing():
        for number in range(5):
            actions.enter_code(cart, f"CODE{number}")
    with pytest.raises(TooMany), committing():
        actions.enter_code(cart, "CODE5")


def test_another_currency_has_its_own_prices() -> None:
    with committing():
        set_currency("BRL", Decimal("6"), step=100, ending=90, by=BY)
    mug = make.variant(price="20.00")
    cart, _ = opened([(mug, 2)])
    with committing():
        actions.change_currency(cart, "BRL")
    seen = view(cart)
    assert seen.quote.subtotal == Money(2 * 11990, "BRL")
    assert kinds(seen.lines[0]) == []
    with pytest.raises(UnknownCurrency), committing():
        actions.change_currency(cart, "XAU")
