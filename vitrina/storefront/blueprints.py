"""The storefront's blueprints, one a file. A new file is named here."""

from flask import Blueprint

from vitrina.storefront import preferences, styleguide

BLUEPRINTS: list[Blueprint] = [preferences.bp, styleguide.bp]
