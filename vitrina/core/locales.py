"""The languages the shop speaks, and the market that comes with each."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Locale:
    """``code`` is BCP 47 (``pt-BR``), ``prefix`` its place in a URL, ``babel`` its catalogue."""

    code: str
    prefix: str
    babel: str
    name: str
    currency: str
    country: str

    @property
    def tag(self) -> str:
        """The language tag of HTML and HTTP (BCP 47)."""
        return self.code

    @property
    def path(self) -> str:
        """What stands before a path in this language: nothing, or ``/ru``."""
        return f"/{self.prefix}" if self.prefix else ""


LOCALES: dict[str, Locale] = {
    locale.code: locale
    for locale in (
        Locale("en", "", "en", "English", "EUR", "PT"),
        Locale("pt-BR", "pt-br", "pt_BR", "Português", "BRL", "BR"),
        Locale("ru", "ru", "ru", "Русский", "RUB", "RU"),
    )
}
DEFAULT = LOCALES["en"]
BY_PREFIX: dict[str, Locale] = {locale.prefix: locale for locale in LOCALES.values()}


def get(code: str | None) -> Locale:
    """The locale of ``code``, or the default one when it is unknown."""
    return LOCALES.get(code or "", DEFAULT)
