"""What is sold while the shop is tried: a few scarce things, and one that never ends."""

from dataclasses import dataclass
from decimal import Decimal

from vitrina.accounts.actions import staff
from vitrina.catalog.actions.creation import create_product
from vitrina.catalog.drafts import ProductDraft, VariantDraft
from vitrina.core import store
from vitrina.core.db import committing
from vitrina.core.money import Money
from vitrina.inventory import actions as inventory
from vitrina.payments.credit.actions import issue_gift_card
from vitrina.promotions.actions import PromotionDraft
from vitrina.promotions.actions import create as create_promotion
from vitrina.promotions.rules import PromotionKind
from vitrina.shipping.actions import MethodDraft, save_zone

BY = "system"
PRICE = 2000
SENDING = 500
CARD_VALUE = 3000
PLENTY = 1_000_000
COUPON = "PROVE-ONCE"
OWNER = ("prover", "prover@example.com", "a-password-to-prove-with-1")
ADDRESS = {
    "name": "Ana Reis",
    "line1": "Rua do Sol 12",
    "city": "Lisboa",
    "postal_code": "1100-001",
    "country": "PT",
}


@dataclass(frozen=True, slots=True)
class World:
    """Variants by id, and the codes of gift cards (each is used by two carts)."""

    scarce: int
    pieces: int
    plenty: int
    cards: tuple[str, ...]


def make(*, pieces: int, cards: int) -> World:
    """Lay it out in the connected, migrated shop."""
    with committing():
        save_zone(
            "Everywhere, to prove",
            ["*"],
            [MethodDraft(code="prove", name="Prove", settings={"price": SENDING})],
            by=BY,
        )
        scarce = _variant("The last pieces", pieces)
        plenty = _variant("As many as you like", PLENTY)
        create_promotion(
            PromotionDraft(
                name="Once",
                kind=PromotionKind.PERCENT,
                code=COUPON,
                percent=Decimal(10),
                usage_limit=1,
            ),
            by=BY,
        )
        currency = store.current().currency
        made = [issue_gift_card(Money(CARD_VALUE, currency), by=BY) for _ in range(cards)]
        staff.ensure_roles()
    with committing():
        staff.create_staff(*OWNER, role="owner")
    return World(scarce, pieces, plenty, tuple(code for _account, code in made))


def _variant(title: str, stock: int) -> int:
    draft = ProductDraft(title=title, variants=(VariantDraft(price=PRICE),))
    variant_id = create_product(draft, by=BY).variants[0].id
    inventory.set_many({variant_id: stock}, by=BY)
    return variant_id
