"""What an operator tells the shop about their Stripe account."""

import re
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

from vitrina.payments.provider import PayForm, WrongSetting
from vitrina.payments.providers.stripe.asking import ELEMENT

PAGES = ("https://checkout.stripe.com", "https://hooks.stripe.com")
"""Stripe's own: the page to pay on, and the way to a buyer's bank."""
FORM_SCRIPT = "https://js.stripe.com/v3/"
"""It must come from Stripe itself, in whatever version Stripe serves: so it has no hash."""

FORM_SCRIPTS = ("https://js.stripe.com", "https://*.js.stripe.com")
FORM_FRAMES = (*FORM_SCRIPTS, "https://hooks.stripe.com")
FORM_CALLS = ("https://api.stripe.com",)
LOCAL = ("127.0.0.1", "::1", "localhost")
SHORTEST_SECRET = 16
MOST_SECONDS = 60
_KEY = re.compile(r"(?:sk|rk)_(test|live)_[A-Za-z0-9_]+")
_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")


@dataclass(frozen=True)
class StripeSettings:
    """The account's keys, and the signing secret of its webhook.

    ``mode``: ``hosted`` (Stripe's page) or ``element`` (a form of Stripe's on our page).
    ``captures_later``: a checkout only authorizes, and staff take the money. ``custom_domain``: of
    the merchant's own, where Stripe shows its page on one. ``api_base``: of a stand-in for Stripe;
    empty is Stripe itself. ``timeout``: seconds for an answer.
    """

    secret_key: str = field(repr=False)
    webhook_secret: str = field(repr=False)
    publishable_key: str = ""
    mode: Literal["hosted", "element"] = "hosted"
    captures_later: bool = False
    custom_domain: str = ""
    api_base: str = ""
    timeout: float = 20.0

    def __post_init__(self) -> None:
        if not _KEY.fullmatch(self.secret_key):
            why = "Stripe needs a secret key: sk_live_... or sk_test_..."
            raise WrongSetting(why, field="secret_key", code="stripe_key")
        if len(self.webhook_secret.strip()) < SHORTEST_SECRET:
            why = "Stripe needs its webhook's signing secret: whsec_..."
            raise WrongSetting(why, field="webhook_secret", code="stripe_webhook")
        if self.mode not in ("hosted", "element"):
            raise ValueError("Stripe's mode is hosted or element")
        wanted = "pk_live_" if self.live else "pk_test_"
        needed = self.mode == ELEMENT or self.publishable_key
        if needed and not self.publishable_key.startswith(wanted):
            why = f"Stripe's publishable key must start with {wanted}"
            raise WrongSetting(why, field="publishable_key", code="stripe_public", wanted=wanted)
        if self.custom_domain and not _HOST.fullmatch(self.custom_domain):
            why = "Stripe's custom domain is a name such as pay.example.com"
            raise WrongSetting(why, field="custom_domain", code="domain")
        if self.api_base and (self.live or not _is_address(self.api_base)):
            why = "a stand-in for Stripe needs https:// and a test key"
            raise WrongSetting(why, field="api_base", code="stripe_stand_in")
        if not 0 < self.timeout <= MOST_SECONDS:
            why = f"Stripe has up to {MOST_SECONDS} seconds to answer"
            raise WrongSetting(why, field="timeout", code="timeout", most=MOST_SECONDS)

    @property
    def live(self) -> bool:
        """Whether real money moves."""
        match = _KEY.fullmatch(self.secret_key)
        return match is not None and match[1] == "live"

    @property
    def form(self) -> PayForm | None:
        """Stripe's form on a page of the shop, where the buyer pays in it."""
        if self.mode != ELEMENT:
            return None
        return PayForm(FORM_SCRIPT, self.publishable_key, FORM_SCRIPTS, FORM_FRAMES, FORM_CALLS)

    @property
    def origins(self) -> tuple[str, ...]:
        """Where the buyer's browser is sent to pay."""
        if self.api_base:
            address = urlsplit(self.api_base)
            return (f"{address.scheme}://{address.netloc}",)
        own = f"https://{self.custom_domain}"
        return (own, *PAGES) if self.custom_domain else PAGES


def _is_address(base: str) -> bool:
    address = urlsplit(base)
    local = address.scheme == "http" and address.hostname in LOCAL
    return bool(address.hostname) and (local or address.scheme == "https")
