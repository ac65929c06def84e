"""The shop of the search measurement: 100,000 variants, 20,000 accounts, 50 segment lists, 5,000 contracts.

Names are those of ``search_data``, prices those of ``price_data``. Segments are granted assortments, the last of them
everything; eighty variants of a hundred are in stock; some accounts have bought for years. Made once per database, in
bulk, deterministically: one to two minutes on SQLite, index included.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, Final

import portal.accounts.models as accounts
import portal.catalog.models as catalog
import portal.orders.models as orders
from bench import price_data, search_data
from bench.pages import PASSWORD
from bench.price_data import write
from portal.accounts.sign_in import hash_password
from portal.catalog.search_text import search_text_of
from portal.core import clock
from portal.core.database import Database
from portal.discovery import jobs as search_jobs
from portal.discovery.service import SearchService
from search.documents import Item

VARIANTS: Final = 100_000
FILE: Final = Path("instance/bench/search_shop.db")

EVERYTHING: Final = search_data.ASSORTMENTS + 1
"""The assortment that holds all; the others are search_data's."""

SHOWN: Final = 11
"""Assortments granted to every segment but the last."""

SEES_ALL: Final = price_data.SEGMENTS
"""An account of the last segment: it sees everything, and has a contract."""

PEOPLE: Final = (1, 2, 3, SEES_ALL)
"""Accounts for which somebody can sign in, as person1@bench.example and so on."""

REGULARS: Final = 4_000
"""Accounts with two orders of ten lines; those with people have 300 orders of 20."""

_WAREHOUSES: Final = (1, 2)


def made_file() -> Path:
    """The SQLite file, filled; it gets its name only when it is whole."""
    if not FILE.exists():
        FILE.parent.mkdir(parents=True, exist_ok=True)
        part = FILE.with_suffix(".part.db")
        for path in FILE.parent.glob(f"{part.name}*"):
            path.unlink()
        database = Database(f"sqlite:///{part}")
        make(database)
        database.dispose()
        part.rename(FILE)
    return FILE


def make(database: Database) -> None:
    """Fill an empty database. Raises SystemExit if there is something in it that was not made here."""
    begun = time.monotonic()
    items = list(search_data.items(VARIANTS))
    price_data.begin(database)
    write(database, catalog.Warehouse, map(_warehouse, _WAREHOUSES))
    write(database, accounts.Location, map(_location, price_data.numbers_to(price_data.ACCOUNTS)))
    _write_people(database)
    categories = list(_categories(items))
    write(database, catalog.Category, categories)
    write(database, catalog.Brand, _brands(items))
    brand_ids = {f"B{n:03}": n + 1 for n in range(search_data.BRANDS)}
    write(database, catalog.Product, (_product(item, brand_ids) for item in items))
    write(database, catalog.Variant, map(_variant, items))
    write(database, catalog.Stock, _stock(items))
    write(database, catalog.Assortment, _assortments())
    # In the order of the key.
    held = sorted((each, item.id) for item in items for each in item.assortment_ids)
    write(database, catalog.AssortmentItem, ({"assortment_id": a, "variant_id": v} for a, v in held))
    write(database, catalog.AssortmentGrant, _grants())
    _write_orders(database, items)
    price_data.finish(database, VARIANTS, len(categories))
    print(f"the shop was made in {time.monotonic() - begun:.0f} s")


def build_index(database: Database, service: SearchService) -> None:
    """Build the index of the shop where it is not there yet."""
    with database.reading() as session:
        behind = search_jobs.outdated(session, service) or (
            service.members if search_jobs.is_short(session, service) else []
        )
    for member in behind:
        begun, cpu = time.monotonic(), time.process_time()
        held = search_jobs.rebuild(database, member.engine, today=clock.today("Asia/Seoul"), now=clock.now)
        print(
            f"{member.name}: {held:,} variants indexed in {time.monotonic() - begun:.0f} s,"
            f" {time.process_time() - cpu:.0f} s of the processor"
        )


def email(account_id: int) -> str:
    """Who signs in for an account of PEOPLE."""
    return f"person{account_id}@bench.example"


def _warehouse(n: int) -> dict[str, Any]:
    return {"id": n, "code": f"W{n}", "name": f"Warehouse {n}", "country": "KR", "timezone": "Asia/Seoul"}


def _location(n: int) -> dict[str, Any]:
    return {
        "id": n, "account_id": n, "code": "main", "name": "Main store", "country": "KR", "timezone": "Asia/Seoul",
        "warehouse_id": n % len(_WAREHOUSES) + 1,
    }  # fmt: skip


def _write_people(database: Database) -> None:
    kept = hash_password(PASSWORD)
    users = [
        {
            "id": n, "email": email(n), "name": f"Person {n}", "password_hash": kept,
            "created_at": price_data.MADE_AT,
        }
        for n in PEOPLE
    ]  # fmt: skip
    write(database, accounts.User, users)
    role = accounts.AccountRole.OWNER
    write(database, accounts.Membership, [{"user_id": n, "account_id": n, "role": role} for n in PEOPLE])


def _categories(items: list[Item]) -> Iterator[dict[str, Any]]:
    """Those of the items, the roots first."""
    names: dict[int, tuple[tuple[int, ...], dict[str, str]]] = {}
    for item in items:
        for depth, (category_id, named) in enumerate(
            zip(item.category_ids, item.category_names, strict=True)
        ):
            names.setdefault(category_id, (item.category_ids[:depth], dict(named)))
    for category_id, (above, named) in sorted(names.items(), key=lambda each: len(each[1][0])):
        yield {
            "id": category_id,
            "slug": f"category-{category_id}",
            "parent_id": above[-1] if above else None,
            "above": ",".join(map(str, above)),
            "names": named,
        }


def _brands(items: list[Item]) -> Iterator[dict[str, Any]]:
    named = {item.brand_code: dict(item.brand_names) for item in items}
    for code in sorted(named):
        yield {"id": int(code[1:]) + 1, "code": code, "names": named[code]}


def _product(item: Item, brand_ids: dict[str, int]) -> dict[str, Any]:
    return {
        "id": item.id,
        "code": f"P{item.id}",
        "category_id": item.category_ids[-1],
        "brand_id": brand_ids[item.brand_code],
        "names": dict(item.names),
        "descriptions": dict(item.descriptions),
        "attributes": {
            f"{place}": {"name": dict(each.names), "value": dict(each.values)}
            for place, each in enumerate(item.attributes)
        },
        "rank": item.rank,
        "created_at": datetime.fromtimestamp(item.created, UTC),
    }


def _variant(item: Item) -> dict[str, Any]:
    return {
        "id": item.id,
        "product_id": item.id,
        "sku": item.sku,
        "barcode": item.barcode,
        "part_number": item.part_number,
        "names": dict(item.names),
        "reading": item.reading or None,
        "search_text": search_text_of(
            sku=item.sku,
            barcode=item.barcode,
            part_number=item.part_number,
            names=item.names,
            brand_names=item.brand_names,
        ),
        "created_at": datetime.fromtimestamp(item.created, UTC),
    }


def _stock(items: list[Item]) -> Iterator[dict[str, Any]]:
    for item in items:
        for place in _WAREHOUSES:
            yield {
                "variant_id": item.id,
                "warehouse_id": place,
                "on_hand": 500 if item.stock_in else 0,
            }


def _assortments() -> Iterator[dict[str, Any]]:
    for n in price_data.numbers_to(EVERYTHING):
        yield {"id": n, "code": f"R{n}", "name": f"Range {n}", "everything": n == EVERYTHING}


def _grants() -> Iterator[dict[str, Any]]:
    chance = random.Random(11)
    for segment in price_data.numbers_to(price_data.SEGMENTS - 1):
        for assortment in chance.sample(price_data.numbers_to(search_data.ASSORTMENTS), SHOWN):
            yield {"assortment_id": assortment, "account_id": None, "segment_id": segment, "hides": False}
    yield {
        "assortment_id": EVERYTHING, "account_id": None, "segment_id": price_data.SEGMENTS, "hides": False,
    }  # fmt: skip
    # Some dealers are kept from some goods.
    for account in price_data.numbers_to(1_000):
        hidden = chance.randrange(search_data.ASSORTMENTS) + 1
        yield {"assortment_id": hidden, "account_id": account * 20, "segment_id": None, "hides": True}


def _write_orders(database: Database, items: list[Item]) -> None:
    chance = random.Random(300)
    today = clock.now()
    wanted = [(account, 300, 20) for account in PEOPLE]
    wanted += [(account, 2, 10) for account in range(SEES_ALL + 1, SEES_ALL + 1 + REGULARS)]
    placed = [(account, lines) for account, count, lines in wanted for _ in range(count)]
    write(
        database,
        orders.Order,
        (
            _order(n, account, today - timedelta(days=len(placed) - n, hours=1) / 20)
            for n, (account, _lines) in enumerate(placed, 1)
        ),
    )
    write(database, orders.OrderLine, _order_lines(placed, items, chance))


def _order(n: int, account_id: int, placed_at: datetime) -> dict[str, Any]:
    return {
        "id": n, "number": f"2026-{n:06}", "account_id": account_id, "location_id": account_id, "placed_by_id": 1,
        "status": orders.OrderStatus.DELIVERED, "submit_key": f"key-{n}", "currency": "KRW", "locale": "ko",
        "subtotal": 10_000, "net": 10_000, "tax": 1_000, "total": 11_000, "taxes": [], "ship_to": {},
        "freight": 0, "freight_charges": [], "placed_at": placed_at,
    }  # fmt: skip


def _order_lines(
    placed: list[tuple[int, int]], items: list[Item], chance: random.Random
) -> Iterator[dict[str, Any]]:
    """Each account buys from some hundred goods of its own."""
    favourites: dict[int, list[Item]] = {}
    line_id = 0
    for order_id, (account, lines) in enumerate(placed, 1):
        usual = favourites.get(account) or chance.sample(items, 25 * lines)
        favourites[account] = usual
        for position, item in enumerate(islice(chance.sample(usual, lines), lines), 1):
            line_id += 1
            yield {
                "id": line_id, "order_id": order_id, "position": position, "variant_id": item.id, "sku": item.sku,
                "name": item.names["ko"], "unit": "each", "pack_size": 1, "quantity": 12, "cancelled": 0,
                "unit_price_e4": 10_000, "list_unit_price_e4": 10_000, "line_total": 12, "tax_class": "standard",
                "tax_included": False, "steps": [],
            }  # fmt: skip
