"""The page of a product in words: variants, stock, delivery, reviews, structured data."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import request
from flask_babel import gettext as _
from markupsafe import Markup

from vitrina.catalog import queries as catalog
from vitrina.catalog.models.products import Option, OptionValue, Product, Variant
from vitrina.catalog.rich_text import plain
from vitrina.catalog.rules.prices import Listed, Rates
from vitrina.core import clock, store
from vitrina.core.countries import country_name
from vitrina.core.money import Money
from vitrina.core.places import Destination
from vitrina.inventory import queries as inventory
from vitrina.inventory.rules import Availability
from vitrina.search import queries as search
from vitrina.shipping import queries as shipping
from vitrina.shipping.carrier import ParcelItem, RateRequest
from vitrina.storefront.catalog_parts import are_photos, cards, media_url, picture
from vitrina.storefront.review_parts import reviews
from vitrina.web.formats import days, money
from vitrina.web.links import absolute, url_for
from vitrina.web.visitor import visitor

HIDDEN_ROLES = frozenset({"og", "preview", "mail"})


@dataclass(frozen=True, slots=True)
class Offer:
    """A variant with its price and stock as they are now."""

    variant: Variant
    listed: Listed
    stock: Availability

    @property
    def available(self) -> bool:
        return self.stock.covers(1)


def show(product: Product) -> dict[str, Any]:
    """Everything that the template of the page says."""
    code = visitor().locale.code
    rates = catalog.rates()
    offers = _offers(product, rates)
    chosen = _chosen(offers)
    pictures = [
        picture(media, code=code, number=number)
        for number, media in enumerate(
            [one for one in product.media if one.key and one.role not in HIDDEN_ROLES], 1
        )
    ]
    return {
        "product": product,
        "title": product.text("title", code),
        "page_title": product.text("seo_title", code) or product.text("title", code),
        "text": Markup(product.text("description", code)),
        "description": product.text("seo_description", code)
        or plain(product.text("description", code), 160),
        "pictures": pictures,
        "photo": bool(pictures) and all(media.mime != "image/svg+xml" for media in product.media),
        "og_image": _preview(product),
        "options": [
            _option(number, option, chosen, offers, code)
            for number, option in enumerate(product.options, 1)
        ],
        "variants": [_variant(one, product, code) for one in offers],
        "chosen": _variant(chosen, product, code),
        "some_sold_out": any(not one.available for one in offers),
        "most": max(1, min(chosen.stock.most, 99)),
        "price": {**_price(chosen), **_lowest(chosen, rates)},
        "note": _note(),
        "stock": _stock(chosen.stock),
        "facts": _facts(product, chosen, rates, code),
        **reviews(product),
        **_related(product),
        "offers": offers,
    }


# Variants ----------------------------------------------------------------------------------------


def _offers(product: Product, rates: Rates) -> list[Offer]:
    active = [one for one in product.variants if one.is_active]
    stock = inventory.availability(one.id for one in active)
    currency = visitor().currency
    return [Offer(one, catalog.listed_price(one, currency, rates), stock[one.id]) for one in active]


def _chosen(offers: Sequence[Offer]) -> Offer:
    """The variant that the address names, else the cheapest that can be bought."""
    named = request.args.get("variant", "")
    for offer in offers:
        if str(offer.variant.id) == named:
            return offer
    buyable = [offer for offer in offers if offer.available] or offers
    return min(buyable, key=lambda offer: offer.listed.price.minor)


def _variant(offer: Offer, product: Product, code: str) -> dict[str, Any]:
    """A variant as the script of the page takes it; without script it is only the chosen one."""
    values = offer.variant.values
    label = _("Add to cart, %(price)s", price=money(offer.listed.price))
    tell = url_for("notices.new", slug=product.slug, variant=offer.variant.id)
    return {
        "id": offer.variant.id,
        "tell": None if offer.available else tell,
        "options": {f"option{n}": value.value for n, value in enumerate(values, 1)},
        "available": offer.available,
        "sku": offer.variant.sku or "",
        "price": _price(offer),
        "stock": _stock(offer.stock),
        "picture": offer.variant.media_id,
        "button": label if offer.available else _("Sold out"),
        "title": offer.variant.label(code),
    }


def _price(offer: Offer) -> dict[str, Any]:
    old = offer.listed.compare_at
    return {"current": money(offer.listed.price), "old": money(old) if old else None}


def _lowest(offer: Offer, rates: Rates) -> dict[str, Any]:
    """The lowest price of the 30 days before a reduction, which the law wants said."""
    if offer.listed.compare_at is None:
        return {}
    lowest = catalog.lowest_price_30_days(offer.variant.id)
    if lowest is None:
        return {}
    currency = visitor().currency
    return {"lowest": money(Money(rates.convert(lowest, currency), currency))}


def _stock(stock: Availability) -> dict[str, str]:
    """Stock in words: how many only when they are few."""
    if not stock.covers(1):
        return {"kind": "out", "words": _("Sold out")}
    if stock.tracked and stock.available <= 0:
        return {"kind": "later", "words": _("Made to order, a little later")}
    if stock.tracked and stock.available <= store.current().low_stock:
        return {"kind": "low", "words": _("Only %(count)s left", count=stock.available)}
    return {"kind": "in", "words": _("In stock")}


def _option(
    number: int, option: Option, chosen: Offer, offers: Sequence[Offer], code: str
) -> dict[str, Any]:
    """An option as ``option_group()`` takes it."""
    place = number - 1
    wanted = [value.id for value in chosen.variant.values]

    def leads_to(value: OptionValue) -> bool:
        mine = [*wanted[:place], value.id, *wanted[place + 1 :]]
        return any(
            offer.available and [one.id for one in offer.variant.values] == mine for offer in offers
        )

    used = {one.id for offer in offers for one in offer.variant.values}
    return {
        "name": f"option{number}",
        "title": option.text(code),
        "kind": {"colour": "ink"}.get(str(option.kind), str(option.kind)),
        "values": [
            {
                "value": value.value,
                "label": value.text(code),
                "selected": value.id in wanted,
                "available": leads_to(value),
                "note": None,
                "width_cm": value.data.get("width_cm"),
                "height_cm": value.data.get("height_cm"),
                "colour": value.data.get("colour"),
            }
            for value in option.values
            if value.id in used
        ],
    }


# Facts -------------------------------------------------------------------------------------------


def _note() -> str:
    return _("tax included") if store.current().prices_include_tax else _("without tax")


def _facts(product: Product, chosen: Offer, rates: Rates, code: str) -> list[tuple[str, Any]]:
    rows: list[tuple[str, Any]] = []
    if chosen.variant.requires_shipping:
        rows += _delivery(chosen, rates) if chosen.available else []
        days_ = store.current().return_days
        rows.append((_("Returns"), _("Free for %(days)s days", days=days_)))
    else:
        rows.append((_("Delivery"), _("As a file, at once after payment")))
    rows += [(str(f.get("name", "")), str(f.get("value", ""))) for f in product.facts(code)]
    if product.vendor:
        rows.append((_("Made by"), product.vendor))
    return rows


def _delivery(chosen: Offer, rates: Rates) -> list[tuple[str, Any]]:
    """When and for how much one piece arrives in the country of the page's language."""
    here = visitor()
    country = here.locale.country
    goods = chosen.listed.price
    base = Money(chosen.variant.price, rates.base)
    one = chosen.variant
    item = ParcelItem(1, one.weight_g, one.length_mm, one.width_mm, one.height_mm)
    ask = RateRequest(Destination(country), (item,), base)
    offers = shipping.offers(
        ask,
        currency=here.currency,
        rates=rates,
        locale=here.locale.code,
        today=clock.now().date(),
    )
    for offer in offers:
        if offer.deliver_from and offer.deliver_to and not offer.collected:
            amount = offer.price_for(goods)
            said = _(
                "%(days)s, to %(country)s: %(cost)s",
                days=days(offer.deliver_from, offer.deliver_to),
                country=country_name(country, here.locale.tag),
                cost=money(amount) if amount else _("free"),
            )
            return [(_("Arrives"), Markup("<span data-arrives>{}</span>").format(said))]
    return []


# Neighbours ---------------------------------------------------------------------------------------


def _related(product: Product) -> dict[str, Any]:
    here = visitor()
    near = search.related(product.id, here.locale.code, here.currency)
    return {"related": cards(near), "related_photos": are_photos(near)}


# For machines ------------------------------------------------------------------------------------


def _preview(product: Product) -> str | None:
    """The picture for links elsewhere: the one made for it, else a raster one."""
    found = None
    for media in product.media:
        for one in media.renditions:
            if one.get("use") == "preview":
                return absolute(media_url(one["key"]))
            found = found or (one["key"] if one.get("mime") == "image/jpeg" else None)
        if media.key and media.mime in ("image/jpeg", "image/png") and found is None:
            found = media.key
    return absolute(media_url(found)) if found else None


def data(product: Product, shown: dict[str, Any]) -> dict[str, Any]:
    """The product as structured data (schema.org)."""
    locale = visitor().locale
    here = absolute(f"/products/{product.slug}", locale)
    offers: list[Offer] = shown["offers"]
    found: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": shown["title"],
        "description": shown["description"],
        "url": here,
        "image": [absolute(one["url"]) for one in shown["pictures"][:3]],
        "offers": [
            {
                "@type": "Offer",
                "url": f"{here}?variant={one.variant.id}",
                "sku": one.variant.sku or str(one.variant.id),
                "price": one.listed.price.text,
                "priceCurrency": one.listed.price.currency,
                "availability": "https://schema.org/"
                + ("InStock" if one.available else "OutOfStock"),
            }
            for one in offers
        ],
    }
    if product.vendor:
        found["brand"] = {"@type": "Brand", "name": product.vendor}
    if product.rating_count:
        found["aggregateRating"] = {
            "@type": "AggregateRating",
            "ratingValue": round(product.rating or 0, 2),
            "reviewCount": product.rating_count,
        }
    return found
