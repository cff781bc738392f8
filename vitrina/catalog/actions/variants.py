"""What is done with the prices of a product's variants."""

from vitrina.catalog import queries
from vitrina.catalog.actions.products import touch_product
from vitrina.catalog.models.prices import PriceChange
from vitrina.catalog.models.products import Variant, VariantPrice
from vitrina.catalog.rules.drafts import check_amount
from vitrina.core import audit
from vitrina.core.db import session


def set_price(
    variant: Variant,
    price: int,
    compare_at: int | None = None,
    *,
    by: str,
    currency: str | None = None,
) -> None:
    """Give a variant another price, in minor units of the store's currency.

    With ``currency`` it is the fixed price in that one. Raises InvalidProduct.
    """
    check_amount(price, "price")
    check_amount(compare_at, "compare_at")
    if currency is not None and currency != queries.rates().base:
        _set_fixed(variant, currency, price, compare_at, by=by)
        return
    before = {"price": variant.price, "compare_at": variant.compare_at}
    after = {"price": price, "compare_at": compare_at}
    if before == after:
        return
    if price != variant.price:
        session.add(PriceChange(variant_id=variant.id, price=price))
    variant.price, variant.compare_at = price, compare_at
    audit.note(by, "variant.price", f"variant:{variant.id}", before, after)
    touch_product(variant.product)


def _set_fixed(
    variant: Variant, currency: str, price: int, compare_at: int | None, *, by: str
) -> None:
    fixed = next((one for one in variant.prices if one.currency == currency), None)
    before = {"price": fixed.price, "compare_at": fixed.compare_at} if fixed else {}
    if fixed is None:
        fixed = VariantPrice(currency=currency)
        variant.prices.append(fixed)
    fixed.price, fixed.compare_at = price, compare_at
    after = {"price": price, "compare_at": compare_at}
    subject = f"variant:{variant.id}:{currency}"
    audit.note(by, "variant.price", subject, before, after)
    touch_product(variant.product)
