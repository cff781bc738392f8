"""The ways to be paid: which are offered, and the settings of each."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from vitrina.admin.desk import Answer, done, me
from vitrina.core.db import committing, session
from vitrina.core.locales import DEFAULT
from vitrina.core.permissions import Permission
from vitrina.notifications import office
from vitrina.payments import registry
from vitrina.payments.errors import WrongProviderSetting
from vitrina.payments.providers.manual import Manual
from vitrina.payments.settings.actions import save
from vitrina.payments.settings.models import ProviderSettings
from vitrina.payments.settings.queries import everything, find
from vitrina.payments.settings.rules import SettingField, fields_of, is_for_people
from vitrina.web.access import requires
from vitrina.web.messages.providers import HINTS, LABELS, WRONG, name_of

bp = Blueprint("admin_providers", __name__, url_prefix="/admin/settings/payments")

STATES = {
    "given": (_l("Set by the environment"), "ok"),
    "offered": (_l("Offered"), "ok"),
    "broken": (_l("Cannot be used"), "error"),
    "off": (_l("Off"), ""),
}


@dataclass(frozen=True, slots=True)
class Drawn:
    """A setting as the page draws it. ``kept``: a secret is stored, which nobody is shown."""

    name: str
    label: str
    hint: str
    kind: str
    value: Any
    choices: tuple[tuple[str, str], ...]
    is_required: bool
    kept: bool
    error: str


@bp.get("/")
@requires(Permission.SETTINGS_WRITE)
def index() -> str:
    rows = {row.code: row for row in everything()}
    known = [
        {
            "code": code,
            "name": name_of(code),
            "state": _state(code, rows.get(code)),
            "can_edit": _can_edit(code),
        }
        for code in registry.known()
    ]
    return render_template("admin/settings/payments.html", providers=known, states=STATES)


@bp.get("/<code>")
@requires(Permission.SETTINGS_WRITE)
def show(code: str) -> Answer:
    _check(code)
    return _page(code)


@bp.post("/<code>")
@requires(Permission.SETTINGS_WRITE)
def update(code: str) -> Answer:
    made = _check(code)
    if not _can_edit(code):
        abort(409)
    entered = {
        field.name: request.form.get(f"setting-{field.name}", "")
        for field in fields_of(made.Settings)
    }
    is_enabled = request.form.get("is_enabled") == "y"
    try:
        with committing():
            save(code, made.Settings, entered, is_enabled=is_enabled, by=me().actor)
    except WrongProviderSetting as error:
        session.rollback()
        return _page(code, entered, error), 422
    return done(_("%(name)s is saved.", name=name_of(code)), ".index")


def _check(code: str) -> Any:
    """The provider's class; 404 when there is none of that code."""
    made = registry.known().get(code)
    if made is None:
        abort(404)
    return made


def _can_edit(code: str) -> bool:
    return not registry.is_given(code) and is_for_people(registry.known()[code].Settings)


def _state(code: str, row: ProviderSettings | None) -> str:
    if registry.is_given(code):
        return "given"
    if registry.is_offered(code):
        return "offered"
    return "broken" if row is not None and row.is_enabled else "off"


def _page(
    code: str, entered: dict[str, str] | None = None, error: WrongProviderSetting | None = None
) -> str:
    made, row = registry.known()[code], find(code)
    wrong = str(error.facts.get("field", "")) if error else ""
    fields = [
        _drawn(field, row, entered, _words(field, error) if error and wrong == field.name else "")
        for field in fields_of(made.Settings)
    ]
    is_on = _state(code, row) in ("given", "offered", "broken")
    return render_template(
        "admin/settings/payment.html",
        code=code,
        name=name_of(code),
        fields=fields,
        state=STATES[_state(code, row)],
        can_edit=_can_edit(code),
        is_given=registry.is_given(code),
        is_enabled=is_on if entered is None else request.form.get("is_enabled") == "y",
        error=str(error.facts.get("why", "")) if error and not wrong else "",
        webhook="" if issubclass(made, Manual) else _webhook(code),
    )


def _webhook(code: str) -> str:
    return office.link(f"/webhooks/payments/{code}", DEFAULT)


def _drawn(
    field: SettingField, row: ProviderSettings | None, entered: dict[str, str] | None, error: str
) -> Drawn:
    values = (row.values if row else {}) if entered is None else entered
    value = values.get(field.name, field.default if entered is None else "")
    if field.kind == "switch" and entered is not None:
        value = value == "y"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return Drawn(
        name=field.name,
        label=str(LABELS.get(field.name, field.label)),
        hint=str(HINTS.get(field.name, "")),
        kind=field.kind,
        value="" if field.kind == "secret" or value is None else value,
        choices=tuple((one, str(LABELS.get(one, one))) for one in field.choices),
        is_required=field.is_required,
        kept=row is not None and field.name in row.secrets,
        error=error,
    )


def _words(field: SettingField, error: WrongProviderSetting) -> str:
    why, known = str(error.facts.get("why", "")), WRONG.get(str(error.facts.get("wrong", "")))
    if known is not None:
        return str(known) % error.facts
    if why == "missing":
        return _("Fill this in.")
    return _("Enter a number.") if field.kind == "number" else why
