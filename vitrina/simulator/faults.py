"""What goes wrong on request: switches that are kept in the file, so that every process obeys."""

import json
import random
from dataclasses import asdict, dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any

from vitrina.simulator.store import Json, Transaction


class Kind(StrEnum):
    """The faults. *Done* means that the call had its effect, whatever the caller was told."""

    UNREACHABLE = "unreachable"
    """The connection closes at once; nothing is done."""
    TIMEOUT = "timeout"
    """The call hangs, and is done afterwards, when the caller has given up."""
    SLOW = "slow"
    """The call takes its time and is answered."""
    LOST_REPLY = "lost_reply"
    """Done, and the connection closes without an answer."""
    TOO_MANY = "429"
    """Refused for its frequency; nothing is done."""
    ERROR_BEFORE = "500_before"
    """A server error; nothing is done."""
    ERROR_AFTER = "500_after"
    """Done, and answered with a server error; the same key gets the true answer."""
    ERROR_STUCK = "500_stuck"
    """Done, and answered with a server error that the same key gets for ever."""
    DECLINE = "decline"
    """The means of payment is declined, with ``code``."""


HANG = {Kind.TIMEOUT: 30.0, Kind.SLOW: 2.0}
"""Seconds a fault takes unless it says otherwise."""


class WrongFault(ValueError):
    """A fault that was asked for cannot be: the words say why."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One switch: ``fault`` happens to operations whose name matches ``match``.

    ``times``: how often; None is for ever. ``probability``: of how many calls, 0 to 1, drawn with
    ``seed`` so that a run can be repeated. ``seconds``: how long it hangs. ``code``: of a decline.
    """

    match: str
    fault: Kind
    times: int | None = None
    probability: float = 1.0
    seed: int = 0
    seconds: float = 0.0
    code: str = "card_declined"
    draws: int = 0

    @property
    def hang(self) -> float:
        """Seconds to wait before the call, or before its answer is lost."""
        return self.seconds or HANG.get(self.fault, 0.0)


def read(value: Any) -> Fault:
    """A fault from JSON. Raises WrongFault for unknown fields, faults and values."""
    if not isinstance(value, dict) or not isinstance(value.get("match"), str):
        raise WrongFault("a fault is an object with at least `match` and `fault`")
    unknown = set(value) - set(Fault.__slots__) | (set(value) & {"draws"})
    if unknown:
        raise WrongFault(f"unknown: {', '.join(sorted(unknown))}")
    try:
        fault = Fault(**{**value, "fault": Kind(str(value.get("fault")))})
    except ValueError:
        raise WrongFault(f"fault must be one of {', '.join(Kind)}") from None
    if fault.times is not None and (type(fault.times) is not int or fault.times < 1):
        raise WrongFault("times is a whole number above 0, or null")
    for name, low, high in (("probability", 0, 1), ("seconds", 0, 600)):
        number = getattr(fault, name)
        if type(number) not in (int, float) or not low <= number <= high:
            raise WrongFault(f"{name} is a number from {low} to {high}")
    return fault


def add(tx: Transaction, fault: Fault) -> Json:
    """Switch a fault on; gives it back with its id."""
    row = tx.sql.execute("INSERT INTO faults (body) VALUES (?)", (json.dumps(asdict(fault)),))
    return {"id": row.lastrowid, **asdict(fault)}


def all_of(tx: Transaction) -> list[Json]:
    """The faults that are on, oldest first."""
    rows = tx.sql.execute("SELECT id, body FROM faults ORDER BY id")
    return [{"id": row["id"], **json.loads(row["body"])} for row in rows]


def clear(tx: Transaction, fault_id: int | None = None) -> None:
    """Switch one fault off, or all."""
    tx.sql.execute("DELETE FROM faults WHERE ? IS NULL OR id = ?", (fault_id, fault_id))


def take(tx: Transaction, operation: str) -> Fault | None:
    """The fault that happens to this call, used up by one; None when all goes well."""
    for row in all_of(tx):
        number = row.pop("id")
        if not fnmatchcase(operation, row["match"]):
            continue
        draw = random.Random(f"{row['seed']}:{row['draws']}").random()
        row["draws"] += 1
        hits = draw < row["probability"]
        if hits and row["times"] is not None:
            row["times"] -= 1
        if row["times"] == 0:
            clear(tx, number)
        else:
            tx.sql.execute("UPDATE faults SET body = ? WHERE id = ?", (json.dumps(row), number))
        if hits:
            return Fault(**{**row, "fault": Kind(row["fault"])})
    return None
