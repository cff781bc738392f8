"""Ways back never lead to another site."""

import pytest

from vitrina.web.links import local_path


@pytest.mark.parametrize("target", ["/", "/cart", "/ru/products?page=2", "/search?q=a//b"])
def test_a_path_of_the_shop_is_kept(target: str) -> None:
    assert local_path(target) == target


@pytest.mark.parametrize(
    "target",
    [
        None,
        "",
        "cart",
        "//evil.test",
        "/\\evil.test",
        "\\\\evil.test",
        "https://evil.test",
        "https:evil.test",
        "\thttps://evil.test",
        "/\t/evil.test",
        "javascript:alert(1)",
        "/ok\r\nSet-Cookie: a=b",
        "http:///evil.test",
    ],
)
def test_everything_else_leads_home(target: str | None) -> None:
    assert local_path(target) == "/"
