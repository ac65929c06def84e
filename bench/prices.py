"""How long prices take: 20,000 accounts, 10,000 variants, a base list, 50 segment lists and 5,000 contract lists.

    make bench prices                       SQLite, filled once into instance/bench/, and a private PostgreSQL
    make bench prices ARGS="--url postgresql://…"

Beside them, in the same rounds, one bare SQL fetch of 24 prices of one list by the driver itself: what is left
between the two is what the engine costs. Goals: 24 variants in at most four statements, p95 5 ms on SQLite and 8 ms
on PostgreSQL; 1,000 lines in 80 ms; a changed contract price in the very next answer. Ends with 1 if one is missed.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import event, update
from sqlalchemy.orm import Session

from bench import price_data
from portal.accounts.models import TaxRounding
from portal.accounts.queries import Buyer
from portal.core.database import Database
from portal.core.process import settle
from portal.pricing.models import Price
from portal.pricing.prices import Ask, price_document, price_each
from scripts.with_postgres import PostgreSQLNotToBeHad, postgres

ROUNDS = 1_000
WARM_UP = 50
LONG_ROUNDS = 40
PAGE = 24
LONG = 1_000
FILE = Path("instance/bench/prices.db")

P95_GOAL_MS = {"SQLite": 5.0, "PostgreSQL": 8.0}
LONG_GOAL_MS = 80.0
STATEMENTS_GOAL = 4


def main() -> int:
    """Measure each database, print a table, say which goals are missed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--url", help="measure this database alone; it must be empty, or filled by this command"
    )
    options = parser.parse_args()
    # As wsgi.py does.
    settle()
    missed: list[str] = []
    print(f"{'':11}{'':34}{'p50 ms':>8}{'p95 ms':>8}{'goal p95':>10}{'statements':>12}")
    if options.url:
        missed += measure(options.url)
    else:
        missed += measure(f"sqlite:///{made_file()}")
        try:
            with postgres() as url:
                missed += measure(url)
        except PostgreSQLNotToBeHad as reason:
            print(f"PostgreSQL not measured: {reason}")
    for goal in missed:
        print(f"missed: {goal}")
    return 1 if missed else 0


def made_file() -> Path:
    """The SQLite file, filled; it gets its name only when it is whole."""
    if not FILE.exists():
        FILE.parent.mkdir(parents=True, exist_ok=True)
        part = FILE.with_suffix(".part.db")
        part.unlink(missing_ok=True)
        database = Database(f"sqlite:///{part}")
        price_data.make(database)
        database.dispose()
        part.rename(FILE)
    return FILE


def measure(url: str) -> list[str]:
    """Measure one database and print its rows; give the goals it missed."""
    database = Database(url)
    name = "SQLite" if database.is_sqlite else "PostgreSQL"
    try:
        if not price_data.is_made(database):
            price_data.make(database)
        missed = []
        page, bare = time_pages(database)
        statements = count_statements(database, PAGE)
        row(name, "one bare fetch of 24 prices", bare, None, 1)
        row(name, "24 variants, each with its price", page, P95_GOAL_MS[name], statements)
        if p95(page) > P95_GOAL_MS[name] or statements > STATEMENTS_GOAL:
            missed.append(f"{name}: 24 variants")
        statements = count_statements(database, LONG)
        for what, with_tiers in (
            ("1,000 lines of an order, taxed", False),
            ("… with the tiers a cart shows", True),
        ):
            document = time_documents(database, with_tiers=with_tiers)
            row(name, what, document, LONG_GOAL_MS, statements)
            if p95(document) > LONG_GOAL_MS or statements > STATEMENTS_GOAL:
                missed.append(f"{name}: {what}")
        changed = change_is_seen(database)
        print(f"{name:11}{'a changed contract price':34}{'seen by the next call' if changed else 'NOT SEEN'}")
        return missed if changed else [*missed, f"{name}: a changed contract price"]
    finally:
        database.dispose()


def buyer(account_id: int) -> Buyer:
    """The account as the engine knows it."""
    return Buyer(
        account_id=account_id,
        segment_id=(account_id - 1) % price_data.SEGMENTS + 1,
        currency="KRW",
        locale="ko",
        country="KR",
        timezone="Asia/Seoul",
        tax_profile_id=1,
        tax_rounding=TaxRounding.LINE_DOWN,
        shows_tax_included=False,
    )


def ask(variant_id: int, quantity: int) -> Ask:
    """A question as the catalog puts it."""
    return Ask(variant_id, quantity, variant_id, price_data.category_ids(variant_id), "standard")


def random_asks(chance: random.Random, count: int) -> list[Ask]:
    """Different variants, one to twenty of each."""
    variant_ids = chance.sample(range(1, price_data.VARIANTS + 1), count)
    return [ask(variant_id, chance.randrange(1, 21)) for variant_id in variant_ids]


def random_buyer(chance: random.Random) -> Buyer:
    """Every second one has a contract, though only every fourth account has: contracts are the harder case."""
    highest = price_data.CONTRACTS if chance.random() < 0.5 else price_data.ACCOUNTS
    return buyer(chance.randrange(1, highest + 1))


def time_pages(database: Database) -> tuple[list[float], list[float]]:
    """Milliseconds of pricing 24 variants, and of the bare fetch, in turn; another account and page each time."""
    chance = random.Random(24)
    marks = ", ".join("?" if database.is_sqlite else "%s" for _ in range(PAGE))
    text = (
        "SELECT variant_id, amount_e4 FROM price"  # noqa: S608 - only placeholders are put in
        f" WHERE price_list_id = 1 AND min_quantity = 1 AND variant_id IN ({marks})"
    )
    pages, bare = [], []
    for _ in range(ROUNDS + WARM_UP):
        asks, who = random_asks(chance, PAGE), random_buyer(chance)
        variant_ids = [each.variant_id for each in asks]
        with database.reading() as session:
            cursor = session.connection().connection.cursor()
            pages.append(milliseconds(price_each, session, who, asks, price_data.TODAY))
            bare.append(milliseconds(fetch, cursor, text, variant_ids))
            cursor.close()
    return pages[WARM_UP:], bare[WARM_UP:]


def time_documents(database: Database, *, with_tiers: bool) -> list[float]:
    """Milliseconds of pricing baskets of 1,000 lines."""
    chance = random.Random(1_000)
    taken = []
    for _ in range(LONG_ROUNDS):
        asks, who = random_asks(chance, LONG), random_buyer(chance)
        with database.reading() as session:
            session.connection()
            price = partial(price_document, with_tiers=with_tiers)
            taken.append(milliseconds(price, session, who, asks, price_data.TODAY))
    return taken


def fetch(cursor: Any, text: str, variant_ids: list[int]) -> None:
    """What the driver alone needs for 24 rows."""
    cursor.execute(text, variant_ids)
    cursor.fetchall()


def milliseconds(work: Callable[..., object], *arguments: object) -> float:
    """How long ``work`` takes."""
    begin = time.perf_counter()
    work(*arguments)
    return (time.perf_counter() - begin) * 1_000


def count_statements(database: Database, lines: int) -> int:
    """How many statements pricing so many lines takes."""
    chance = random.Random(lines)
    with database.reading() as session:
        session.connection()
        with counted(database) as texts:
            price_each(session, random_buyer(chance), random_asks(chance, lines), price_data.TODAY)
    return len(texts)


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """The statements sent in the block."""
    texts: list[str] = []

    def note(_connection: object, _cursor: object, text: str, *_rest: object) -> None:
        texts.append(text)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield texts
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


def change_is_seen(database: Database) -> bool:
    """Lower a contract price by a won, ask again, and put it back."""
    who = buyer(1)
    with database.reading() as session:
        variant_id, amount_e4 = session.query(Price.variant_id, Price.amount_e4).where(
            Price.price_list_id == price_data.FIRST_CONTRACT_LIST
        ).order_by(Price.variant_id).first() or (0, 0)
        before = contract_step(session, who, variant_id)
    try:
        set_price(database, variant_id, (amount_e4 or 0) - 10_000)
        with database.reading() as session:
            after = contract_step(session, who, variant_id)
    finally:
        set_price(database, variant_id, amount_e4)
    return after == before - 10_000


def contract_step(session: Session, who: Buyer, variant_id: int) -> int:
    """List price and contract step together: the contract's amount, e4."""
    (line,) = price_each(session, who, [ask(variant_id, 1)], price_data.TODAY)
    return sum(step.amount_e4 for step in line.steps if step.kind in {"list", "contract"})


def set_price(database: Database, variant_id: int, amount_e4: int | None) -> None:
    """Enter a price of the first contract list, as the desk would."""
    with database.transaction() as session:
        session.execute(
            update(Price)
            .where(Price.variant_id == variant_id, Price.price_list_id == price_data.FIRST_CONTRACT_LIST)
            .values(amount_e4=amount_e4)
        )


def p95(taken: list[float]) -> float:
    """The time that 19 of 20 stay under."""
    return statistics.quantiles(taken, n=20)[-1]


def row(name: str, what: str, taken: list[float], goal: float | None, statements: int) -> None:
    """Print one measurement."""
    goal_text = f"{goal:.0f}" if goal else ""
    print(
        f"{name:11}{what:34}{statistics.median(taken):8.2f}{p95(taken):8.2f}{goal_text:>10}{statements:12}",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
