"""A Shopify product export: the rows of a handle are a product, its variants and its pictures."""

import re
from collections.abc import Sequence

from vitrina.catalog.drafts import MediaDraft, OptionDraft, ProductDraft, VariantDraft
from vitrina.catalog.errors import InvalidProduct
from vitrina.catalog.rules.drafts import checked
from vitrina.catalog.slugs import free_slug, slugify
from vitrina.cli.imports.parsed import GRAMS, Faults, Line, Parsed, amount, number, whole

NEEDS = ("Handle", "Title", "Option1 Value", "Variant Price")
STATUSES = frozenset({"active", "draft", "archived"})
_SPACES = re.compile(r"\s+")


def key(line: Line) -> str:
    """The handle, by which the rows of a product belong together."""
    return line.get("Handle")


class Shopify:
    """Reads groups of rows; remembers the SKUs of the file, which it may use only once."""

    needs = NEEDS

    def __init__(self, currency: str) -> None:
        self.currency = currency
        self._skus: dict[str, int] = {}
        self._slugs: set[str] = set()

    def parse(self, handle: str, lines: Sequence[Line], faults: Faults) -> Parsed | None:
        """The product of a handle; None, with a fault, when nothing can be made of it."""
        first = next((line for line in lines if line.get("Title")), lines[0])
        if not handle:
            faults.left_out(first, "", "Handle", "the row has no handle")
            return None
        if not first.get("Title"):
            faults.left_out(first, handle, "Title", "the product has no title")
            return None
        names = self._options(first, lines)
        media = _media(lines)
        variants, stock, numbers = self._variants(handle, lines, names, media, faults)
        if not variants:
            faults.left_out(first, handle, "Variant Price", "the product has no variant for sale")
            return None
        if first.says_yes("Gift Card"):
            faults.mended(first, handle, "Gift Card", "goes in as a product like any other")
        draft = ProductDraft(
            title=first.get("Title")[:300],
            slug=self._slug(handle),
            description=first.get("Body (HTML)", "Body HTML", "Body"),
            vendor=first.get("Vendor")[:200],
            product_type=first.get("Type", "Custom Product Type")[:200],
            status=_status(first),
            tags=tuple(first.get("Tags").split(",")),
            seo_title=first.get("SEO Title")[:300],
            seo_description=first.get("SEO Description")[:500],
            options=_option_drafts(names, variants),
            variants=tuple(variants),
            media=tuple(media),
        )
        try:
            draft = checked(draft)
        except InvalidProduct as error:
            reason = f"{error.facts.get('field')}: {error.facts.get('reason')}"
            faults.left_out(first, handle, "Handle", reason)
            return None
        return Parsed(handle, draft, tuple(stock), tuple(numbers), _categories(first))

    def _slug(self, handle: str) -> str:
        slug = free_slug(slugify(handle) or "product", self._slugs)
        self._slugs.add(slug)
        return slug

    def _options(self, first: Line, lines: Sequence[Line]) -> list[str]:
        """The names of the options in use. A lone "Title" says that there are none."""
        used = [
            place for place in (1, 2, 3) if any(line.get(f"Option{place} Value") for line in lines)
        ]
        names = [first.get(f"Option{place} Name") or f"Option {place}" for place in used]
        rows = [line for line in lines if _is_variant(line)]
        if names == ["Title"] and len(rows) == 1:
            return []
        return names

    def _variants(
        self,
        handle: str,
        lines: Sequence[Line],
        names: Sequence[str],
        media: list[MediaDraft],
        faults: Faults,
    ) -> tuple[list[VariantDraft], list[int | None], list[int]]:
        variants: list[VariantDraft] = []
        stock: list[int | None] = []
        seen: dict[tuple[str, ...], int] = {}
        numbers: list[int] = []
        for line in lines:
            if not _is_variant(line):
                if not line.get("Image Src", "Title"):
                    faults.left_out(line, handle, "Handle", "the row has neither price nor picture")
                continue
            values = tuple(
                _SPACES.sub(" ", line.get(f"Option{place} Value"))[:255] or "–"
                for place, _ in enumerate(names, 1)
            )
            if values in seen:
                reason = f"line {seen[values]} has a variant of the same options"
                faults.left_out(line, handle, "Option1 Value", reason)
                continue
            draft = self._variant(handle, line, values, media, faults)
            if draft is None:
                continue
            seen[values] = line.number
            variants.append(draft)
            stock.append(_stock(handle, line, faults) if draft.track_stock else None)
            numbers.append(line.number)
        return variants, stock, numbers

    def _variant(
        self,
        handle: str,
        line: Line,
        values: tuple[str, ...],
        media: list[MediaDraft],
        faults: Faults,
    ) -> VariantDraft | None:
        try:
            price = amount(line.get("Variant Price"), self.currency)
        except ValueError as error:
            reason = f"{error} as a price" if line.get("Variant Price") else "there is no price"
            faults.left_out(line, handle, "Variant Price", reason)
            return None
        return VariantDraft(
            price=price,
            values=values,
            sku=self._sku(handle, line, faults),
            barcode=line.get("Variant Barcode").lstrip("'")[:60],
            compare_at=self._maybe(handle, line, "Variant Compare At Price", faults),
            cost=self._maybe(handle, line, "Cost per item", faults),
            tax_class=None if line.says_yes("Variant Taxable", True) else "exempt",
            weight_g=_grams(handle, line, faults),
            requires_shipping=line.says_yes("Variant Requires Shipping", True),
            track_stock=bool(line.get("Variant Inventory Tracker")),
            backorder=line.get("Variant Inventory Policy").lower() == "continue",
            media=_place(line.get("Variant Image"), media),
        )

    def _maybe(self, handle: str, line: Line, column: str, faults: Faults) -> int | None:
        if not line.get(column):
            return None
        try:
            return amount(line.get(column), self.currency)
        except ValueError as error:
            faults.mended(line, handle, column, f"{error}; goes in without it")
            return None

    def _sku(self, handle: str, line: Line, faults: Faults) -> str | None:
        sku = _SPACES.sub(" ", line.get("Variant SKU").lstrip("'"))
        if not sku:
            return None
        if len(sku) > 120:
            faults.mended(line, handle, "Variant SKU", "too long; goes in without it")
            return None
        before = self._skus.setdefault(sku, line.number)
        if before != line.number:
            reason = f"line {before} has the same SKU; goes in without it"
            faults.mended(line, handle, "Variant SKU", reason)
            return None
        return sku


def _is_variant(line: Line) -> bool:
    return bool(line.get("Option1 Value") or line.get("Variant Price"))


def _status(line: Line) -> str:
    said = line.get("Status").lower()
    if said in STATUSES:
        return said
    return "active" if line.says_yes("Published", True) else "draft"


def _option_drafts(
    names: Sequence[str], variants: Sequence[VariantDraft]
) -> tuple[OptionDraft, ...]:
    """Each option with the values that its variants use, in the order of the file."""
    return tuple(
        OptionDraft.of(name[:120], *dict.fromkeys(variant.values[place] for variant in variants))
        for place, name in enumerate(names)
    )


def _media(lines: Sequence[Line]) -> list[MediaDraft]:
    found: dict[str, MediaDraft] = {}
    for line in lines:
        source = line.get("Image Src")
        if source and source not in found:
            alt = line.get("Image Alt Text")[:500]
            found[source] = MediaDraft(source_url=source[:1000], alt=alt)
    for line in lines:
        source = line.get("Variant Image")
        if source:
            found.setdefault(source, MediaDraft(source_url=source[:1000]))
    return list(found.values())


def _place(source: str, media: Sequence[MediaDraft]) -> int | None:
    return next(
        (place for place, one in enumerate(media) if source and one.source_url == source[:1000]),
        None,
    )


def _stock(handle: str, line: Line, faults: Faults) -> int:
    column = "Variant Inventory Qty"
    try:
        count = whole(line.get(column) or "0")
    except ValueError as error:
        faults.mended(line, handle, column, f"{error}; counted as 0")
        return 0
    if count < 0:
        faults.mended(line, handle, column, "fewer than none; counted as 0")
        return 0
    return min(count, 1_000_000)


def _grams(handle: str, line: Line, faults: Faults) -> int:
    try:
        if line.get("Variant Grams"):
            grams = number(line.get("Variant Grams"))
        else:
            unit = GRAMS.get(line.get("Variant Weight Unit").lower(), GRAMS["kg"])
            grams = number(line.get("Variant Weight") or "0") * unit
    except ValueError as error:
        faults.mended(line, handle, "Variant Grams", f"{error}; goes in without a weight")
        return 0
    if not 0 <= grams <= 10**8:
        faults.mended(line, handle, "Variant Grams", "out of reason; goes in without a weight")
        return 0
    return round(grams)


def _categories(line: Line) -> tuple[tuple[str, ...], ...]:
    """The category is the product's type; exports seldom have a better one."""
    kind = _SPACES.sub(" ", line.get("Type", "Custom Product Type"))[:120]
    return ((kind,),) if slugify(kind) else ()
