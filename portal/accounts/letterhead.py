"""Companies as papers name them: their names, addresses and numbers in the form of their country. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from babel import Locale

from portal.accounts.rules import business_number_text
from portal.core.locales import BABEL_NAMES

CITY_FIRST: Final = frozenset({"US", "CA", "GB", "AU"})
"""Countries where the postal code follows the city; elsewhere it stands before it."""


@dataclass(frozen=True, slots=True)
class Party:
    """A company as a paper shows it."""

    name: str
    country: str
    """ISO 3166-1 alpha-2; empty if not known."""
    lines: tuple[str, ...]
    """Of its address."""
    registration: str
    """Its number as people of the country write it; empty if there is none, or if it is the VAT number."""
    representative: str
    business_type: str
    business_item: str
    tax_numbers: tuple[tuple[str, str], ...]
    """Code of the tax and number."""
    phone: str
    email: str


def party_of(frozen: Mapping[str, Any], *, home: str, locale: str) -> Party:
    """A seller or buyer as documents keep it; its country is named if it is not ``home``."""
    country = str(frozen.get("country") or "")
    taxes: Mapping[str, str] = frozen.get("tax_numbers") or {}
    number = str(frozen.get("business_number") or "")
    return Party(
        name=str(frozen.get("name") or ""),
        country=country,
        lines=address_lines(frozen.get("address") or {}, country, home=home, locale=locale),
        registration="" if number in taxes.values() else business_number_text(country, number),
        representative=str(frozen.get("representative") or ""),
        business_type=str(frozen.get("business_type") or ""),
        business_item=str(frozen.get("business_item") or ""),
        tax_numbers=tuple((code, str(said)) for code, said in taxes.items() if said),
        phone=str(frozen.get("phone") or ""),
        email=str(frozen.get("email") or ""),
    )


def address_lines(address: Mapping[str, Any], country: str, *, home: str, locale: str) -> tuple[str, ...]:
    """An address (line1, line2, city, region, postal_code, country) in lines, as its country writes it."""
    country = str(address.get("country") or country)
    line1, line2, city, region, code = (
        str(address.get(part) or "") for part in ("line1", "line2", "city", "region", "postal_code")
    )
    if country == "JP":
        lines = [f"〒{code}" if code else "", f"{region}{city}{line1}", line2]
    elif country == "KR":
        # The largest place comes first; what is already in the line is not said twice.
        places = [place for place in (region, city) if place and place not in line1]
        lines = [" ".join([*([f"({code})"] if code else []), *places, *([line1] if line1 else [])]), line2]
    elif country in CITY_FIRST:
        state = " ".join(part for part in (region, code) if part)
        lines = [line1, line2, ", ".join(part for part in (city, state) if part)]
    else:
        lines = [line1, line2, " ".join(part for part in (code, city) if part), region]
    if country and home and country != home:
        lines.append(str(Locale.parse(BABEL_NAMES[locale]).territories.get(country, country)))
    return tuple(line for line in lines if line)
