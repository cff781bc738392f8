"""A buyer who speaks to the API."""

from typing import Any

from tests.api.conftest import Program
from vitrina.catalog.models.products import Variant
from vitrina.core.db import session
from vitrina.inventory.queries import availability

HOME = {
    "name": "Ana Reis",
    "line1": "Rua do Sol 12",
    "city": "Lisboa",
    "postal_code": "1100-001",
    "country": "PT",
}


def body(token: str = "tok_success", **changes: Any) -> dict[str, Any]:
    return {
        "email": "ana@example.com",
        "shipping_address": HOME,
        "payment": {"provider": "sandbox", "token": token},
        **changes,
    }


class Buyer:
    """A guest with things in the cart, or a customer."""

    def __init__(self, api: Program, *bought: tuple[Variant, int]) -> None:
        self.api = api
        self.headers: dict[str, str] = {}
        for variant_id, quantity in [(one.id, quantity) for one, quantity in bought]:
            answer = api.post(
                "/cart",
                {"variant_id": variant_id, "quantity": quantity},
                headers=self.headers,
                status=200,
            )
            if "X-Cart-Token" in answer.headers:
                self.headers["X-Cart-Token"] = answer.headers["X-Cart-Token"]

    def orders(
        self, token: str = "tok_success", *, status: int = 201, key: str = "", **changes: Any
    ) -> dict[str, Any]:
        headers = {**self.headers, **({"Idempotency-Key": key} if key else {})}
        answer = self.api.post("/orders", body(token, **changes), headers=headers, status=status)
        found: dict[str, Any] = answer.get_json()
        return found


def left(variant_id: int) -> int:
    session.rollback()
    return availability([variant_id])[variant_id].available
