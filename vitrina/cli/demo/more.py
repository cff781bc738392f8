"""As many further prints as somebody asks for: other seeds, other inks, titles by number.

The first ``MOST_DRAWN`` get a drawing of their own; beyond them products share pictures, because
drawing takes longer than everything else together.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from vitrina.catalog.drafts import MediaDraft, ProductDraft
from vitrina.cli.demo.isoline import OTHERS
from vitrina.cli.demo.pictures import Sheet
from vitrina.cli.demo.rooms import Rooms
from vitrina.cli.demo.works import COLOURS, facts, frame_option, size_option, variants
from vitrina.drawing.collection import FORMATS, Size
from vitrina.drawing.palettes import PALETTES
from vitrina.drawing.studio import FAMILIES, Work
from vitrina.drawing.words import Words

MOST_DRAWN = 300
FRAMES = ("unframed", "oak")

_NOUNS = """
Harbour/Porto/Гавань, Lighthouse/Farol/Маяк, Meadow/Campina/Луг, Quarry/Pedreira/Карьер,
Orchard/Pomar/Сад, Glacier/Geleira/Ледник, Estuary/Estuário/Эстуарий, Signal/Sinal/Сигнал,
Archive/Arquivo/Архив, Marsh/Pântano/Болото, Bridge/Ponte/Мост, Courtyard/Pátio/Двор,
Compass/Bússola/Компас, Vineyard/Vinhedo/Виноградник, Echo/Eco/Эхо, Canyon/Cânion/Каньон,
Garden/Jardim/Огород, Station/Estação/Станция, Lagoon/Lagoa/Лагуна,
Constellation/Constelação/Созвездие,
Delta/Delta/Дельта, Engine/Motor/Двигатель, Feather/Pena/Перо, Gate/Portão/Ворота,
Hill/Colina/Холм, Island/Ilha/Остров, Journey/Jornada/Путь, Kite/Pipa/Змей,
Lake/Lago/Озеро, Map/Mapa/Карта, Nest/Ninho/Гнездо, Ocean/Oceano/Океан,
Pebble/Seixo/Галька, Quilt/Colcha/Одеяло, River/Rio/Река, Stairs/Escada/Лестница,
Tower/Torre/Башня, Valley/Vale/Долина, Window/Janela/Окно, Winter/Inverno/Зима
"""
NOUNS = tuple(
    Words(*(word.strip() for word in words.split("/"))) for words in _NOUNS.strip().split(",")
)
ABOUT = Words(
    "Drawn once, from seed {seed}, in the inks of {inks}. No other number gives this sheet.",
    "Desenhada uma única vez, da semente {seed}, nas tintas {inks}. Nenhum outro número dá "
    "esta folha.",
    "Нарисовано один раз, из числа {seed}, красками «{inks}». Другого такого листа нет.",
)


@dataclass(frozen=True, slots=True)
class Further:
    """A generated print."""

    number: int
    family: str
    seed: int
    palette: str
    format: str
    sizes: tuple[Size, ...]
    titles: Words

    @property
    def sheet(self) -> Sheet:
        size = self.sizes[0]
        work = Work(self.family, self.seed, self.palette, size.width_cm, size.height_cm)
        return Sheet(work, self.titles.en, whole=False)


def further(count: int, seed: int) -> Iterator[Further]:
    """``count`` prints; the same seed gives the same ones, and a larger count only adds more."""
    dice = Random(f"further {seed}")
    families, palettes = sorted(FAMILIES), sorted(PALETTES)
    for number in range(1, count + 1):
        noun, own = dice.choice(NOUNS), 1000 + number
        shape = dice.choice(sorted(FORMATS))
        yield Further(
            number=number,
            family=dice.choice(families),
            seed=own,
            palette=dice.choice(palettes),
            format=shape,
            sizes=tuple(FORMATS[shape][letter] for letter in dice.choice(("SM", "M", "ML"))),
            titles=Words(
                f"{noun.en}, No. {own}", f"{noun.pt_br}, n.º {own}", f"{noun.ru}, № {own}"
            ),
        )


def product(
    work: Further, media: tuple[MediaDraft, ...], rooms: Rooms, now: datetime
) -> ProductDraft:
    """A generated print as it goes into the catalogue."""
    details = facts(work.family, work.seed, work.palette, 100)
    inks = PALETTES[work.palette].words
    about = {
        locale: ABOUT.to(locale).format(seed=work.seed, inks=inks.to(locale))
        for locale in ("en", *OTHERS)
    }
    return ProductDraft(
        title=work.titles.en,
        slug=f"print-{work.seed}",
        description=f"<p>{about['en']}</p>",
        vendor="Isoline",
        product_type="Art print",
        tags=(*COLOURS[work.palette], work.format),
        details=tuple(details["en"]),
        seo_description=about["en"],
        translations={
            locale: {
                "title": work.titles.to(locale),
                "description": f"<p>{about[locale]}</p>",
                "details": details[locale],
            }
            for locale in OTHERS
        },
        position=1000 + work.number,
        published_at=now - timedelta(days=200, minutes=work.number),
        options=(size_option(work.sizes), frame_option(FRAMES)),
        variants=variants(f"IL-{work.seed}", work.sizes, FRAMES, media),
        media=media,
        category_ids=(rooms.families[work.family], rooms.formats[work.format]),
    )
