"""A wrong setting stops the start with one clear line."""

import os
from pathlib import Path

import pytest

from vitrina.config import Settings, WrongSetting, load


def read(folder: Path, **values: str) -> Settings:
    return load({"VITRINA_DATA_DIR": str(folder), **values})


def test_nothing_needs_to_be_set_to_begin(tmp_path: Path) -> None:
    settings = read(tmp_path)
    assert settings.database_url == f"sqlite:///{tmp_path / 'vitrina.db'}"
    assert settings.base_url == "http://127.0.0.1:5000"


def test_the_secret_is_made_once_and_kept_for_its_owner_only(tmp_path: Path) -> None:
    first = read(tmp_path).secret_key
    assert len(first) >= 32
    assert read(tmp_path).secret_key == first
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0


def test_of_two_processes_that_begin_at_once_both_have_the_first_one_s_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link, kept = os.link, tmp_path / "secret_key"

    def late(source: Path, target: Path) -> None:
        kept.write_text("f" * 40)  # the other process was quicker
        link(source, target)

    monkeypatch.setattr(os, "link", late)
    assert read(tmp_path).secret_key == "f" * 40
    assert [one.name for one in tmp_path.iterdir()] == ["secret_key"]


def test_an_empty_secret_signs_nothing(tmp_path: Path) -> None:
    (tmp_path / "secret_key").touch()
    with pytest.raises(WrongSetting, match="secret_key"):
        read(tmp_path)


@pytest.mark.parametrize(
    "url", ["smtp://u:p@mail.example.com:587?tls=starttls", "smtps://mail.example.com"]
)
def test_a_mail_server_is_taken_as_it_is_given(tmp_path: Path, url: str) -> None:
    assert read(tmp_path, VITRINA_MAIL_URL=url).mail_url == url


def test_secrets_do_not_show_when_settings_are_printed(tmp_path: Path) -> None:
    settings = read(
        tmp_path, VITRINA_SECRET_KEY="k" * 40, VITRINA_DATABASE_URL="postgresql://u:hidden@h/d"
    )
    assert "kkkk" not in repr(settings)
    assert "hidden" not in repr(settings)


@pytest.mark.parametrize(
    ("values", "names"),
    [
        ({"VITRINA_ENV": "prod"}, "VITRINA_ENV"),
        ({"PORT": "http"}, "PORT"),
        ({"PORT": "0"}, "PORT"),
        ({"VITRINA_WORKERS": "-1"}, "VITRINA_WORKERS"),
        ({"VITRINA_DATABASE_URL": "mysql://x"}, "VITRINA_DATABASE_URL"),
        ({"VITRINA_DATABASE_URL": "nonsense"}, "VITRINA_DATABASE_URL"),
        ({"VITRINA_SECRET_KEY": "short"}, "VITRINA_SECRET_KEY"),
        ({"VITRINA_MAIL_URL": "mail.example.com"}, "VITRINA_MAIL_URL"),
        ({"VITRINA_MAIL_URL": "smtp://mail.example.com:abc"}, "VITRINA_MAIL_URL"),
        ({"VITRINA_MAIL_URL": "smtp://mail.example.com:99999"}, "VITRINA_MAIL_URL"),
        ({"VITRINA_MAIL_URL": "smtp://"}, "VITRINA_MAIL_URL"),
        ({"VITRINA_MAIL_URL": "smtp://mail.example.com?tls=foo"}, "VITRINA_MAIL_URL"),
        ({"VITRINA_MAIL_URL": "smtp://mail.example.com?tsl=starttls"}, "VITRINA_MAIL_URL"),
        ({"VITRINA_BASE_URL": "http:"}, "VITRINA_BASE_URL"),
        ({"VITRINA_BASE_URL": "https://"}, "VITRINA_BASE_URL"),
        ({"VITRINA_BASE_URL": "https://[shop"}, "VITRINA_BASE_URL"),
        ({"VITRINA_REDIS_URL": "redis:"}, "VITRINA_REDIS_URL"),
        ({"VITRINA_OWNER_EMAIL": "notmail"}, "VITRINA_OWNER_EMAIL"),
        ({"VITRINA_RATE_LIMITS": "maybe"}, "VITRINA_RATE_LIMITS"),
        ({"VITRINA_ENV": "production"}, "VITRINA_BASE_URL"),
        (
            {"VITRINA_ENV": "production", "VITRINA_BASE_URL": "https://shop.example"},
            "VITRINA_SECRET_KEY",
        ),
    ],
)
def test_a_wrong_setting_is_named_in_one_line(
    tmp_path: Path, values: dict[str, str], names: str
) -> None:
    with pytest.raises(WrongSetting) as caught:
        read(tmp_path, **values)
    assert names in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_file_fills_in_what_the_environment_leaves_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / ".env"
    file.write_text(f"PORT=5055\nVITRINA_WORKERS=3\nVITRINA_DATA_DIR={tmp_path}\n")
    monkeypatch.setenv("PORT", "5066")
    settings = load(dotenv=file)
    assert (settings.port, settings.workers) == (5066, 3)
