"""Stripe's request format: forms whose names have brackets, read strictly.

A table of parameters says what a call takes; whatever else was sent is refused, as Stripe does, so
that a misspelt parameter shows in a test and not at the till.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

from vitrina.simulator.stripe.errors import malformed

Tree = dict[str, Any]
Reader = Callable[[str, Any], Any]
"""Gives the value of what was sent under a name, or raises the 400 that it deserves."""

Table = dict[str, Reader]

PART = re.compile(r"\[([^\[\]]*)\]")
NAME = re.compile(r"^([^\[\]]+)((?:\[[^\[\]]*\])*)$")
MOST_METADATA, LONGEST_KEY, LONGEST_VALUE = 50, 40, 500


def tree(pairs: Iterable[tuple[str, str]]) -> Tree:
    """``a[b][0]=c`` as ``{"a": {"b": {"0": "c"}}}``. Raises a 400 for names that do not nest."""
    found: Tree = {}
    for name, value in pairs:
        match = NAME.match(name)
        if match is None:
            raise malformed(f"Invalid parameter name: {name}", param=name)
        parts = [match[1], *PART.findall(match[2])]
        node = found
        for part in parts[:-1]:
            node = node.setdefault(part or str(len(node)), {})
            if not isinstance(node, dict):
                raise malformed(f"Invalid hash: {name}", param=name)
        last = parts[-1] or str(len(node))
        if last in node:
            raise malformed(f"Duplicate parameter: {name}", param=name)
        node[last] = value
    return found


def read(table: Table, sent: Tree, where: str = "") -> Tree:
    """The values of ``sent`` by the table. Names that were not sent are not in the answer."""
    unknown = [_inside(where, name) for name in sent if name not in table]
    if unknown:
        words = "parameters" if len(unknown) > 1 else "parameter"
        raise malformed(
            f"Received unknown {words}: {', '.join(unknown)}",
            code="parameter_unknown",
            param=unknown[0],
        )
    return {name: table[name](_inside(where, name), value) for name, value in sent.items()}


def need(sent: Tree, *names: str, where: str = "") -> None:
    """Refuse a request without one of these."""
    for name in names:
        if sent.get(name) in (None, ""):
            param = _inside(where, name)
            raise malformed(
                f"Missing required param: {param}.", code="parameter_missing", param=param
            )


def text(name: str, value: Any) -> str | None:
    """A string; an empty one unsets what was there."""
    if not isinstance(value, str):
        raise malformed(f"Invalid string: {value}", param=name)
    return value or None


def whole(name: str, value: Any) -> int:
    """A whole number."""
    if not isinstance(value, str) or not re.fullmatch(r"-?\d{1,18}", value):
        raise malformed(f"Invalid integer: {value}", code="parameter_invalid_integer", param=name)
    return int(value)


def flag(name: str, value: Any) -> bool:
    """``true`` or ``false``."""
    if value not in ("true", "false"):
        raise malformed(f"Invalid boolean: {value}", param=name)
    return bool(value == "true")


def url(name: str, value: Any) -> str:
    """An address with its scheme."""
    if not isinstance(value, str) or not value.startswith(("http://", "https://")):
        raise malformed("Not a valid URL", code="url_invalid", param=name)
    return value


def one_of(*allowed: str) -> Reader:
    """One of these words."""

    def reader(name: str, value: Any) -> str | None:
        if value == "":
            return None
        if value not in allowed:
            words = ", ".join(allowed[:-1]) + f", or {allowed[-1]}" if allowed[1:] else allowed[0]
            raise malformed(f"Invalid {name}: must be one of {words}", param=name)
        return str(value)

    return reader


def group(table: Table) -> Reader:
    """A nested table."""

    def reader(name: str, value: Any) -> Tree | None:
        if value == "":
            return None
        if not isinstance(value, dict):
            raise malformed("Invalid object", param=name)
        return read(table, value, name)

    return reader


def list_of(inner: Reader) -> Reader:
    """A list, whose members were sent with numbers or empty brackets."""

    def reader(name: str, value: Any) -> list[Any]:
        if value == "":
            return []
        if not isinstance(value, dict) or not all(key.isdigit() for key in value):
            raise malformed("Invalid array", param=name)
        ordered = sorted(value, key=int)
        return [inner(f"{name}[{key}]", value[key]) for key in ordered]

    return reader


def metadata(name: str, value: Any) -> dict[str, str]:
    """Up to fifty short strings by name; empty ones unset."""
    if value == "":
        return {}
    if not isinstance(value, dict) or not all(isinstance(one, str) for one in value.values()):
        raise malformed("Invalid metadata: values must be strings", param=name)
    if len(value) > MOST_METADATA:
        raise malformed("You can specify up to 50 metadata keys", param=name)
    for key, said in value.items():
        if len(key) > LONGEST_KEY or len(said) > LONGEST_VALUE:
            raise malformed(f"Metadata is too long: {key}", param=f"{name}[{key}]")
    return dict(value)


def anything(name: str, value: Any) -> Any:
    """What Stripe takes and the simulator keeps or passes over unread."""
    return value


ADDRESS = group(dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"), text))
SHIPPING = group(
    {"address": ADDRESS, **dict.fromkeys(("name", "phone", "carrier", "tracking_number"), text)}
)
PAGE: Table = {"limit": whole, "starting_after": text, "ending_before": text}


def _inside(where: str, name: str) -> str:
    return f"{where}[{name}]" if where else name
