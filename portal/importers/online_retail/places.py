"""What the import must know of the countries in the source: time zone, tax, and the nearest of our languages."""

from __future__ import annotations

from typing import Final

HOME: Final = "GB"
"""The wholesaler's country; also taken where the source says "Unspecified"."""

TIME_ZONES: Final = {
    "AE": "Asia/Dubai", "AT": "Europe/Vienna", "AU": "Australia/Sydney", "BE": "Europe/Brussels",
    "BR": "America/Sao_Paulo", "CA": "America/Toronto", "CH": "Europe/Zurich", "CY": "Asia/Nicosia",
    "CZ": "Europe/Prague", "DE": "Europe/Berlin", "DK": "Europe/Copenhagen", "ES": "Europe/Madrid",
    "FI": "Europe/Helsinki", "FR": "Europe/Paris", "GB": "Europe/London", "GG": "Europe/Guernsey",
    "GR": "Europe/Athens", "HK": "Asia/Hong_Kong", "IE": "Europe/Dublin", "IL": "Asia/Jerusalem",
    "IS": "Atlantic/Reykjavik", "IT": "Europe/Rome", "JP": "Asia/Tokyo", "KR": "Asia/Seoul",
    "LT": "Europe/Vilnius", "MT": "Europe/Malta", "NL": "Europe/Amsterdam", "NO": "Europe/Oslo",
    "PL": "Europe/Warsaw", "PT": "Europe/Lisbon", "SE": "Europe/Stockholm", "SG": "Asia/Singapore",
    "US": "America/New_York",
}  # fmt: skip
"""IANA zone by country, one for each."""


def country_of(iso: str) -> str:
    """The ISO code of an account; the wholesaler's own where the source has none."""
    return iso or HOME


def timezone_of(country: str) -> str:
    """IANA zone of a country; the wholesaler's for one that is not in the table."""
    return TIME_ZONES.get(country, TIME_ZONES[HOME])


def tax_profile_of(country: str) -> str:
    """Code of the tax profile: the home country pays its VAT, everyone else buys tax free (export, reverse charge)."""
    return "GB" if country == HOME else "EXPORT"


def locale_of(tag: str) -> str:
    """The nearest of the portal's languages: Korean, Japanese and French stay, everything else reads English."""
    return {"ko": "ko", "ja": "ja", "fr": "fr-CA"}.get(tag.split("-", maxsplit=1)[0], "en")
