"""The post office: where mails go out and where their links lead, as the settings say."""

from dataclasses import dataclass
from urllib.parse import unquote, urlencode, urlsplit

from vitrina.core import signing
from vitrina.core.locales import Locale


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server. ``tls`` is ``tls`` (from the first byte), ``starttls`` or ``none``."""

    host: str
    port: int
    username: str = ""
    password: str = ""
    tls: str = "none"

    @classmethod
    def from_url(cls, url: str) -> "Server":
        """``smtp://user:pass@host:587?tls=starttls``, or ``smtps://`` for TLS at once."""
        parts = urlsplit(url)
        asked = dict(pair.partition("=")[::2] for pair in parts.query.split("&"))
        tls = "tls" if parts.scheme == "smtps" else asked.get("tls", "none")
        return cls(
            host=parts.hostname or "localhost",
            port=parts.port or {"tls": 465, "starttls": 587}.get(tls, 25),
            username=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            tls=tls,
        )

    def __repr__(self) -> str:
        return f"Server({self.host}:{self.port}, {self.tls})"


@dataclass(frozen=True, slots=True)
class Office:
    """``server`` is None when mails are kept in the shop."""

    base_url: str
    server: Server | None = None


_office = Office("http://localhost")


def configure(base_url: str, mail_url: str = "") -> None:
    """Set the shop's address and the mail server; without one mails are kept in the shop."""
    global _office
    server = Server.from_url(mail_url) if mail_url else None
    _office = Office(base_url.rstrip("/"), server)


def server() -> Server | None:
    """The mail server, None when mails are kept."""
    return _office.server


def hostname() -> str:
    """The shop's host, for message ids."""
    return urlsplit(_office.base_url).hostname or "localhost"


def link(path: str, locale: Locale, **query: str) -> str:
    """``path`` as a full address in ``locale``, always from the configured base URL."""
    prefix = f"/{locale.prefix}" if locale.prefix else ""
    return f"{_office.base_url}{prefix}{path}" + (f"?{urlencode(query)}" if query else "")


def order_link(number: str, locale: Locale) -> str:
    """The page of an order, open to whoever holds this link."""
    return link(f"/orders/{number}", locale, token=signing.sign("order", number))


def invoice_link(number: str, locale: Locale) -> str:
    """The invoice of an order as PDF, open to whoever holds this link."""
    return link(f"/orders/{number}/invoice.pdf", locale, token=signing.sign("order", number))


def ticket_link(number: str, locale: Locale) -> str:
    """The page of a question to the shop, open to whoever holds this link."""
    return link(f"/support/{number}", locale, token=signing.sign("ticket", number))
