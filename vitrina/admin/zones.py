"""Where the shop sends to and for how much, and the tax that is due there."""

from decimal import Decimal, InvalidOperation

from flask import Blueprint, render_template
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from vitrina.admin.desk import Answer, Form, Refused, done, me, minor_of, typed
from vitrina.core.db import committing
from vitrina.core.errors import Invalid
from vitrina.core.money import InvalidAmount
from vitrina.core.permissions import Permission
from vitrina.shipping import actions as shipping
from vitrina.shipping import queries as sending
from vitrina.shipping.models import ShippingMethod, ShippingZone
from vitrina.tax import actions as tax
from vitrina.tax import queries as taxes
from vitrina.tax.models import TaxZone
from vitrina.web.access import requires

shipping_bp = Blueprint("admin_shipping", __name__, url_prefix="/admin/shipping")
tax_bp = Blueprint("admin_tax", __name__, url_prefix="/admin/tax")


class InvalidLine(Invalid):
    """A line of the table is not written as it should be; ``line`` says which."""

    code = "invalid_line"


class ShippingForm(Form):
    name = StringField(_l("Name"), validators=[DataRequired(), Length(max=120)])
    countries = StringField(
        _l("Countries"),
        description=_l("Codes such as PT, ES; * for all others"),
        validators=[DataRequired(), Length(max=2000)],
    )
    methods = TextAreaField(
        _l("Methods"),
        description=_l("One a line: code | name | price | free from | days from | days to"),
        validators=[DataRequired(), Length(max=10000)],
    )


class TaxForm(Form):
    name = StringField(_l("Name"), validators=[DataRequired(), Length(max=120)])
    countries = StringField(
        _l("Countries"),
        description=_l("Codes such as PT, ES; * for all others"),
        validators=[DataRequired(), Length(max=2000)],
    )
    rates = TextAreaField(
        _l("Rates"),
        description=_l("One a line: name | percent | class"),
        validators=[DataRequired(), Length(max=10000)],
    )


def _codes(text: str) -> list[str]:
    return [code.strip().upper() for code in text.split(",") if code.strip()]


def _lines(text: str, least: int, most: int) -> list[list[str]]:
    rows = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        cells = [cell.strip() for cell in line.split("|")]
        if not least <= len(cells) <= most:
            raise InvalidLine(line=number)
        rows.append(cells + [""] * (most - len(cells)))
    return rows


def _days(text: str, fallback: int) -> int:
    if not text:
        return fallback
    if not text.isascii() or not text.isdigit() or len(text) > 3:
        raise InvalidLine(line=text)
    return int(text)


def _methods(text: str, zone: ShippingZone | None) -> list[shipping.MethodDraft]:
    """The methods as typed; what a line does not say stays as it is. Raises InvalidLine."""
    known = {method.code: method for method in zone.methods} if zone else {}
    found = []
    for cells in _lines(text, 2, 6):
        try:
            found.append(_method(cells, known.get(cells[0])))
        except InvalidAmount:
            raise InvalidLine(line=" | ".join(cells).rstrip(" |")) from None
    return found


def _method(cells: list[str], old: ShippingMethod | None) -> shipping.MethodDraft:
    code, name, price, free_from, first, last = cells
    settings = dict(old.settings) if old else {}
    if price:
        settings["price"] = minor_of(price, "methods") or 0
    return shipping.MethodDraft(
        code=code,
        name=name,
        carrier=old.carrier if old else "flat_rate",
        settings=settings,
        description=old.description if old else "",
        free_from=minor_of(free_from, "methods"),
        handling_days=old.handling_days if old else 1,
        min_days=_days(first, 1),
        max_days=_days(last, 3),
        tax_class=old.tax_class if old else "shipping",
        translations=old.translations if old else {},
        is_active=old.is_active if old else True,
    )


def _methods_text(zone: ShippingZone) -> str:
    return "\n".join(
        " | ".join(
            (
                one.code,
                one.name,
                typed(one.settings.get("price")),
                typed(one.free_from),
                str(one.min_days),
                str(one.max_days),
            )
        )
        for one in zone.methods
    )


@shipping_bp.get("/")
@requires(Permission.SHIPPING_WRITE)
def index() -> str:
    return render_template("admin/shipping/index.html", zones=sending.zones())


@shipping_bp.get("/new")
@requires(Permission.SHIPPING_WRITE)
def new() -> str:
    return render_template("admin/shipping/edit.html", form=ShippingForm(), zone=None)


@shipping_bp.post("/new")
@requires(Permission.SHIPPING_WRITE)
def create() -> Answer:
    return _save_shipping(None)


@shipping_bp.get("/<int:zone_id>")
@requires(Permission.SHIPPING_WRITE)
def show(zone_id: int) -> str:
    zone = sending.zone_by_id(zone_id)
    form = ShippingForm(
        name=zone.name, countries=", ".join(zone.countries), methods=_methods_text(zone)
    )
    return render_template("admin/shipping/edit.html", form=form, zone=zone)


@shipping_bp.post("/<int:zone_id>")
@requires(Permission.SHIPPING_WRITE)
def update(zone_id: int) -> Answer:
    return _save_shipping(zone_id)


def _save_shipping(zone_id: int | None) -> Answer:
    form = ShippingForm()
    zone = sending.zone_by_id(zone_id) if zone_id else None
    if not form.is_good():
        return render_template("admin/shipping/edit.html", form=form, zone=zone), 422
    with Refused(form) as no:
        with committing():
            zone = sending.zone_by_id(zone_id) if zone_id else None
            shipping.save_zone(
                form.name.data or "",
                _codes(form.countries.data or ""),
                _methods(form.methods.data or "", zone),
                by=me().actor,
                regions=zone.regions if zone else (),
                postal_codes=zone.postal_codes if zone else (),
                priority=zone.priority if zone else 0,
                zone=zone,
            )
        return done(_("The zone is saved."), ".index")
    return render_template("admin/shipping/edit.html", form=form, zone=zone), no.status


@tax_bp.get("/", endpoint="index")
@requires(Permission.TAX_WRITE)
def tax_index() -> str:
    return render_template("admin/tax/index.html", zones=taxes.zones())


@tax_bp.get("/new", endpoint="new")
@requires(Permission.TAX_WRITE)
def new_tax() -> str:
    return render_template("admin/tax/edit.html", form=TaxForm(), zone=None)


@tax_bp.post("/new", endpoint="create")
@requires(Permission.TAX_WRITE)
def create_tax() -> Answer:
    return _save_tax(None)


@tax_bp.get("/<int:zone_id>", endpoint="show")
@requires(Permission.TAX_WRITE)
def show_tax(zone_id: int) -> str:
    zone = taxes.zone_by_id(zone_id)
    rates = "\n".join(
        f"{one.name} | {(Decimal(one.rate) * 100).normalize():f} | {one.tax_class}"
        for one in zone.rates
    )
    form = TaxForm(name=zone.name, countries=", ".join(zone.countries), rates=rates)
    return render_template("admin/tax/edit.html", form=form, zone=zone)


@tax_bp.post("/<int:zone_id>", endpoint="update")
@requires(Permission.TAX_WRITE)
def update_tax(zone_id: int) -> Answer:
    return _save_tax(zone_id)


def _save_tax(zone_id: int | None) -> Answer:
    form = TaxForm()
    zone = taxes.zone_by_id(zone_id) if zone_id else None
    if not form.is_good():
        return render_template("admin/tax/edit.html", form=form, zone=zone), 422
    with Refused(form) as no:
        with committing():
            zone = taxes.zone_by_id(zone_id) if zone_id else None
            tax.save_zone(
                form.name.data or "",
                _codes(form.countries.data or ""),
                _rates(form.rates.data or "", zone),
                by=me().actor,
                regions=zone.regions if zone else (),
                priority=zone.priority if zone else 0,
                zone=zone,
            )
        return done(_("The zone is saved."), ".index")
    return render_template("admin/tax/edit.html", form=form, zone=zone), no.status


def _rates(text: str, zone: TaxZone | None) -> list[tax.RateDraft]:
    """The rates as typed; known ones (by name and class) keep their dates. Raises InvalidLine."""
    known = {(one.name, one.tax_class): one for one in zone.rates} if zone else {}
    drafts = []
    for name, percent, tax_class in _lines(text, 2, 3):
        try:
            rate = Decimal(percent.replace(",", ".").rstrip("% ")) / 100
        except InvalidOperation:
            raise InvalidLine(line=percent) from None
        old = known.get((name, tax_class or "standard"))
        drafts.append(
            tax.RateDraft(
                name,
                rate,
                tax_class or "standard",
                old.valid_from if old else None,
                old.valid_to if old else None,
            )
        )
    return drafts
