"""What every template may use: the store, the language, links, drawings."""

from typing import Any

from babel.numbers import get_currency_name
from flask import Flask, request
from markupsafe import Markup

from vitrina.catalog import queries as catalog
from vitrina.core import store
from vitrina.core.ids import new_token
from vitrina.core.locales import LOCALES
from vitrina.drawing import ornaments
from vitrina.web import links
from vitrina.web.assets import Assets
from vitrina.web.visitor import offered_currencies, visitor


def _here() -> str:
    """The present path and query, without a language prefix."""
    query = request.query_string.decode("utf-8", "replace")
    return f"{request.path}?{query}" if query else request.path


def _languages() -> list[dict[str, Any]]:
    """The present page in each language, for the switch."""
    here = visitor().locale
    return [
        {
            "code": locale.code,
            "tag": locale.tag,
            "name": locale.name,
            "url": locale.path + _here(),
            "current": locale is here,
        }
        for locale in LOCALES.values()
    ]


def _currencies() -> list[dict[str, Any]]:
    """The currencies the store sells in, with the address that chooses each."""
    here = visitor()
    chosen = here.currency
    back = here.locale.path + _here()
    return [
        {
            "code": code,
            "name": get_currency_name(code, locale=here.locale.babel),
            "url": links.url_for("preferences.currency", code=code, next=back),
            "current": code == chosen,
        }
        for code in offered_currencies()
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


def _ornament(kind: str, seed: str | int = 7) -> Markup:
    """A drawing in the colour of the text: ``footer``, ``empty-cart``, ``not-found``, ``order``."""
    if kind == "order":
        return Markup(ornaments.order_drawing(str(seed)))
    return Markup(ornaments.ornament(int(seed), "wave" if kind == "footer" else kind))


def _order_drawing(number: str) -> Markup:
    return Markup(ornaments.order_drawing(number))


def _globals() -> dict[str, Any]:
    here = visitor()
    return {
        "store": store.current(),
        "locale": here.locale,
        "prefix": here.locale.path,
        "locales": _languages(),
        "currency": here.currency,
        "currencies": _currencies(),
        "nav_categories": _navigation(),
        "canonical_url": links.absolute(request.path, here.locale),
        "alternates": [{"hreflang": tag, "url": address} for tag, address in links.alternates()],
    }


def _theme_css(app: Flask) -> str | None:
    """The address of the theme's own style sheet, loaded last; None without one."""
    folder = app.config["SETTINGS"].theme_dir
    return "/theme/theme.css" if folder and (folder / "static/theme.css").is_file() else None


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(
        asset=Assets(reload=app.debug),
        ornament=_ornament,
        order_drawing=_order_drawing,
        theme_css=_theme_css(app),
        absolute=links.absolute,
        form_key=new_token,
    )
    app.context_processor(_globals)
