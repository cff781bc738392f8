"""The owner at the desk."""

import pytest

from tests import make
from tests.browser import Browser
from tests.conftest import Shop


@pytest.fixture
def owner(sqlite_shop: Shop) -> Browser:
    """The owner's browser, signed in."""
    user = make.staff("owner")
    browser = sqlite_shop.browser()
    browser.open("/login")
    browser.submit("/login", login=user.username, password=make.PASSWORD)
    return browser
