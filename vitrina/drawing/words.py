"""A text in the three languages of the studio."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """The same text in English, Brazilian Portuguese and Russian."""

    en: str
    pt_br: str
    ru: str

    def to(self, locale: str) -> str:
        """The text for a locale such as ``pt-BR``, ``pt_BR`` or ``ru``; English for any other."""
        code = locale.replace("-", "_").lower()
        return {"pt_br": self.pt_br, "pt": self.pt_br, "ru": self.ru}.get(code, self.en)
