"""A few drawings as files: bought, paid and downloaded, with nothing to send."""

from datetime import datetime, timedelta

from vitrina.catalog.actions.files import attach_file
from vitrina.catalog.drafts import MediaDraft, ProductDraft, VariantDraft
from vitrina.catalog.models.products import Variant
from vitrina.cli.demo.isoline import BY, OTHERS
from vitrina.cli.demo.rooms import Rooms
from vitrina.cli.demo.works import COLOURS
from vitrina.core.db import session
from vitrina.drawing import studio
from vitrina.drawing.collection import Print
from vitrina.drawing.words import Words

SOLD_AS_FILES = ("tidal-study-no-4", "night-tiles", "sunflower-arithmetic", "survey-of-the-bay")
PRICE = 1200
_TITLE = Words("plotter file", "arquivo para plotter", "файл для плоттера")
_ABOUT = Words(
    "The drawing as one SVG file in the size of the middle sheet, with a path for every run of "
    "ink. For plotters, for printing at home, for a screen. You may make as many "
    "copies as your own walls need; please do not sell them.",
    "O desenho em um arquivo SVG no tamanho da folha média, com um caminho para cada traço de "
    "tinta. Para plotters, para imprimir em casa, para a tela. Faça quantas cópias as suas "
    "paredes pedirem; só não as venda.",
    "Рисунок одним файлом SVG в размере среднего листа, по контуру на каждый проход краски. Для "
    "плоттера, домашней печати или экрана. Печатайте сколько угодно для своих "
    "стен, но не продавайте копии.",
)
_KIND = Words("Format", "Formato", "Формат")


def product(
    work: Print, media: tuple[MediaDraft, ...], rooms: Rooms, place: int, now: datetime
) -> ProductDraft:
    """The file of a print, which is only shown as the whole sheet."""
    titles = {locale: f"{work.title.to(locale)}, {_TITLE.to(locale)}" for locale in ("en", *OTHERS)}
    details = {locale: [{"name": _KIND.to(locale), "value": "SVG"}] for locale in ("en", *OTHERS)}
    return ProductDraft(
        title=titles["en"],
        slug=f"{work.key}-file",
        description=f"<p>{_ABOUT.en}</p>",
        vendor="Isoline",
        product_type="Digital download",
        tags=("file", *COLOURS[work.palette]),
        details=tuple(details["en"]),
        translations={
            locale: {
                "title": titles[locale],
                "description": f"<p>{_ABOUT.to(locale)}</p>",
                "details": details[locale],
            }
            for locale in OTHERS
        },
        position=900 + place,
        published_at=now - timedelta(days=100 + place),
        variants=(
            VariantDraft(
                price=PRICE,
                sku=f"IL-FILE-{place + 1:02d}",
                requires_shipping=False,
                track_stock=False,
            ),
        ),
        media=media[:1],
        category_ids=(rooms.digital, rooms.families[work.family]),
    )


def attach(work: Print, variant_id: int) -> None:
    """Hand the drawing itself to whoever buys the variant."""
    variant = session.get_one(Variant, variant_id)
    data = studio.svg(work.work(), work.title.en).encode()
    attach_file(variant, data, f"isoline-{work.key}.svg", by=BY)
