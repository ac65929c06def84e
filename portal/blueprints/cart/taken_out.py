"""What a person took out of the cart of late, kept in the session's cookie to put it back after a reload."""

from __future__ import annotations

from typing import Final

import flask

MOST: Final = 5
"""Things that can be put back; the cookie has room for little more."""

_KEY: Final = "taken_out"


def remember(account_id: int, sku: str, quantity: int) -> None:
    """Keep that so many units of a SKU were taken out, as the newest."""
    kept = [each for each in recently(account_id) if each[0] != sku]
    flask.session[_KEY] = [account_id, [(sku, quantity), *kept][:MOST]]


def recently(account_id: int) -> list[tuple[str, int]]:
    """(SKU, units) taken out of the cart at this account, the newest first."""
    whose, taken = flask.session.get(_KEY) or (None, [])
    return [(str(sku), int(quantity)) for sku, quantity in taken] if whose == account_id else []


def forget(sku: str) -> None:
    """No longer offer to put a SKU back."""
    whose, taken = flask.session.get(_KEY) or (None, [])
    left = [each for each in taken if each[0] != sku]
    if len(left) < len(taken):
        flask.session[_KEY] = [whose, left]
