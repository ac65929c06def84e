"""GET /healthz, /readyz and /metrics."""

from __future__ import annotations

import hmac

from flask import Blueprint, Response, abort, request
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from portal.blueprints.access import public
from portal.extensions import now, runtime, session
from portal.jobs import queue

blueprint = Blueprint("ops", __name__)


@blueprint.get("/healthz")
@public
def healthz() -> Response:
    """The process answers. Touches nothing else, so a slow database does not get the process restarted."""
    return Response("ok\n", mimetype="text/plain")


@blueprint.get("/readyz")
@public
def readyz() -> Response:
    """The process can do its work: the database answers and has its tables."""
    try:
        session().execute(text("SELECT 1 FROM account LIMIT 1"))
    except SQLAlchemyError:
        return Response("database away\n", status=503, mimetype="text/plain")
    return Response("ok\n", mimetype="text/plain")


@blueprint.get("/metrics")
@public
def metrics() -> Response:
    """Job counts in Prometheus' text format, for the holder of METRICS_TOKEN, or loopback where none is set."""
    token = runtime().settings.metrics_token
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    allowed = (
        hmac.compare_digest(given.encode(), token.encode())
        if token
        else request.remote_addr in {"127.0.0.1", "::1"}
    )
    if not allowed:
        abort(404)
    lines = ["# HELP portal_jobs Background jobs by state.", "# TYPE portal_jobs gauge"]
    lines += [
        f'portal_jobs{{state="{state}"}} {count}'
        for state, count in queue.counts(session(), now=now()).items()
    ]
    return Response("\n".join(lines) + "\n", mimetype="text/plain; version=0.0.4")
