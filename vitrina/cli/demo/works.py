"""The curated prints as products: sizes and frames, prices, texts in three languages."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from vitrina.catalog.drafts import (
    MediaDraft,
    OptionDraft,
    ProductDraft,
    ValueDraft,
    VariantDraft,
)
from vitrina.cli.demo.isoline import OTHERS, translations
from vitrina.cli.demo.pictures import Sheet, place_of
from vitrina.cli.demo.rooms import Rooms
from vitrina.drawing import collection as studio
from vitrina.drawing.collection import Print, Size
from vitrina.drawing.palettes import PALETTES
from vitrina.drawing.words import Words

SIZE = Words("Size", "Tamanho", "Размер")
FRAME = Words("Frame", "Moldura", "Рама")
FRAMES = {
    "unframed": Words("Unframed", "Sem moldura", "Без рамы"),
    "oak": Words("Oak", "Carvalho", "Дуб"),
    "black": Words("Black", "Preta", "Чёрная"),
    "white": Words("White", "Branca", "Белая"),
}
WOOD = {"oak": "#b98a54", "black": "#1e1e20", "white": "#f6f4ee"}
"""What a frame is drawn in on its button."""
STRIDE, MIXED = 23, 64
"""Neighbours of a list are this many works apart, so that no algorithm fills the first rows."""

# What a shopper would call the colours of a palette.
COLOURS: dict[str, tuple[str, ...]] = {
    "tide": ("blue", "teal", "yellow"),
    "ember": ("red", "orange"),
    "dusk": ("pink", "purple"),
    "moss": ("green", "yellow"),
    "graphite": ("grey", "black"),
    "clay": ("brown", "orange"),
    "salt": ("blue", "white"),
    "saffron": ("yellow", "orange"),
    "fog": ("grey", "blue"),
    "plum": ("purple", "pink"),
    "citrus": ("orange", "yellow", "green"),
    "lagoon": ("teal", "green"),
    "lantern": ("dark paper", "yellow", "blue"),
    "midnight": ("dark paper", "blue"),
    "kelp": ("dark paper", "green", "teal"),
    "rosewood": ("dark paper", "pink", "red"),
    "charcoal": ("dark paper", "grey", "brown"),
    "cyanotype": ("dark paper", "blue", "white"),
}


def sheet(work: Print) -> Sheet:
    """What is drawn of a print."""
    return Sheet(work.work(), work.title.en)


def frame_price(size: Size) -> int:
    """What a frame of that size adds, minor units of EUR."""
    longest = max(size.width_cm, size.height_cm)
    return 4500 if longest <= 40 else 6900 if longest <= 70 else 10900


def frame_grams(size: Size) -> int:
    longest = max(size.width_cm, size.height_cm)
    return 1100 if longest <= 40 else 2400 if longest <= 70 else 4300


def size_option(sizes: Sequence[Size]) -> OptionDraft:
    values = tuple(
        ValueDraft(
            size.label,
            {"width_cm": size.width_cm, "height_cm": size.height_cm},
            {"ru": {"value": size.label.replace("cm", "см")}},
        )
        for size in sizes
    )
    return OptionDraft(SIZE.en, values, "size", translations(name=SIZE))


def frame_option(frames: Sequence[str]) -> OptionDraft:
    values = tuple(
        ValueDraft(
            FRAMES[key].en,
            {"frame": key} | ({"colour": WOOD[key]} if key in WOOD else {}),
            translations(value=FRAMES[key]),
        )
        for key in frames
    )
    return OptionDraft(FRAME.en, values, "frame", translations(name=FRAME))


def variants(
    sku: str, sizes: Sequence[Size], frames: Sequence[str], media: Sequence[MediaDraft]
) -> tuple[VariantDraft, ...]:
    """Each size in each frame; ``sku`` begins all of theirs."""
    made = []
    for size in sizes:
        for frame in frames:
            framed = frame != "unframed"
            price = size.price + (frame_price(size) if framed else 0)
            made.append(
                VariantDraft(
                    price=price,
                    values=(size.label, FRAMES[frame].en),
                    sku=f"{sku}-{size.width_cm}{size.height_cm}-{frame[:3].upper()}",
                    cost=price * 34 // 100,
                    weight_g=size.grams + (frame_grams(size) if framed else 0),
                    length_mm=size.height_cm * 10 + 60,
                    width_mm=size.width_cm * 10 + 60 if framed else 90,
                    height_mm=60 if framed else 90,
                    media=place_of(frame, media),
                )
            )
    return tuple(made)


def facts(family: str, seed: int, palette: str, edition: int) -> dict[str, list[dict[str, str]]]:
    """The table of facts by locale, English included."""
    name = next(each.name for each in studio.families() if each.key == family)
    inks, count = PALETTES[palette].words, len(PALETTES[palette].inks)
    rows = (
        (Words("Algorithm", "Algoritmo", "Алгоритм"), name),
        (Words("Seed", "Semente", "Число"), Words(*[f"{seed:04d}"] * 3)),
        (
            Words("Paper", "Papel", "Бумага"),
            Words(
                "Cotton rag, 310\u00a0g/m²", "Algodão, 310\u00a0g/m²", "Хлопковая, 310\u00a0г/м²"
            ),
        ),
        (
            Words("Inks", "Tintas", "Краски"),
            Words(
                f"{inks.en}: {count} pigment inks",
                f"{inks.pt_br}: {count} tintas pigmentadas",
                f"{inks.ru}: пигментных красок {count}",
            ),
        ),
        (
            Words("Edition", "Tiragem", "Тираж"),
            Words(
                f"{edition}, numbered and signed",
                f"{edition}, numeradas e assinadas",
                f"{edition}, с номером и подписью",
            ),
        ),
    )
    return {
        locale: [{"name": n.to(locale), "value": v.to(locale)} for n, v in rows]
        for locale in ("en", *OTHERS)
    }


def product(
    work: Print,
    number: int,
    media: tuple[MediaDraft, ...],
    rooms: Rooms,
    published_at: datetime,
) -> ProductDraft:
    """A curated print as it goes into the catalogue."""
    family = next(each for each in studio.families() if each.key == work.family)
    details = facts(work.family, work.seed, work.palette, work.edition)
    html = {
        locale: f"<p>{work.description.to(locale)}</p><p>{family.description.to(locale)}</p>"
        for locale in ("en", *OTHERS)
    }
    frames = tuple(FRAMES)
    return ProductDraft(
        title=work.title.en,
        slug=work.key,
        description=html["en"],
        vendor="Isoline",
        product_type="Art print",
        tags=(*COLOURS[work.palette], work.format),
        details=tuple(details["en"]),
        seo_description=work.description.en,
        translations={
            locale: {
                "title": work.title.to(locale),
                "description": html[locale],
                "seo_description": work.description.to(locale),
                "details": details[locale],
            }
            for locale in OTHERS
        },
        position=number * STRIDE % MIXED,
        published_at=published_at,
        options=(size_option(work.sizes), frame_option(frames)),
        variants=variants(f"IL-{number:03d}", work.sizes, frames, media),
        media=media,
        category_ids=(rooms.families[work.family], rooms.formats[work.format]),
    )


def publication(work: Print, place: int, now: datetime) -> datetime:
    """When a print came into the shop: the new ones this month, the others over two years."""
    new = next(theme for theme in studio.themes() if theme.key == "new-this-month")
    if work.key in new.works:
        return now - timedelta(days=2 + 3 * new.works.index(work.key), hours=5)
    return now - timedelta(days=60 + place * 10, hours=place % 7)
