"""What every response carries: safety headers, no stored prices, compression."""

from __future__ import annotations

import gzip
from collections.abc import Mapping, Sequence
from typing import Final

import brotli
from flask import Flask, Response, abort, g, request

from portal.extensions import SAFE_METHODS, runtime

POLICY: Final[Mapping[str, Sequence[str]]] = {
    "default-src": ("'self'",),
    "script-src": ("'self'",),
    "style-src": ("'self'",),
    "img-src": ("'self'", "data:"),
    "connect-src": ("'self'",),
    "object-src": ("'none'",),
    "base-uri": ("'none'",),
    "form-action": ("'self'",),
    "frame-ancestors": ("'none'",),
}
"""What a page may load and where it may send, by directive; everything is ours."""


def policy_of(sources: Mapping[str, Sequence[str]]) -> str:
    """The Content-Security-Policy of a page that needs ``sources`` beyond our own server, by directive."""
    directives = {**POLICY, **{name: ("'self'",) for name in sources if name not in POLICY}}
    return "; ".join(" ".join((name, *own, *sources.get(name, ()))) for name, own in directives.items())


CONTENT_SECURITY_POLICY: Final = policy_of({})

COMPRESSED_FROM_BYTES: Final = 600
"""Below this a compressed answer is hardly smaller."""

BROTLI_QUALITY: Final = 3
GZIP_LEVEL: Final = 5
"""A list page of 62 kB becomes 5.4 kB by Brotli, which costs half of what its next level does. For the few who take
gzip alone it becomes 5.7 kB in 0.4 ms."""


def register_responses(app: Flask) -> None:
    """Put the checks before and the headers after every request."""
    app.before_request(refuse_other_sites)
    app.before_request(refuse_nul)
    app.after_request(add_headers)


def allow_sources(sources: Mapping[str, Sequence[str]]) -> None:
    """Let this one page load from a payment provider, by directive; and let the provider's window speak to it."""
    if sources:
        g.page_sources = sources


def refuse_other_sites() -> None:
    """Refuse a changing request that another site's page made; the token check stands behind this one.

    Browsers tell by ``Sec-Fetch-Site``; older ones at least by ``Origin``. Machines send neither.
    """
    if request.method in SAFE_METHODS:
        return
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        if site not in {"same-origin", "none"}:
            abort(403)
        return
    origin = request.headers.get("Origin")
    if origin is not None and origin != request.host_url.rstrip("/"):
        abort(403)


def refuse_nul() -> None:
    """Refuse text that no database keeps: PostgreSQL takes no NUL, and no keyboard types one."""
    if "\0" in request.path:
        abort(404)
    # What stands behind the question mark only filters: params.py of each area makes sense of it or drops it.
    if any("\0" in text for text in request.form.values()):
        abort(422)


def add_headers(response: Response) -> Response:
    """Add the safety headers; compress text; keep pages out of every store."""
    headers = response.headers
    sources = g.get("page_sources")
    headers.setdefault("Content-Security-Policy", policy_of(sources) if sources else CONTENT_SECURITY_POLICY)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(self), geolocation=(), microphone=(), payment=(self)")
    # A bank's confirmation may open a window that reports back to the page.
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin-allow-popups" if sources else "same-origin")
    if runtime().settings.secure_cookies:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    headers.setdefault("Cache-Control", "private, no-store")
    if response.mimetype == "text/html":
        response.vary.add("HX-Request")
        response.vary.add("Cookie")
        _compress(response)
    return response


def _compress(response: Response) -> None:
    response.vary.add("Accept-Encoding")
    if response.direct_passthrough or response.is_streamed or "Content-Encoding" in response.headers:
        return
    body = response.get_data()
    if len(body) < COMPRESSED_FROM_BYTES:
        return
    accepted = request.accept_encodings
    if accepted["br"]:
        response.set_data(brotli.compress(body, quality=BROTLI_QUALITY))
        response.headers["Content-Encoding"] = "br"
    elif accepted["gzip"]:
        response.set_data(gzip.compress(body, GZIP_LEVEL, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
