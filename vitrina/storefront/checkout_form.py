"""What a buyer types at checkout: read from the request, checked, and drawn again."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from flask_babel import gettext as _

from vitrina.accounts import queries as accounts
from vitrina.cart.errors import MethodNotOffered
from vitrina.cart.models import Cart
from vitrina.cart.queries import contents
from vitrina.cart.view import CartView
from vitrina.checkout.rules import Checkout, is_email
from vitrina.core import address as addresses
from vitrina.core.address import PostalAddress
from vitrina.core.ids import new_token
from vitrina.core.places import Destination
from vitrina.payments import registry
from vitrina.payments.provider import Kind, ProviderInfo
from vitrina.payments.providers.sandbox import token_of
from vitrina.shipping.queries import countries
from vitrina.web.address_fields import FormField, form_fields, message, read
from vitrina.web.formats import days, money
from vitrina.web.visitor import visitor

FIELDS = ("name", "company", "line1", "line2", "city", "region", "postal_code", "country", "phone")
MOST = 300
BILLING = "billing_"


@dataclass
class CheckoutForm:
    """The form of one request. ``values`` are as they were typed, ``errors`` by field id."""

    cart: Cart
    values: dict[str, str]
    key: str
    view: CartView
    errors: dict[str, str] = field(default_factory=dict)
    address_errors: dict[str, str] = field(default_factory=dict)
    billing_errors: dict[str, str] = field(default_factory=dict)
    shipping_address: PostalAddress | None = None
    billing_address: PostalAddress | None = None

    @classmethod
    def of_visitor(cls, cart: Cart, chosen: Mapping[str, str]) -> "CheckoutForm":
        """The form as it opens; ``chosen`` may hold a country and a delivery (from the script)."""
        here = visitor()
        values = {"country": cart.country or here.locale.country}
        if here.user is not None:
            values |= {"email": here.user.email, "name": here.user.name}
            book = accounts.addresses(here.user)
            if book:
                values |= {k: str(getattr(book[0], k, "") or "") for k in FIELDS}
        values |= {k: chosen[k][:MOST] for k in ("country", "shipping_method") if k in chosen}
        if "country" in chosen and values["country"] not in countries():
            values["country"] = here.locale.country
        return cls._made(cart, values, new_token())

    @classmethod
    def sent(cls, cart: Cart, form: Mapping[str, str]) -> "CheckoutForm":
        """The form as it was sent."""
        values = {name: str(value)[:MOST] for name, value in form.items()}
        values["note"] = str(form.get("note", ""))[:2000]
        values["country"] = values.get("country", "").upper()
        key = values.get("key", "")
        return cls._made(cart, values, key if 16 <= len(key) <= 64 else new_token())

    @classmethod
    def _made(cls, cart: Cart, values: dict[str, str], key: str) -> "CheckoutForm":
        where = Destination(
            values.get("country") or visitor().locale.country,
            values.get("region", ""),
            values.get("postal_code", ""),
        )
        asked: dict[str, Any] = {"locale": visitor().locale.code, "destination": where}
        if is_email(values.get("email", "").strip()):
            asked["email"] = values["email"].strip()
        try:
            view = contents(cart, shipping_code=values.get("shipping_method"), **asked)
        except MethodNotOffered:  # chosen for another country: the cheapest takes its place
            view = contents(cart, **asked)
        return cls(cart, values, key, view)

    def anew(self) -> "CheckoutForm":
        """The same form for another try: today's sums, and a key of its own."""
        cart = visitor().cart() or self.cart
        return self._made(cart, self.values, new_token())

    def value(self, name: str) -> str:
        return self.values.get(name, "")

    def validate(self) -> bool:
        """Whether it can be sent; else ``errors`` say what to do, in the order of the page."""
        if not is_email(self.value("email").strip()):
            self.errors["email"] = _("Enter an e-mail address such as ana@example.com")
        if self.view.needs_shipping:
            self.shipping_address, self.address_errors = read(self._address())
            self._tell(self.address_errors, "")
        if self.has_billing:
            self.billing_address, self.billing_errors = read(self._address(BILLING))
            self._tell(self.billing_errors, BILLING)
        if self.view.needs_shipping and not self.view.shipping_options:
            self.errors.setdefault("country", _("We do not send to this country"))
        if self.provider is None:
            self.errors["payment_method"] = _("Choose how you want to pay")
        elif self.provider.kind is Kind.CARD and not self.token:
            self.errors["card_number"] = _("Enter one of the test cards: others are not taken here")
        return not self.errors

    def _address(self, prefix: str = "") -> dict[str, str]:
        return {name: self.value(prefix + name) for name in FIELDS}

    def _tell(self, problems: Mapping[str, str], prefix: str) -> None:
        for name, problem in problems.items():
            self.errors[prefix + name] = message(name, problem)

    def checkout(self) -> Checkout:
        """What the buyer confirms. Call after :meth:`validate`."""
        option = self.view.shipping
        return Checkout(
            email=self.value("email").strip(),
            provider=self.provider.code if self.provider else "",
            shipping_address=self.shipping_address,
            billing_address=self.billing_address,
            shipping_method=self.value("shipping_method") or (option.code if option else None),
            confirmed=self.value("confirmed") or None,
            note=self.value("note"),
        )

    # What the template draws

    @property
    def error_list(self) -> list[tuple[str, str]]:
        return list(self.errors.items())

    @property
    def fields(self) -> list[FormField]:
        return form_fields(
            self._address(), self.address_errors, locale=visitor().locale.code, section="shipping"
        )

    @property
    def billing_fields(self) -> list[FormField]:
        values = self._address(BILLING)
        values["country"] = values["country"] or self.value("country")
        drawn = form_fields(
            values,
            self.billing_errors,
            locale=visitor().locale.code,
            prefix=BILLING,
            leave_out=("phone",),
            section="billing",
        )
        return [replace(one, required=True) if one.name == "billing_name" else one for one in drawn]

    @property
    def has_billing(self) -> bool:
        return any(self.value(BILLING + name) for name in FIELDS if name != "country")

    @property
    def countries(self) -> list[tuple[str, str]]:
        """Where the shop sends, by name."""
        sent = set(countries())
        return [pair for pair in addresses.countries(visitor().locale.code) if pair[0] in sent]

    @property
    def providers(self) -> list[ProviderInfo]:
        return registry.offered(self.view.quote.currency, self.value("country"))

    @property
    def provider(self) -> ProviderInfo | None:
        """The chosen way to pay; the first one when nothing was chosen yet."""
        chosen = self.value("payment_method")
        if not chosen:
            return self.providers[0] if self.providers else None
        return next((info for info in self.providers if info.code == chosen), None)

    @property
    def token(self) -> str:
        """The card as a token; the number itself goes no further than this."""
        return token_of(self.value("card_number")) or ""

    @property
    def deliveries(self) -> list[dict[str, Any]]:
        chosen = self.view.shipping
        return [
            {
                "value": option.code,
                "title": option.name,
                "arrives": days(option.deliver_from, option.deliver_to),
                "note": option.description,
                "price": money(option.price) if option.price else _("Free"),
                "selected": chosen is not None and option.code == chosen.code,
            }
            for option in self.view.shipping_options
        ]

    @property
    def total(self) -> str:
        return money(self.view.quote.total)

    @property
    def seen_total(self) -> str:
        return self.value("seen_total")[:40]
