"""Products as they come in, and the drafts that they stand for."""

from dataclasses import replace
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, StringConstraints, field_validator, model_validator

from vitrina.api.schemas import AmountIn, AskedAmount, Id, In, LongText, Text
from vitrina.catalog.drafts import OptionDraft, ProductDraft, ValueDraft, VariantDraft
from vitrina.core.errors import Invalid

Name = Annotated[str, StringConstraints(min_length=1, max_length=300, strip_whitespace=True)]
Sku = Annotated[str, StringConstraints(min_length=1, max_length=120, strip_whitespace=True)]
Stock = Annotated[int, Field(ge=0, le=1_000_000)]
Grams = Annotated[int, Field(ge=0, le=1_000_000)]
Millimetres = Annotated[int, Field(ge=0, le=100_000)]
Tag = Annotated[str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True)]
Slug = Annotated[str, StringConstraints(max_length=200, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Status = Literal["draft", "active", "archived"]
Locale = Literal["pt-BR", "ru"]


class SeveralVariants(Invalid):
    """The field belongs to a variant, and the product has several."""

    code = "several_variants"


class UnknownVariant(Invalid):
    """The product has no variant of this id."""

    code = "unknown_variant"


class MissingPrice(Invalid):
    """Everything that is sold has a price."""

    code = "missing_price"


class VariantFields(In):
    """What a variant has of its own; on a product without options it stands on the product."""

    price: AmountIn | None = None
    compare_at: AmountIn | None = None
    cost: AmountIn | None = None
    stock: Stock = 0
    sku: Sku | None = None
    barcode: Annotated[str, StringConstraints(max_length=60)] = ""
    weight_g: Grams = 0
    length_mm: Millimetres = 0
    width_mm: Millimetres = 0
    height_mm: Millimetres = 0
    requires_shipping: bool = True
    track_stock: bool = True
    backorder: bool = False
    is_active: bool = True

    @field_validator("price")
    @classmethod
    def _has_price(cls, value: AskedAmount | None) -> AskedAmount | None:
        if value is None:  # not called for what is left out
            raise ValueError("what is sold has a price")
        return value


class VariantIn(VariantFields):
    """A variant with one value for each option: ``{"Size": "50 × 70 cm"}``."""

    options: dict[str, Annotated[str, StringConstraints(min_length=1, max_length=255)]]


class VariantPatch(VariantFields):
    """Changes to the variant ``id``; what is left out stays."""

    id: Id


class OptionIn(In):
    name: Annotated[str, StringConstraints(min_length=1, max_length=120)]
    kind: Literal["text", "size", "frame", "colour"] = "text"
    values: Annotated[
        list[Annotated[str, StringConstraints(min_length=1, max_length=255)]],
        Field(min_length=1, max_length=200),
    ]


class Translation(In):
    name: Text = ""
    description: LongText = ""
    seo_title: Text = ""
    seo_description: Annotated[str, StringConstraints(max_length=500)] = ""

    def stored(self) -> dict[str, str]:
        """With the names of the columns, and without empty texts."""
        texts = self.model_dump(exclude={"name"}) | {"title": self.name}
        return {name: text for name, text in texts.items() if text}


class ProductFields(VariantFields):
    description: LongText = ""
    slug: Slug = ""
    status: Status = "active"
    vendor: Annotated[str, StringConstraints(max_length=200)] = ""
    type: Annotated[str, StringConstraints(max_length=200)] = ""
    tags: Annotated[list[Tag], Field(max_length=100)] = []
    tax_class: Annotated[str, StringConstraints(max_length=40, pattern=r"^[a-z0-9_]+$")] = (
        "standard"
    )
    seo_title: Text = ""
    seo_description: Annotated[str, StringConstraints(max_length=500)] = ""
    category_ids: Annotated[list[Id], Field(max_length=50)] = []
    translations: dict[Locale, Translation] = {}


class ProductIn(ProductFields):
    """A product. With ``price`` alone it has one variant; else ``options`` and ``variants``."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"name": "Mug", "description": "Stoneware.", "price": "19.90", "stock": 12},
                {
                    "name": "Tidal Study",
                    "options": [{"name": "Size", "values": ["30 × 40 cm", "50 × 70 cm"]}],
                    "variants": [
                        {"options": {"Size": "30 × 40 cm"}, "price": "49.00", "stock": 5},
                        {"options": {"Size": "50 × 70 cm"}, "price": "89.00", "stock": 3},
                    ],
                },
            ]
        }
    )

    name: Name
    options: Annotated[list[OptionIn], Field(max_length=3)] = []
    variants: Annotated[list[VariantIn], Field(max_length=2000)] = []

    @property
    def sources(self) -> list[VariantFields]:
        """What the variants are made of, in their order."""
        return [*self.variants] or [self]

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        if bool(self.options) != bool(self.variants):
            raise ValueError("options and variants go together")
        own = self.model_fields_set & set(VariantFields.model_fields)
        if self.variants and own:
            raise ValueError(f"with variants, these belong to them: {', '.join(sorted(own))}")
        return self


class ProductPatch(ProductFields):
    """Changes to a product; what is left out stays. Fields of the only variant may stand here."""

    name: Name = ""
    variants: Annotated[list[VariantPatch], Field(max_length=2000)] = []


_COLUMNS = {"name": "title", "type": "product_type"}
_AMOUNTS = ("price", "compare_at", "cost")
_OF_VARIANT = frozenset(VariantFields.model_fields) - {"stock"}
_OF_PRODUCT = frozenset(ProductPatch.model_fields) - _OF_VARIANT - {"stock", "variants"}


def new_draft(asked: ProductIn, currency: str) -> ProductDraft:
    """The draft of a whole product; amounts are in ``currency``, the store's.

    Raises MissingPrice, WrongCurrency and InvalidAmount.
    """
    names = [option.name for option in asked.options]
    variants = []
    for index, source in enumerate(asked.sources):
        at = f"variants.{index}." if asked.variants else ""
        if source.price is None:
            raise MissingPrice(field=f"{at}price")
        values = _values(source, names, at) if isinstance(source, VariantIn) else ()
        variants.append(
            VariantDraft(values=values, **_variant_values(source, _OF_VARIANT, currency, at))
        )
    options = tuple(
        OptionDraft(one.name, tuple(ValueDraft(value) for value in one.values), one.kind)
        for one in asked.options
    )
    plain = _product_values(asked, _OF_PRODUCT)
    return ProductDraft(variants=tuple(variants), options=options, **plain)


def kept(draft: ProductDraft, now: ProductDraft) -> ProductDraft:
    """``draft`` with what the API does not write: pictures, details, place, and their texts."""
    pictures = {variant.values: variant.media for variant in now.variants}
    variants = tuple(replace(one, media=pictures.get(one.values)) for one in draft.variants)
    texts = {locale: dict(text) for locale, text in draft.translations.items()}
    for locale, text in now.translations.items():
        if "details" in text:
            texts.setdefault(locale, {})["details"] = text["details"]
    return replace(
        draft,
        variants=variants,
        media=now.media,
        details=now.details,
        position=now.position,
        translations=texts,
        slug=draft.slug or now.slug,
    )


def _values(variant: VariantIn, names: list[str], at: str) -> tuple[str, ...]:
    if set(variant.options) != set(names):
        raise Invalid(field=f"{at}options", options=names)
    return tuple(variant.options[name] for name in names)


def changed_draft(
    now: ProductDraft, asked: ProductPatch, variant_ids: list[int], currency: str
) -> ProductDraft:
    """``now`` with what was asked. ``variant_ids`` are those of its variants, in order.

    Raises SeveralVariants, UnknownVariant, WrongCurrency and InvalidAmount.
    """
    sent = asked.model_fields_set
    variants = list(now.variants)
    own = sent & (_OF_VARIANT | {"stock"})
    if own:
        if len(variants) > 1:
            raise SeveralVariants(field=min(own))
        changes = _variant_values(asked, own & _OF_VARIANT, currency, "")
        variants[0] = replace(variants[0], **changes)
    for index, one in enumerate(asked.variants):
        at = f"variants.{index}."
        if one.id not in variant_ids:
            raise UnknownVariant(field=f"{at}id")
        place = variant_ids.index(one.id)
        fields = one.model_fields_set & _OF_VARIANT
        variants[place] = replace(variants[place], **_variant_values(one, fields, currency, at))
    plain = _product_values(asked, sent & _OF_PRODUCT)
    return replace(now, variants=tuple(variants), **plain)


def _variant_values(
    source: VariantFields, names: frozenset[str] | set[str], currency: str, at: str
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name in names:
        value = getattr(source, name)
        if name in _AMOUNTS:
            value = _minor(value, currency, f"{at}{name}")
        values[name] = value
    return values


def _minor(value: AskedAmount | None, currency: str, field: str) -> int | None:
    return None if value is None else value.money(currency, field).minor


def _product_values(source: ProductFields, names: frozenset[str] | set[str]) -> dict[str, Any]:
    values: dict[str, Any] = {_COLUMNS.get(name, name): getattr(source, name) for name in names}
    if "translations" in values:
        values["translations"] = {
            locale: text.stored() for locale, text in source.translations.items()
        }
    for name in ("tags", "category_ids"):
        if name in values:
            values[name] = tuple(values[name])
    return values


def price_in(text: str | None, currency: str, field: str) -> int | None:
    """A price of a query in minor units; None when it is not asked for."""
    if text is None:
        return None
    return AskedAmount(Decimal(text)).money(currency, field).minor
