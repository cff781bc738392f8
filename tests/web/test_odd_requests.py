"""What no database keeps is refused at the door, whoever brings it."""

import re

import pytest

from tests import make
from tests.conftest import Shop
from vitrina.web.converters import RowId, row_id


def test_no_address_with_a_nul_or_an_impossible_id_leads_anywhere(shop: Shop) -> None:
    user = make.staff("owner")
    browser = shop.browser()
    browser.open("/login")
    browser.submit("/login", login=user.username, password=make.PASSWORD)
    asked = 0
    for rule in shop.app.url_map.iter_rules():
        if "<" not in rule.rule or rule.rule.startswith(("/api", "/static", "/media")):
            continue
        converters = rule._converters
        path = re.sub(
            r"<(?:[^<>:]+:)?(\w+)>",
            lambda name, known=converters: (
                str(2**63) if isinstance(known[name[1]], RowId) else "a%00"
            ),
            rule.rule,
        )
        method = "GET" if "GET" in (rule.methods or ()) else "POST"
        assert browser.client.open(path, method=method).status_code in (404, 405), path
        asked += 1
    assert asked > 50


@pytest.mark.parametrize(
    "path", ["/search?q=%00", "/products?f.Size=%00", "/account/orders?q=%00", "/support?order=%00"]
)
def test_a_query_with_a_nul_is_no_question(shop: Shop, path: str) -> None:
    assert shop.app.test_client().get(path).status_code == 400


@pytest.mark.parametrize("path", ["/login", "/track", "/cart/codes", "/checkout"])
def test_a_form_with_a_nul_is_not_read(shop: Shop, path: str) -> None:
    form = dict.fromkeys(("login", "password", "number", "email", "code", "key"), "a\x00b")
    headers = {"Sec-Fetch-Site": "same-origin"}
    assert shop.app.test_client().post(path, data=form, headers=headers).status_code == 400


def test_a_page_before_an_impossible_order_is_the_first_page(shop: Shop) -> None:
    user = make.user()
    browser = shop.browser()
    browser.open("/login")
    browser.submit("/login", login=user.username, password=make.PASSWORD)
    browser.open("/account/orders?before=9999999999999999999999")
    browser.open(f"/account/orders?before={2**63 - 1}")


@pytest.mark.parametrize("text", ["-1", "1.0", "٣", str(2**63), "x"])
def test_an_id_is_a_whole_number_that_a_row_can_have(text: str) -> None:
    with pytest.raises(ValueError, match=re.escape(text)):
        row_id(text)
