"""The API's parts: importing one registers its endpoints. A new file is named here."""

from flask import Flask

from vitrina.api import (
    auth,
    carts,
    categories,
    docs,
    invoices,
    kit,
    order_work,
    orders,
    products,
    reviews,
    tokens,
    users,
)

PARTS = (auth, products, carts, orders, order_work, invoices, reviews, categories, users, docs)


def init_app(app: Flask) -> None:
    """Mount the API under ``/api/v1`` and its alias ``/api``."""
    tokens.install(app, app.config["SECRET_KEY"])
    kit.mount(app)
    app.extensions["vitrina_openapi"] = docs.document_of_the_shop
