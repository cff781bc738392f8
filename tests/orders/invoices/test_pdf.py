"""The paper and its XML: read back from the PDF, every sum is the stored one."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from tests import make
from tests.conftest import Shop
from vitrina.core import clock, store
from vitrina.core.db import committing
from vitrina.core.money import Money
from vitrina.orders.invoices import facturx, pdf
from vitrina.orders.invoices.actions import issue_credit_note, issue_invoice
from vitrina.orders.invoices.document import Document, Line, Party, TaxRow, digest
from vitrina.orders.invoices.rules import by_rate

RAM = "{urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100}"
SUMS = f".//{RAM}SpecifiedTradeSettlementHeaderMonetarySummation/{RAM}"


def document(*lines: Line, **changes: object) -> Document:
    """A small invoice of a Portuguese shop; ``changes`` are other fields of it."""
    sold = lines or (line("Vase", 2, 2000, 460),)
    net, tax = sum(one.net for one in sold), sum(one.tax for one in sold)
    party = {"line1": "Rua do Sol 12", "city": "Lisboa", "postal_code": "1100-001"}
    made = Document(
        kind="invoice",
        number="INV-2026-000001",
        order="VT-1234567",
        ordered_on="2026-06-01",
        issued_on="2026-06-02",
        supplied_on="2026-06-01",
        locale="en",
        currency="EUR",
        seller=Party("Isoline", "Isoline, Lda", "PT500000000", {**party, "country": "PT"}),
        buyer=Party("Ana Reis", "", "", {**party, "name": "Ana Reis", "country": "PT"}),
        delivery=None,
        lines=tuple(sold),
        taxes=by_rate(sold, {"0.23": "VAT"}),
        net=net,
        tax=tax,
        total=net + tax,
        paid=net + tax,
        payment="sandbox",
        notes=(),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def line(title: str, quantity: int, net: int, tax: int, **changes: str) -> Line:
    made = Line("goods", title, "", "SKU-1", quantity, net, 0, "0.23", "S", net, tax)
    return replace(made, **changes)  # type: ignore[arg-type]


def text_of(data: bytes) -> str:
    pages = [page.extract_text() for page in PdfReader(BytesIO(data)).pages]
    return " ".join(" ".join(pages).split())


def xml_of(data: bytes) -> ElementTree.Element:
    (content,) = PdfReader(BytesIO(data)).attachments["factur-x.xml"]
    return ElementTree.fromstring(content)


def amount(root: ElementTree.Element, name: str) -> Decimal:
    found = root.find(SUMS + name)
    assert found is not None
    return Decimal(found.text or "")


def check_sums(made: Document, root: ElementTree.Element) -> None:
    """The business rules of EN 16931 about sums (BR-CO-10 to BR-CO-16), without any tolerance."""
    lines = [Decimal(one.text or "") for one in root.iter(f"{RAM}LineTotalAmount")][:-1]
    charges = root.findall(f".//{RAM}SpecifiedTradeAllowanceCharge/{RAM}ActualAmount")
    base = [Decimal(one.text or "") for one in root.iter(f"{RAM}BasisAmount")]
    tax = [Decimal(one.text or "") for one in root.iter(f"{RAM}CalculatedAmount")]
    assert sum(lines) == amount(root, "LineTotalAmount")
    assert sum(Decimal(one.text or "") for one in charges) == amount(root, "ChargeTotalAmount")
    net = amount(root, "LineTotalAmount") + amount(root, "ChargeTotalAmount")
    assert net == amount(root, "TaxBasisTotalAmount") == sum(base)
    assert sum(tax) == amount(root, "TaxTotalAmount")
    assert net + sum(tax) == amount(root, "GrandTotalAmount") == made.money(made.total).decimal
    due = amount(root, "GrandTotalAmount") - amount(root, "TotalPrepaidAmount")
    assert due == amount(root, "DuePayableAmount")


def test_the_pdf_of_an_order_carries_its_xml_with_the_very_same_sums(shop: Shop) -> None:
    make.tax()
    make.delivery("4.99")
    make.promotion()
    lines = [
        (make.variant(price="19.90"), 3),
        (make.variant(price="0.99", title="Pin", stock=9), 7),
    ]
    order = make.paid_order(lines)
    with committing():
        invoice = issue_invoice(order)
        note = issue_credit_note(order, order.money(1234), refund_key="a")
    for issued, code in ((invoice, "380"), (note, "381")):
        made = Document.from_json(issued.document)
        root = xml_of(pdf.render(made))
        check_sums(made, root)
        assert next(one.text for one in root.iter(f"{RAM}TypeCode")) == code
        assert digest(issued.document) == issued.sha256


def test_a_paper_says_what_the_law_asks_for(shop: Shop) -> None:
    make.tax()
    with committing():
        store.change(by="staff:1", company="Isoline, Lda", tax_number="PT 500 000 000")
    order = make.paid_order([(make.variant(title="Vase", price="123.00"), 2)])
    with committing():
        made = Document.from_json(issue_invoice(order).document)
    words = text_of(pdf.render(made))
    for piece in (
        *("Invoice", made.number, "Isoline, Lda", "PT500000000", "Ana Reis", "Rua do Sol 12"),
        *("Vase", "€100.00", "€200.00", "€246.00", "23 %", "VAT 23 % on €204.07", "€46.93"),
        *("€251.00", "Page 1 of 1", order.number),
    ):
        assert piece in words, piece


def test_the_same_document_has_the_same_bytes_whenever_it_is_drawn() -> None:
    made = document()
    with clock.at(datetime(2031, 1, 1, tzinfo=UTC)):
        later = pdf.render(made)
    assert pdf.render(Document.from_json(made.as_json())) == later


def test_the_file_says_that_it_is_pdf_a_3b_with_factur_x() -> None:
    reader = PdfReader(BytesIO(pdf.render(document())))
    root: Any = reader.trailer["/Root"]
    metadata = root["/Metadata"].get_data().decode()
    assert "<pdfaid:part>3</pdfaid:part>" in metadata
    assert "<pdfaid:conformance>B</pdfaid:conformance>" in metadata
    assert "<fx:ConformanceLevel>EN 16931</fx:ConformanceLevel>" in metadata
    assert "<xmp:CreateDate>2026-06-02T00:00:00+00:00</xmp:CreateDate>" in metadata
    (attached,) = root["/AF"]
    assert attached.get_object()["/AFRelationship"] == "/Alternative"
    assert root["/OutputIntents"][0].get_object()["/S"] == "/GTS_PDFA1"
    assert root["/Lang"] == "en"
    pages: list[Any] = list(reader.pages)
    for page in pages:
        for font in page["/Resources"]["/Font"].values():
            (descendant,) = font.get_object()["/DescendantFonts"]
            assert "/FontFile2" in descendant.get_object()["/FontDescriptor"]


@pytest.mark.parametrize(("locale", "money"), [("ru", "24,60"), ("pt-BR", "24,60")])
def test_a_paper_speaks_the_language_of_its_order(locale: str, money: str) -> None:
    made = document(line("Ваза «Ёлка» № 5", 2, 2000, 460), locale=locale)
    words = text_of(pdf.render(made))
    assert "Ваза «Ёлка» № 5" in words
    assert money in words


def test_many_lines_go_on_over_pages_with_the_heading_on_each() -> None:
    title = "A long title that has to be wrapped because it says everything about a print " * 3
    sold = [line(f"{number} {title}", 1, 100, 23) for number in range(40)]
    reader = PdfReader(BytesIO(pdf.render(document(*sold))))
    pages = [" ".join(page.extract_text().split()) for page in reader.pages]
    assert len(pages) > 3
    for number, page in enumerate(pages, 1):
        assert f"Page {number} of {len(pages)}" in page
    for page in pages[:-1]:
        assert "Without VAT" in page
    assert all(f"{number} A long title" in " ".join(pages) for number in range(40))


def test_what_a_buyer_typed_is_text_and_nothing_else() -> None:
    odd = '<img src=http://127.0.0.1/> **bold** {nb} {{ 7*7 }} \x07 & ]]> 中文 "'
    made = document(line(odd, 1, 100, 23))
    data = pdf.render(made)
    assert '<img src=http://127.0.0.1/> **bold** {nb} {{ 7*7 }} & ]]> ?? "' in text_of(data)
    name = next(one.text for one in xml_of(data).iter(f"{RAM}Name"))
    assert name is not None
    assert "中文" in name
    assert "\x07" not in name


def test_a_currency_with_three_decimals_has_a_paper_but_no_xml() -> None:
    made = document(currency="KWD")
    assert PdfReader(BytesIO(pdf.render(made))).attachments == {}


def test_without_tax_the_reason_is_on_paper_and_in_the_xml() -> None:
    reason = "Intra-Community supply, exempt from VAT by Article 138 of Directive 2006/112/EC."
    sold = line("Vase", 1, 1000, 0, rate="0", category="K")
    germany = {"name": "Eva", "line1": "Torstr. 8", "city": "Berlin", "country": "DE"}
    made = document(
        sold,
        buyer=Party("Eva", "Muster GmbH", "DE136695976", germany),
        delivery=germany,
        notes=(reason,),
    )
    data = pdf.render(made)
    root = xml_of(data)
    assert reason in text_of(data)
    assert [one.text for one in root.iter(f"{RAM}ExemptionReasonCode")] == ["VATEX-EU-IC"]
    assert [one.text for one in root.iter(f"{RAM}ExemptionReason")] == [reason]
    registrations = root.findall(f".//{RAM}SpecifiedTaxRegistration/{RAM}ID")
    assert [one.text for one in registrations] == ["PT500000000", "DE136695976"]


amounts = st.tuples(
    st.integers(1, 99), st.integers(0, 10**7), st.sampled_from(["0", "0.06", "0.055", "0.23"])
)


@given(st.lists(amounts, min_size=1, max_size=6), st.sampled_from(["EUR", "JPY"]))
@settings(max_examples=40, deadline=None)
def test_whatever_was_sold_the_xml_fits_the_schema_and_its_sums_are_exact(
    sold: list[tuple[int, int, str]], currency: str
) -> None:
    lines = []
    for number, (quantity, net, rate) in enumerate(sold):
        tax = Money(net, currency).times(Decimal(rate)).minor
        kind = "delivery" if number == 1 else "goods"
        category = "Z" if rate == "0" else "S"
        made = Line(kind, f"No. {number}", "", "", quantity, net, 0, rate, category, net, tax)
        lines.append(made)
    whole = document(*lines, currency=currency)
    check_sums(whole, ElementTree.fromstring(facturx.xml(whole)))
    assert sum(row.base for row in whole.taxes) == whole.net


def test_tax_rows_are_the_highest_rate_first() -> None:
    rows = by_rate([line("a", 1, 100, 6, rate="0.06"), line("b", 1, 100, 23)], {"0.06": "Reduced"})
    assert rows == (TaxRow("", "0.23", "S", 100, 23), TaxRow("Reduced", "0.06", "S", 100, 6))
