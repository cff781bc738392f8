"""Something to buy in the storefront."""

import pytest

from tests import make
from tests.conftest import Shop


@pytest.fixture
def print_id(shop: Shop) -> int:
    make.delivery()
    return make.variant(stock=5, price="148.00").id
