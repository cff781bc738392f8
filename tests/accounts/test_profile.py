import pytest

from tests.accounts.people import customer
from vitrina.accounts import queries
from vitrina.accounts.actions import profile
from vitrina.accounts.errors import AddressNotFound, TooManyAddresses
from vitrina.core.address import PostalAddress, check
from vitrina.core.db import committing

pytestmark = pytest.mark.usefixtures("database")


def address(line1: str = "Rua do Sol 12") -> PostalAddress:
    return check(
        {
            "name": "Ana Reis",
            "line1": line1,
            "city": "Lisboa",
            "postal_code": "1100-001",
            "country": "PT",
        }
    )


def test_consent_to_news_keeps_its_moment_until_it_is_taken_back() -> None:
    user = customer()
    with committing():
        profile.change_profile(user, name=" Ana  Reis ", locale="xx", wants_news=True)
    first = user.marketing_consent_at
    with committing():
        profile.change_profile(user, name="Ana Reis", locale="ru", wants_news=True)
    assert (user.name, user.locale, user.marketing_consent_at) == ("Ana Reis", "ru", first)
    with committing():
        profile.change_profile(user, name="Ana Reis", wants_news=False)
    assert user.marketing_consent_at is None


def test_the_first_address_is_the_default_until_another_is() -> None:
    user = customer()
    with committing():
        one = profile.save_address(user, address("One 1"))
        two = profile.save_address(user, address("Two 2"))
    assert (one.is_default, two.is_default) == (True, False)
    with committing():
        profile.set_default_address(user, two.id)
    assert [entry.line1 for entry in queries.addresses(user)] == ["Two 2", "One 1"]
    with committing():
        profile.remove_address(user, two.id)
    assert [entry.is_default for entry in queries.addresses(user)] == [True]
    with committing():
        profile.remove_address(user, one.id)
    assert queries.addresses(user) == []


def test_an_address_is_changed_in_its_place() -> None:
    user = customer()
    with committing():
        entry = profile.save_address(user, address("One 1"))
    with committing():
        profile.save_address(user, address("Two 2"), address_id=entry.id, is_default=True)
    assert [found.line1 for found in queries.addresses(user)] == ["Two 2"]


def test_other_peoples_addresses_do_not_exist() -> None:
    ana, bob = customer(), customer("bob", "bob@example.com")
    with committing():
        entry = profile.save_address(ana, address())
    for attempt in (
        lambda: profile.save_address(bob, address(), address_id=entry.id),
        lambda: profile.remove_address(bob, entry.id),
        lambda: profile.set_default_address(bob, entry.id),
        lambda: profile.remove_address(bob, 999),
    ):
        with pytest.raises(AddressNotFound), committing():
            attempt()


def test_an_address_book_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(profile, "MOST_ADDRESSES", 2)
    user = customer()
    with committing():
        profile.save_address(user, address())
        profile.save_address(user, address())
    with pytest.raises(TooManyAddresses), committing():
        profile.save_address(user, address())
