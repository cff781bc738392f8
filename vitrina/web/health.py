"""What an operator's machines ask: is the process up, can it work, how much has it done."""

import time
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Flask, Response, abort, g, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Gauge, Histogram, generate_latest
from sqlalchemy.exc import SQLAlchemyError

from vitrina.core import clock
from vitrina.core.db import session
from vitrina.core.events import Job
from vitrina.core.store import catalogue_version
from vitrina.web import limits
from vitrina.web.access import public

bp = Blueprint("health", __name__)
REQUESTS = Counter("vitrina_requests", "Requests answered", ["method", "endpoint", "status"])
SECONDS = Histogram("vitrina_request_seconds", "Seconds to answer", ["endpoint"])
WAITING = Gauge("vitrina_jobs_overdue", "Jobs that should have run a minute ago")
GIVEN_UP = Gauge("vitrina_jobs_failed", "Jobs that gave up")


@bp.get("/healthz")
@public
def process() -> Response:
    """The process answers."""
    return jsonify(status="ok")


@bp.get("/readyz")
@public
def ready() -> tuple[Response, int]:
    """503 when the database does not answer; what else is wrong is named, and the shop sells."""
    checks: dict[str, Any] = {"database": "ok", "cache": "ok", "queue": "ok"}
    if not limits.is_counting():
        checks["cache"] = "does not answer"
    try:
        catalogue_version()
        overdue, _ = _queue()
        if overdue:
            checks["queue"] = f"{overdue} jobs overdue"
    except SQLAlchemyError:
        session.rollback()
        checks["database"] = "does not answer"
    down = checks["database"] != "ok"
    return jsonify(status="unavailable" if down else "ok", **checks), 503 if down else 200


@bp.get("/metrics")
@public
def metrics() -> Response:
    """Prometheus' text format, for programs on this host only; 404 for everybody else."""
    if request.remote_addr not in ("127.0.0.1", "::1") or "X-Forwarded-For" in request.headers:
        abort(404)
    overdue, given_up = _queue()
    WAITING.set(overdue)
    GIVEN_UP.set(given_up)
    return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)


def _queue() -> tuple[int, int]:
    late = clock.now() - timedelta(minutes=1)
    row = session.execute(
        sa.select(
            sa.func.count().filter(Job.failed_at.is_(None), Job.run_at < late),
            sa.func.count().filter(Job.failed_at.is_not(None)),
        ).select_from(Job)
    ).one()
    return int(row[0]), int(row[1])


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)

    @app.before_request
    def _begin() -> None:
        g.began = time.perf_counter()

    @app.after_request
    def _count(response: Response) -> Response:
        endpoint = request.endpoint or "none"
        REQUESTS.labels(request.method, endpoint, response.status_code).inc()
        SECONDS.labels(endpoint).observe(time.perf_counter() - g.get("began", time.perf_counter()))
        return response
