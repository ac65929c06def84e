"""GET /manifest.webmanifest, /sw.js and /offline."""

from __future__ import annotations

import json

from flask import Blueprint, Response, render_template, request

from portal.blueprints.access import public
from portal.blueprints.installed import pages

blueprint = Blueprint("installed", __name__)


@blueprint.get("/manifest.webmanifest")
@public
def manifest() -> Response:
    """What a phone needs to install the portal: name, icons, shortcuts, in the reader's language."""
    body = json.dumps(pages.manifest(), ensure_ascii=False, separators=(",", ":"))
    return _asked_again(Response(body, content_type="application/manifest+json; charset=utf-8"))


@blueprint.get("/sw.js")
@public
def service_worker() -> Response:
    """The service worker. Its text changes with the files and the page it keeps: so browsers see that it is new."""
    files = pages.kept_files()
    version = pages.version_of([*files, _offline_page()])
    body = render_template("installed/sw.js", version=version, files=files)
    return _asked_again(Response(body, content_type="text/javascript; charset=utf-8"))


@blueprint.get("/offline")
@public
def offline() -> Response:
    """What a phone shows where no network is. The same for everybody who reads the language: it is kept."""
    return Response(_offline_page(), content_type="text/html; charset=utf-8")


def _offline_page() -> str:
    return render_template("installed/offline.html")


def _asked_again(response: Response) -> Response:
    """Have the browser keep it and ask each time whether it is still true; the language hangs on the cookie."""
    response.headers["Cache-Control"] = "private, no-cache"
    response.vary.update(["Cookie", "Accept-Language"])
    response.add_etag()
    response.make_conditional(request)
    return response
