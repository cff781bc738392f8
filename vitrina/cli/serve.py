"""``vitrina serve``: gunicorn with the shop in it, and a worker process beside it."""

import sys
from typing import Any

import click
from gunicorn.app.base import BaseApplication

from vitrina.app import create_app
from vitrina.cli.helper import Helper
from vitrina.cli.parent import ending
from vitrina.cli.shop import open_shop
from vitrina.config import Settings
from vitrina.core import db

THREADS = 4


class Server(BaseApplication):
    """Gunicorn told by our settings. Each server process opens the database for itself."""

    def __init__(self, settings: Settings, options: dict[str, Any]) -> None:
        self.settings = settings
        self.options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        return create_app(self.settings)


def options(settings: Settings) -> dict[str, Any]:
    """Gunicorn's options: gthread workers, no preloading, no access log beside our own."""
    return {
        "bind": f"{settings.host}:{settings.port}",
        "workers": settings.workers,
        "threads": THREADS,
        "worker_class": "gthread",
        "keepalive": 15,
        "timeout": 60,
        "graceful_timeout": 20,
        "loglevel": "warning",
        "proc_name": "vitrina",
        "max_requests": 100_000,
        "max_requests_jitter": 10_000,
        "forwarded_allow_ips": "*" if settings.trusted_proxies else "127.0.0.1",
    }


@click.command()
@click.option("--without-worker", is_flag=True, help="Do not run a worker beside the server.")
def serve(without_worker: bool) -> None:
    """Serve the shop with gunicorn, and run a worker beside it, until SIGTERM."""
    settings = open_shop()
    serve_shop(settings, without_worker=without_worker)


def serve_shop(settings: Settings, *, without_worker: bool = False) -> None:
    """Serve until a signal; the worker process lives as long as the server does."""
    db.disconnect()  # processes must not share connections
    helper = Helper([sys.executable, "-m", "vitrina", "worker", "--with-parent"])
    if not without_worker:
        helper.start()
    with ending(helper.stop):
        Server(settings, options(settings)).run()
