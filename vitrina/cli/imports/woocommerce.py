"""A WooCommerce product export: products in rows, variations in rows of their own."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import product as combinations

from vitrina.catalog.drafts import MediaDraft, OptionDraft, ProductDraft, VariantDraft
from vitrina.catalog.errors import InvalidProduct
from vitrina.catalog.rich_text import plain
from vitrina.catalog.rules.drafts import MOST_OPTIONS, checked
from vitrina.catalog.slugs import free_slug, slugify
from vitrina.cli.imports.parsed import (
    Faults,
    Line,
    Parsed,
    amount,
    whole,
)
from vitrina.cli.imports.woo_cells import (
    attributes,
    categories,
    description,
    kinds,
    listed,
    measures,
    paragraphs,
    tax_class,
)

NEEDS = ("Type", "Name")
MOST_EXPANDED = 200
_BACKORDER = frozenset({"1", "yes", "notify"})


def key(line: Line) -> str:
    """What a product and its variations have in common: the parent's SKU or id."""
    if "variation" in kinds(line):
        return line.get("Parent").removeprefix("id:")
    return line.get("SKU") or line.get("ID") or line.get("Name")


class WooCommerce:
    """Reads groups of rows; remembers the SKUs and addresses of the file."""

    needs = NEEDS

    def __init__(self, currency: str, now: datetime) -> None:
        self.currency = currency
        self.now = now
        self._skus: dict[str, int] = {}
        self._slugs: set[str] = set()

    def parse(self, name: str, lines: Sequence[Line], faults: Faults) -> Parsed | None:
        """The product of a group; None, with faults, when nothing can be made of it."""
        parents = [line for line in lines if "variation" not in kinds(line)]
        children = [line for line in lines if "variation" in kinds(line)]
        if not parents:
            for line in children:
                faults.left_out(line, name, "Parent", "the product of the variation is not there")
            return None
        for line in parents[1:]:
            faults.left_out(line, name, "SKU", f"line {parents[0].number} has the same SKU")
        parent = parents[0]
        own = kinds(parent)
        if "grouped" in own:
            faults.left_out(parent, name, "Type", "a group is only a list of other products")
            return None
        if not parent.get("Name"):
            faults.left_out(parent, name, "Name", "the product has no name")
            return None
        return self._product(name, parent, children, faults)

    def _product(
        self, name: str, parent: Line, children: Sequence[Line], faults: Faults
    ) -> Parsed | None:
        media = [MediaDraft(source_url=url[:1000]) for url in listed(parent.get("Images"))]
        options: tuple[OptionDraft, ...] = ()
        rows: list[tuple[Line, VariantDraft]]
        if "variable" in kinds(parent):
            options, rows = self._variations(name, parent, children, media, faults)
        else:
            for line in children:
                faults.left_out(line, name, "Parent", "the product has no variations")
            rows = self._one(name, parent, (), parent, media, faults)
        if not rows:
            faults.left_out(parent, name, "Regular price", "the product has no variant for sale")
            return None
        seo = plain(paragraphs(parent.get("Short description")), 300)
        draft = ProductDraft(
            title=parent.get("Name")[:300],
            slug=self._slug(parent.get("Name")),
            description=description(parent),
            vendor=parent.get("Brands", "Brand")[:200],
            status=self._status(name, parent, faults),
            tags=tuple(listed(parent.get("Tags"))),
            details=_details(parent, {option.name for option in options}),
            seo_description=seo,
            options=options,
            variants=tuple(variant for _, variant in rows),
            media=tuple(media),
        )
        try:
            draft = checked(draft)
        except InvalidProduct as error:
            reason = f"{error.facts.get('field')}: {error.facts.get('reason')}"
            faults.left_out(parent, name, "Name", reason)
            return None
        stock = tuple(_stock(name, line, one, parent, faults) for line, one in rows)
        numbers = tuple(line.number for line, _ in rows)
        return Parsed(name, draft, stock, numbers, categories(parent))

    def _slug(self, title: str) -> str:
        slug = free_slug(slugify(title) or "product", self._slugs)
        self._slugs.add(slug)
        return slug

    def _status(self, name: str, line: Line, faults: Faults) -> str:
        if "external" in kinds(line):
            faults.mended(line, name, "Type", "sold elsewhere; goes in as a draft")
            return "draft"
        if "downloadable" in kinds(line):
            faults.mended(line, name, "Type", "its files have to be added by hand")
        if line.get("Visibility in catalog").lower() == "hidden":
            faults.mended(line, name, "Visibility in catalog", "hidden; goes in as a draft")
            return "draft"
        return "active" if line.get("Published") in ("1", "") else "draft"

    # Variations

    def _variations(
        self,
        name: str,
        parent: Line,
        children: Sequence[Line],
        media: list[MediaDraft],
        faults: Faults,
    ) -> tuple[tuple[OptionDraft, ...], list[tuple[Line, VariantDraft]]]:
        """The options that variations choose by, and a variant for each choice.

        A variation that leaves an option open stands for all of its values.
        """
        chosen = list(attributes(parent))[:MOST_OPTIONS]
        rows: list[tuple[Line, VariantDraft]] = []
        seen: dict[tuple[str, ...], int] = {}
        for line in sorted(children, key=_position):
            own = dict(attributes(line))
            choices = [own.get(title) or values for title, values in chosen]
            expanded = list(combinations(*choices))[:MOST_EXPANDED]
            if len(expanded) > 1:
                reason = f"leaves an option open; goes in as {len(expanded)} variants"
                faults.mended(line, name, "SKU", reason)
            for values in expanded:
                if values in seen:
                    reason = f"line {seen[values]} has a variant of the same options"
                    faults.left_out(line, name, "SKU", reason)
                    continue
                made = self._one(name, line, values, parent, media, faults, len(expanded) > 1)
                seen |= {values: line.number} if made else {}
                rows += made
        options = tuple(
            OptionDraft.of(title[:120], *_used(values, place, rows))
            for place, (title, values) in enumerate(chosen)
        )
        return (options, rows) if rows else ((), [])

    def _one(
        self,
        name: str,
        line: Line,
        values: tuple[str, ...],
        parent: Line,
        media: list[MediaDraft],
        faults: Faults,
        expanded: bool = False,
    ) -> list[tuple[Line, VariantDraft]]:
        """The variant of a row; none, with a fault, when it has no price."""
        try:
            price, compare_at = self._prices(line)
        except ValueError as error:
            faults.left_out(line, name, "Regular price", f"{error} as a price")
            return []
        own = kinds(line) | (kinds(parent) & {"virtual"})
        draft = VariantDraft(
            price=price,
            values=values,
            sku=self._sku(name, line, values if expanded else (), faults),
            barcode=line.get("GTIN, UPC, EAN, or ISBN")[:60],
            compare_at=compare_at,
            tax_class=tax_class(line, parent),
            requires_shipping="virtual" not in own,
            track_stock=bool(line.get("Stock")) or not line.says_yes("In stock?", True),
            backorder=line.get("Backorders allowed?").lower() in _BACKORDER,
            media=_picture(line, media) if line is not parent else None,
        )
        return [(line, replace(draft, **measures(line, parent)))]

    def _prices(self, line: Line) -> tuple[int, int | None]:
        regular = line.get("Regular price")
        sale = line.get("Sale price") if self._on_sale(line) else ""
        if not regular and not sale:
            raise ValueError("nothing")
        price = amount(sale or regular, self.currency)
        before = amount(regular, self.currency) if sale and regular else None
        return price, before

    def _on_sale(self, line: Line) -> bool:
        today = self.now.date().isoformat()
        starts, ends = line.get("Date sale price starts"), line.get("Date sale price ends")
        return (not starts or starts[:10] <= today) and (not ends or today <= ends[:10])

    def _sku(self, name: str, line: Line, values: tuple[str, ...], faults: Faults) -> str | None:
        sku = line.get("SKU")
        if not sku:
            return None
        sku = "-".join([sku, *(slugify(value) for value in values)])[:120]
        before = self._skus.setdefault(sku, line.number)
        if before != line.number:
            reason = f"line {before} has the same SKU; goes in without it"
            faults.mended(line, name, "SKU", reason)
            return None
        return sku


def _used(
    values: Sequence[str], place: int, rows: Sequence[tuple[Line, VariantDraft]]
) -> list[str]:
    """The values in use, in the product's order, and those that only variations name."""
    used = {variant.values[place] for _, variant in rows}
    return [value for value in values if value in used] + sorted(used - set(values))


def _position(line: Line) -> tuple[int, int]:
    text = line.get("Position")
    return (int(text) if text.isdigit() else 0), line.number


def _details(line: Line, options: set[str]) -> tuple[dict[str, str], ...]:
    return tuple(
        {"name": title, "value": ", ".join(values)}
        for title, values in attributes(line)
        if title not in options and values
    )


def _picture(line: Line, media: list[MediaDraft]) -> int | None:
    """The place of a variation's own picture, which joins those of the product."""
    urls = listed(line.get("Images"))
    if not urls:
        return None
    source = urls[0][:1000]
    for place, one in enumerate(media):
        if one.source_url == source:
            return place
    media.append(MediaDraft(source_url=source))
    return len(media) - 1


def _stock(
    name: str, line: Line, variant: VariantDraft, parent: Line, faults: Faults
) -> int | None:
    if not variant.track_stock:
        return None
    text = line.get("Stock")
    if text.lower() == "parent":
        text = parent.get("Stock")
    try:
        count = whole(text or "0")
    except ValueError as error:
        faults.mended(line, name, "Stock", f"{error}; counted as 0")
        return 0
    if count < 0:
        faults.mended(line, name, "Stock", "fewer than none; counted as 0")
    return min(max(count, 0), 1_000_000)
