"""What is in a cart today: prices, changes, ways to send it, and the quote."""

from collections.abc import Sequence
from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from vitrina.cart.errors import MethodNotOffered
from vitrina.cart.models import Cart, CartLine
from vitrina.cart.rules import Change, ChangeKind, changes
from vitrina.cart.stock import with_own
from vitrina.cart.view import CartItem, CartView, ShippingOption
from vitrina.catalog.models.products import Media, Product, Variant
from vitrina.catalog.queries import Groups, groups_of, listed_price, rates
from vitrina.catalog.rules.prices import Listed, Rates
from vitrina.core import clock, locales, store
from vitrina.core.db import session
from vitrina.core.money import Money
from vitrina.core.places import Destination
from vitrina.inventory.queries import Availability, availability
from vitrina.pricing import rules as pricing
from vitrina.pricing.rules import Basket, BasketLine, Quote
from vitrina.promotions.queries import candidates
from vitrina.promotions.rules import PromotionRule
from vitrina.shipping.carrier import ParcelItem, RateRequest
from vitrina.shipping.queries import offers
from vitrina.shipping.rules import Offer
from vitrina.tax import vat
from vitrina.tax.queries import rates_for

NOTHING = Availability(0, tracked=True, available=0, backorder=False)


def contents(
    cart: Cart,
    *,
    locale: str,
    destination: Destination | None = None,
    shipping_code: str | None = None,
    email: str | None = None,
) -> CartView:
    """The cart at today's prices, with its quote, and what changed since a line was put in.

    Without a ``destination`` the delivery is estimated for the country chosen in the cart, else
    for the language's market. Without a ``shipping_code`` the cheapest delivery counts, and
    collecting only where nothing is delivered. With an ``email`` the limits of promotions for
    each customer are kept. The number of statements does not depend on the number of lines.
    Raises MethodNotOffered.
    """
    target = destination or Destination(cart.country or locales.get(locale).country)
    lines = _lines(cart)
    stock = _stock(cart, lines)
    current = rates()
    items = [_item(line, stock.get(line.variant_id, NOTHING), current, locale) for line in lines]
    buying = [item for item in items if not item.line.is_saved]
    basket = _basket(cart, buying, current, target, locale, email)
    options, quotes = _options(basket, buying, target, current, locale)
    quote = _chosen(basket, options, quotes, shipping_code)
    quoted = {line.key: line for line in quote.lines}
    shown = tuple(replace(item, quoted=quoted.get(item.line.id)) for item in buying)
    problems = [change for item in shown for change in item.changes if change.is_blocking]
    if basket.needs_shipping and not options:
        problems.append(Change(ChangeKind.NO_SHIPPING, {"country": target.country}))
    return CartView(
        cart=cart,
        quote=quote,
        lines=shown,
        saved=tuple(item for item in items if item.line.is_saved),
        shipping_options=options,
        needs_shipping=any(item.variant.requires_shipping for item in buying),
        destination=target,
        problems=tuple(problems),
    )


def empty(currency: str, locale: str, country: str = "") -> CartView:
    """What a visitor without a cart sees. Nothing is stored."""
    cart = Cart(currency=currency, locale=locale, country=country, codes=[], credits=[], lines=[])
    target = Destination(country or locales.get(locale).country)
    quote = pricing.price(Basket(currency, (), clock.now()))
    return CartView(cart, quote, (), (), (), False, target, ())


def _lines(cart: Cart) -> Sequence[CartLine]:
    """The lines with variants, products, options, prices and pictures; two statements."""
    variant = joinedload(CartLine.variant, innerjoin=True)
    return (
        session.scalars(
            sa.select(CartLine)
            .where(CartLine.cart_id == cart.id)
            .order_by(CartLine.id)
            .options(
                variant.joinedload(Variant.product, innerjoin=True).selectinload(Product.media),
                variant.joinedload(Variant.option1),
                variant.joinedload(Variant.option2),
                variant.joinedload(Variant.option3),
                variant.joinedload(Variant.prices),
            )
            .execution_options(populate_existing=True)
        )
        .unique()
        .all()
    )


def _stock(cart: Cart, lines: Sequence[CartLine]) -> dict[int, Availability]:
    wanted = {line.variant_id: line.quantity for line in lines if not line.is_saved}
    return with_own(availability(line.variant_id for line in lines), cart.id, wanted)


def _item(line: CartLine, stock: Availability, current: Rates, locale: str) -> CartItem:
    variant, product = line.variant, line.variant.product
    for_sale = variant.is_active and product.is_published
    listed: Listed | None = None
    if for_sale:
        listed = listed_price(variant, line.cart.currency, current)
    return CartItem(
        line=line,
        variant=variant,
        product=product,
        title=product.text("title", locale),
        label=variant.label(locale),
        image=picture(variant),
        available=stock.most,
        price=listed.price if listed else None,
        compare_at=listed.compare_at if listed else None,
        changes=changes(
            for_sale=for_sale,
            most=stock.most,
            quantity=line.quantity,
            seen=Money(line.seen_price, line.seen_currency),
            now=listed.price if listed else None,
        ),
    )


def picture(variant: Variant) -> Media | None:
    """The variant's own picture, else the product's first that has a file."""
    pictures = [media for media in variant.product.media if media.key]
    own = next((media for media in pictures if media.id == variant.media_id), None)
    return own or next(iter(pictures), None)


def _basket(
    cart: Cart,
    items: Sequence[CartItem],
    current: Rates,
    target: Destination,
    locale: str,
    email: str | None,
) -> Basket:
    """What pricing needs to know; lines that cannot be bought at all are left out."""
    now = clock.now()
    sold = [item for item in items if item.is_sold]
    promotions: tuple[PromotionRule, ...] = ()
    groups: dict[int, Groups] = {}
    if sold:
        promotions = candidates(
            cart.codes, now, currency=cart.currency, rates=current, locale=locale, email=email
        )
        if any(rule.category_ids or rule.collection_ids for rule in promotions):
            groups = groups_of(item.product.id for item in sold)
    return Basket(
        currency=cart.currency,
        lines=tuple(_basket_line(item, groups.get(item.product.id, Groups())) for item in sold),
        now=now,
        tax_included=store.current().prices_include_tax,
        taxes=rates_for(target, now.date()) if sold else (),
        promotions=promotions,
        codes=tuple(cart.codes),
        destination=target,
        goods_relieved=_is_relieved(target, is_goods=True),
        services_relieved=_is_relieved(target, is_goods=False),
    )


def _is_relieved(target: Destination, *, is_goods: bool) -> bool:
    """Whether the company that buys owes the tax, because its VAT number is of another country."""
    return vat.is_owed_by_buyer(
        seller_country=store.current().country,
        destination=target.country.upper(),
        buyer_country=target.vat_country,
        is_goods=is_goods,
    )


def _basket_line(item: CartItem, groups: Groups) -> BasketLine:
    assert item.price is not None  # is_sold
    return BasketLine(
        key=item.line.id,
        variant_id=item.variant.id,
        product_id=item.product.id,
        quantity=item.line.quantity,
        unit_price=item.price,
        compare_at=item.compare_at,
        tax_class=item.variant.tax_class or item.product.tax_class,
        requires_shipping=item.variant.requires_shipping,
        category_ids=groups.category_ids,
        collection_ids=groups.collection_ids,
    )


def _options(
    basket: Basket,
    items: Sequence[CartItem],
    target: Destination,
    current: Rates,
    locale: str,
) -> tuple[tuple[ShippingOption, ...], dict[str, Quote]]:
    """The ways to send the basket, the cheapest first, and the quote with each.

    Where the buyer comes to fetch it, comes last: nobody is to find out later that nothing is sent.
    """
    if not basket.needs_shipping:
        return (), {}
    sent = [item for item in items if item.is_sold and item.variant.requires_shipping]
    ask = RateRequest(
        destination=target,
        items=tuple(_parcel_item(item) for item in sent),
        value=Money(sum(item.variant.price * item.line.quantity for item in sent), current.base),
    )
    found = offers(
        ask, currency=basket.currency, rates=current, locale=locale, today=basket.now.date()
    )
    quotes = {offer.code: pricing.price(replace(basket, shipping=offer)) for offer in found}
    options = [_option(offer, quotes[offer.code]) for offer in found]
    options.sort(key=lambda option: (option.collected, option.price.minor))
    return tuple(options), quotes


def _parcel_item(item: CartItem) -> ParcelItem:
    variant = item.variant
    return ParcelItem(
        quantity=item.line.quantity,
        weight_g=variant.weight_g,
        length_mm=variant.length_mm,
        width_mm=variant.width_mm,
        height_mm=variant.height_mm,
    )


def _option(offer: Offer, quote: Quote) -> ShippingOption:
    assert offer.deliver_from is not None
    assert offer.deliver_to is not None
    assert quote.shipping is not None
    return ShippingOption(
        code=offer.code,
        name=offer.name,
        price=quote.shipping - quote.shipping_discount,
        listed=quote.shipping,
        deliver_from=offer.deliver_from,
        deliver_to=offer.deliver_to,
        description=offer.description,
        collected=offer.collected,
    )


def _chosen(
    basket: Basket,
    options: Sequence[ShippingOption],
    quotes: dict[str, Quote],
    code: str | None,
) -> Quote:
    if code and basket.needs_shipping:
        if code not in quotes:
            raise MethodNotOffered(field="shipping_method", method=code[:40])
        return quotes[code]
    return quotes[options[0].code] if options else pricing.price(basket)
