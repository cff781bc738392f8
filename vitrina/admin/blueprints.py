"""The staff area's blueprints, one a file. A new file is named here."""

from flask import Blueprint

from vitrina.admin import (
    carriers,
    categories,
    customers,
    dashboard,
    desk,
    gift_cards,
    mail,
    order_edits,
    order_money,
    orders,
    papers,
    payments,
    people,
    products,
    promotions,
    provider_settings,
    returns,
    reviews,
    shop,
    stock,
    support,
    zones,
)
from vitrina.web.messages.providers import name_of
from vitrina.web.messages.states import word

BLUEPRINTS: list[Blueprint] = [
    dashboard.bp,
    orders.bp,
    order_money.bp,
    order_edits.bp,
    payments.bp,
    payments.ledger_bp,
    gift_cards.bp,
    gift_cards.credit_bp,
    papers.bp,
    returns.bp,
    products.bp,
    categories.bp,
    stock.bp,
    customers.bp,
    promotions.bp,
    reviews.bp,
    support.bp,
    mail.bp,
    zones.shipping_bp,
    carriers.bp,
    zones.tax_bp,
    people.bp,
    shop.settings_bp,
    provider_settings.bp,
    shop.audit_bp,
]

WORDS = {
    "menu": desk.menu,
    "may": desk.may,
    "me": desk.me,
    "typed": desk.typed,
    "entered": desk.entered,
    "ticked": desk.ticked,
    "word": word,
    "provider_name": name_of,
}
"""What templates of the staff area may call."""

for _part in BLUEPRINTS:
    _part.context_processor(lambda: WORDS)
