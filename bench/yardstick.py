"""The yardstick: a bare WSGI function that answers as many bytes as it is asked for.

``GET /5120`` is one SELECT by primary key and 5,120 bytes, behind the same gunicorn options as the
shop and on the shop's own database.

``python -m bench.yardstick`` reads the settings of a shop from the environment.
"""

import sqlite3
import sys
import threading
from collections.abc import Callable, Iterable
from typing import Any

import psycopg
from sqlalchemy.engine import make_url

from vitrina.cli.serve import Server, options
from vitrina.config import load

_local = threading.local()


def answering(url: str) -> Callable[[dict[str, Any], Any], Iterable[bytes]]:
    """The function, on the database of ``url``."""
    target = make_url(url)
    is_sqlite = target.get_backend_name() == "sqlite"
    sql = f"SELECT slug FROM products WHERE id = {'?' if is_sqlite else '%s'}"

    def connection() -> Any:
        if not hasattr(_local, "connection"):
            _local.connection = (
                sqlite3.connect(target.database or "", isolation_level=None)
                if is_sqlite
                else psycopg.connect(target.render_as_string(False), autocommit=True)
            )
        return _local.connection

    def app(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        connection().execute(sql, (1,)).fetchone()
        body = b"x" * int(environ["PATH_INFO"].strip("/") or 0)
        headers = [("Content-Type", "text/html"), ("Content-Length", str(len(body)))]
        start("200 OK", headers)
        return [body]

    return app


class Yardstick(Server):
    def load(self) -> Any:
        return answering(self.settings.database_url)


def main() -> None:
    settings = load()
    Yardstick(settings, options(settings)).run()


if __name__ == "__main__":
    sys.exit(main())
