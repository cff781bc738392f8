"""``expand[]``: objects in the place of their ids."""

from vitrina.simulator.store import Json, Transaction
from vitrina.simulator.stripe.errors import malformed

KIND = {
    "payment_intent": "payment_intent",
    "latest_charge": "charge",
    "charge": "charge",
    "payment_method": "payment_method",
    "customer": "customer",
}
DEEPEST = 4


def expand(tx: Transaction, body: Json, paths: list[str]) -> Json:
    """The object with each path (``latest_charge.refunds``) filled in."""
    for path in paths:
        parts = path.split(".")
        if len(parts) > DEEPEST:
            raise malformed("You cannot expand more than 4 levels of a property", param="expand")
        _fill(tx, body, parts, path)
    return body


def _fill(tx: Transaction, body: Json, parts: list[str], path: str) -> None:
    name, rest = parts[0], parts[1:]
    if name == "data" and body.get("object") == "list":
        for one in body["data"]:
            _fill(tx, one, rest, path)
        return
    if name == "refunds" and body.get("object") == "charge":
        body[name] = _refunds(tx, body)
    elif name == "line_items" and body.get("object") == "checkout.session":
        body[name] = _lines(body)
    elif name in KIND and name in body:
        if isinstance(body[name], str):
            body[name] = tx.get(f"stripe.{KIND[name]}", body[name]) or body[name]
    else:
        raise malformed(f"This property cannot be expanded ({path}).", param="expand")
    if rest and isinstance(body[name], dict):
        _fill(tx, body[name], rest, path)


def _refunds(tx: Transaction, charge: Json) -> Json:
    return {
        "object": "list",
        "data": tx.find(
            "stripe.refund", payment_intent=charge["payment_intent"], charge=charge["id"]
        )[:10],
        "has_more": False,
        "url": f"/v1/charges/{charge['id']}/refunds",
    }


def _lines(session: Json) -> Json:
    return {
        "object": "list",
        "data": session["_lines"],
        "has_more": False,
        "url": f"/v1/checkout/sessions/{session['id']}/line_items",
    }
