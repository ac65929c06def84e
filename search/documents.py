"""What is indexed: an Item as the catalog knows it, and the Document of tokens made of it for every engine alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

ATTRIBUTE_SEPARATOR: Final = "\x1f"
"""Stands between name and value of an attribute where both are one text."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """A property such as colour or thread: its name and its value by locale (``""`` stands for every locale)."""

    names: Mapping[str, str]
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Item:
    """A variant as the catalog knows it, in plain values. Locales are BCP 47 tags (ko, en, ja, fr, fr-CA)."""

    id: int
    sku: str
    product_id: int = 0
    names: Mapping[str, str] = field(default_factory=dict)
    """Full name by locale."""
    reading: str = ""
    """Kana reading of the Japanese name; empty if none is known."""
    barcode: str = ""
    part_number: str = ""
    brand_code: str = ""
    brand_names: Mapping[str, str] = field(default_factory=dict)
    descriptions: Mapping[str, str] = field(default_factory=dict)
    attributes: tuple[Attribute, ...] = ()
    """Options and attributes, in the order in which a filter list shows them."""
    category_ids: tuple[int, ...] = ()
    """From the root down."""
    category_names: tuple[Mapping[str, str], ...] = ()
    """Name by locale of each of them."""
    stock_in: tuple[int, ...] = ()
    """Ids of the warehouses from whose shelf the smallest quantity could be delivered."""
    assortment_ids: tuple[int, ...] = ()
    """Assortments that list it; those that hold everything are left out."""
    prices: Mapping[int, int] = field(default_factory=dict)
    """Unit price in e4 by price list id, for the lists in IndexSettings.price_list_ids."""
    popularity: int = 0
    """How often it was ordered lately, by anyone; settles ties."""
    rank: int = 0
    """The seller's own order, the lower first; used where nothing is typed."""
    created: int = 0
    """Seconds since 1970, UTC."""
