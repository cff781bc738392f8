"""The API's parts: importing one registers its endpoints. A new file is named here."""

from flask import Flask

from vitrina.api import (
    auth,
    cart_credits,
    carts,
    categories,
    credits,
    docs,
    invoices,
    kit,
    order_edits,
    order_payments,
    order_work,
    orders,
    products,
    return_work,
    returns,
    reviews,
    tokens,
    users,
)

PARTS = (
    auth,
    products,
    carts,
    cart_credits,
    orders,
    order_work,
    order_edits,
    order_payments,
    credits,
    invoices,
    returns,
    return_work,
    reviews,
    categories,
    users,
    docs,
)


def init_app(app: Flask) -> None:
    """Mount the API under ``/api/v1`` and its alias ``/api``."""
    tokens.install(app, app.config["SECRET_KEY"])
    kit.mount(app)
    app.extensions["vitrina_openapi"] = docs.document_of_the_shop
