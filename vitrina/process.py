"""What every process of the shop begins with, whether it serves, works or runs one command."""

import logging
import sys
from importlib.metadata import entry_points
from typing import Any

import structlog
from structlog.typing import Processor

from vitrina.config import Settings
from vitrina.core import db, points, secrets, signing, storage
from vitrina.listeners import LISTENERS


def connect(settings: Settings) -> None:
    """What every process needs, with or without HTTP: database, secrets, files, listeners, logs."""
    log_to_stderr(settings)
    points.arm()
    db.connect(settings.database_url)
    signing.configure(settings.secret_key, settings.old_secret_keys)
    secrets.configure(settings.secret_key, settings.old_secret_keys)
    storage.configure(settings.storage_url)
    for listener in LISTENERS:
        listener(settings)
    for plugin in entry_points(group="vitrina.listeners"):
        plugin.load()


def log_to_stderr(settings: Settings) -> None:
    """JSON lines in production, readable ones in development; warnings only in tests."""
    level = logging.WARNING if settings.env == "testing" else logging.INFO
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    render: Any = (
        structlog.processors.JSONRenderer()
        if settings.is_production
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[*shared, render],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=settings.env != "testing",
    )
