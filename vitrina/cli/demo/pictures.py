"""Drawing the pictures of the demo's prints, on every processor, into the shop's storage."""

import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Any

from vitrina.catalog.drafts import MediaDraft
from vitrina.core import storage
from vitrina.drawing import gallery, studio
from vitrina.drawing.studio import WALL, Work
from vitrina.drawing.words import Words

SVG = "image/svg+xml"
JPEG = "image/jpeg"
_MAIL_WIDTH = 480
_PREVIEW = (1200, 630)
_STAGE = 1000
_ROOM = (1600, 1250)

IN_A_FRAME = {
    "oak": Words("in an oak frame", "com moldura de carvalho", "в дубовой раме"),
    "black": Words("in a black frame", "com moldura preta", "в чёрной раме"),
    "white": Words("in a white frame", "com moldura branca", "в белой раме"),
}
_PRINT = Words("the whole sheet", "a folha inteira", "лист целиком")
_CLOSE = Words("a close view of the lines", "detalhe das linhas", "линии вблизи")
_ON_A_WALL = Words(
    "on a wall beside a person 170\u00a0cm tall",
    "na parede, ao lado de uma pessoa de 170\u00a0cm",
    "на стене рядом с человеком ростом 170\u00a0см",
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is to be drawn of a print. ``whole``: every picture, else only the most needed."""

    work: Work
    title: str
    whole: bool = True


Files = dict[str, bytes]


def draw(sheet: Sheet) -> Files:
    """The files of a sheet by role. Runs in a process of its own."""
    work, title = sheet.work, sheet.title
    files: Files = {"print": studio.svg(work, title).encode()}
    files["mail"] = studio.raster(work, _MAIL_WIDTH, "JPEG")
    files["oak"] = gallery.framed(work, "oak", title).encode()
    if not sheet.whole:
        return files
    for frame in ("black", "white"):
        files[frame] = gallery.framed(work, frame, title).encode()
    scale = gallery.in_scale(work, work.width_cm, work.height_cm, title=title)
    files["in_scale"] = scale.encode()
    files["detail"] = studio.detail(work, title).encode()
    files["preview"] = gallery.og_image(work)
    return files


def draw_all(sheets: Sequence[Sheet], done: Callable[[], Any]) -> Iterator[dict[str, str]]:
    """Draw all sheets and keep the files; for each, in order, the storage keys by role.

    ``done`` is called after each one.
    """
    for files in _drawn(sheets):
        yield {role: storage.put(data, _suffix(role)) for role, data in files.items()}
        done()


def _drawn(sheets: Sequence[Sheet]) -> Iterable[Files]:
    processors = multiprocessing.cpu_count()
    if processors == 1 or len(sheets) < 8:
        yield from map(draw, sheets)
        return
    with ProcessPoolExecutor(processors) as pool:
        yield from pool.map(draw, sheets, chunksize=2)


def _suffix(role: str) -> str:
    return ".jpg" if role in ("mail", "preview") else ".svg"


def hang(sheet: Sheet, keys: dict[str, str], titles: Words) -> tuple[MediaDraft, ...]:
    """The pictures of a print in the order of its page.

    The whole sheet carries the raster copies for mails and link previews.
    """
    work = sheet.work
    paper, page = work.inks.paper, work.sheet
    copies: list[dict[str, Any]] = [{"key": keys["mail"], "mime": JPEG, "width": _MAIL_WIDTH}]
    if "preview" in keys:
        width, height = _PREVIEW
        preview = {"key": keys["preview"], "mime": JPEG, "width": width, "height": height}
        copies.append({**preview, "use": "preview"})
    size = (round(page.width), round(page.height))
    media = [
        _media("print", keys["print"], size, paper, titles, _PRINT, tuple(copies)),
        _framed("oak", keys, titles),
    ]
    if sheet.whole:
        media.append(_media("in_scale", keys["in_scale"], _ROOM, WALL, titles, _ON_A_WALL))
        media.append(_media("detail", keys["detail"], (600, 600), paper, titles, _CLOSE))
        media += [_framed(frame, keys, titles) for frame in ("black", "white")]
    return tuple(media)


def place_of(frame: str, media: Sequence[MediaDraft]) -> int:
    """Where in ``media`` the picture with that frame hangs; the sheet itself when none does."""
    roles = [one.role for one in media]
    wanted = f"framed_{frame}"
    return roles.index(wanted) if wanted in roles else 0


def _framed(frame: str, keys: dict[str, str], titles: Words) -> MediaDraft:
    size = (_STAGE, _STAGE)
    return _media(f"framed_{frame}", keys[frame], size, WALL, titles, IN_A_FRAME[frame])


def _media(
    role: str,
    key: str,
    size: tuple[int, int],
    colour: str,
    titles: Words,
    what: Words,
    copies: tuple[dict[str, Any], ...] = (),
) -> MediaDraft:
    return MediaDraft(
        key=key,
        mime=SVG,
        width=size[0],
        height=size[1],
        colour=colour,
        alt=f"{titles.en}, {what.en}",
        role=role,
        renditions=copies,
        translations={
            locale: {"alt": f"{titles.to(locale)}, {what.to(locale)}"} for locale in ("pt-BR", "ru")
        },
    )
