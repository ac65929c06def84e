"""The demo as a whole: one transaction, so that a demo that was interrupted is no demo at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import select, text
from sqlalchemy.orm import Session
from tqdm import tqdm

from portal.accounts.models import Account
from portal.accounts.sign_in import hash_password
from portal.core.database import Database
from portal.demo.books import write_money
from portal.demo.companies import write_companies
from portal.demo.dealers import DEALERS
from portal.demo.goods import articles
from portal.demo.history import priced_history
from portal.demo.ledger import write_history
from portal.demo.masters import write_masters
from portal.demo.papers import write_papers
from portal.demo.pictures import write_pictures
from portal.demo.plans import planned_orders
from portal.demo.pricing import write_prices
from portal.demo.returns import write_returns
from portal.importers.reference import ensure_reference

DEMO_PASSWORD: Final = "demo-portal"  # noqa: S105 - published: it opens the demo data, which no other mode loads
"""Password of every demo sign-in."""


@dataclass(frozen=True, slots=True)
class SeedReport:
    """What was written."""

    products: int
    variants: int
    accounts: int
    orders: int
    lines: int
    invoices: int

    def __str__(self) -> str:
        return (
            f"{self.products} products in {self.variants} variants, {self.accounts} accounts,"
            f" {self.orders} orders with {self.lines} lines, {self.invoices} invoices"
        )


def is_empty(database: Database) -> bool:
    """True if there is no account yet, so that nothing of anyone's could be mixed with the demo."""
    with database.reading() as session:
        return session.scalar(select(Account.id).limit(1)) is None


def seed(database: Database, *, today: date, password: str, progress: bool) -> SeedReport:
    """Load the demo into an empty database; with ``progress`` a bar is drawn on standard error.

    The same ``today`` gives the same data, but for the salt of the password's hash; every sign-in has ``password``.
    """
    # Hashing takes its time; it is done before the database is locked for writing.
    password_hash = hash_password(password)
    with database.transaction() as session:
        return _write(session, today, password_hash, progress=progress)


def _write(session: Session, today: date, password_hash: str, *, progress: bool) -> SeedReport:
    all_articles = articles()
    reference = ensure_reference(session)
    keys = write_masters(session, all_articles, reference, today, password_hash)
    write_companies(session, keys, reference.payment_terms)
    write_prices(session, all_articles, keys, today)
    write_pictures(session, all_articles, keys)
    write_papers(session, keys)
    plans = planned_orders(all_articles, today)
    with tqdm(total=len(plans), unit=" orders", disable=not progress, desc="demo") as bar:
        history = priced_history(session, plans, all_articles, keys, bar.update)
    order_keys = write_history(session, history, keys)
    invoices = write_money(session, history.orders, order_keys, keys, today)
    write_returns(session, keys)
    # The planner's picture of the tables is of empty ones until it is told.
    session.execute(text("ANALYZE"))
    return SeedReport(
        products=len(keys.products),
        variants=len(keys.variants),
        accounts=len(DEALERS),
        orders=len(history.orders),
        lines=sum(len(order.lines) for order in history.orders),
        invoices=invoices,
    )
