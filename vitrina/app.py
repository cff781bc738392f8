"""create_app(): the faces over the domains. The only file that knows everyone."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask, request
from flask_babel import Babel
from flask_compress import Compress
from jinja2 import FileSystemLoader
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

from vitrina.admin.blueprints import BLUEPRINTS as ADMIN
from vitrina.api.blueprints import init_app as init_api
from vitrina.config import Settings
from vitrina.core import db
from vitrina.core.locales import DEFAULT, LOCALES
from vitrina.process import connect
from vitrina.storefront.blueprints import BLUEPRINTS as STOREFRONT
from vitrina.web import (
    converters,
    csrf,
    failures,
    formats,
    headers,
    health,
    limits,
    pages,
    sessions,
)
from vitrina.web.assets import STATIC
from vitrina.web.caching import PageCache
from vitrina.web.front import Front

HERE = Path(__file__).resolve().parent
TEMPLATES = ("storefront/templates", "admin/templates", "api/templates", "web")
MEGABYTE = 1024 * 1024
HASHED = r"^.+[-.][\w-]{8,}\.\w+$"


def create_app(settings: Settings) -> Flask:
    """The whole shop as one WSGI application, connected to its database."""
    connect(settings)
    app = Flask("vitrina", static_folder=None)
    _configure(app, settings)
    theme = [settings.theme_dir] if settings.theme_dir else []
    app.jinja_loader = FileSystemLoader([*theme, *(HERE / face for face in TEMPLATES)])
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    Babel(app, locale_selector=_locale, default_translation_directories="translations")
    Compress(app)
    for room in (converters, sessions, csrf, formats, headers, pages, failures, limits, health):
        room.init_app(app)
    for blueprint in (*STOREFRONT, *ADMIN):
        app.register_blueprint(blueprint)
    init_api(app)
    app.teardown_appcontext(lambda _: db.session.remove())
    _wrap(app, settings)
    return app


def _configure(app: Flask, settings: Settings) -> None:
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key,
        BASE_URL=settings.base_url,
        TESTING=settings.env == "testing",
        TRUSTED_HOSTS=[settings.hostname, "localhost", "127.0.0.1", "[::1]"],
        MAX_CONTENT_LENGTH=12 * MEGABYTE,
        MAX_FORM_MEMORY_SIZE=1 * MEGABYTE,
        SESSION_COOKIE_NAME="session",
        SESSION_COOKIE_PATH="/",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.is_secure,
        PERMANENT_SESSION_LIFETIME=timedelta(days=30),
        WTF_CSRF_TIME_LIMIT=None,
        BABEL_DEFAULT_LOCALE=DEFAULT.babel,
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_BR_LEVEL=4,
        COMPRESS_MIMETYPES=[
            "text/html",
            "text/css",
            "text/plain",
            "application/json",
            "application/problem+json",
            "application/xml",
            "image/svg+xml",
        ],
    )


def _locale() -> str:
    return LOCALES[request.environ.get("vitrina.locale", DEFAULT.code)].babel


def _wrap(app: Flask, settings: Settings) -> None:
    """Outermost first: proxies, request id and language, built files, kept pages, Flask."""
    inner: Any = PageCache(app.wsgi_app)
    if STATIC.is_dir():
        inner = WhiteNoise(
            inner,
            root=STATIC,
            prefix="/static/",
            immutable_file_test=HASHED,
            autorefresh=settings.env == "development",
        )
    if settings.theme_dir and (settings.theme_dir / "static").is_dir():
        inner = WhiteNoise(inner, root=settings.theme_dir / "static", prefix="/theme/")
    inner = Front(inner)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        inner = ProxyFix(inner, x_for=hops, x_proto=hops, x_host=0, x_prefix=0)
    app.wsgi_app = inner  # type: ignore[method-assign]
