"""What a phone is told about the app, and what the service worker keeps."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any, Final

from flask import url_for

from portal.extensions import runtime, viewer
from portal.i18n import gettext as _
from portal.i18n import locale

GROUND: Final = "#f5f4f1"
"""The page's own colour in the light theme (``--paper``), shown while the app opens."""

BAR: Final = "#ffffff"
"""Colour of the phone's own bar above the app, as the pages' ``theme-color`` says."""

KEPT: Final = (
    "css/portal.css",
    "vendor/htmx/htmx-2.0.11.min.js",
    "js/app.js",
    "js/merge.js",
    "img/icons.svg",
    "img/favicon.svg",
)
"""Files kept from the start: what the offline page is made of, and merge.js for the way back. Others once asked for."""

VERSION_LETTERS: Final = 12

SHORT_LETTERS: Final = 12
"""Letters of a name that phones show under an icon without cutting it."""


def manifest() -> dict[str, Any]:
    """The web app manifest, in the reader's language."""
    brand = runtime().settings.brand_name
    image = runtime().assets.url
    return {
        "name": brand,
        "short_name": short_name(brand),
        "id": "/",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "lang": locale(),
        "dir": "ltr",
        "theme_color": BAR,
        "background_color": GROUND,
        "categories": ["business", "shopping"],
        "icons": [
            _icon(image("img/app/icon-192.png"), 192),
            _icon(image("img/app/icon-512.png"), 512),
            _icon(image("img/app/maskable-512.png"), 512) | {"purpose": "maskable"},
        ],
        "shortcuts": [
            {"name": name, "url": address, "icons": [_icon(image("img/app/icon-192.png"), 192)]}
            for name, address in _shortcuts()
        ],
    }


def short_name(brand: str) -> str:
    """As many words of a name as stand under an icon; at least the first, cut where it is too long."""
    kept = ""
    for word in brand.split():
        longer = f"{kept} {word}".strip()
        if len(longer) > SHORT_LETTERS:
            break
        kept = longer
    return kept.rstrip("&·-,+ ") or brand.strip()[:SHORT_LETTERS]


def _shortcuts() -> list[tuple[str, str]]:
    """Name and address of what is one long press away; the seller's people have a desk instead of a cart."""
    looking = viewer()
    if looking is not None and looking.account is None:
        return [(_("Desk"), url_for("desk.queue")), (_("Search"), url_for("search.results"))]
    return [
        (_("Search"), url_for("search.results")),
        (_("Quick order"), url_for("quick_order.show")),
        (_("Orders"), url_for("orders.index")),
        (_("Invoices"), url_for("invoices.index")),
    ]


def _icon(address: str, side: int) -> dict[str, str]:
    return {"src": address, "sizes": f"{side}x{side}", "type": "image/png"}


def kept_files() -> list[str]:
    """Addresses of the files the service worker keeps from the start; each carries a hash of its content."""
    return [runtime().assets.url(name) for name in KEPT]


def version_of(parts: Iterable[str]) -> str:
    """A name for exactly these texts: when one of them changes, phones fetch all of them anew."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:VERSION_LETTERS]
