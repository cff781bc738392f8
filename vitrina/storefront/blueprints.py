"""The storefront's blueprints, one a file. A new file is named here."""

from flask import Blueprint

BLUEPRINTS: list[Blueprint] = []
