"""The import as a whole: reference rows, people, goods, then the orders in batches."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text
from tqdm import tqdm

from portal.accounts.sign_in import NO_PASSWORD, hash_password
from portal.core.database import Database
from portal.importers.online_retail.goods import load_goods
from portal.importers.online_retail.history import load_orders
from portal.importers.online_retail.people import (
    ensure_assortment,
    ensure_segments,
    ensure_warehouse,
    load_people,
)
from portal.importers.online_retail.source import order_lines
from portal.importers.reference import ensure_reference


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What one run added; all zero where everything was there already."""

    accounts: int
    products: int
    orders: int
    lines: int

    def __str__(self) -> str:
        return f"added {self.accounts} accounts, {self.products} products, {self.orders} orders with {self.lines} lines"


def import_online_retail(
    database: Database, folder: Path, *, progress: bool, password: str | None = None
) -> ImportReport:
    """Load the files in ``folder``; with ``progress`` a bar is drawn on standard error.

    ``password`` is given to every imported buyer (``buyer.<customer>@online-retail.example``); without it nobody can
    sign in as one. Runs again and again without harm: what is there is left as it is, what is missing is added, so a
    run that was killed is finished by the next one. Raises ImportProblem, naming file and row; what was written
    before it stays.
    """
    password_hash = NO_PASSWORD if password is None else hash_password(password)
    with database.transaction() as session:
        reference = ensure_reference(session)
        warehouse_id = ensure_warehouse(session)
        segments = ensure_segments(session)
        assortment_id = ensure_assortment(session, segments)
        goods = load_goods(session, folder, warehouse_id, assortment_id)
        people = load_people(session, folder, reference, segments, warehouse_id, password_hash)
    with tqdm(total=people.lines, unit=" lines", disable=not progress, desc="orders") as bar:
        written = load_orders(database, order_lines(folder), people, goods, warehouse_id, bar.update)
    report = ImportReport(people.added, goods.added, written.orders, written.lines)
    if any((report.accounts, report.products, report.orders)):
        with database.transaction() as session:
            # The planner's picture of the tables is from before; without this, pages would be planned for empty ones.
            session.execute(text("ANALYZE"))
    return report
