import pytest
from click.testing import CliRunner

from vitrina.accounts import queries
from vitrina.accounts.actions import links
from vitrina.accounts.rules import Purpose
from vitrina.cli import user as command
from vitrina.core.db import committing, session


@pytest.fixture(autouse=True)
def _opened(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "open_shop", lambda: None)


def run(*arguments: str, status: int = 0) -> str:
    result = CliRunner().invoke(command.user, arguments)
    assert (result.exit_code != 0) is bool(status), result.output
    return result.output


CREATE = ("create", "--username", "olga", "--email", "olga@example.com", "--password")


def test_the_first_owner_is_made_by_command() -> None:
    assert "owner" in run(*CREATE, "one ink on paper")
    found = queries.find_by_username("olga")
    assert found is not None
    assert found.role is not None
    assert found.role.name == "owner"


def test_a_weak_password_and_an_unknown_role_are_refused() -> None:
    run(*CREATE, "12345678", status=1)
    run(*CREATE, "one ink on paper", "--role", "king", status=1)
    assert queries.find_by_username("olga") is None


def test_somebody_is_invited() -> None:
    assert "nora@example.com" in run("invite", "--email", "nora@example.com", "--role", "support")
    with committing():
        token = links.issue_invitation("nora@example.com", queries.role_by_name("support").id)
    assert queries.find_link(token, Purpose.INVITATION) is not None


def test_a_forgotten_password_is_set_anew() -> None:
    run(*CREATE, "one ink on paper")
    before = queries.find_by_username("olga")
    assert before is not None
    hashed = before.password_hash
    run("reset-password", "olga@example.com", "--password", "paper takes the ink")
    session.expire_all()
    after = queries.find_by_username("olga")
    assert after is not None
    assert after.password_hash != hashed
    run("reset-password", "nobody", "--password", "paper takes the ink", status=1)
