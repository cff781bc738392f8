"""The storefront's blueprints, one a file. A new file is named here."""

from flask import Blueprint

from vitrina.storefront import (
    auth,
    cart,
    cart_credits,
    catalog,
    checkout,
    home,
    invoices,
    media,
    orders,
    pages,
    preferences,
    reviews,
    sandbox,
    search,
    sitemap,
    styleguide,
    support,
    visit,
    wishlist,
)
from vitrina.storefront.account import addresses, credit, details, overview, purchases

BLUEPRINTS: list[Blueprint] = [
    sandbox.bp,
    sandbox.webhooks,
    orders.bp,
    invoices.bp,
    checkout.bp,
    home.bp,
    catalog.bp,
    search.bp,
    media.bp,
    sitemap.bp,
    cart.bp,
    cart_credits.bp,
    visit.bp,
    wishlist.bp,
    preferences.bp,
    styleguide.bp,
    auth.bp,
    overview.bp,
    details.bp,
    addresses.bp,
    purchases.bp,
    credit.bp,
    support.bp,
    reviews.bp,
    pages.bp,
]
