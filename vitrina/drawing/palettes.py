"""The inks of the studio: each palette is a paper and three or four inks that were mixed for it."""

from __future__ import annotations

from dataclasses import dataclass

from vitrina.drawing.words import Words


@dataclass(frozen=True, slots=True)
class Palette:
    """A paper and its inks as #RRGGBB; ``words`` is the name a customer filters by."""

    key: str
    words: Words
    paper: str
    inks: tuple[str, ...]

    @property
    def dark(self) -> bool:
        """Whether light ink lies on dark paper."""
        red, green, blue = (int(self.paper[at : at + 2], 16) for at in (1, 3, 5))
        return 0.3 * red + 0.59 * green + 0.11 * blue < 110


def _palette(key: str, en: str, pt: str, ru: str, paper: str, inks: str) -> Palette:
    return Palette(key, Words(en, pt, ru), paper, tuple(inks.split()))


_ALL = (
    _palette("tide", "Tide", "Maré", "Прилив", "#F7F5EF", "#0E4A66 #2A8A9E #E0A030 #12263A"),
    _palette("ember", "Ember", "Brasa", "Угли", "#FBF3E8", "#A6361C #DB7F2E #7A1E2E #2F3E4E"),
    _palette("dusk", "Dusk", "Crepúsculo", "Сумерки", "#F7F1F4", "#B8447A #EE9377 #6C3D86 #3B2A5C"),
    _palette("moss", "Moss", "Musgo", "Мох", "#F4F5EB", "#173B33 #6C9B45 #C9A62B #3F6E5B"),
    _palette("graphite", "Graphite", "Grafite", "Графит", "#F5F4F1", "#22252A #6B6F76 #B3362A"),
    _palette("clay", "Clay", "Barro", "Глина", "#F3E7DA", "#8C3F27 #C77B55 #2F3B3A #D9A441"),
    _palette("salt", "Salt", "Sal", "Соль", "#F1F4F4", "#2B5D8A #86A9C4 #1C2B3A #D9643A"),
    _palette(
        "saffron", "Saffron", "Açafrão", "Шафран", "#FBF6E6", "#C4491D #E0A100 #2C3A57 #7C8C5A"
    ),
    _palette("fog", "Fog", "Névoa", "Туман", "#ECEEED", "#27343B #50616B #8FA1A6 #C08A5A"),
    _palette("plum", "Plum", "Ameixa", "Слива", "#F6EFEA", "#4B1F3F #8C3B5E #D08A6B #2F4858"),
    _palette("citrus", "Citrus", "Cítrico", "Цитрус", "#F8F8EE", "#1D3142 #E8702A #D9B310 #2F6B4F"),
    _palette("lagoon", "Lagoon", "Laguna", "Лагуна", "#EFF5F3", "#0D6E6E #16323C #43A5A0 #F0785A"),
    _palette(
        "lantern", "Lantern", "Lanterna", "Фонарь", "#121A33", "#F6EBCB #F0A850 #7AA7E0 #DE4F66"
    ),
    _palette("midnight", "Midnight", "Meia-noite", "Полночь", "#0E1530", "#E8EDFA #8FA6DD #5A78C8"),
    _palette("kelp", "Kelp", "Alga", "Ламинария", "#0F2A2A", "#E9E3C8 #6FB59B #D98E4A #4A938A"),
    _palette(
        "rosewood",
        "Rosewood",
        "Jacarandá",
        "Палисандр",
        "#2A1420",
        "#F3D9C9 #D8626A #E9A15B #9A6488",
    ),
    _palette(
        "charcoal", "Charcoal", "Carvão", "Уголь", "#1B1C1E", "#F1EEE6 #C9A26B #8E979B #C4553D"
    ),
    _palette(
        "cyanotype",
        "Cyanotype",
        "Cianótipo",
        "Цианотипия",
        "#13305E",
        "#F2F4EC #A9C3E6 #6E95CC #F2D9A0",
    ),
)

PALETTES: dict[str, Palette] = {palette.key: palette for palette in _ALL}
