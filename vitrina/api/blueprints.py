"""The API's parts. Importing one registers its endpoints with the kit; a new file is named here."""

from flask import Flask

from vitrina.api import kit, tokens


def init_app(app: Flask) -> None:
    """Mount the API under ``/api/v1`` and its alias ``/api``."""
    tokens.install(app, app.config["SECRET_KEY"])
    kit.mount(app)
