"""The rows of an edited order: what new pieces cost today, and how the order is rewritten."""

from collections.abc import Mapping, Sequence
from typing import Any

from vitrina.cart.today import picture
from vitrina.catalog import queries as catalog
from vitrina.catalog.models.products import Variant
from vitrina.catalog.rules.prices import Rates
from vitrina.core import locales, store
from vitrina.core.address import PostalAddress
from vitrina.core.db import session
from vitrina.core.places import Destination
from vitrina.orders.actions import add_note
from vitrina.orders.edits.errors import NotSoldAnyMore
from vitrina.orders.edits.rules import Row, Sheet, Today, less_off
from vitrina.orders.models import Order, OrderLine
from vitrina.orders.tables import OrderAdjustment, OrderTax
from vitrina.shipping.queries import collected_codes
from vitrina.tax import rules as tax
from vitrina.tax import vat
from vitrina.tax.rules import TaxRule, of_class


def today(order: Order, wanted: Mapping[int, int], taxes: tuple[TaxRule, ...]) -> dict[int, Today]:
    """The variants that come to an order, at today's price. Raises NotSoldAnyMore."""
    if not wanted:
        return {}
    found, current = catalog.variants(wanted), catalog.rates()
    return {one: _today(order, found.get(one), current, taxes) for one in wanted}


def _today(
    order: Order, variant: Variant | None, current: Rates, taxes: tuple[TaxRule, ...]
) -> Today:
    if variant is None or not (variant.is_active and variant.product.is_published):
        raise NotSoldAnyMore(title=variant.product.title if variant else "")
    product, image = variant.product, picture(variant)
    rules = of_class(taxes, variant.tax_class or product.tax_class)
    price = catalog.listed_price(variant, order.currency, current).price.minor
    if is_relieved(order, is_goods=variant.requires_shipping):
        price = tax.on(price, rules, included=store.current().prices_include_tax).net
        rules = ()
    return Today(
        variant_id=variant.id,
        product_id=product.id,
        title=product.text("title", order.locale),
        label=variant.label(order.locale),
        sku=variant.sku or "",
        image=image.key if image else "",
        unit_price=_as_listed(order, price, rules),
        rules=rules,
        weight_g=variant.weight_g,
        requires_shipping=variant.requires_shipping,
    )


def _as_listed(order: Order, price: int, rules: tuple[TaxRule, ...]) -> int:
    """Today's price as the order lists prices, should the store have begun to do it otherwise."""
    is_gross = store.current().prices_include_tax
    if is_gross == order.tax_included:
        return price
    on = tax.on(price, rules, included=is_gross)
    return on.net if is_gross else on.net + on.tax


def address_of(order: Order) -> PostalAddress | None:
    """Where an order is sent."""
    kept = order.shipping_address
    return PostalAddress.from_dict(kept) if kept else None


def place(address: PostalAddress) -> Destination:
    """An address as far as prices and taxes depend on it."""
    return Destination(address.country, address.region, address.postal_code)


def destination_of(order: Order) -> Destination:
    """Where an order is taxed: where it is sent, else where its buyer is."""
    kept = order.shipping_address or order.billing_address
    if not kept:
        return Destination(locales.get(order.locale).country)
    return place(PostalAddress.from_dict(kept))


def is_relieved(order: Order, *, is_goods: bool, destination: Destination | None = None) -> bool:
    """Whether the company that bought owes the tax, there or where the order goes now."""
    place = destination or destination_of(order)
    buyer = PostalAddress.from_dict(order.billing_address or order.shipping_address or {})
    if is_goods and order.shipping_code in collected_codes():
        return False
    return vat.is_owed_by_buyer(
        seller_country=store.current().country,
        destination=place.country,
        buyer_country=buyer.vat_country,
        is_goods=is_goods,
    )


def note_of(order: Order) -> str:
    """What the customer wrote with the order."""
    return next((note.text for note in order.notes if note.is_customer), "")


def as_json(order: Order, sheet: Sheet) -> dict[str, Any]:
    """An order as plain values, for its story."""
    address = order.shipping_address
    return {**sheet.as_json(), "shipping_address": address, "note": note_of(order)}


def write(
    order: Order,
    sheet: Sheet,
    new: Sequence[Today],
    *,
    address: PostalAddress | None,
    note: str | None,
    by: str,
) -> None:
    """Make the order's rows what the sheet says."""
    _write_lines(order, sheet, {one.variant_id: one for one in new})
    _write_adjustments(order, sheet)
    order.taxes = [
        OrderTax(name=one.name, rate=one.rate, base=one.base, tax=one.tax) for one in sheet.taxes
    ]
    order.subtotal, order.discount = sheet.subtotal, sheet.discount
    order.shipping, order.total = sheet.shipping, sheet.total
    order.tax, order.tax_added = sheet.tax, sheet.tax_added
    if address is not None:
        _readdress(order, address)
    if note is not None and note.strip() != note_of(order):
        order.notes = [one for one in order.notes if not one.is_customer]
        session.flush()
        if note.strip():
            order.notes.append(add_note(order, note, by=by, is_customer=True))
    session.flush()


def _readdress(order: Order, address: PostalAddress) -> None:
    """A new address; what the old one had beside it (a company's tax number) stays."""
    old = order.shipping_address or {}
    order.shipping_address = {**old, **address.as_dict()}
    order.billing_address = order.billing_address or address.as_dict()


def _write_lines(order: Order, sheet: Sheet, new: Mapping[int, Today]) -> None:
    rows = {row.line_id: row for row in sheet.rows if row.line_id is not None}
    order.lines = [line for line in order.lines if line.id in rows]
    for line in order.lines:
        row = rows[line.id]
        line.quantity, line.discount = row.quantity, row.discount
        line.tax, line.total = row.tax, row.total
    order.lines += [_line(row, new[row.variant_id or 0]) for row in sheet.rows if not row.line_id]


def _line(row: Row, one: Today) -> OrderLine:
    return OrderLine(
        variant_id=one.variant_id,
        product_id=one.product_id,
        title=row.title,
        variant_label=row.label,
        sku=row.sku,
        image=one.image,
        quantity=row.quantity,
        unit_price=row.unit_price,
        discount=row.discount,
        tax_rate=row.tax_rate,
        tax=row.tax,
        total=row.total,
        weight_g=one.weight_g,
        requires_shipping=one.requires_shipping,
    )


def _write_adjustments(order: Order, sheet: Sheet) -> None:
    """What each promotion took off, in the same proportions as before."""
    off: dict[int | None, int] = {row.line_id: row.discount for row in sheet.rows if row.line_id}
    off[None] = sheet.shipping_off
    kept: list[OrderAdjustment] = []
    for line_id, total in off.items():
        some = [one for one in order.adjustments if one.line_id == line_id]
        for one, amount in zip(some, less_off([x.amount for x in some], total), strict=True):
            one.amount = amount
            kept += [one] if amount else []
    order.adjustments = sorted(kept, key=lambda one: one.id)
