"""Words of address forms: what each country calls its fields, and what can be wrong with one."""

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext

LABELS = {
    "name": _l("Full name"),
    "company": _l("Company"),
    "vat_number": _l("VAT number"),
    "line1": _l("Street and number"),
    "line2": _l("Apartment, floor, district"),
    "phone": _l("Phone"),
    "country": _l("Country"),
    "city": _l("City"),
    "post_town": _l("Town"),
    "district": _l("District"),
    "suburb": _l("Suburb"),
    "postal": _l("Postal code"),
    "zip": _l("ZIP code"),
    "eircode": _l("Eircode"),
    "pin": _l("PIN code"),
    "state": lazy_pgettext("address", "State"),
    "province": _l("Province"),
    "prefecture": _l("Prefecture"),
    "oblast": _l("Region"),
    "county": _l("County"),
    "emirate": _l("Emirate"),
    "area": _l("Area"),
    "department": _l("Department"),
    "do_si": _l("Province or city"),
    "island": _l("Island"),
    "parish": _l("Parish"),
}

ERRORS = {
    "required": _l("Fill this in."),
    "invalid": _l("Check this: it does not look right for this country."),
    "too_long": _l("This is too long."),
}
