"""What really happened to the money: sums over the ledger, to compare a shop's books with."""

from vitrina.simulator.store import Json

COLUMN = {
    "authorize": "authorized",
    "charge": "charged",
    "refund": "refunded",
    "dispute": "disputed",
    "void": "voided",
}


def sums(entries: list[Json]) -> list[Json]:
    """One row a payment, in minor units, in the order of their first entry.

    ``net`` is what the shop keeps: charged, less refunded and disputed.
    """
    found: dict[tuple[str, str], Json] = {}
    for entry in entries:
        row = found.setdefault(
            (entry["provider"], entry["payment"]),
            {
                "provider": entry["provider"],
                "payment": entry["payment"],
                "reference": entry["reference"],
                "currency": entry["currency"],
                **dict.fromkeys(COLUMN.values(), 0),
            },
        )
        row[COLUMN[entry["kind"]]] += entry["amount"]
    for row in found.values():
        row["net"] = row["charged"] - row["refunded"] - row["disputed"]
    return list(found.values())
