"""The first that sees a request: its id, its language, and the log line when it is over."""

import re
import time
from collections.abc import Callable, Iterable
from typing import Any

import structlog

from vitrina.core.ids import new_token
from vitrina.core.locales import BY_PREFIX, DEFAULT

log = structlog.get_logger("vitrina.request")
Start = Callable[..., Any]
Wsgi = Callable[[dict[str, Any], Start], Iterable[bytes]]
GOOD_ID = re.compile(r"[A-Za-z0-9._-]{8,64}").fullmatch


class Front:
    """WSGI middleware. ``/ru/products`` becomes ``/products`` under the script name ``/ru``, so
    that every link made in the request keeps the language.
    """

    def __init__(self, app: Wsgi) -> None:
        self._app = app

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        began = time.perf_counter()
        sent = environ.get("HTTP_X_REQUEST_ID", "")
        request_id = sent if GOOD_ID(sent) else new_token()
        environ["vitrina.request_id"] = request_id
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        path = environ["PATH_INFO"]
        _, _, rest = path.partition("/")
        prefix, _, tail = rest.partition("/")
        locale = BY_PREFIX.get(prefix) if prefix else None
        if locale is not None and locale is not DEFAULT:
            environ["SCRIPT_NAME"] = f"{environ.get('SCRIPT_NAME', '')}/{prefix}"
            environ["PATH_INFO"] = f"/{tail}"
        environ["vitrina.locale"] = (locale or DEFAULT).code

        def begin(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            headers.append(("X-Request-Id", request_id))
            log.info(
                "request",
                method=environ["REQUEST_METHOD"],
                path=path,
                status=int(status[:3]),
                ms=round((time.perf_counter() - began) * 1000, 1),
            )
            return start(status, headers, exc_info)

        return self._app(environ, begin)
