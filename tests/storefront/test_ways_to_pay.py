"""How the ways to pay are told apart at the checkout."""

from tests.conftest import Shop
from vitrina.payments.provider import Kind, ProviderInfo
from vitrina.storefront.checkout_parts import payment_choices


def test_no_two_ways_to_pay_read_the_same(sqlite_shop: Shop) -> None:
    ways = [
        ProviderInfo("sandbox", "Card", "", Kind.CARD),
        ProviderInfo("stripe", "Card", "", Kind.HOSTED),
        ProviderInfo("paypal", "PayPal", "", Kind.HOSTED),
        ProviderInfo("other", "Other", "", Kind.HOSTED),
    ]
    with sqlite_shop.app.test_request_context("/"):
        shown = payment_choices(ways, "")
    assert len({one["title"] for one in shown if one["value"] in ("sandbox", "stripe")}) == 2
    assert len({one["note"] for one in shown}) == len(ways)
    assert "Stripe" in shown[1]["note"]
    assert "PayPal" in shown[2]["note"]
