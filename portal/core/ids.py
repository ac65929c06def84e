"""Identifiers that people or other machines see."""

from __future__ import annotations

import secrets


def submit_key() -> str:
    """A fresh key (128 random bits, URL-safe) that makes one submission of a form happen once."""
    return secrets.token_urlsafe(16)


def order_number(year: int, sequence: int) -> str:
    """The number of the ``sequence``-th order of ``year``: ``2026-000042``. Gapless within the year."""
    return f"{year}-{sequence:06d}"


def shipment_number(order: str, sequence: int) -> str:
    """The number of the ``sequence``-th shipment of an order: ``2026-000042-S1``."""
    return f"{order}-S{sequence}"


def return_number(order: str, sequence: int) -> str:
    """The number of the ``sequence``-th return of an order: ``2026-000042-R1``."""
    return f"{order}-R{sequence}"
