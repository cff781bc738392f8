"""Where the works stand: the tree of categories, and the collections."""

from collections.abc import Mapping
from dataclasses import dataclass

from vitrina.catalog.actions.categories import create_category
from vitrina.catalog.actions.collections import create_collection, set_collection_products
from vitrina.catalog.models.groups import Category, Collection
from vitrina.cli.demo.isoline import BY, translations
from vitrina.drawing import collection as studio
from vitrina.drawing.words import Words

SHEETS = Words("Prints", "Impressões", "Принты")
FORMATS = Words("Formats", "Formatos", "Форматы")
FORMAT = {
    "portrait": Words("Portrait", "Retrato", "Вертикальные"),
    "landscape": Words("Landscape", "Paisagem", "Горизонтальные"),
    "square": Words("Square", "Quadrado", "Квадратные"),
}
DIGITAL = Words("Digital sheets", "Folhas digitais", "Цифровые листы")
ABOUT_SHEETS = Words(
    "Every print we keep in the drawer, in all its sizes and frames.",
    "Todas as gravuras que guardamos na gaveta, em todos os tamanhos e molduras.",
    "Все листы из нашего шкафа, во всех размерах и рамах.",
)
ABOUT_DIGITAL = Words(
    "The drawing as a file, ready for a plotter, a printer of your own or a screen.",
    "O desenho em arquivo, pronto para um plotter, a sua impressora ou uma tela.",
    "Рисунок файлом: для плоттера, своего принтера или экрана.",
)
REDUCED = Words("Last of the drawer", "Últimas da gaveta", "Последние из шкафа")
ABOUT_REDUCED = Words(
    "A few sheets whose editions are nearly told, at a lower price.",
    "Algumas folhas cujas tiragens estão quase no fim, por um preço menor.",
    "Листы, тиражи которых почти разошлись, по сниженной цене.",
)


@dataclass(frozen=True, slots=True)
class Rooms:
    """Where products stand: category ids by family and by format, and the digital ones."""

    families: Mapping[str, int]
    formats: Mapping[str, int]
    digital: int


def build_rooms() -> Rooms:
    """The tree of categories: prints by family, formats, and digital sheets."""
    prints = _category(SHEETS, ABOUT_SHEETS, 0)
    families = {
        family.key: _category(family.name, family.description, place, prints).id
        for place, family in enumerate(studio.families())
    }
    top = _category(FORMATS, None, 1)
    formats = {
        key: _category(words, None, place, top).id
        for place, (key, words) in enumerate(FORMAT.items())
    }
    return Rooms(families, formats, _category(DIGITAL, ABOUT_DIGITAL, 2).id)


def _category(
    name: Words, about: Words | None, position: int, parent: Category | None = None
) -> Category:
    texts = {"title": name} if about is None else {"title": name, "description": about}
    return create_category(
        name.en,
        parent,
        by=BY,
        description=about.en if about else "",
        translations=translations(**texts),
        position=position,
    )


def open_collections(product_ids: Mapping[str, int]) -> dict[str, Collection]:
    """The themed collections by key, and one that fills itself with what is reduced."""
    opened = {}
    for place, theme in enumerate(studio.themes()):
        made = _collection(theme.key, theme.name, theme.description, place)
        set_collection_products(made, [product_ids[key] for key in theme.works], by=BY)
        opened[theme.key] = made
    place = len(opened)
    opened["reduced"] = _collection(
        "last-of-the-drawer", REDUCED, ABOUT_REDUCED, place, {"reduced": True}
    )
    return opened


def _collection(
    slug: str, name: Words, about: Words, position: int, rule: dict[str, object] | None = None
) -> Collection:
    return create_collection(
        name.en,
        by=BY,
        slug=slug,
        description=about.en,
        translations=translations(title=name, description=about),
        rule=rule,
        position=position,
    )
