"""What every template may use: the store, the language, links, drawings."""

from typing import Any

from flask import Flask, request
from markupsafe import Markup

from vitrina.catalog import queries as catalog
from vitrina.core import store
from vitrina.core.locales import LOCALES
from vitrina.drawing import ornaments
from vitrina.web import links
from vitrina.web.assets import asset
from vitrina.web.visitor import offered_currencies, visitor


def _languages() -> list[dict[str, Any]]:
    """The present page in each language, for the switch."""
    here = visitor().locale
    query = f"?{request.query_string.decode()}" if request.query_string else ""
    return [
        {
            "code": locale.code,
            "name": locale.name,
            "url": f"{'/' + locale.prefix if locale.prefix else ''}{request.path}{query}",
            "current": locale is here,
        }
        for locale in LOCALES.values()
    ]


def _navigation() -> list[dict[str, str]]:
    """The categories at the top of the tree: title and url."""
    code = visitor().locale.code
    return [
        {
            "title": category.text("title", code),
            "url": links.url_for("catalog.category", path=category.path),
        }
        for category in catalog.categories()
        if category.parent_id is None
    ]


def _ornament(kind: str, seed: int = 7) -> Markup:
    return Markup(ornaments.ornament(seed, kind))


def _order_drawing(number: str) -> Markup:
    return Markup(ornaments.order_drawing(number))


def _globals() -> dict[str, Any]:
    here = visitor()
    return {
        "store": store.current(),
        "locale": here.locale,
        "locales": _languages(),
        "currency": here.currency,
        "currencies": offered_currencies(),
        "nav_categories": _navigation(),
        "canonical_url": links.absolute(request.path, here.locale),
        "alternates": links.alternates(),
    }


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(
        asset=asset, ornament=_ornament, order_drawing=_order_drawing, csp_nonce=""
    )
    app.context_processor(_globals)
