"""What forms say of what was typed, in the shop's own words instead of WTForms'."""

from typing import Any

from flask_babel import gettext, lazy_gettext, ngettext
from flask_wtf import FlaskForm

_l = lazy_gettext
SENTENCES = {
    "This field is required.": _l("Fill this in."),
    "Not a valid choice.": _l("Choose one of the list."),
    "Invalid Choice: could not coerce.": _l("Choose one of the list."),
    "Invalid choice(s): one or more data inputs could not be coerced.": _l(
        "Choose one of the list."
    ),
    "Not a valid integer value.": _l("Enter a whole number."),
    "Not a valid decimal value.": _l("Enter a number such as 4.5."),
    "Not a valid date value.": _l("Enter a day such as 2026-11-30."),
    "Not a valid datetime value.": _l("Enter a day and time such as 2026-11-30 14:00."),
    "Number must be at least %(min)s.": _l("Enter %(min)s or more."),
    "Number must be at most %(max)s.": _l("Enter %(max)s or less."),
    "Number must be between %(min)s and %(max)s.": _l("Enter a number from %(min)s to %(max)s."),
    "Field must be between %(min)d and %(max)d characters long.": _l(
        "Use %(min)d to %(max)d characters."
    ),
}


class Sentences:
    """The translations object of a form."""

    def gettext(self, text: str) -> str:
        return str(SENTENCES[text]) if text in SENTENCES else str(gettext(text))

    def ngettext(self, one: str, many: str, number: int) -> str:
        if many == "Field cannot be longer than %(max)d characters.":
            return str(
                ngettext(
                    "Use %(num)s character at most.", "Use %(num)s characters at most.", number
                )
            )
        if many == "Field must be at least %(min)d characters long.":
            return str(
                ngettext(
                    "Use %(num)s character or more.", "Use %(num)s characters or more.", number
                )
            )
        return one if number == 1 else many


class ShopForm(FlaskForm):
    """The base of all forms: with a token, and with the shop's words."""

    class Meta(FlaskForm.Meta):
        def get_translations(self, form: Any) -> Sentences:
            return Sentences()
