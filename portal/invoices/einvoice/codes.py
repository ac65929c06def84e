"""Code lists of EN 16931, as far as the portal uses them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from portal.catalog.models import Unit

EUROPEAN_ECONOMIC_AREA: Final = frozenset((
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IS", "IT", "LI", "LT",
    "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
))  # fmt: skip
"""The European Union with Iceland, Liechtenstein and Norway; ISO 3166-1 alpha-2."""

INVOICE: Final = "380"
CREDIT_NOTE: Final = "381"
"""UNTDID 1001: what the document is."""

SEPA_TRANSFER: Final = "58"
TRANSFER: Final = "30"
"""UNTDID 4461: how it is paid."""

FREIGHT: Final = "FC"
"""UNTDID 7161: freight service."""

SELLERS_ORDER: Final = "VN"
"""UNTDID 1153: an order by the seller's number."""

PIECE: Final = "H87"

UNITS: Final[Mapping[str, str]] = {
    Unit.EACH: PIECE,
    Unit.PACK: "XPK",
    Unit.BOX: "XBX",
    Unit.CASE: "XCS",
    Unit.BAG: "XBG",
    Unit.BOTTLE: "XBO",
    Unit.ROLL: "XRO",
    Unit.SET: "SET",
}
"""UN/ECE Recommendation 20, and 21 (with its X) for what is counted by its packing."""

ONE: Final = "C62"
"""Recommendation 20: one, of what has no unit, such as interest."""

OUTSIDE_SCOPE: Final = "O"
STANDARD: Final = "S"
ZERO_RATED: Final = "Z"
EXEMPT: Final = "E"
WITHIN_UNION: Final = "K"

REASONS: Final = {
    EXEMPT: ("", "Exempt from VAT"),
    "AE": ("VATEX-EU-AE", "Reverse charge"),
    WITHIN_UNION: ("VATEX-EU-IC", "Intra-Community supply"),
    "G": ("VATEX-EU-G", "Export outside the EU"),
    OUTSIDE_SCOPE: ("VATEX-EU-O", "Not subject to VAT"),
}
"""Code (of the list VATEX, unless the document names its own) and text of why a category (UNCL 5305) bears no VAT."""
