"""What a part of an address may be: no text with a NUL, no number beyond a row's id.

Neither exists in any database, and PostgreSQL refuses to look for the first.
"""

from typing import Any

from flask import Flask, abort, request
from werkzeug.routing import IntegerConverter, Map, PathConverter, UnicodeConverter

from vitrina.core.ids import MOST_ID


class Text(UnicodeConverter):
    """One part of a path."""

    def __init__(self, map: Map, *args: Any, **kwargs: Any) -> None:
        super().__init__(map, *args, **kwargs)
        self.regex = self.regex.replace("[^/]", "[^/\\x00]")


class Path(PathConverter):
    """Several parts of a path."""

    regex = "[^/\\x00][^\\x00]*?"


class RowId(IntegerConverter):
    """The id of a row."""

    def __init__(self, map: Map, *args: Any, **kwargs: Any) -> None:
        super().__init__(map, *args, **{"max": MOST_ID, **kwargs})


def row_id(text: str) -> int:
    """A row's id as it is typed: ``request.args.get(name, type=row_id)``. Raises ValueError."""
    if not (text.isascii() and text.isdigit() and len(text) <= 19 and int(text) <= MOST_ID):
        raise ValueError(text[:40])
    return int(text)


def refuse_nul() -> None:
    """Answer 400 to a query or a form with a NUL in it; programs are told by the API itself."""
    if request.path.startswith(("/api/", "/webhooks/")):
        return
    if b"%00" in request.query_string or b"\x00" in request.query_string:
        abort(400)
    if any("\x00" in text for values in request.form.listvalues() for text in values):
        abort(400)


def init_app(app: Flask) -> None:
    """Must come before the blueprints, whose routes use the converters."""
    app.url_map.converters |= {"default": Text, "string": Text, "path": Path, "int": RowId}
    app.before_request(refuse_nul)
