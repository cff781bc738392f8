"""What the style page shows: made-up prints, prices, filters and reviews, in all their states."""

from types import SimpleNamespace as Sample
from typing import Any

from vitrina.drawing import gallery, ornaments
from vitrina.drawing.palettes import PALETTES
from vitrina.drawing.studio import Work

_WORKS = (
    ("Tidal Study No. 4", "ridge", 41, 50, 70),
    ("Night Tiles", "truchet", 5, 70, 100),
    ("Three Wells", "rings", 23, 30, 30),
    ("Drift, Northwest", "flow", 7, 70, 50),
    ("Quiet Grid", "cut", 12, 40, 50),
    ("Приливный этюд с очень длинным названием", "contour", 88, 40, 50),
    ("Seed Head", "seedhead", 9, 50, 50),
    ("Loom", "weave", 31, 50, 70),
)


def everything() -> dict[str, Any]:
    """The values of the style page's template, by name."""
    prints = _prints()
    room = gallery.in_scale(
        Work("ridge", 41, sorted(PALETTES)[0], 50, 70), 50, 70, standalone=False
    )
    return {
        "prints": prints,
        "options": _options(),
        "variants": _variants(),
        "filters": _filters(),
        "lines": _lines(prints),
        "room": room,
        "empty_drawing": ornaments.ornament(7, "empty-cart"),
        "order_drawing": ornaments.order_drawing("V-1042"),
        "total": Sample(label="Total", amount="€294.00", note="€48.20 tax included"),
        "totals_rows": [
            Sample(label="Prints", amount="€288.00", note=None),
            Sample(label="Delivery to Portugal", amount="€6.00", note="Thu 27 Nov to Mon 1 Dec"),
        ],
        "steps": [
            Sample(title="Ordered", when="Mon 24 Nov", note=None, state="done"),
            Sample(title="On the press", when="Now", note="One sheet a day.", state="now"),
            Sample(title="On its way", when=None, note=None, state="ahead"),
        ],
        "rating": _rating(),
        "reviews": [_review()],
    }


def _picture(family: str, seed: int, width: int, height: int, alt: str) -> Sample:
    palettes = sorted(PALETTES)
    return Sample(
        id=f"{family}-{seed}",
        url=f"/styleguide/{family}-{seed}-{width}x{height}.svg",
        width=width * 10,
        height=height * 10,
        alt=alt,
        colour=PALETTES[palettes[seed % len(palettes)]].paper,
    )


def _prints() -> list[Sample]:
    prints = []
    for number, (title, family, seed, width, height) in enumerate(_WORKS):
        prints.append(
            Sample(
                id=number,
                title=title,
                url="#",
                picture=_picture(family, seed, width, height, f"{title}: drawn lines"),
                lines=[f"{family.capitalize()}, seed {seed:04}", f"{width} × {height} cm"],
                price=_price("€96.00", old="€128.00" if number == 3 else None, starts=number == 1),
                rating=Sample(average=4.6, label="4.6", count=31) if number == 0 else None,
                stock=Sample(kind="low", words="Only 2 left") if number == 2 else None,
                width_cm=width,
            )
        )
    return prints


def _price(current: str, old: str | None = None, starts: bool = False) -> Sample:
    return Sample(
        current=current, old=old, starts=starts, lowest="€119.00" if old else None, unit=None
    )


def _value(label: str, chosen: bool = False, available: bool = True, **more: Any) -> Sample:
    facts: dict[str, Any] = {
        "note": None,
        "width_cm": None,
        "height_cm": None,
        "colour": None,
    } | more
    return Sample(value=label, label=label, selected=chosen, available=available, **facts)


def _options() -> list[Sample]:
    sizes = [(30, 40), (50, 70), (70, 100)]
    return [
        Sample(
            name="option-size",
            title="Size",
            kind="size",
            values=[_value(f"{w} × {h} cm", w == 50, width_cm=w, height_cm=h) for w, h in sizes],
        ),
        Sample(
            name="option-frame",
            title="Frame",
            kind="frame",
            values=[
                _value("Unframed", True),
                _value("Oak", colour="#C49A62"),
                _value("Black", colour="#1D1D1F"),
                _value("White", available=False, colour="#F4F2EC"),
            ],
        ),
        Sample(
            name="option-ink",
            title="Ink",
            kind="ink",
            values=[_value("Petrol", True, colour="#0F4C5C"), _value("Ochre", colour="#DA9F2E")],
        ),
        Sample(
            name="option-paper",
            title="Бумага",
            kind="text",
            values=[_value("Хлопковая ручного отлива", True), _value("Гладкая")],
        ),
    ]


def _variants() -> list[dict[str, Any]]:
    prices = {"30 × 40 cm": 64, "50 × 70 cm": 148, "70 × 100 cm": 228}
    return [
        {
            "id": f"{size}/{frame}",
            "options": {"option-size": size, "option-frame": frame},
            "available": frame != "White",
            "sku": "TS4",
            "price": {"current": f"€{price}.00", "old": None},
            "stock": {"kind": "out", "words": "Sold out"}
            if frame == "White"
            else {"kind": "in", "words": "In stock"},
            "picture": "ridge-41",
            "button": "Sold out" if frame == "White" else f"Add to cart, €{price}",
        }
        for size, price in prices.items()
        for frame in ("Unframed", "Oak", "Black", "White")
    ]


def _filters() -> Sample:
    return Sample(
        action="/styleguide",
        keep=[("q", "wave")],
        total=24,
        sort="featured",
        sorts=[("featured", "Featured"), ("newest", "Newest"), ("price", "Price, lowest first")],
        groups=_groups(),
    )


def _groups() -> list[Sample]:
    def choice(label: str, count: int, chosen: bool = False, colour: str | None = None) -> Sample:
        return Sample(value=label, label=label, count=count, selected=chosen, colour=colour)

    return [
        Sample(
            name="algorithm",
            title="Algorithm",
            kind="checks",
            open=False,
            chosen=1,
            values=[
                choice("Ridge field", 12, True),
                choice("Flow field", 9),
                choice("Weave", 0),
            ],
        ),
        Sample(
            name="ink",
            title="Ink",
            kind="checks",
            open=False,
            chosen=0,
            values=[choice("Blue", 14, colour="#1F4E8C"), choice("Ochre", 3, colour="#DA9F2E")],
        ),
        Sample(
            name="price",
            title="Price",
            kind="range",
            open=False,
            chosen=0,
            unit="€",
            min="40",
            max="228",
            **{"from": "", "to": ""},
        ),
    ]


def _lines(prints: list[Sample]) -> list[Sample]:
    def line(item: Sample, quantity: int, total: str, **more: Any) -> Sample:
        facts: dict[str, Any] = {
            "unit_price": None,
            "old_total": None,
            "alert": None,
            "note": None,
        } | more
        return Sample(
            title=item.title,
            url="#",
            picture=item.picture,
            options="50 × 70 cm, oak frame",
            quantity=quantity,
            total=total,
            **facts,
        )

    return [
        line(prints[0], 2, "€192.00", unit_price="€96.00 each"),
        line(
            prints[5],
            1,
            "€96.00",
            alert="Only 1 left. We changed the quantity.",
            old_total="€128.00",
        ),
    ]


def _rating() -> Sample:
    return Sample(
        average=4.6,
        label="4.6",
        count=31,
        bars=[
            Sample(stars=5 - n, count=c, share=c * 3, href="#", current=n == 1)
            for n, c in enumerate((22, 6, 2, 0, 1))
        ],
    )


def _review() -> Sample:
    return Sample(
        average=5,
        title="Better than on the screen",
        body="The lines stand in the paper.",
        author="Ana",
        date="3 November",
        verified=True,
        variant="50 × 70 cm",
        lang=None,
        reply=Sample(author="Isoline", date="4 November", body="Thank you, Ana."),
    )
