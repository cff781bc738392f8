"""An order as the document that is issued for it: everything as it is at this moment."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from vitrina.catalog import queries as catalog
from vitrina.core import locales, store
from vitrina.core.money import Money, decimals, round_half_up
from vitrina.core.words import translator
from vitrina.orders.invoices import rules
from vitrina.orders.invoices.document import Document, Line, Party
from vitrina.orders.models import Order, OrderLine
from vitrina.tax import vat
from vitrina.tax.vat import Treatment


def of_order(order: Order, now: datetime) -> Document:
    """The invoice of an order, still without its number; two statements."""
    seller, buyer = _seller(), _buyer(order)
    untaxed = partial(
        vat.untaxed,
        seller_country=seller.country,
        destination=(order.shipping_address or order.billing_address or {}).get("country", ""),
        buyer_number=buyer.vat_number,
    )
    lines = [_line(order, one, untaxed(is_goods=one.requires_shipping)) for one in order.lines]
    if order.shipping:
        lines.append(_delivery(order, lines, untaxed(is_goods=True)))
    tax = sum(line.tax for line in lines)
    used = {line.category for line in lines}
    paid = min(order.captured.minor, order.total)
    moment = order.paid_at or now
    return Document(
        kind="invoice",
        number="",
        order=order.number,
        ordered_on=order.created_at.date().isoformat(),
        issued_on=now.date().isoformat(),
        supplied_on=moment.date().isoformat(),
        locale=order.locale,
        currency=order.currency,
        seller=seller,
        buyer=buyer,
        delivery=order.shipping_address,
        lines=tuple(lines),
        taxes=rules.by_rate(lines, _names(order)),
        net=sum(line.net for line in lines),
        tax=tax,
        total=order.total,
        paid=paid,
        payment=order.payment.provider if order.payment and paid else "",
        notes=_notes(used, order.locale),
        home_tax=home_tax(order.currency, tax),
    )


def _seller() -> Party:
    shop = store.current()
    return Party(
        name=shop.name,
        company=shop.company,
        vat_number=vat.number_of(shop.tax_number) or shop.tax_number,
        address={"country": shop.country, **_texts(shop.address)},
        email=shop.email,
        phone=shop.phone,
    )


def _buyer(order: Order) -> Party:
    address = _texts(order.billing_address or order.shipping_address or {})
    return Party(
        name=address.get("name", ""),
        company=address.get("company", ""),
        vat_number=vat.number_of(address.get("vat_number", "")),
        address=address,
    )


def _texts(address: dict[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in address.items() if value}


def _line(order: Order, line: OrderLine, untaxed: Treatment) -> Line:
    rate = Decimal(line.tax_rate)
    included = order.tax_included
    net = line.total - line.tax
    listed = rules.without_tax(line.unit_price * line.quantity, rate, included=included)
    return Line(
        kind="goods",
        title=line.title,
        label=line.variant_label,
        sku=line.sku,
        quantity=line.quantity,
        unit_net=rules.without_tax(line.unit_price, rate, included=included),
        discount=max(listed - net, 0) if line.discount else 0,
        rate=rules.rate_text(rate),
        category=_category(rate, untaxed),
        net=net,
        tax=line.tax,
        line_id=line.id,
    )


def _delivery(order: Order, lines: Sequence[Line], untaxed: Treatment) -> Line:
    """The delivery: what is left of the order's sums when the goods are taken away."""
    tax = order.tax - sum(line.tax for line in lines)
    net = order.total - order.tax - sum(line.net for line in lines)
    included = order.tax_included
    rate = rules.delivery_rate(
        net,
        tax,
        included=included,
        lines=[Decimal(line.rate) for line in lines],
        known=[Decimal(tax.rate) for tax in order.taxes],
    )
    listed = rules.without_tax(order.shipping, rate, included=included)
    words = translator(locales.get(order.locale))
    return Line(
        kind="delivery",
        title=words("Delivery"),
        label=order.shipping_name,
        sku="",
        quantity=1,
        unit_net=listed,
        discount=max(listed - net, 0),
        rate=rules.rate_text(rate),
        category=_category(rate, untaxed),
        net=net,
        tax=tax,
    )


def _category(rate: Decimal, untaxed: Treatment) -> str:
    return str(Treatment.STANDARD if rate else untaxed)


def _names(order: Order) -> dict[str, str]:
    """The names of the rates; several rates on one amount go by all their names."""
    named = {rules.rate_text(Decimal(tax.rate)): tax.name for tax in order.taxes}
    together = sum((Decimal(tax.rate) for tax in order.taxes), Decimal(0))
    both = " + ".join(tax.name for tax in order.taxes)
    return {rules.rate_text(together): both, **named}


def _notes(used: set[str], locale: str) -> tuple[str, ...]:
    """The words that the law asks for where no tax is charged, in the order's language."""
    _ = translator(locales.get(locale))
    words = {
        Treatment.REVERSE_CHARGE: _(
            "Reverse charge: VAT to be accounted for by the recipient, "
            "Article 196 of Directive 2006/112/EC."
        ),
        Treatment.INTRA_COMMUNITY: _(
            "Intra-Community supply, exempt from VAT by Article 138 of Directive 2006/112/EC. "
            "VAT to be accounted for by the recipient."
        ),
        Treatment.EXPORT: _("Export, exempt from VAT by Article 146 of Directive 2006/112/EC."),
        Treatment.OUTSIDE: _("Outside the scope of VAT, Article 59 of Directive 2006/112/EC."),
    }
    return tuple(text for treatment, text in words.items() if treatment in used)


def home_tax(currency: str, tax: int) -> dict[str, Any] | None:
    """The tax in the store's own currency, by its exchange rate; None when that is the document's.

    Article 230 of Directive 2006/112/EC asks for it.
    """
    rates = catalog.rates()
    if currency == rates.base or currency not in rates.others or not tax:
        return None
    rate = Decimal(rates.others[currency].rate)
    major = Money(tax, currency).decimal / rate
    minor = round_half_up(major.scaleb(decimals(rates.base)))
    return {"currency": rates.base, "tax": minor, "rate": rules.rate_text(rate)}
