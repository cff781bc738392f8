"""Who may use which route. A route that says nothing fails; staff see what their role holds."""

import re
from typing import Any

from flask import Flask

from tests import make
from tests.browser import Browser
from tests.conftest import Shop
from vitrina.core.permissions import ROLES, Permission
from vitrina.web.access import access_of

# Words for the parts of an address that no row stands behind: an allowed visitor gets 404.
VALUES = {
    "number": "VT-0000000",
    "template": "nothing",
    "locale": "en",
    "path": "nothing",
    "slug": "nothing",
    "key": "nothing",
}


def _routes(app: Flask) -> list[tuple[str, str, Any]]:
    """(method, rule, view) of every route."""
    return [
        (method, rule.rule, app.view_functions[rule.endpoint])
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]


def _path(rule: str) -> str:
    def value(match: re.Match[str]) -> str:
        kind, _, name = match.group(1).rpartition(":")
        return "987654" if kind == "int" else VALUES.get(name, "nothing")

    return re.sub(r"<([^>]+)>", value, rule)


def test_every_route_says_who_may_use_it(sqlite_shop: Shop) -> None:
    silent = [rule for _, rule, view in _routes(sqlite_shop.app) if access_of(view) is None]
    assert silent == []


def test_every_admin_route_asks_for_a_permission(sqlite_shop: Shop) -> None:
    loose = [
        rule
        for _, rule, view in _routes(sqlite_shop.app)
        if rule.startswith("/admin")
        and not isinstance(access_of(view), Permission)
        and rule not in ("/admin/",)
    ]
    assert loose == []


def _sign_in(shop: Shop, username: str) -> Browser:
    browser = shop.browser()
    browser.open("/login")
    browser.submit("/login", login=username, password=make.PASSWORD)
    return browser


def _ask(browser: Browser, method: str, rule: str) -> int:
    response = browser.client.open(
        _path(rule), method=method, headers={"Sec-Fetch-Site": "same-origin"}
    )
    return response.status_code


def test_each_role_opens_exactly_what_it_holds(sqlite_shop: Shop) -> None:
    """The matrix: every route of the staff area for every built-in role, and for others."""
    app = sqlite_shop.app
    routes = [one for one in _routes(app) if one[1].startswith("/admin")]
    assert len(routes) > 50
    csrf = app.config.get("WTF_CSRF_ENABLED", True)
    app.config["WTF_CSRF_ENABLED"] = False
    try:
        for role, held in ROLES.items():
            browser = _sign_in(sqlite_shop, make.staff(role).username)
            for method, rule, view in routes:
                access = access_of(view)
                status = _ask(browser, method, rule)
                if access == "staff" or Permission(str(access)) in held:
                    assert status != 403, (role, method, rule)
                    assert status < 500, (role, method, rule)
                else:
                    assert status == 403, (role, method, rule, status)
        customer = _sign_in(sqlite_shop, make.user().username)
        guest = sqlite_shop.browser()
        for method, rule, _view in routes:
            assert _ask(customer, method, rule) == 404, rule
            assert _ask(guest, method, rule) == (303 if method == "GET" else 401), rule
    finally:
        app.config["WTF_CSRF_ENABLED"] = csrf
