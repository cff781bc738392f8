"""Papers as answers: for the one who asked, and for nobody's cache."""

from flask import Response

PDF = "application/pdf"


def pdf(data: bytes, name: str) -> Response:
    """A PDF to be kept as ``name`` (without its suffix)."""
    response = Response(data, content_type=PDF)
    safe = "".join(char for char in name if char.isascii() and (char.isalnum() or char in "-_"))
    response.headers["Content-Disposition"] = f'attachment; filename="{safe}.pdf"'
    response.headers["Cache-Control"] = "private, no-store"
    return response
