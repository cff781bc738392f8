"""The storefront's blueprints, one a file. A new file is named here."""

from flask import Blueprint

from vitrina.storefront import cart, preferences, styleguide, visit, wishlist

BLUEPRINTS: list[Blueprint] = [cart.bp, visit.bp, wishlist.bp, preferences.bp, styleguide.bp]
