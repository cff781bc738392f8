"""Files of the storage. Their names are made of their content, so they never change."""

import mimetypes

from flask import Blueprint, Response, abort, request

from vitrina.core import storage
from vitrina.web.access import public

bp = Blueprint("media", __name__)
FOREVER = "public, max-age=31536000, immutable"
SHOWN = {
    ".svg": "image/svg+xml",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".gif": "image/gif",
}


@bp.get("/media/<path:key>")
@public
def show(key: str) -> Response:
    """A picture; other kinds of files are only for those who bought them, by their own links.

    An SVG is a document that could hold scripts, so it is shown in a sandbox without any.
    """
    suffix = key[key.rfind(".") :]
    if suffix not in SHOWN or not storage.is_key(key):
        abort(404)
    etag = key.replace("/", "").partition(".")[0]
    answer = Response(mimetype=SHOWN[suffix] or mimetypes.guess_type(key)[0])
    answer.headers["Cache-Control"] = FOREVER
    answer.headers["X-Content-Type-Options"] = "nosniff"
    if suffix == ".svg":
        answer.headers["Content-Security-Policy"] = (
            "default-src 'none'; style-src 'unsafe-inline'; sandbox"
        )
    answer.set_etag(etag)
    if etag in request.if_none_match:
        answer.status_code = 304
        return answer
    try:
        answer.set_data(storage.read(key))
    except FileNotFoundError:
        abort(404)
    return answer
