"""Returns in words: what may still come back, what is on its way, and the forms for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from vitrina.catalog import queries as catalog
from vitrina.core import clock, store
from vitrina.core.address import PostalAddress
from vitrina.core.address import lines as address_lines
from vitrina.orders.models import Order, OrderLine
from vitrina.orders.returns import queries
from vitrina.orders.returns.models import RETURN, Reason, Return, ReturnState, ReturnVerb
from vitrina.orders.returns.opening import Piece
from vitrina.web.converters import row_id
from vitrina.web.formats import day, moment, money
from vitrina.web.messages.returns import KINDS, REASONS, STATES
from vitrina.web.visitor import visitor

MARKS = {
    ReturnState.INSPECTED: "ok",
    ReturnState.REJECTED: "error",
    ReturnState.REQUESTED: "warn",
}
Errors = dict[str, str]


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a form: what it shows, and what was typed. ``wanted``: (variant id, words)."""

    line: OrderLine
    left: int
    pieces: str
    reason: str
    wanted: str
    options: list[tuple[str, str]]
    picture: str
    error: str


def section(order: Order) -> dict[str, Any]:
    """The part of an order's page that tells of its returns."""
    ways = queries.ways(order, clock.now())
    backs = queries.of_order(order.id)
    return {
        "backs": [_back(back, order) for back in backs],
        "can_return": ways.can_return,
        "can_withdraw": ways.can_withdraw,
        "returns_until": day(ways.returns_until),
        "withdraws_until": day(ways.withdraws_until),
    }


def _back(back: Return, order: Order) -> dict[str, Any]:
    is_awaited = back.state is ReturnState.APPROVED
    reasons = [one.note for one in back.transitions if one.verb == ReturnVerb.REJECT]
    return {
        "number": back.number,
        "title": KINDS[back.kind],
        "state": STATES[back.state],
        "mark": MARKS.get(back.state, ""),
        "asked": moment(back.created_at),
        "lines": [
            f"{line.quantity} × {line.order_line.title}"
            + (f", {line.order_line.variant_label}" if line.order_line.variant_label else "")
            for line in back.lines
        ],
        "rejection": reasons[-1] if reasons else "",
        "instructions": back.instructions if is_awaited else "",
        "label_url": back.label_url if is_awaited else "",
        "address": shop_address() if is_awaited else [],
        "given": money(order.money(back.given), exact=True) if back.given else "",
        "as_credit": back.as_credit,
        "replacement": back.replacement.number if back.replacement else "",
        "can_cancel": RETURN.can(back, ReturnVerb.CANCEL),
    }


def shop_address() -> list[str]:
    """Where goods are sent back to, as far as the shop has said."""
    shop = store.current()
    if not shop.address:
        return []
    whole = PostalAddress.from_dict({"name": shop.company or shop.name, **shop.address})
    return address_lines(whole, visitor().locale.code)


def choosing(
    order: Order, values: Mapping[str, str], errors: Errors | None = None
) -> dict[str, Any]:
    """What the page needs on which pieces and reasons are chosen."""
    ways = queries.ways(order, clock.now())
    others = _others(order)
    return {
        "order": order,
        "rows": _rows(order, ways.left, values, errors or {}, others),
        "reasons": [("", _("Choose a reason")), *REASONS.items()],
        "kinds": _kinds(order, can_exchange=any(others.values())),
        "kind": values.get("kind") or "money",
        "note": values.get("note", ""),
        "until": day(ways.returns_until),
        "errors": list((errors or {}).items()),
        "token": values.get("token", ""),
    }


def is_all(order: Order) -> bool:
    """Whether a withdrawal can only be from the whole order: nothing is paid that could go back."""
    return order.paid_at is None and queries.is_unsent(order)


def withdrawing(
    order: Order, values: Mapping[str, str], errors: Errors | None = None
) -> dict[str, Any]:
    """What the pages of a withdrawal need. Without a choice it is everything."""
    ways = queries.ways(order, clock.now())
    everything = {f"pieces-{line_id}": str(left) for line_id, left in ways.withdrawable.items()}
    typed = values if any(name.startswith("pieces-") for name in values) else {**everything}
    address = order.billing_address or order.shipping_address or {}
    return {
        "order": order,
        "is_all": is_all(order),
        "rows": _rows(order, ways.withdrawable, typed, errors or {}, {}),
        "name": values.get("name", str(address.get("name", ""))),
        "until": day(ways.withdraws_until),
        "errors": list((errors or {}).items()),
        "token": values.get("token", ""),
        "can_withdraw": ways.can_withdraw,
    }


def _rows(
    order: Order,
    left: Mapping[int, int],
    values: Mapping[str, str],
    errors: Errors,
    others: Mapping[int, list[tuple[str, str]]],
) -> list[Row]:
    lines = [line for line in order.lines if line.id in left]
    usual = "1" if sum(left.values()) == 1 else "0"
    return [
        Row(
            line=line,
            left=left[line.id],
            pieces=values.get(f"pieces-{line.id}", usual),
            reason=values.get(f"reason-{line.id}", ""),
            wanted=values.get(f"wanted-{line.id}", ""),
            options=others.get(line.id, []),
            picture=f"/media/{line.image}" if line.image else "",
            error=errors.get(f"pieces-{line.id}") or errors.get(f"reason-{line.id}", ""),
        )
        for line in lines
    ]


def _others(order: Order) -> dict[int, list[tuple[str, str]]]:
    """The other variants of each line's product (by line id), for an exchange."""
    ids = {line.product_id for line in order.lines if line.product_id is not None}
    products = {product.id: product for product in catalog.by_ids(ids)}
    code = visitor().locale.code
    return {
        line.id: [
            (str(one.id), one.label(code))
            for one in products[line.product_id].variants
            if one.is_active and one.id != line.variant_id
        ]
        for line in order.lines
        if line.product_id in products
    }


def _kinds(order: Order, *, can_exchange: bool) -> list[tuple[str, str, str]]:
    """(value, words, hint) of what the buyer may want for the pieces."""
    found = [("money", _("Money back"), _("The way you paid."))]
    if order.user_id is not None:
        found.append(("credit", _("Store credit"), _("For your next order.")))
    if can_exchange:
        found.append(("exchange", _("An exchange"), _("Another size or finish of the same print.")))
    return found


def _row(text: str) -> int | None:
    try:
        return row_id(text)
    except ValueError:
        return None


def read_pieces(values: Mapping[str, str], lines: list[OrderLine]) -> tuple[list[Piece], Errors]:
    """The pieces that were typed, with their reasons; and what is wrong by field."""
    pieces, errors = [], {}
    for line in lines:
        text = values.get(f"pieces-{line.id}", "").strip()
        if text in ("", "0"):
            continue
        if not text.isascii() or not text.isdigit() or len(text) > 6:
            errors[f"pieces-{line.id}"] = _("Enter a whole number.")
            continue
        reason = values.get(f"reason-{line.id}", "")
        wanted = values.get(f"wanted-{line.id}", "")
        pieces.append(
            Piece(
                line.id,
                int(text),
                Reason(reason) if reason in REASONS else Reason.NONE,
                wanted_id=_row(wanted),
            )
        )
    if not pieces and not errors:
        errors["pieces"] = _("Choose at least one piece.")
    return pieces, errors
