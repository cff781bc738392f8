"""A customer's address book."""

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from vitrina.accounts import queries
from vitrina.accounts.actions import profile
from vitrina.accounts.models import Address
from vitrina.core import address as postal
from vitrina.core.countries import countries
from vitrina.core.db import committing
from vitrina.core.errors import Invalid
from vitrina.storefront.account.who import me
from vitrina.web.access import signed_in
from vitrina.web.forms import AddressForm, address_form, put
from vitrina.web.links import url_for
from vitrina.web.visitor import visitor

bp = Blueprint("account_addresses", __name__)
Answer = Response | str | tuple[str, int]


def _plain(entry: Address) -> postal.PostalAddress:
    return postal.PostalAddress(**{name: getattr(entry, name) for name in postal.LENGTHS})


def _form(entry: Address | None) -> AddressForm:
    """The form for the country that is asked for, kept, or the visitor's."""
    locale = visitor().locale
    kept = _plain(entry).as_dict() if entry else {}
    wanted = request.values.get("country") or kept.get("country") or locale.country
    known = wanted if wanted in dict(countries(locale.code)) else locale.country
    is_default = bool(entry and entry.is_default)
    values = {**kept, **request.args, "country": known, "is_default": is_default}
    return address_form(known, locale.code, with_default=True, data=values)


def _edit(form: AddressForm, entry: Address | None, status: int = 200) -> Answer:
    return render_template("storefront/account/address.html", form=form, entry=entry), status


@bp.get("/account/addresses")
@signed_in
def show() -> str:
    code = visitor().locale.code
    entries = [(each, postal.lines(_plain(each), code)) for each in queries.addresses(me())]
    return render_template("storefront/account/addresses.html", entries=entries)


@bp.get("/account/addresses/new")
@signed_in
def new() -> Answer:
    return _edit(_form(None), None)


@bp.get("/account/addresses/<int:address_id>")
@signed_in
def edit(address_id: int) -> Answer:
    entry = queries.address_of(me(), address_id)
    return _edit(_form(entry), entry)


@bp.post("/account/addresses/new", defaults={"address_id": None})
@bp.post("/account/addresses/<int:address_id>")
@signed_in
def save(address_id: int | None) -> Answer:
    entry = queries.address_of(me(), address_id) if address_id is not None else None
    form = _form(entry)
    if "reload" in request.form:
        return _edit(form, entry)
    if not form.validate():
        return _edit(form, entry, 422)
    try:
        found = postal.check(form.data)
        with committing():
            profile.save_address(
                me(), found, address_id=address_id, is_default=bool(form.data["is_default"])
            )
    except Invalid as error:
        put(form, error)
        return _edit(form, entry, 422)
    flash(_("The address is saved."), "success")
    return redirect(url_for(".show"), 303)


@bp.post("/account/addresses/<int:address_id>/default")
@signed_in
def make_default(address_id: int) -> Response:
    with committing():
        profile.set_default_address(me(), address_id)
    return redirect(url_for(".show"), 303)


@bp.post("/account/addresses/<int:address_id>/removal")
@signed_in
def remove(address_id: int) -> Response:
    with committing():
        profile.remove_address(me(), address_id)
    flash(_("The address is removed."), "success")
    return redirect(url_for(".show"), 303)
