"""Changing an order that has not left: what is typed is worked out first, then confirmed."""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from flask import Blueprint, render_template, request
from flask_babel import gettext as _

from vitrina.admin.desk import Answer, done, me, money_of
from vitrina.catalog import queries as catalog
from vitrina.checkout import editing
from vitrina.checkout.edit_rows import address_of, note_of
from vitrina.checkout.editing import EditPreview
from vitrina.core import address as addresses
from vitrina.core.address import InvalidAddress, PostalAddress
from vitrina.core.countries import countries
from vitrina.core.db import committing, session
from vitrina.core.errors import DomainError
from vitrina.core.permissions import Permission
from vitrina.orders import queries
from vitrina.orders.edits.errors import EditChanged, InvalidPieces, NotSoldAnyMore
from vitrina.orders.edits.queries import sheet_of
from vitrina.orders.edits.rules import Row, Wish
from vitrina.orders.models import Order
from vitrina.web.access import requires
from vitrina.web.address_fields import form_fields
from vitrina.web.messages.words import sentence, status_of
from vitrina.web.visitor import visitor

bp = Blueprint("admin_order_edits", __name__, url_prefix="/admin/orders")

NEW_ROWS = (1, 2, 3)
ADDRESS = tuple(field.name for field in fields(PostalAddress))


@bp.get("/<number>/edit")
@requires(Permission.ORDERS_WRITE)
def show(number: str) -> Answer:
    """The order as it is, in fields."""
    return _page(queries.by_number(number), {})


@bp.post("/<number>/edit")
@requires(Permission.ORDERS_WRITE)
def edit(number: str) -> Answer:
    """Work the changes out; once they were seen and confirmed, make them."""
    order, typed = queries.by_number(number), request.form.to_dict()
    try:
        wish = read(order, typed)
        seen = editing.preview(order, wish)
        if typed.get("step") != "confirm":
            return _page(order, typed, seen)
        with committing():
            editing.confirm(order, wish, fingerprint=typed.get("seen", ""), by=me().actor)
    except EditChanged as error:
        session.rollback()
        order = queries.by_number(number)
        return _page(order, typed, editing.preview(order, wish), error), status_of(error)
    except DomainError as error:
        session.rollback()
        return _page(queries.by_number(number), typed, None, error), status_of(error)
    return done(_("The order is changed."), "admin_orders.show", number=number)


def read(order: Order, typed: Mapping[str, str]) -> Wish:
    """What staff typed. Raises InvalidPieces, NotSoldAnyMore, InvalidAmount, InvalidAddress."""
    quantities = {
        line.id: wanted
        for line in order.lines
        if (wanted := _pieces(typed.get(f"line-{line.id}", ""), line.quantity)) != line.quantity
    }
    added: dict[int, int] = {}
    for row in NEW_ROWS:
        if sku := typed.get(f"sku-{row}", "").strip():
            variant_id = _variant(sku)
            more = _pieces(typed.get(f"new-{row}", ""), 1)
            added[variant_id] = added.get(variant_id, 0) + more
    price = money_of(typed.get("shipping"), "shipping", order.currency)
    return Wish(
        quantities=quantities,
        added=added,
        shipping=price.minor if price is not None and price.minor != order.shipping else None,
        address=_address(order, typed),
        note=typed.get("note", note_of(order)),
    )


def _pieces(text: str, usual: int) -> int:
    words = text.strip()
    if not words:
        return usual
    if not words.isascii() or not words.isdigit() or len(words) > 6:
        raise InvalidPieces(wanted=words[:20])
    return int(words)


def _variant(sku: str) -> int:
    """The variant that has a SKU now. Raises NotSoldAnyMore."""
    product_id = catalog.owners_of_skus([sku]).get(sku)
    product = catalog.by_id(product_id) if product_id is not None else None
    for one in product.variants if product else ():
        if one.sku == sku:
            return one.id
    raise NotSoldAnyMore(title=sku[:60])


def _address(order: Order, typed: Mapping[str, str]) -> PostalAddress | None:
    """The address that was typed; None when it is the one that the order has."""
    entered = {name: typed.get(f"address-{name}", "") for name in ADDRESS}
    if not any(entered.values()):
        return None
    before = address_of(order)
    if before is not None:  # fields that were not drawn stay as they are
        drawn = {name: value for name, value in entered.items() if f"address-{name}" in typed}
        if replace(before, **drawn) == before:
            return None
        entered = {**before.as_dict(), **drawn}
    return addresses.check(entered)


def _page(
    order: Order,
    typed: Mapping[str, str],
    seen: EditPreview | None = None,
    error: DomainError | None = None,
) -> str:
    before = address_of(order)
    values = before.as_dict() if before else {"country": order.country}
    values |= {name: typed[f"address-{name}"] for name in ADDRESS if f"address-{name}" in typed}
    errors = dict(error.facts["errors"]) if isinstance(error, InvalidAddress) else {}
    return render_template(
        "admin/orders/edit.html",
        order=order,
        rows=sheet_of(order).rows,
        new_rows=NEW_ROWS,
        typed=typed,
        note=note_of(order),
        shipping=typed.get("shipping", order.money(order.shipping).text),
        fields=form_fields(values, errors, locale=visitor().locale.code, prefix="address-"),
        country=values["country"],
        countries=countries(visitor().locale.code),
        seen=seen,
        compared=compared(seen) if seen else [],
        error=_words(error),
        may_edit=editing.may_edit(order),
    )


def _words(error: DomainError | None) -> str:
    if error is None:
        return ""
    return _("Check the address.") if isinstance(error, InvalidAddress) else sentence(error)


def compared(seen: EditPreview) -> list[dict[str, Any]]:
    """The lines of a preview, each as it was and as it is to be."""
    after = {row.line_id: row for row in seen.after.rows if row.line_id is not None}
    rows: list[tuple[Row | None, Row | None]] = [
        (row, after.get(row.line_id or 0)) for row in seen.before.rows
    ]
    rows += [(None, row) for row in seen.after.rows if row.line_id is None]
    return [_compared(before, now) for before, now in rows]


def _compared(before: Row | None, now: Row | None) -> dict[str, Any]:
    shown = now or before
    assert shown is not None  # a line is in one of the two sheets at least
    return {
        "title": f"{shown.title}, {shown.label}" if shown.label else shown.title,
        "had": before.quantity if before else 0,
        "has": now.quantity if now else 0,
        "price": shown.unit_price,
        "was": before.total if before else 0,
        "total": now.total if now else 0,
    }
