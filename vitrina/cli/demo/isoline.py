"""The demo shop itself: its name, its money, what is taxed, how things are sent, what is off.

Rates are those in force for goods in November 2026; amounts are minor units of EUR.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from vitrina.catalog.actions.currencies import set_currency
from vitrina.core import audit, store
from vitrina.drawing.words import Words
from vitrina.payments.providers.manual import BankTransfer
from vitrina.payments.settings.actions import save
from vitrina.promotions import actions as promotions
from vitrina.promotions.actions import PromotionDraft
from vitrina.promotions.models import Promotion
from vitrina.promotions.rules import PromotionKind
from vitrina.shipping import actions as shipping
from vitrina.shipping.actions import MethodDraft
from vitrina.tax import actions as tax
from vitrina.tax.actions import RateDraft

BY = "system"
OTHERS = ("pt-BR", "ru")

TAGLINE = Words(
    "Follow one line until the sheet is full",
    "Siga uma linha até a folha acabar",
    "Одна линия идёт, пока не кончится лист",
)
INTRO = Words(
    "Each print begins as a number. A short program turns it into a drawing, the same one every "
    "time, and we print it in Lisbon on 310\u00a0g cotton paper, in small numbered editions.",
    "Cada gravura começa como um número. Um programa curto o transforma em desenho, sempre o "
    "mesmo, e nós imprimimos em Lisboa, em papel de algodão de 310\u00a0g, em pequenas "
    "tiragens numeradas.",
    "Каждый лист начинается с числа. Короткая программа превращает его в рисунок, всегда один и "
    "тот же, и мы печатаем его в Лиссабоне на хлопковой бумаге 310\u00a0г "
    "малыми нумерованными тиражами.",
)


def translations(**texts: Words) -> dict[str, dict[str, str]]:
    """Texts by field as the ``translations`` of a row: everything but English."""
    return {
        locale: {field: words.to(locale) for field, words in texts.items()} for locale in OTHERS
    }


def open_store() -> None:
    """Hang out the sign, and say in which money prices are shown."""
    shop = store.current()
    shop.name = "Isoline"
    shop.tagline, shop.intro = TAGLINE.en, INTRO.en
    shop.translations = translations(tagline=TAGLINE, intro=INTRO)
    shop.email, shop.phone = "studio@isoline.example", "+351 210 000 000"
    shop.company, shop.tax_number = "Isoline, Unipessoal Lda", "PT500000000"
    shop.address = {
        "name": "Isoline",
        "line1": "Calçada de São Vicente 41",
        "city": "Lisboa",
        "postal_code": "1100-568",
        "country": "PT",
    }
    shop.country, shop.currency, shop.prices_include_tax = "PT", "EUR", True
    account = {
        "account_holder": shop.company,
        "iban": "PT50 0002 0123 1234 5678 9015 4",
        "bank": "Banco do Exemplo",
    }
    save("manual", BankTransfer.Settings, account, is_enabled=True, by=BY)
    audit.note(BY, "store.update", "store:1", {"name": "Vitrina"}, {"name": shop.name})
    set_currency("BRL", Decimal("6.20"), by=BY, step=1000, ending=990)
    set_currency("RUB", Decimal("94.50"), by=BY, step=10000, ending=9000)


# Tax --------------------------------------------------------------------------------------------

_EU_PERCENT = {
    "AT": "20", "BE": "21", "BG": "20", "CY": "19", "CZ": "21", "DE": "19", "DK": "25",
    "EE": "24", "ES": "21", "FI": "25.5", "FR": "20", "GR": "24", "HR": "25", "HU": "27",
    "IE": "23", "IT": "22", "LT": "21", "LU": "17", "LV": "21", "MT": "18", "NL": "21",
    "PL": "23", "PT": "23", "RO": "21", "SE": "25", "SI": "22", "SK": "23",
}  # fmt: skip
_EU_NAMES = {"PT": "IVA", "ES": "IVA", "IT": "IVA", "DE": "USt", "AT": "USt", "FR": "TVA"}


def _rates(name: str, percent: str, **valid: date) -> list[RateDraft]:
    rate = Decimal(percent) / 100
    return [RateDraft(name, rate, each, **valid) for each in ("standard", "shipping")]


def set_taxes() -> None:
    """A zone for each country that wants a share; the rest of the world pays none here."""
    for country, percent in _EU_PERCENT.items():
        name = _EU_NAMES.get(country, "VAT")
        tax.save_zone(f"European Union, {country}", [country], _rates(name, percent), by=BY)
    tax.save_zone("Brazil", ["BR"], _rates("ICMS", "17"), by=BY)
    russia = [
        *_rates("НДС", "20", valid_to=date(2025, 12, 31)),
        *_rates("НДС", "22", valid_from=date(2026, 1, 1)),
    ]
    tax.save_zone("Russia", ["RU"], russia, by=BY)


# Delivery ---------------------------------------------------------------------------------------

_STANDARD = Words("Standard", "Padrão", "Обычная доставка")
_EXPRESS = Words("Express", "Expressa", "Экспресс-доставка")
_PICKUP = Words("Collect at the studio", "Retirar no ateliê", "Забрать в мастерской")
_TUBE = Words(
    "In a tube or a flat box, with a tracking number",
    "Em tubo ou caixa plana, com código de rastreio",
    "В тубусе или плоской коробке, с номером отслеживания",
)
_BY_AIR = Words(
    "By air, signed for on delivery",
    "Por via aérea, entrega com assinatura",
    "Авиапочтой, вручается под подпись",
)
_STUDIO = Words(
    "Calçada de São Vicente 41, Lisboa. Tuesday to Saturday, 11 to 19 h",
    "Calçada de São Vicente 41, Lisboa. De terça a sábado, das 11 às 19 h",
    "Calçada de São Vicente 41, Лиссабон. Вторник — суббота, 11–19 ч",
)


def _method(
    code: str,
    name: Words,
    about: Words,
    carrier: str,
    days: tuple[int, int],
    **settings: Any,
) -> MethodDraft:
    return MethodDraft(
        code=code,
        name=name.en,
        description=about.en,
        carrier=carrier,
        settings=settings,
        min_days=days[0],
        max_days=days[1],
        translations=translations(name=name, description=about),
    )


def _by_weight(days: tuple[int, int], *rows: tuple[int, int]) -> MethodDraft:
    table = [[grams, price] for grams, price in rows]
    return _method("standard", _STANDARD, _TUBE, "weight_table", days, rows=table)


def _express(price: int, days: tuple[int, int]) -> MethodDraft:
    return _method("express", _EXPRESS, _BY_AIR, "flat_rate", days, price=price)


def set_deliveries() -> None:
    """Five zones: tubes are light, frames are not, and Lisbon may come by."""
    pickup = _method("pickup", _PICKUP, _STUDIO, "pickup", (0, 1), price=0, place=_STUDIO.en)
    zones = {
        "Portugal": (
            ["PT"],
            [
                _by_weight((1, 3), (1000, 490), (5000, 790), (60000, 1290)),
                _express(1190, (1, 1)),
                pickup,
            ],
        ),
        "European Union": (
            [country for country in _EU_PERCENT if country != "PT"],
            [
                _by_weight((3, 6), (1000, 890), (5000, 1490), (60000, 2990)),
                _express(2490, (1, 2)),
            ],
        ),
        "Brazil": (
            ["BR"],
            [
                _by_weight((8, 14), (1000, 1490), (5000, 2990), (60000, 5990)),
                _express(4900, (4, 6)),
            ],
        ),
        "Russia": (
            ["RU"],
            [_by_weight((10, 18), (1000, 1290), (5000, 2690), (60000, 5490))],
        ),
        "Rest of the world": (
            ["*"],
            [
                _by_weight((7, 15), (1000, 1690), (5000, 3490), (60000, 6990)),
                _express(5900, (3, 5)),
            ],
        ),
    }
    for name, (countries, methods) in zones.items():
        shipping.save_zone(name, countries, methods, by=BY)


# What is off ------------------------------------------------------------------------------------


WELCOME = Words("10 % off the first order", "10% no primeiro pedido", "10 % на первый заказ")
FREE = Words("Free delivery from €180", "Frete grátis a partir de €180", "Доставка бесплатно")
THIRD = Words(
    "Small walls: the third at half price",
    "Paredes pequenas: a terceira pela metade",
    "Малые стены: третья за полцены",
)
STUDIO = Words("Open studio, €20 off", "Ateliê aberto, €20 a menos", "Открытая мастерская")


def set_promotions(small_walls_id: int, opened: datetime) -> dict[str, Promotion]:
    """Codes and automatic offers since the shop ``opened``, by a short name of ours."""
    drafts = {
        "welcome": PromotionDraft(
            name=WELCOME.en,
            code="WELCOME10",
            kind=PromotionKind.PERCENT,
            percent=Decimal(10),
            per_customer_limit=1,
            stacks=True,
            translations=translations(name=WELCOME),
        ),
        "free_delivery": PromotionDraft(
            name=FREE.en,
            kind=PromotionKind.FREE_SHIPPING,
            minimum=18000,
            conditions={"shipping_methods": ["standard"]},
            stacks=True,
            translations=translations(name=FREE),
        ),
        "third": PromotionDraft(
            name=THIRD.en,
            kind=PromotionKind.BUY_X_GET_Y,
            buy_quantity=2,
            get_quantity=1,
            percent=Decimal(50),
            conditions={"collection_ids": [small_walls_id]},
            stacks=True,
            translations=translations(name=THIRD),
        ),
        "studio": _open_studio(opened),
    }
    return {key: promotions.create(draft, by=BY) for key, draft in drafts.items()}


def _open_studio(opened: datetime) -> PromotionDraft:
    """The code of the days on which the studio stood open, as the shop began."""
    return PromotionDraft(
        name=STUDIO.en,
        code="STUDIO20",
        kind=PromotionKind.AMOUNT,
        amount=2000,
        minimum=12000,
        usage_limit=150,
        starts_at=opened,
        ends_at=opened + timedelta(days=75),
        translations=translations(name=STUDIO),
    )
