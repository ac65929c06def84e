"""What a person took out of the cart of late, kept in the session's cookie to put it back after a reload."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import flask

from portal.blueprints.undo import OFFERED

MOST: Final = 5
"""Things that can be put back; the cookie has room for little more."""

_KEY: Final = "taken_out"


def remember(account_id: int, sku: str, key: str, now: datetime) -> None:
    """Keep that a SKU was taken out, and by which key it is put back, as the newest."""
    kept = [each for each in recently(account_id, now) if each[0] != sku]
    flask.session[_KEY] = [account_id, int(now.timestamp()), [(sku, key), *kept][:MOST]]


def recently(account_id: int, now: datetime) -> list[tuple[str, str]]:
    """SKU and key of what was taken out of the cart at this account, the newest first; empty once OFFERED is over."""
    whose, last, taken = flask.session.get(_KEY) or (None, 0, [])
    if whose != account_id or now.timestamp() - last > OFFERED.total_seconds():
        return []
    return [(str(sku), str(key)) for sku, key in taken]


def forget(what: str) -> None:
    """No longer offer to put a SKU back, or what a key puts back: it is in the cart again."""
    whose, last, taken = flask.session.get(_KEY) or (None, 0, [])
    left = [each for each in taken if what not in each]
    if len(left) < len(taken):
        flask.session[_KEY] = [whose, last, left]
