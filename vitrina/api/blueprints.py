"""The API's blueprints. A new file of endpoints is named here."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Mount the API under ``/api/v1`` and its alias ``/api``."""
