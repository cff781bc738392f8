"""The settings of a provider as a form: what its dataclass says of each field."""

import math
import types
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from vitrina.payments.provider import WrongSetting


@dataclass(frozen=True, slots=True)
class SettingField:
    """A field to be drawn. ``kind``: ``text``, ``secret``, ``number``, ``switch`` or ``choice``."""

    name: str
    label: str
    kind: str
    default: Any
    is_required: bool
    choices: tuple[str, ...] = ()


KINDS: Mapping[Any, str] = {str: "text", int: "number", float: "number", bool: "switch"}


def fields_of(settings: type[Any]) -> list[SettingField]:
    """The fields of a settings dataclass that a person can fill in.

    Text that does not show in the repr is a secret. Fields of other types (a path, say) are for
    the operator alone, and left out.
    """
    hints = get_type_hints(settings)
    found = []
    for field in fields(settings):
        hint = _plain(hints[field.name])
        choices = tuple(str(one) for one in get_args(hint)) if _is_choice(hint) else ()
        kind = "choice" if choices else KINDS.get(hint, "")
        if kind == "text" and not field.repr:
            kind = "secret"
        if not kind:
            continue
        required = field.default is MISSING and field.default_factory is MISSING
        label = field.name.replace("_", " ").capitalize()
        default = None if required or field.default is MISSING else field.default
        found.append(SettingField(field.name, label, kind, default, required, choices))
    return found


def is_for_people(settings: type[Any]) -> bool:
    """Whether everything a provider cannot do without can be entered in a form."""
    drawn = {field.name for field in fields_of(settings)}
    return all(
        field.name in drawn or field.default is not MISSING or field.default_factory is not MISSING
        for field in fields(settings)
    )


def typed(field: SettingField, entered: Any) -> Any:
    """``entered`` (a text, or what JSON gave) as the field's type. Raises ValueError."""
    if field.kind == "switch":
        return entered in (True, "y", "on", "true", "1")
    if field.kind == "number":
        number = float(entered)
        if not math.isfinite(number):
            raise ValueError("a number")
        return int(number) if isinstance(field.default, int) or number == int(number) else number
    text = str(entered).strip()
    if field.kind == "choice" and text not in field.choices:
        raise ValueError(f"one of {', '.join(field.choices)}")
    if len(text) > 500 or not text.isprintable():
        raise WrongSetting("a line of text", field=field.name, code="line")
    return text


def _plain(hint: Any) -> Any:
    """``X`` of ``X | None``."""
    if get_origin(hint) in (Union, types.UnionType):
        rest = [one for one in get_args(hint) if one is not type(None)]
        return rest[0] if len(rest) == 1 else hint
    return hint


def _is_choice(hint: Any) -> bool:
    return get_origin(hint) is Literal
