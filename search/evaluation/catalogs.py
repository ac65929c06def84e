"""Catalogs from files: products as JSON, of which only what is there is used."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from search.documents import Attribute, Item

LEVELS = re.compile(r"\s*[/>]\s*")


class UnusableFile(Exception):
    """A file that does not hold what is expected of it."""


@dataclass(frozen=True, slots=True)
class Catalog:
    """Items of a file, with what only the file knows of them."""

    items: tuple[Item, ...]
    families: Mapping[int, str]
    """The family of each item by id; an item without one is its own family, by its SKU."""
    synonyms: tuple[tuple[str, ...], ...]


def read_json(path: Path) -> Any:
    """What the JSON file holds. UnusableFile if it cannot be read."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise UnusableFile(f"{path}: {problem}") from problem


def read_catalog(path: Path) -> Catalog:
    """The catalog in a file: an object with ``products`` (and perhaps ``synonyms``), or a list of products."""
    content = read_json(path)
    products = content.get("products") if isinstance(content, dict) else content
    if not isinstance(products, list) or not all(isinstance(product, dict) for product in products):
        raise UnusableFile(f"{path}: no list of products")
    synonyms = content.get("synonyms", ()) if isinstance(content, dict) else ()
    return catalog_of(products, synonyms)


def catalog_of(products: Iterable[Mapping[str, Any]], synonyms: Iterable[Iterable[str]] = ()) -> Catalog:
    """The catalog of products as they stand in a file. They are numbered from 1 in their order."""
    listed = list(products)
    families = {number: _text(each.get("family") or each.get("sku")) for number, each in enumerate(listed, 1)}
    products_by_family = {family: number for number, family in reversed(families.items())}
    paths = sorted({step for each in listed for step in _category_steps(each)})
    categories = {step: number for number, step in enumerate(paths, 1)}
    return Catalog(
        items=tuple(
            _item(number, each, products_by_family[families[number]], categories)
            for number, each in enumerate(listed, 1)
        ),
        families=families,
        synonyms=tuple(tuple(map(str, group)) for group in synonyms),
    )


def _item(
    number: int, product: Mapping[str, Any], product_id: int, categories: Mapping[tuple[str, ...], int]
) -> Item:
    steps = _category_steps(product)
    return Item(
        id=number,
        sku=_text(product.get("sku")) or str(number),
        product_id=product_id,
        names=_by_locale(product.get("names") or product.get("name")),
        reading=_text(product.get("kana") or product.get("reading")),
        barcode=_text(product.get("barcode") or product.get("ean") or product.get("gtin")),
        part_number=_text(product.get("mpn") or product.get("part_number")),
        brand_code=_text(product.get("brand")),
        # A brand without names is shown by its code, so that is its name.
        brand_names=_by_locale(product.get("brand_names") or product.get("brand")),
        descriptions=_by_locale(product.get("descriptions") or product.get("description")),
        attributes=_attributes(product.get("options")) + _attributes(product.get("attributes")),
        category_ids=tuple(categories[step] for step in steps),
        category_names=tuple({"en": step[-1].replace("-", " ")} for step in steps),
        stock_in=(1,) if product.get("in_stock") else (),
        popularity=_number(product.get("popularity")),
        rank=number,
        created=_number(product.get("created")),
    )


def _category_steps(product: Mapping[str, Any]) -> tuple[tuple[str, ...], ...]:
    """The category of a product as paths from the root down: ("hw",), ("hw", "fastener")."""
    levels = tuple(level for level in LEVELS.split(_text(product.get("category"))) if level)
    return tuple(levels[: depth + 1] for depth in range(len(levels)))


def _attributes(stored: Any) -> tuple[Attribute, ...]:
    """Attributes as a list of name and value, or as one object of names and values."""
    if isinstance(stored, dict):
        stored = [{"name": name, "value": value} for name, value in stored.items()]
    if not isinstance(stored, list):
        return ()
    return tuple(
        Attribute(_by_locale(each.get("name")), _by_locale(each.get("value")))
        for each in stored
        if isinstance(each, dict) and _by_locale(each.get("value"))
    )


def _by_locale(stored: Any) -> Mapping[str, str]:
    """Text by locale; plain text is the same in every locale."""
    if isinstance(stored, dict):
        return {str(locale): _text(text) for locale, text in stored.items() if _text(text)}
    return {"": _text(stored)} if _text(stored) else {}


def _text(stored: Any) -> str:
    return "" if stored is None else str(stored).strip()


def _number(stored: Any) -> int:
    return int(stored) if isinstance(stored, int | float) else 0
