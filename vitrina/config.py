"""Settings: read once from the environment (and ``.env``), checked at start, never changed."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from dotenv import dotenv_values
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from vitrina.core.emails import is_email

ENVIRONMENTS = ("development", "production", "testing")
STRIPE = ("SECRET_KEY", "PUBLISHABLE_KEY", "WEBHOOK_SECRET", "API_BASE")
WITHOUT_HOST = ("file", "unix")
TLS = ("none", "starttls", "tls")
PAYPAL = ("CLIENT_ID", "CLIENT_SECRET", "WEBHOOK_ID", "API_BASE")


class WrongSetting(Exception):
    """A setting is missing or wrong. The text is one line for the operator."""


@dataclass(frozen=True, slots=True)
class Settings:
    """All that a process is told from outside. Secrets do not show in its repr."""

    env: str
    data_dir: Path
    secret_key: str = field(repr=False)
    old_secret_keys: tuple[str, ...] = field(repr=False)
    database_url: str = field(repr=False)
    base_url: str
    redis_url: str = field(repr=False)
    mail_url: str = field(repr=False)
    storage_url: str
    theme_dir: Path | None
    sandbox: bool
    stripe: Mapping[str, str] = field(repr=False)
    paypal: Mapping[str, str] = field(repr=False)
    owner_email: str
    owner_password: str = field(repr=False)
    workers: int
    trusted_proxies: int
    rate_limits: bool
    host: str
    port: int

    @property
    def is_production(self) -> bool:
        return self.env == "production"

    @property
    def is_secure(self) -> bool:
        """Whether shoppers come over TLS, so that cookies may only travel there."""
        return self.base_url.startswith("https://")

    @property
    def hostname(self) -> str:
        return urlsplit(self.base_url).hostname or "localhost"


def load(environ: Mapping[str, str] | None = None, *, dotenv: Path | None = None) -> Settings:
    """The settings of this process; ``.env`` in the working folder fills in what is not set.

    Raises WrongSetting with one clear line for the first thing that is wrong.
    """
    if environ is None:
        found = {k: v for k, v in dotenv_values(dotenv or Path(".env")).items() if v is not None}
        environ = {**found, **os.environ}
    read = _Reader(environ)
    env = read.one_of("VITRINA_ENV", ENVIRONMENTS, "development")
    port = read.number("PORT", 5000, 1, 65535)
    data_dir = Path(read.text("VITRINA_DATA_DIR", "instance")).resolve()
    base_url = _base_url(read, env, port)
    return Settings(
        env=env,
        data_dir=data_dir,
        secret_key=_secret(read, env, data_dir),
        old_secret_keys=_old_keys(read),
        database_url=_database(read, data_dir),
        base_url=base_url,
        redis_url=read.url("VITRINA_REDIS_URL", "", ("redis", "rediss", "unix")),
        mail_url=_mail(read),
        storage_url=read.url(
            "VITRINA_STORAGE_URL", (data_dir / "media").as_uri(), ("file", "s3", "memory")
        ),
        theme_dir=_theme(read),
        sandbox=_sandbox(read, env),
        stripe=_provider(read, "STRIPE", STRIPE, needs=("SECRET_KEY", "WEBHOOK_SECRET")),
        paypal=_provider(
            read, "PAYPAL", PAYPAL, needs=("CLIENT_ID", "CLIENT_SECRET", "WEBHOOK_ID")
        ),
        owner_email=read.email("VITRINA_OWNER_EMAIL"),
        owner_password=read.text("VITRINA_OWNER_PASSWORD", ""),
        workers=read.number("VITRINA_WORKERS", 2, 1, 64),
        trusted_proxies=read.number("VITRINA_TRUSTED_PROXIES", 0, 0, 10),
        rate_limits=read.one_of("VITRINA_RATE_LIMITS", ("on", "off"), "on") == "on",
        host=read.text("VITRINA_HOST", "127.0.0.1"),
        port=port,
    )


class _Reader:
    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ

    def text(self, name: str, default: str) -> str:
        return self.environ.get(name, "").strip() or default

    def one_of(self, name: str, allowed: tuple[str, ...], default: str) -> str:
        value = self.text(name, default)
        if value not in allowed:
            raise WrongSetting(f"{name} is {value!r}; it must be one of {', '.join(allowed)}")
        return value

    def number(self, name: str, default: int, least: int, most: int) -> int:
        value = self.text(name, str(default))
        if not value.isascii() or not value.isdigit() or not least <= int(value) <= most:
            raise WrongSetting(f"{name} is {value!r}; it must be a number from {least} to {most}")
        return int(value)

    def url(self, name: str, default: str, schemes: tuple[str, ...]) -> str:
        value = self.text(name, default)
        if not value:
            return value
        try:
            parts = urlsplit(value)
            where = parts.path if parts.scheme in WITHOUT_HOST else parts.hostname
            is_right = parts.port != 0
        except ValueError:
            raise WrongSetting(f"{name} is no address: {_without_password(value)}") from None
        if parts.scheme not in schemes:
            raise WrongSetting(f"{name} must start with {' or '.join(s + ':' for s in schemes)}")
        if not is_right or (not where and parts.scheme != "memory"):
            raise WrongSetting(f"{name} says {parts.scheme}: and not where")
        return value

    def email(self, name: str) -> str:
        value = self.text(name, "")
        if value and not is_email(value):
            raise WrongSetting(f"{name} is {value!r}; it must be an e-mail address")
        return value


def _without_password(url: str) -> str:
    return url.rpartition("@")[2][:80]


def _base_url(read: _Reader, env: str, port: int) -> str:
    """Where shoppers find the shop, without a slash at the end; production has to say it."""
    if env == "production" and "VITRINA_BASE_URL" not in read.environ:
        raise WrongSetting("VITRINA_BASE_URL must be set in production: https://shop.example.com")
    here = f"http://127.0.0.1:{port}"
    return read.url("VITRINA_BASE_URL", here, ("http", "https")).rstrip("/")


def _sandbox(read: _Reader, env: str) -> bool:
    """Whether play money is taken; in production only when asked for."""
    usual = "off" if env == "production" else "on"
    return read.one_of("VITRINA_SANDBOX", ("on", "off"), usual) == "on"


def _mail(read: _Reader) -> str:
    """The mail server. A misspelt wish for TLS must not send passwords in the clear."""
    value = read.url("VITRINA_MAIL_URL", "", ("smtp", "smtps"))
    for name, wish in parse_qsl(urlsplit(value).query, keep_blank_values=True):
        if name != "tls" or wish not in TLS:
            raise WrongSetting(f"VITRINA_MAIL_URL takes ?tls= with one of {', '.join(TLS)}")
    return value


def _provider(
    read: _Reader, name: str, settings: tuple[str, ...], *, needs: tuple[str, ...]
) -> Mapping[str, str]:
    """The settings of a payment provider by field; none when it is not used.

    Without the secret of its webhooks anybody could say that an order is paid, so that is refused.
    """
    found = {
        key.lower(): value for key in settings if (value := read.text(f"VITRINA_{name}_{key}", ""))
    }
    missing = [key for key in needs if key.lower() not in found]
    if found and missing:
        raise WrongSetting(f"VITRINA_{name}_{missing[0]} must be set as well")
    if base := found.get("api_base"):
        read.url(f"VITRINA_{name}_API_BASE", base, ("http", "https"))
    return found


def _old_keys(read: _Reader) -> tuple[str, ...]:
    """Secret keys of before, which are still read but sign and encrypt nothing new."""
    given = read.text("VITRINA_OLD_SECRET_KEYS", "")
    keys = tuple(key.strip() for key in given.split(",") if key.strip())
    if any(len(key) < 32 for key in keys):
        raise WrongSetting("VITRINA_OLD_SECRET_KEYS: each needs at least 32 characters")
    return keys


def _theme(read: _Reader) -> Path | None:
    value = read.text("VITRINA_THEME_DIR", "")
    if value and not Path(value).is_dir():
        raise WrongSetting(f"VITRINA_THEME_DIR is no folder: {value}")
    return Path(value).resolve() if value else None


def _database(read: _Reader, data_dir: Path) -> str:
    value = read.text("VITRINA_DATABASE_URL", f"sqlite:///{data_dir / 'vitrina.db'}")
    try:
        backend = make_url(value).get_backend_name()
    except ArgumentError:
        backend = ""
    if backend not in ("sqlite", "postgresql"):
        raise WrongSetting("VITRINA_DATABASE_URL must be sqlite:///FILE or postgresql://...")
    return value


def _secret(read: _Reader, env: str, data_dir: Path) -> str:
    """The secret key; made and kept in the data folder when absent outside production."""
    value = read.text("VITRINA_SECRET_KEY", "")
    if value and len(value) < 32:
        raise WrongSetting("VITRINA_SECRET_KEY is too short; it needs at least 32 characters")
    if value:
        return value
    if env == "production":
        raise WrongSetting("VITRINA_SECRET_KEY must be set in production (32 characters or more)")
    kept = data_dir / "secret_key"
    if not kept.exists():
        try:
            _make_secret(kept)
        except OSError as error:
            raise WrongSetting(f"VITRINA_DATA_DIR cannot be written: {error.strerror}") from None
    value = kept.read_text().strip()
    if len(value) < 32:
        raise WrongSetting(f"{kept} holds no key of 32 characters; remove it to get a new one")
    return value


def _make_secret(kept: Path) -> None:
    """Write a key to the file, whole or not at all; of two processes the first one's stays."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    draft = kept.with_name(f".{kept.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(48))
    try:
        os.link(draft, kept)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
