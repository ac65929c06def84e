"""Numbers of documents: gapless for each seller, kind and year of the seller's calendar."""

from __future__ import annotations

from datetime import date
from typing import Final

from sqlalchemy.orm import Session

from portal.invoices.models import InvoiceKind
from portal.orders.order_rows import next_in_series

_MARKS: Final = {InvoiceKind.INVOICE: "", InvoiceKind.CREDIT_NOTE: "C", InvoiceKind.INTEREST: "I"}

_ZONES: Final = {
    "KR": "Asia/Seoul",
    "JP": "Asia/Tokyo",
    "US": "America/New_York",
    "CA": "America/Toronto",
    "GB": "Europe/London",
    "DE": "Europe/Berlin",
    "FR": "Europe/Paris",
    "ES": "Europe/Madrid",
    "IT": "Europe/Rome",
    "NL": "Europe/Amsterdam",
    "BE": "Europe/Brussels",
    "AT": "Europe/Vienna",
    "IE": "Europe/Dublin",
    "PL": "Europe/Warsaw",
}
"""Where a seller's books turn a day, by its country: of a country with several zones, that of its trade."""


def zone_of(own: str, country: str, otherwise: str) -> str:
    """The IANA zone in which a seller dates its documents: its ``own``, or where it says none that of its country.

    ``otherwise`` is for a country not listed.
    """
    return own or _ZONES.get(country, otherwise)


def series_of(kind: InvoiceKind, seller_code: str, year: int) -> str:
    """The name of the series in ``number_series``."""
    return f"{kind.value}:{seller_code}:{year}"


def number_of(kind: InvoiceKind, seller_code: str, year: int, sequence: int) -> str:
    """The ``sequence``-th number of a series: HB-2026-000042, of credit notes HB-C2026-000007, of interest HB-I…."""
    return f"{seller_code}-{_MARKS[kind]}{year}-{sequence:06d}"


def next_number(session: Session, kind: InvoiceKind, seller_code: str, issued_on: date) -> str:
    """The next number; whoever else wants one of the series waits until the transaction ends, so take it last."""
    sequence = next_in_series(session, series_of(kind, seller_code, issued_on.year))
    return number_of(kind, seller_code, issued_on.year, sequence)
