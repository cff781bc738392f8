"""What belongs to the account as a whole: its events and its balance."""

from vitrina.simulator.calls import Context
from vitrina.simulator.store import Json
from vitrina.simulator.stripe import forms
from vitrina.simulator.stripe.wire import found, operation, page

SIGN = {"charge": 1, "refund": -1, "dispute": -1}


@operation("GET", "/events/<event>", "events.retrieve")
def retrieve_event(ctx: Context, said: forms.Tree, event: str) -> Json:
    """An event."""
    return found(ctx, "event", event)


@operation(
    "GET",
    "/events",
    "events.list",
    {
        **forms.PAGE,
        "type": forms.text,
        "types": forms.list_of(forms.text),
        "created": forms.group(dict.fromkeys(("gt", "gte", "lt", "lte"), forms.whole)),
    },
)
def list_events(ctx: Context, said: forms.Tree) -> Json:
    """The events, newest first, of some types or of some time."""
    types = [said["type"]] if said.get("type") else said.get("types")
    found_ = ctx.tx.find("stripe.event")
    when = said.get("created") or {}
    kept = [
        one
        for one in found_
        if (not types or one["type"] in types)
        and one["created"] > when.get("gt", -1)
        and one["created"] >= when.get("gte", 0)
        and one["created"] < when.get("lt", 2**60)
        and one["created"] <= when.get("lte", 2**60)
    ]
    return page(kept, said, "/v1/events")


@operation("GET", "/balance", "balance.retrieve")
def balance(ctx: Context, said: forms.Tree) -> Json:
    """What the shop has by currency; without fees, and available at once."""
    sums: dict[str, int] = {}
    for entry in ctx.tx.entries("stripe"):
        code = entry["currency"].lower()
        sums[code] = sums.get(code, 0) + SIGN.get(entry["kind"], 0) * entry["amount"]
    return {
        "object": "balance",
        "available": [
            {"amount": amount, "currency": code, "source_types": {"card": amount}}
            for code, amount in sorted(sums.items())
        ],
        "livemode": False,
        "pending": [
            {"amount": 0, "currency": code, "source_types": {"card": 0}} for code in sorted(sums)
        ],
    }
