"""The same document for machines: Factur-X (ZUGFeRD 2) in the profile EN 16931.

The XML goes into the PDF as an associated file, so one file serves people and their accounting.
Amounts come from the stored document as they are; nothing is added up anew here. Business terms
(BT) are those of the European standard EN 16931-1.
"""

import re
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any

from drafthorse.models.accounting import ApplicableTradeTax, CategoryTradeTax, TradeAllowanceCharge
from drafthorse.models.document import Document as Xml
from drafthorse.models.note import IncludedNote
from drafthorse.models.party import TaxRegistration
from drafthorse.models.payment import PaymentMeans, PaymentTerms
from drafthorse.models.tradelines import LineItem

from vitrina.core.money import Money, decimals
from vitrina.orders.invoices.document import Document, Line, Party, TaxRow, percent
from vitrina.tax import vat
from vitrina.tax.vat import Treatment

FILE_NAME = "factur-x.xml"
GUIDELINE = "urn:cen.eu:en16931:2017"
SCHEMA = "FACTUR-X_EN16931"
PIECE = "C62"  # UN/ECE Recommendation 20: one
TYPE_CODES = {"invoice": "380", "credit_note": "381"}  # UNTDID 1001
# How it was paid, UNTDID 4461; what is not known here is left to both sides.
MEANS = {"stripe": "48", "sandbox": "48", "paypal": "68", "manual": "30"}
AGREED = "ZZZ"
_EXEMPTIONS = {"AE": "VATEX-EU-AE", "K": "VATEX-EU-IC", "G": "VATEX-EU-G", "O": "VATEX-EU-O"}

_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

EXTENSION = """
  <rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
    xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
    xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
   <pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
    <pdfaSchema:schema>Factur-X PDFA Extension Schema</pdfaSchema:schema>
    <pdfaSchema:namespaceURI>urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#</pdfaSchema:namespaceURI>
    <pdfaSchema:prefix>fx</pdfaSchema:prefix>
    <pdfaSchema:property><rdf:Seq>{properties}
    </rdf:Seq></pdfaSchema:property>
   </rdf:li></rdf:Bag></pdfaExtension:schemas>
  </rdf:Description>
  <rdf:Description rdf:about="" xmlns:fx="urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#">
   <fx:DocumentFileName>factur-x.xml</fx:DocumentFileName>
   <fx:DocumentType>INVOICE</fx:DocumentType>
   <fx:Version>1.0</fx:Version>
   <fx:ConformanceLevel>EN 16931</fx:ConformanceLevel>
  </rdf:Description>"""
_PROPERTY = """
     <rdf:li rdf:parseType="Resource">
      <pdfaProperty:name>{name}</pdfaProperty:name>
      <pdfaProperty:valueType>Text</pdfaProperty:valueType>
      <pdfaProperty:category>external</pdfaProperty:category>
      <pdfaProperty:description>{words}</pdfaProperty:description>
     </rdf:li>"""
_PROPERTIES = {
    "DocumentFileName": "The name of the embedded XML document",
    "DocumentType": "The type of the hybrid document in capital letters",
    "Version": "The version of the standard that the embedded XML document follows",
    "ConformanceLevel": "The conformance level of the embedded XML document",
}


def extension() -> str:
    """What Factur-X wants in the metadata of the PDF."""
    found = (_PROPERTY.format(name=name, words=words) for name, words in _PROPERTIES.items())
    return EXTENSION.format(properties="".join(found))


def speaks(document: Document) -> bool:
    """Whether the standard can say this document: amounts have two decimals at most (BR-DEC)."""
    return decimals(document.currency) <= 2


def xml(document: Document) -> bytes:
    """The document as XML, checked against the schema of the profile."""
    document = Document.from_json(_writable(document.as_json()))
    made = Xml()
    made.context.guideline_parameter.id = GUIDELINE
    made.header.id = document.number
    made.header.type_code = TYPE_CODES[document.kind]
    made.header.issue_date_time = _day(document.issued_on)
    for text in document.notes:
        note = IncludedNote()
        note.content = text
        made.header.notes.add(note)
    _agreement(made, document)
    _delivery(made, document)
    _settlement(made, document)
    for position, line in enumerate(_goods(document), 1):
        made.trade.items.add(_item(document, line, position))
    return bytes(made.serialize(schema=SCHEMA))


def _writable(value: Any) -> Any:
    """``value`` without the characters that XML has no way to write."""
    if isinstance(value, str):
        return _UNWRITABLE.sub("", value)
    if isinstance(value, dict):
        return {name: _writable(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_writable(one) for one in value]
    return value


def _day(text: str) -> datetime:
    return datetime.combine(datetime.fromisoformat(text).date(), time(), UTC)


def _amount(document: Document, minor: int) -> Decimal:
    return document.money(minor).decimal


def _goods(document: Document) -> list[Line]:
    return [line for line in document.lines if line.kind != "delivery"]


def _charges(document: Document) -> list[Line]:
    return [line for line in document.lines if line.kind == "delivery"]


def _agreement(made: Xml, document: Document) -> None:
    agreement = made.trade.agreement
    agreement.seller_order.issuer_assigned_id = document.order
    _party(agreement.seller, document.seller)
    _party(agreement.buyer, document.buyer)
    _numbers(agreement, document)
    if document.seller.email:
        agreement.seller.electronic_address.uri_ID = ("EM", document.seller.email)
    if document.corrects:
        reference = made.trade.settlement.invoice_referenced_document
        reference.issuer_assigned_id = document.corrects.number
        reference.issue_date_time = _day(document.corrects.issued_on)


def _party(made: Any, party: Party) -> None:
    """The name and address of seller or buyer: BT-27 to BT-40, BT-44 to BT-55."""
    made.name = party.title or party.country
    _address(made.address, party.address)


def _numbers(agreement: Any, document: Document) -> None:
    """The tax numbers of both sides: BT-29, BT-31, BT-32, BT-48.

    Where no VAT applies at all, no VAT number may be named (BR-O-02): the seller is known by its
    number all the same.
    """
    seller, buyer = document.seller.vat_number, document.buyer.vat_number
    is_vat = bool(vat.number_of(seller))
    is_outside = any(row.category == Treatment.OUTSIDE for row in document.taxes)
    if seller and (is_outside or not is_vat):
        agreement.seller.id = seller
    if seller and not is_outside:
        agreement.seller.tax_registrations.add(_registration("VA" if is_vat else "FC", seller))
    if buyer and not is_outside:
        agreement.buyer.tax_registrations.add(_registration("VA", buyer))


def _registration(scheme: str, number: str) -> TaxRegistration:
    made = TaxRegistration()
    made.id = (scheme, number)
    return made


def _address(made: Any, address: dict[str, str]) -> None:
    names = {
        "postcode": "postal_code",
        "line_one": "line1",
        "line_two": "line2",
        "city_name": "city",
        "country_id": "country",
        "country_subdivision": "region",
    }
    for theirs, ours in names.items():
        if value := address.get(ours):
            setattr(made, theirs, value)


def _delivery(made: Xml, document: Document) -> None:
    delivery = made.trade.delivery
    delivery.event.occurrence = _day(document.supplied_on)
    if document.delivery:
        delivery.ship_to.name = document.delivery.get("name", "")
        _address(delivery.ship_to.address, document.delivery)


def _settlement(made: Xml, document: Document) -> None:
    settlement = made.trade.settlement
    settlement.payment_reference = document.number
    settlement.currency_code = document.currency
    if document.home_tax:
        settlement.tax_currency_code = document.home_tax["currency"]
    means = PaymentMeans()
    means.type_code = MEANS.get(document.payment, AGREED)
    settlement.payment_means.add(means)
    for row in document.taxes:
        settlement.trade_tax.add(_tax(document, row))
    for line in _charges(document):
        settlement.allowance_charge.add(_charge(document, line))
    if document.due > 0:
        terms = PaymentTerms()
        terms.due = _day(document.issued_on)
        settlement.terms.add(terms)
    _sums(made, document)


def _tax(document: Document, row: TaxRow) -> ApplicableTradeTax:
    """The tax of a rate: BT-116 to BT-121."""
    tax = ApplicableTradeTax()
    tax.calculated_amount = _amount(document, row.tax)
    tax.type_code = "VAT"
    if row.category in _EXEMPTIONS:
        tax.exemption_reason = " ".join(document.notes)
        tax.exemption_reason_code = _EXEMPTIONS[row.category]
    tax.basis_amount = _amount(document, row.base)
    tax.category_code = row.category
    if row.category != "O":
        tax.rate_applicable_percent = row.percent
    return tax


def _charge(document: Document, line: Line) -> TradeAllowanceCharge:
    """The delivery, a charge on the document: BT-99 to BT-105."""
    charge = TradeAllowanceCharge()
    charge.indicator = True
    charge.actual_amount = _amount(document, line.net)
    charge.reason_code = "FC"  # UNTDID 7161: freight
    charge.reason = line.title
    tax = CategoryTradeTax()
    _rate(tax, line)
    charge.trade_tax.add(tax)
    return charge


def _rate(tax: Any, line: Line) -> None:
    tax.type_code = "VAT"
    tax.category_code = line.category
    if line.category != "O":
        tax.rate_applicable_percent = percent(line.rate)


def _sums(made: Xml, document: Document) -> None:
    """The totals: BT-106 to BT-115."""
    sums = made.trade.settlement.monetary_summation
    charges = sum(line.net for line in _charges(document))
    sums.line_total = _amount(document, document.net - charges)
    sums.charge_total = _amount(document, charges)
    sums.allowance_total = _amount(document, 0)
    sums.tax_basis_total = _amount(document, document.net)
    sums.tax_total = (_amount(document, document.tax), document.currency)
    if home := document.home_tax:
        other = Money(home["tax"], home["currency"])
        sums.tax_total_other_currency.add((other.decimal, other.currency))
    sums.grand_total = _amount(document, document.total)
    sums.prepaid_total = _amount(document, document.paid)
    sums.due_amount = _amount(document, document.due)


def _item(document: Document, line: Line, position: int) -> LineItem:
    """A line: BT-126 to BT-158. Its net price is for all its pieces, so that no cent is lost."""
    item = LineItem()
    item.document.line_id = str(position)
    item.product.name = line.title
    if line.label:
        item.product.description = line.label
    if line.sku:
        item.product.seller_assigned_id = line.sku
    each = line.net % line.quantity == 0
    pieces = 1 if each else line.quantity
    item.agreement.net.amount = _amount(document, line.net // line.quantity if each else line.net)
    item.agreement.net.basis_quantity = (Decimal(pieces), PIECE)
    item.delivery.billed_quantity = (Decimal(line.quantity), PIECE)
    _rate(item.settlement.trade_tax, line)
    item.settlement.monetary_summation.total_amount = _amount(document, line.net)
    return item
