"""Cards that customers keep, in words; and what a form says about them."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import g
from flask_babel import gettext as _

from vitrina.checkout import saved_cards
from vitrina.checkout.saved_cards import KeptCard
from vitrina.payments.provider import Card, Kind, ProviderInfo
from vitrina.web.visitor import visitor

CHOICE, WISH = "saved_card_", "save_card_"
"""Beginnings of the names of fields; the provider's code follows."""
MOST = 255


def look_up() -> None:
    """Ask for the cards of whoever is signed in, once a request, before anything is looked up.

    It ends the transaction. A guest, and who never kept a card, is asked about at nobody.
    """
    user = visitor().user
    if "kept_cards" not in g:
        g.kept_cards = saved_cards.at_checkout(user.id) if user is not None else []


def chosen(provider: str, values: Mapping[str, str]) -> str:
    """The kept card that a form says is to pay; empty for another one."""
    return values.get(CHOICE + provider, "")[:MOST]


def is_theirs(provider: str, ref: str) -> bool:
    """Whether a card is one that the visitor keeps there, as the provider has just said."""
    kept: Sequence[KeptCard] = g.kept_cards
    return any((one.provider, one.ref) == (provider, ref) for one in kept)


def wants_to_keep(provider: str, values: Mapping[str, str]) -> bool:
    """Whether the buyer ticked that a new card is to be kept."""
    return values.get(WISH + provider) == "y" and not chosen(provider, values)


def fields(infos: Sequence[ProviderInfo], values: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """By provider what its customers are asked: which kept card, and whether to keep a new one.

    The latest card is chosen until the buyer chooses another. Guests are not asked.
    """
    if visitor().user is None:
        return {}
    return {info.code: _fields(info, values) for info in infos if info.keeps_cards}


def _fields(info: ProviderInfo, values: Mapping[str, str]) -> dict[str, Any]:
    kept: Sequence[KeptCard] = [one for one in g.kept_cards if one.provider == info.code]
    wanted = values.get(CHOICE + info.code, kept[0].ref if kept else "")
    hosted = info.kind is Kind.HOSTED
    return {
        "choice": CHOICE + info.code,
        "cards": [
            {"ref": one.ref, "name": name(one.card), "checked": one.ref == wanted} for one in kept
        ],
        "another": wanted not in {one.ref for one in kept},
        "wish": WISH + info.code,
        "wished": values.get(WISH + info.code) == "y",
        "hint": _("You will be asked once more on the page where you pay.") if hosted else "",
    }


def name(card: Card) -> str:
    """A card as its owner knows it: ``Visa ending 4242, valid until 12/2034``."""
    brand = card.brand.replace("_", " ").title() or _("Card")
    words = _("%(brand)s ending %(last4)s", brand=brand, last4=card.last4)
    if not card.exp_year:
        return words
    until = f"{card.exp_month:02}/{card.exp_year}"
    return _("%(card)s, valid until %(month)s", card=words, month=until)
