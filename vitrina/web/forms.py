"""Forms: where an error of a domain goes on the page, and address forms by country."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field, SelectField, StringField
from wtforms.validators import DataRequired, Length, Optional

from vitrina.core import address
from vitrina.core.countries import countries
from vitrina.core.errors import DomainError
from vitrina.web.form_words import ShopForm
from vitrina.web.messages.addresses import ERRORS, LABELS
from vitrina.web.messages.words import sentence

REQUIRED = _l("Fill this in.")


class Form(ShopForm):
    """A form with the token against forgery; it is validated by the view that takes it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[no-untyped-call]


def text(field: Field) -> str:
    """What was typed into a field, never None."""
    return str(field.data or "")


def put(form: Form, error: DomainError, *, field: str | None = None) -> None:
    """Show an error beside the field that its facts (or ``field``) name, else on top of the form.

    What was typed stays.
    """
    by_field = error.facts.get("errors")
    if isinstance(by_field, Mapping):
        for name, code in by_field.items():
            _beside(form, str(name), str(ERRORS.get(str(code), ERRORS["invalid"])))
        return
    _beside(form, field or str(error.facts.get("field", "")), sentence(error))


def _beside(form: Form, name: str, words: str) -> None:
    if name in form:
        form[name].errors = [*form[name].errors, words]
    else:
        form.form_errors.append(words)


class AddressForm(Form):
    """The fields that every country has; :func:`address_form` adds the others."""

    country = SelectField(LABELS["country"], validators=[DataRequired(REQUIRED)])


def address_form(
    country: str, locale: str, *, with_default: bool = False, **kwargs: Any
) -> AddressForm:
    """A form for an address in ``country`` (of the sent form, when there is one).

    ``kwargs`` go to the form (``data``, ``prefix``). Raises InvalidAddress for no country.
    """
    fields: dict[str, Any] = {}
    for field in address.fields_for(country, locale):
        label = LABELS.get(field.label_key, LABELS.get(field.name, field.name))
        rules: list[Any] = [DataRequired(REQUIRED) if field.required else Optional()]
        hints = {"autocomplete": field.autocomplete}
        if field.options and field.required:
            choices = [("", _l("Choose")), *field.options]
            fields[field.name] = SelectField(
                label, choices=choices, validators=rules, validate_choice=False, render_kw=hints
            )
        else:
            rules.append(Length(max=address.LENGTHS[field.name]))
            fields[field.name] = StringField(label, validators=rules, render_kw=hints)
    if with_default:
        fields["is_default"] = BooleanField(_l("Fill this address in first"))
    made: AddressForm = type("CountryAddressForm", (AddressForm,), fields)(**kwargs)
    made.country.choices = countries(locale)
    return made
