"""The data of the price measurement: 20,000 accounts, 10,000 variants, 50 segment lists, 5,000 contract lists.

Made once per database, deterministically, in bulk. The accounts 1 to 5,000 have a contract list each, with some 150
prices; every account belongs to one of 50 segments, whose list prices nine variants of ten.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from itertools import islice
from typing import Any, cast

from sqlalchemy import Table, insert, select, text
from sqlalchemy.engine.interfaces import ExecutionContext
from sqlalchemy.sql.schema import CallableColumnDefault, ScalarElementColumnDefault

import portal.accounts.models as accounts
import portal.catalog.models as catalog
import portal.orders.models  # noqa: F401 - so that every table is made
import portal.pricing.models as pricing
from portal.core.database import Database
from portal.core.tables import Base

ACCOUNTS = 20_000
VARIANTS = 10_000
SEGMENTS = 50
CONTRACTS = 5_000
CONTRACT_PRICES = 150
CATEGORIES = 40
RUNNING_PROMOTIONS = 40
PAST_PROMOTIONS = 400

TODAY = date(2026, 11, 23)
MADE_AT = datetime(2026, 1, 1, tzinfo=UTC)
BASE_LIST = 1
FIRST_SEGMENT_LIST = 2
FIRST_CONTRACT_LIST = FIRST_SEGMENT_LIST + SEGMENTS

Rows = Iterable[dict[str, Any]]


def is_made(database: Database) -> bool:
    """Whether the data is in ``database``, whole: the last thing made is there."""
    with database.reader.connect() as connection:
        if not database.engine.dialect.has_table(connection, "promotion"):
            return False
        return bool(
            connection.scalar(
                select(pricing.Promotion.id).where(pricing.Promotion.name_key == "the last one")
            )
        )


def make(database: Database) -> None:
    """Fill an empty database. Raises SystemExit if there is something in it that was not made here."""
    begin(database)
    write(database, catalog.Category, map(_category, numbers_to(CATEGORIES)))
    write(database, catalog.Product, map(_product, numbers_to(VARIANTS)))
    write(database, catalog.Variant, map(_variant, numbers_to(VARIANTS)))
    finish(database, VARIANTS, CATEGORIES)


def begin(database: Database) -> None:
    """Make the tables of an empty database, and the accounts. Raises SystemExit if there is something in it."""
    with database.reader.connect() as connection:
        if database.engine.dialect.has_table(connection, "account"):
            raise SystemExit("the database is not empty, and what is in it is not for this measurement")
    Base.metadata.create_all(database.writer)
    write(
        database,
        accounts.Segment,
        ({"id": n, "code": f"S{n}", "name": f"Segment {n}"} for n in numbers_to(SEGMENTS)),
    )
    write(
        database,
        accounts.PaymentTerms,
        [{"id": 1, "code": "net30", "kind": accounts.TermsKind.NET, "net_days": 30}],
    )
    profile = {"id": 1, "code": "KR", "name": "Korea", "rounding": accounts.TaxRounding.LINE_DOWN}
    write(database, accounts.TaxProfile, [{**profile, "shows_tax_included": False}])
    rate = {"tax_profile_id": 1, "tax_class": "standard", "code": "VAT", "rate_ppm": 100_000}
    write(database, pricing.TaxRate, [{**rate, "valid_from": date(1977, 7, 1), "position": 0}])
    write(database, accounts.Account, map(_account, numbers_to(ACCOUNTS)))


def finish(database: Database, variants: int, categories: int) -> None:
    """Price so many variants for every list and make the promotions, of which the last says that all is made."""
    chance = random.Random(20_261_123)
    write(database, pricing.PriceList, _lists())
    write(database, pricing.PriceListAssignment, _assignments())
    write(database, pricing.Price, _prices(chance, variants))
    _write_promotions(database, chance, variants, categories)
    with database.writer.begin() as connection:
        connection.execute(text("ANALYZE"))


def numbers_to(count: int) -> range:
    """1, 2, 3, … count."""
    return range(1, count + 1)


def write(database: Database, model: type[Base], rows: Rows) -> None:
    """Insert in batches; PostgreSQL takes them by COPY."""
    table = model.__table__
    assert isinstance(table, Table)
    waiting = iter(rows)
    with database.writer.begin() as connection:
        while batch := list(islice(waiting, 20_000)):
            if database.is_sqlite:
                connection.execute(insert(table), batch)
            else:
                _copy(connection, table, batch)


def _copy(connection: Any, table: Table, batch: Sequence[dict[str, Any]]) -> None:
    # Columns left out of the rows have defaults in Python, which COPY does not know.
    defaults: dict[str, Any] = {}
    for column in table.columns:
        if column.name in batch[0] or column.default is None:
            continue
        if isinstance(column.default, ScalarElementColumnDefault):
            defaults[column.name] = column.default.arg
        elif isinstance(column.default, CallableColumnDefault):
            # The tables' callables make an empty document and ask nothing of the context they are given.
            defaults[column.name] = column.default.arg(cast(ExecutionContext, None))
    names = [*batch[0], *defaults]
    binds = [
        table.c[name].type.dialect_impl(connection.dialect).bind_processor(connection.dialect)
        for name in names
    ]
    with connection.connection.driver_connection.cursor().copy(
        f'COPY "{table.name}" ({", ".join(names)}) FROM STDIN'
    ) as copy:
        for row in batch:
            values = [*row.values(), *defaults.values()]
            copy.write_row(
                [bind(value) if bind else value for bind, value in zip(binds, values, strict=True)]
            )


def _account(n: int) -> dict[str, Any]:
    return {
        "id": n, "code": f"A{n}", "name": f"Dealer {n}", "segment_id": (n - 1) % SEGMENTS + 1, "country": "KR",
        "currency": "KRW", "locale": "ko", "timezone": "Asia/Seoul", "tax_profile_id": 1, "payment_terms_id": 1,
        "created_at": MADE_AT,
    }  # fmt: skip


def _category(n: int) -> dict[str, Any]:
    # The first four stand at the top; the others hang below one of them.
    parent = None if n <= 4 else (n - 1) % 4 + 1
    above = "" if parent is None else str(parent)
    return {
        "id": n,
        "slug": f"category-{n}",
        "parent_id": parent,
        "above": above,
        "names": {"en": f"Category {n}"},
    }


def category_ids(variant_id: int) -> tuple[int, ...]:
    """The category of the variant's product and the one above it."""
    category = variant_id % (CATEGORIES - 4) + 5
    return category, (category - 1) % 4 + 1


def _product(n: int) -> dict[str, Any]:
    names = {"en": f"Product {n}"}
    return {
        "id": n,
        "code": f"P{n}",
        "category_id": category_ids(n)[0],
        "names": names,
        "created_at": MADE_AT,
    }


def _variant(n: int) -> dict[str, Any]:
    return {
        "id": n,
        "product_id": n,
        "sku": f"SKU-{n:05}",
        "names": {"en": f"Item {n}"},
        "created_at": MADE_AT,
    }


def _lists() -> Iterator[dict[str, Any]]:
    kinds = pricing.PriceListKind
    yield _list(BASE_LIST, kinds.BASE)
    for n in range(FIRST_SEGMENT_LIST, FIRST_CONTRACT_LIST):
        yield _list(n, kinds.SEGMENT)
    for n in range(FIRST_CONTRACT_LIST, FIRST_CONTRACT_LIST + CONTRACTS):
        yield _list(n, kinds.CONTRACT)


def _list(n: int, kind: pricing.PriceListKind) -> dict[str, Any]:
    return {
        "id": n, "code": f"L{n}", "names": {"ko": f"단가표 {n}", "en": f"List {n}"}, "kind": kind,
        "currency": "KRW", "valid_from": date(2026, 1, 1), "forbids_promotions": n % 20 == 0,
    }  # fmt: skip


def _assignments() -> Iterator[dict[str, Any]]:
    for n in range(SEGMENTS):
        yield {"price_list_id": FIRST_SEGMENT_LIST + n, "account_id": None, "segment_id": n + 1}
    for n in range(CONTRACTS):
        yield {"price_list_id": FIRST_CONTRACT_LIST + n, "account_id": n + 1, "segment_id": None}


def _prices(chance: random.Random, variants: int) -> Iterator[dict[str, Any]]:
    """In the order of the key, in which SQLite keeps them."""
    contracts: dict[int, list[int]] = {variant: [] for variant in numbers_to(variants)}
    for n in range(CONTRACTS):
        for variant in chance.sample(numbers_to(variants), CONTRACT_PRICES):
            contracts[variant].append(FIRST_CONTRACT_LIST + n)
    for variant in numbers_to(variants):
        full_e4 = chance.randrange(1_000, 100_000) * 10_000
        yield _price(variant, BASE_LIST, 1, full_e4)
        if variant % 2:
            yield _price(variant, BASE_LIST, 10, full_e4 * 95 // 100)
        for price_list in range(FIRST_SEGMENT_LIST, FIRST_CONTRACT_LIST):
            if chance.random() < 0.9:
                yield _price(variant, price_list, 1, full_e4 * chance.randrange(85, 99) // 100)
                if chance.random() < 0.3:
                    yield _price(variant, price_list, 12, full_e4 * chance.randrange(75, 85) // 100)
        for price_list in contracts[variant]:
            yield _price(variant, price_list, 1, full_e4 * chance.randrange(70, 90) // 100)


def _price(variant: int, price_list: int, min_quantity: int, amount_e4: int) -> dict[str, Any]:
    return {
        "variant_id": variant, "price_list_id": price_list, "min_quantity": min_quantity, "amount_e4": amount_e4,
    }  # fmt: skip


def _write_promotions(database: Database, chance: random.Random, variants: int, categories: int) -> None:
    """Promotions of each kind: some for everyone, some for a segment; on categories, products or long lists."""
    promotions, audiences, targets, amounts = [], [], [], []
    kinds = list(pricing.PromotionKind)
    for n in numbers_to(RUNNING_PROMOTIONS + PAST_PROMOTIONS):
        kind = kinds[n % len(kinds)]
        running = n <= RUNNING_PROMOTIONS
        for_everyone = n % 3 > 0
        promotions.append(
            {
                "id": n, "name_key": f"promotion-{n}", "names": {"ko": f"행사 {n}", "en": f"Promotion {n}"},
                "kind": kind, "percent_ppm": 10_000 * chance.randrange(1, 15), "buy_quantity": 10,
                "get_quantity": 1, "stackable": n % 2 == 0, "everyone": for_everyone,
                "all_products": n == 5, "code": f"CODE{n}" if n % 10 == 0 else None,
                "valid_from": date(2026, 11, 1) if running else date(2025, 1, 1),
                "valid_to": date(2026, 12, 31) if running else date(2025, 12, 31),
            }
        )  # fmt: skip
        if not for_everyone:
            audiences.append({"promotion_id": n, "account_id": None, "segment_id": n % SEGMENTS + 1})
        amount = {"promotion_id": n, "currency": "KRW", "off_e4": 500_000, "amount": 3_000}
        amounts.append(
            {**amount, "minimum_value": 100_000 if kind is pricing.PromotionKind.ORDER_AMOUNT else None}
        )
        target = {
            "promotion_id": n,
            "variant_id": None,
            "product_id": None,
            "category_id": None,
            "quantity": 1,
        }
        if kind is pricing.PromotionKind.BUNDLE:
            targets += [
                {**target, "variant_id": each, "quantity": 2}
                for each in chance.sample(numbers_to(variants), 2)
            ]
        elif n % 7 == 0:
            targets += [{**target, "variant_id": each} for each in chance.sample(numbers_to(variants), 2_000)]
        elif n % 7 == 1:
            targets += [{**target, "product_id": each} for each in chance.sample(numbers_to(variants), 20)]
        else:
            targets.append({**target, "category_id": chance.randrange(categories) + 1})
    last = {
        **promotions[-1],
        "id": len(promotions) + 1,
        "name_key": "the last one",
        "code": None,
        "active": False,
    }
    write(database, pricing.Promotion, [*({**row, "active": True} for row in promotions), last])
    write(database, pricing.PromotionAudience, audiences)
    write(database, pricing.PromotionAmount, amounts)
    write(database, pricing.PromotionTarget, targets)
