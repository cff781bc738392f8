"""The API's parts: importing one registers its endpoints. A new file is named here."""

from flask import Flask

from vitrina.api import auth, categories, kit, tokens, users

PARTS = (auth, categories, users)


def init_app(app: Flask) -> None:
    """Mount the API under ``/api/v1`` and its alias ``/api``."""
    tokens.install(app, app.config["SECRET_KEY"])
    kit.mount(app)
