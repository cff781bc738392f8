"""The storefront's blueprints, one a file. A new file is named here."""

from flask import Blueprint

from vitrina.storefront import (
    auth,
    cart,
    pages,
    preferences,
    reviews,
    styleguide,
    support,
    visit,
    wishlist,
)
from vitrina.storefront.account import addresses, details, overview, purchases

BLUEPRINTS: list[Blueprint] = [
    cart.bp,
    visit.bp,
    wishlist.bp,
    preferences.bp,
    styleguide.bp,
    auth.bp,
    overview.bp,
    details.bp,
    addresses.bp,
    purchases.bp,
    support.bp,
    reviews.bp,
    pages.bp,
]
