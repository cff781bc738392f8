"""Any cart, and any way in which its money goes back: the sums are right to the last unit.

`make test-long` tries 100,000 carts. A failure names the number of its cart: it can be made again.
"""

import random
from collections import Counter
from decimal import Decimal

import pytest

from tests.pricing.worlds import amount, basket, buy_get, free_shipping, line, offer, percent
from vitrina.core.money import Money
from vitrina.orders.rules import RefundPart, cut, line_part, tax_in
from vitrina.payments.ledger import rules as books
from vitrina.pricing.rules import Basket, Quote, price
from vitrina.promotions.rules import PromotionRule
from vitrina.tax.rules import TaxRule

CURRENCIES = ("EUR", "BRL", "USD", "JPY", "KWD")
RATES = ("0", "0.06", "0.077", "0.19", "0.23", "0.255")


def any_basket(dice: random.Random) -> Basket:
    """Some lines, some promotions that stack or do not, gross or net, sent or not."""
    currency = dice.choice(CURRENCIES)
    lines = [
        line(
            key,
            dice.choice((1, 3, 99, 333, 1990, 12345, dice.randrange(1, 10**6))),
            dice.choice((1, 1, 1, 2, 3, 7, 99)),
            currency,
            tax_class=dice.choice(("standard", "standard", "reduced")),
            category_ids=frozenset(dice.sample(range(1, 4), dice.randrange(3))),
            requires_shipping=dice.random() < 0.8,
        )
        for key in range(1, dice.choice((2, 2, 3, 5, 8)))
    ]
    rules = [any_promotion(dice, number) for number in range(1, dice.choice((1, 1, 2, 3, 5)))]
    return basket(
        *lines,
        currency=currency,
        tax_included=dice.random() < 0.5,
        taxes=tuple(
            TaxRule(name, f"VAT {name}", Decimal(dice.choice(RATES)))
            for name in ("standard", "reduced", "shipping")
        )
        if dice.random() < 0.9
        else (),
        promotions=tuple(rules),
        shipping=offer(dice.choice((0, 1, 490, 1190, 7777)), currency)
        if dice.random() < 0.8
        else None,
        goods_relieved=dice.random() < 0.3,
        services_relieved=dice.random() < 0.3,
    )


def any_promotion(dice: random.Random, number: int) -> PromotionRule:
    fields = {
        "id": number,
        "stacks": dice.random() < 0.6,
        "priority": dice.randrange(3),
        "minimum": dice.choice((0, 0, 500, 5000)),
        "category_ids": frozenset({1}) if dice.random() < 0.3 else frozenset(),
    }
    kind = dice.randrange(4)
    if kind == 0:
        return percent(dice.choice(("10", "33.33", "7.5", "100", "0.01")), **fields)
    if kind == 1:
        return amount(dice.choice((1, 500, 99999999)), **fields)
    if kind == 2:
        return free_shipping(**fields)
    return buy_get(dice.randrange(1, 3), 1, percent=Decimal(dice.choice(("50", "100"))), **fields)


def check_sums(quote: Quote) -> None:
    zero = Money.zero(quote.currency)
    sending = quote.shipping or zero
    assert quote.total.minor >= 0
    assert quote.subtotal == sum((one.listed for one in quote.lines), zero)
    assert quote.subtotal - quote.discount + sending + quote.tax_added == quote.total
    assert sum((one.tax for one in quote.taxes), zero) == quote.tax
    assert sum((one.tax for one in quote.lines), quote.shipping_tax) == quote.tax
    assert sum((one.discount for one in quote.lines), quote.shipping_discount) == quote.discount
    off = sum((one.amount for one in quote.promotions), zero)
    assert off == quote.discount
    for one in quote.lines:
        assert zero <= one.discount <= one.listed
        assert one.total.minor >= 0


class Sale:
    """An order of a quote, its payments and what went back, with the books beside them."""

    def __init__(self, quote: Quote, dice: random.Random) -> None:
        self.quote, self.dice = quote, dice
        self.books: Counter[str] = Counter()
        total, tax = quote.total.minor, quote.tax.minor
        self.left, self.tax_left = total, tax
        sending = quote.shipping.minor if quote.shipping else 0
        self.enter(
            books.sale(total=total, discount=quote.discount.minor, shipping=sending, tax=tax)
        )
        card = dice.randrange(total + 1) if dice.random() < 0.4 else 0
        self.captured = {"gift_cards": card, "clearing:stripe": total - card}
        for holder, part in self.captured.items():
            self.enter(books.captured(holder, part))
        self.refunded: Counter[str] = Counter()
        self.gone: Counter[int] = Counter()
        self.sent_back = False

    def enter(self, postings: books.Postings) -> None:
        assert sum(postings.values()) == 0
        self.books.update(postings)

    def give_back(self, wanted: int, parts: list[RefundPart]) -> None:
        """A refund: from the provider first, then the gift card."""
        rest = parts
        for holder in ("clearing:stripe", "gift_cards"):
            part = min(wanted, self.captured[holder] - self.refunded[holder])
            if part <= 0:
                continue
            now, rest = cut(rest, part)
            assert sum(one.amount for one in now) <= part
            tax = tax_in(part, now, left=self.left, tax_left=self.tax_left)
            assert 0 <= tax <= part
            self.refunded[holder] += part
            self.left, self.tax_left = self.left - part, self.tax_left - tax
            self.enter(books.refunded(holder, part, tax=tax, of_sale=True))
            wanted -= part
        assert wanted == 0

    def some_pieces(self) -> list[RefundPart]:
        """Some pieces of one line that have not come back yet, or the delivery."""
        open_lines = [one for one in self.quote.lines if self.gone[one.key] < one.quantity]
        if not open_lines:
            return self.delivery()
        one = self.dice.choice(open_lines)
        more = self.dice.randrange(1, one.quantity - self.gone[one.key] + 1)
        part = line_part(
            line_id=one.key,
            total=one.total.minor,
            tax=one.tax.minor,
            bought=one.quantity,
            back=self.gone[one.key],
            more=more,
        )
        self.gone[one.key] += more
        return [part]

    def delivery(self) -> list[RefundPart]:
        if self.sent_back:
            return []
        self.sent_back = True
        lines = self.quote.lines
        whole = self.quote.total.minor - sum(one.total.minor for one in lines)
        tax = self.quote.tax.minor - sum(one.tax.minor for one in lines)
        return [RefundPart(None, 0, whole, tax)]


def check_refunds(quote: Quote, dice: random.Random) -> None:
    """Refunds in any order and at last all that is left: exactly what came in, and no tax kept."""
    sale = Sale(quote, dice)
    by_lines = dice.random() < 0.6  # every piece by its line, or odd amounts in between
    for _ in range(dice.randrange(1, 6)):
        parts = sale.some_pieces() if by_lines or dice.random() < 0.5 else []
        asked = sum(part.amount for part in parts)
        if not by_lines:
            asked = min(sale.left, asked or dice.randrange(sale.left + 1))
            parts, _rest = cut(parts, asked)
        if asked:
            sale.give_back(asked, parts)
        for holder, back in sale.refunded.items():
            assert back <= sale.captured[holder]
    while by_lines and (parts := sale.some_pieces()):
        if asked := sum(part.amount for part in parts):
            sale.give_back(asked, parts)
    if sale.left:
        assert not by_lines
        sale.give_back(sale.left, [])
    assert sale.left == sale.tax_left == 0
    assert sum(sale.refunded.values()) == quote.total.minor
    assert sum(sale.books.values()) == 0
    for account in ("receivable", "tax", "clearing:stripe", "gift_cards"):
        assert sale.books[account] == 0, account


def try_carts(numbers: range) -> None:
    for number in numbers:
        dice = random.Random(number)
        try:
            quote = price(any_basket(dice))
            check_sums(quote)
            if quote.total:
                check_refunds(quote, dice)
        except AssertionError as error:
            raise AssertionError(f"cart {number}") from error


def test_sums_are_exact_for_five_thousand_carts() -> None:
    try_carts(range(5_000))


@pytest.mark.long
@pytest.mark.parametrize("part", range(10))
def test_sums_are_exact_for_a_hundred_thousand_carts(part: int) -> None:
    try_carts(range(part * 10_000, (part + 1) * 10_000))


def test_a_unit_that_is_lost_in_sharing_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def rounded_down(whole: int, pieces: int, of: int) -> int:
        return whole // of * pieces

    monkeypatch.setattr("vitrina.orders.rules.share", rounded_down)
    with pytest.raises(AssertionError):
        try_carts(range(500))
