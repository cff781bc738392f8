"""What an operator tells the shop about their Stripe account."""

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from vitrina.payments.providers.stripe import asking

_KEY = re.compile(r"(?:sk|rk)_(test|live)_[A-Za-z0-9_]+")


@dataclass(frozen=True)
class StripeSettings:
    """The account's keys, and the secret of its webhook.

    ``mode``: ``hosted`` (Stripe's page) or ``element`` (a form of Stripe's on our page).
    ``authorize_only``: staff take the money later. ``api_base``: of a stand-in for Stripe;
    empty is Stripe itself. ``timeout``: seconds for an answer.
    """

    secret_key: str = field(repr=False)
    publishable_key: str = ""
    webhook_secret: str = field(default="", repr=False)
    api_base: str = ""
    mode: str = asking.HOSTED
    authorize_only: bool = False
    timeout: float = 20.0

    def __post_init__(self) -> None:
        if not _KEY.fullmatch(self.secret_key):
            raise ValueError("Stripe needs a secret key: sk_live_... or sk_test_...")
        if len(self.webhook_secret.strip()) < 16:
            raise ValueError("Stripe needs its webhook's signing secret: whsec_...")
        if self.mode not in (asking.HOSTED, asking.ELEMENT):
            raise ValueError("Stripe's mode is hosted or element")
        wanted = "pk_live_" if self.live else "pk_test_"
        needed = self.mode == asking.ELEMENT or self.publishable_key
        if needed and not self.publishable_key.startswith(wanted):
            raise ValueError(f"Stripe's publishable key must start with {wanted}")
        address = urlsplit(self.api_base)
        local = address.hostname in ("127.0.0.1", "::1", "localhost")
        if self.api_base and (self.live or not (local or address.scheme == "https")):
            raise ValueError("a stand-in for Stripe needs https:// and a test key")

    @property
    def live(self) -> bool:
        """Whether real money moves."""
        match = _KEY.fullmatch(self.secret_key)
        return match is not None and match[1] == "live"
