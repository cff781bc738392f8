import pytest

from vitrina.accounts import passwords
from vitrina.accounts.errors import InvalidUsername, WeakPassword
from vitrina.accounts.rules import (
    COMMON_PASSWORDS,
    check_password,
    check_username,
    key_of,
    pause,
)
from vitrina.core.emails import InvalidEmail, check_email


@pytest.mark.parametrize("name", ["ana", "ana.reis", "Ана-2", "a_1", "x" * 64])
def test_sensible_names_are_taken(name: str) -> None:
    assert check_username(f" {name} ") == name


@pytest.mark.parametrize(
    "name", ["", "ab", "a b c", "ana@example.com", ".ana", "<b>", "a\r\nb", "x" * 65, "ﷺ" * 60]
)
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(InvalidUsername):
        check_username(name)


def test_names_that_look_the_same_are_the_same() -> None:
    assert key_of(" ANA ") == key_of("ana") == key_of("ａｎａ")


def test_an_address_is_kept_as_written_and_unique_without_case() -> None:
    assert check_email(" Ana.Reis@Example.COM ") == "Ana.Reis@example.com"
    assert key_of(check_email("ana@BÜCHER.example")) == "ana@xn--bcher-kva.example"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ana",
        "ana@",
        "@example.com",
        "ana@localhost",
        "ana@example.com\r\nBcc: all@example.com",
        "ana@example.com,bob@example.com",
        "аna@example.com",
        f"{'x' * 250}@example.com",
    ],
)
def test_what_is_no_single_address_is_refused(address: str) -> None:
    with pytest.raises(InvalidEmail):
        check_email(address)


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("short", "too_short"),
        ("x" * 129, "too_long"),
        ("Password123", "common"),
        ("12345678", "common"),
        ("aaaaaaaaaaaa", "common"),
        ("ANA@example.com", "personal"),
        ("anamaria", "personal"),
    ],
)
def test_easy_passwords_are_refused(password: str, reason: str) -> None:
    with pytest.raises(WeakPassword) as caught:
        check_password(password, email="ana@example.com", username="AnaMaria")
    assert caught.value.facts["reason"] == reason


def test_a_passphrase_needs_no_signs_or_capitals() -> None:
    assert check_password("um dois três", email="ana@example.com") == "um dois três"


def test_a_hundred_common_passwords_are_known() -> None:
    assert len(COMMON_PASSWORDS) >= 100
    assert all(len(word) >= 8 for word in COMMON_PASSWORDS)


def test_the_pause_doubles_up_to_an_hour() -> None:
    assert [pause(n, 5) for n in (0, 4, 5, 6, 7, 16, 17, 5000)] == [0, 0, 1, 2, 4, 2048, 3600, 3600]


def test_a_password_matches_in_whatever_form_it_is_typed() -> None:
    hashed = passwords.hash_password("caf\u00e9 da manh\u00e3")
    assert passwords.is_password("cafe\u0301 da manha\u0303", hashed)
    assert not passwords.is_password("cafe da manha", hashed)
    assert "argon2id" in hashed


def test_nobody_has_a_password() -> None:
    assert not passwords.is_password("nobody has this password", None)
    assert not passwords.is_password("x", "not a hash")
