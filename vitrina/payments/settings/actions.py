"""Entering the settings of payment providers, and encrypting their secrets anew."""

from collections.abc import Mapping
from typing import Any

from vitrina.core import audit, clock, secrets, store
from vitrina.core.db import session
from vitrina.payments.errors import WrongProviderSetting
from vitrina.payments.provider import WrongSetting
from vitrina.payments.settings.models import ProviderSettings
from vitrina.payments.settings.queries import everything, find
from vitrina.payments.settings.rules import SettingField, fields_of, typed


def save(
    code: str,
    settings: type[Any],
    entered: Mapping[str, Any],
    *,
    is_enabled: bool,
    by: str,
) -> ProviderSettings:
    """Keep what was entered for a provider; an empty secret stays the one that is kept.

    The provider itself says whether they can be right. Raises WrongProviderSetting, and keeps
    nothing. Secrets go neither into the audit log nor into an error.
    """
    row = find(code) or ProviderSettings(code=code, values={}, secrets={})
    before = {"is_enabled": row.is_enabled, **row.values}
    values, hidden = dict(row.values), dict(row.secrets)
    for field in fields_of(settings):
        _take(field, entered, values, hidden)
    if is_enabled:
        _try(settings, values, hidden)
    row.values, row.secrets, row.is_enabled = values, hidden, is_enabled
    row.updated_at = clock.now()
    session.add(row)
    changed = sorted(name for name in hidden if entered.get(name))
    after = {"is_enabled": is_enabled, **values, "secrets_changed": changed}
    audit.note(by, "payment_provider.update", f"provider:{code}", before, after)
    store.touch_providers()
    store.touch_catalogue()
    session.flush()
    return row


def _take(
    field: SettingField,
    entered: Mapping[str, Any],
    values: dict[str, Any],
    hidden: dict[str, Any],
) -> None:
    given = entered.get(field.name, "")
    if field.kind == "secret":
        if str(given).strip():
            hidden[field.name] = secrets.encrypt(_typed(field, given))
        return
    if given in ("", None) and field.kind != "switch":
        values.pop(field.name, None)
        return
    values[field.name] = _typed(field, given)


def _typed(field: SettingField, given: Any) -> Any:
    try:
        return typed(field, given)
    except (TypeError, ValueError) as error:
        raise _refused(error, field.name) from None


def _try(settings: type[Any], values: Mapping[str, Any], hidden: Mapping[str, Any]) -> None:
    missing = [
        field.name
        for field in fields_of(settings)
        if field.is_required and field.name not in values and field.name not in hidden
    ]
    if missing:
        raise WrongProviderSetting(field=missing[0], why="missing")
    try:
        settings(**values, **{name: secrets.decrypt(kept) for name, kept in hidden.items()})
    except (TypeError, ValueError) as error:
        raise _refused(error) from None


def _refused(error: Exception, field: str = "") -> WrongProviderSetting:
    """What is told of an error: its code and facts, if the provider gave any."""
    told: dict[str, Any] = {"field": field, "wrong": ""}
    if isinstance(error, WrongSetting):
        told = {**error.facts, "field": error.field, "wrong": error.code}
    return WrongProviderSetting(**told, why=str(error)[:200])


def rotate() -> int:
    """Encrypt every kept secret under the present key; returns how many were under another.

    Raises UnreadableSecret when one is under a key that is not known any more.
    """
    changed = 0
    for row in everything():
        session.refresh(row, with_for_update=True)  # somebody may be entering a new one
        old = {name: kept for name, kept in row.secrets.items() if not secrets.is_current(kept)}
        if old:
            fresh = {name: secrets.encrypt(secrets.decrypt(kept)) for name, kept in old.items()}
            row.secrets = {**row.secrets, **fresh}
            changed += len(old)
    session.flush()
    return changed
