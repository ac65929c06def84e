"""How long the money side takes: lists and statements of thousands of documents, and a month's run of invoices.

    make bench invoices                         SQLite in a temporary folder
    make bench invoices ARGS="--url postgresql://user@host/empty_database"

On the demo's data, one dealer is given five thousand invoices, nearly all of them paid, and a thousand more dealers one
shipment each of a month that is over. Pages are asked for inside the process, from the first byte to the end of the
transaction. Processor time stands beside wall time: on a machine that others use, only the first is ours. Then what
``bench/papers.py`` measures: how long papers take, and the memory of a worker that made many.
Goals: list 30 ms, statement 300 ms, each for the slowest twentieth.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, Final

from flask.testing import FlaskClient
from sqlalchemy import Connection, select, text, update

import portal.discovery.models  # noqa: F401 -- the tables of all rooms are made.
from bench import papers
from portal.accounts.models import Account, CreditEntry, CreditReason, InvoiceRhythm, Seller
from portal.app import create_app
from portal.core.database import Database
from portal.core.process import settle
from portal.core.tables import Base
from portal.demo import DEMO_PASSWORD, seed
from portal.importers.bulk import insert_rows, reserve_ids, table_of
from portal.invoices.models import Invoice, InvoiceLine
from portal.invoices.month import issue_month
from portal.invoices.proof import prove
from portal.ledger.models import Book, Journal, JournalKind, Posting
from portal.orders.models import Drop, NumberSeries, Order, OrderLine, Shipment, ShipmentLine
from portal.payments.models import Payment, PaymentState
from portal.settings import Mode, Settings

TODAY: Final = date(2026, 11, 23)
DEALER: Final = "KR-1001"
BUYER: Final = "buyer.kr@demo.example"
DOCUMENTS: Final = 5_000
STILL_OPEN: Final = 60
MONTH: Final = date(2026, 10, 1)
DEALERS: Final = 1_000
LINES: Final = 10
ROUNDS: Final = 60
WARM_UP: Final = 5


@dataclass(frozen=True)
class Result:
    """A line of the table; milliseconds."""

    name: str
    wall: tuple[float, ...]
    processor: tuple[float, ...]
    goal: str


def main() -> int:
    """Measure and print."""
    options = arguments()
    with tempfile.TemporaryDirectory() as folder:
        url = options.url or f"sqlite:///{Path(folder) / 'bench.db'}"
        database = Database(url)
        Base.metadata.create_all(database.writer)
        seed(database, today=TODAY, password=DEMO_PASSWORD, progress=False)
        with database.transaction() as session:
            connection = session.connection()
            give_documents(connection)
            account_ids = give_shipments(connection)
            session.execute(text("ANALYZE"))
        print(f"{database.engine.dialect.name}, {DOCUMENTS} invoices of one dealer, {DEALERS} dealers' month")
        print(f"{'':<46}{'wall p50':>9}{'p95':>8}{'cpu p50':>9}{'p95':>8}{'goal':>8}")
        for result in pages(url):
            show(result)
        show(month_run(database, account_ids))
        began = perf_counter()
        with database.reading() as session:
            proof = prove(session)
        print(
            f"proof of {proof.journals} journals: {perf_counter() - began:.2f} s, {len(proof.findings)} findings"
        )
        for finding in proof.findings[:5]:
            print(f"  {finding}")
        database.dispose()
    papers.run(options.rounds, options.papers)
    return 1 if proof.findings else 0


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--url", help="an empty PostgreSQL database to measure instead of SQLite")
    parser.add_argument("--rounds", type=int, default=20, help="how often a paper of 30 lines is made")
    parser.add_argument("--papers", type=int, default=200, help="papers made in one process for its memory")
    return parser.parse_args()


def show(result: Result) -> None:
    """Print a line of the table."""
    wall, processor = sorted(result.wall), sorted(result.processor)
    print(
        f"{result.name:<46}{statistics.median(wall):>9.1f}{high(wall):>8.1f}"
        f"{statistics.median(processor):>9.1f}{high(processor):>8.1f}{result.goal:>8}"
    )


def high(times: list[float]) -> float:
    """The 95th of a hundred, of sorted times."""
    return times[min(len(times) - 1, round(len(times) * 0.95))]


def timed(name: str, goal: str, work: Callable[[int], None], rounds: int = ROUNDS) -> Result:
    """Do the work again and again, counted from 0; the first times do not count."""
    for index in range(min(WARM_UP, rounds)):
        work(index)
    wall, processor = [], []
    for index in range(rounds):
        began, spent = perf_counter(), process_time()
        work(index)
        wall.append((perf_counter() - began) * 1_000)
        processor.append((process_time() - spent) * 1_000)
    return Result(name, tuple(wall), tuple(processor), goal)


def pages(url: str) -> Iterator[Result]:
    """The pages of the dealer with all the documents."""
    settings = Settings(
        mode=Mode.DEMO,
        secret_key="of the bench",  # noqa: S106 -- of a throwaway database.
        database_url=url,
        base_url="http://localhost",
    )
    app = create_app(settings)
    client = app.test_client()
    sign_in(client)
    settle()
    whole = "from=2024-01-01&to=2026-11-23"
    for name, path, goal, rounds in (
        ("list, all", "/invoices?status=all", "30", ROUNDS),
        ("list, what is to be paid", "/invoices", "30", ROUNDS),
        ("list, page 100 of all", "/invoices?status=all&page=100", "30", ROUNDS),
        ("list, found by number", "/invoices?status=all&q=BN-2026-002345", "30", ROUNDS),
        ("list, found by amount", "/invoices?status=all&q=110%2C000", "30", ROUNDS),
        ("statement of 5,000 documents, page", f"/statement?{whole}", "300", 12),
        ("statement of 5,000 documents, CSV", f"/statement.csv?{whole}", "300", 12),
        ("home", "/", "", ROUNDS),
    ):
        yield timed(name, goal, lambda _, path=path: get(client, path), rounds)  # type: ignore[misc]


def sign_in(client: FlaskClient) -> None:
    """Sign in as the dealer's buyer; SystemExit if it is refused."""
    page = client.get("/login").get_data(as_text=True)
    token = page.split('name="csrf_token"', 1)[1].split('value="', 1)[1].split('"', 1)[0]
    form = {"email": BUYER, "password": DEMO_PASSWORD, "csrf_token": token}
    answer = client.post("/login", data=form)
    if answer.status_code != 303:
        raise SystemExit(f"sign-in answered {answer.status_code}")


def get(client: FlaskClient, path: str) -> None:
    """Ask for a page; SystemExit if it is not answered with 200."""
    answer = client.get(path)
    if answer.status_code != 200:
        raise SystemExit(f"{path} answered {answer.status_code}")
    answer.get_data()


def month_run(database: Database, account_ids: list[int]) -> Result:
    """Issue the month's invoice of each dealer, each in a transaction of its own, as the worker does."""
    now = datetime(2026, 11, 1, 1, tzinfo=UTC)
    wall, processor = [], []
    began = perf_counter()
    for account_id in account_ids:
        started, spent = perf_counter(), process_time()
        with database.transaction() as session:
            if issue_month(session, account_id, MONTH, now) is None:
                raise SystemExit(f"no invoice for account {account_id}")
        wall.append((perf_counter() - started) * 1_000)
        processor.append((process_time() - spent) * 1_000)
    print(f"month run: {len(account_ids)} invoices of {LINES} lines in {perf_counter() - began:.1f} s")
    return Result("issue one of them", tuple(wall), tuple(processor), "")


def give_documents(connection: Connection) -> None:
    """Give the dealer DOCUMENTS invoices, all but the last ones paid by one transfer each."""
    account = connection.execute(select(Account.id).where(Account.code == DEALER)).scalar_one()
    one = row_like(connection, Invoice, Invoice.account_id == account)
    line = row_like(connection, InvoiceLine, InvoiceLine.invoice_id == one["id"])
    seller = row_like(connection, Seller, Seller.is_default.is_(True))
    (seller_id,) = reserve_ids(connection, Seller, 1)
    write(connection, Seller, [seller | {"id": seller_id, "code": "BN", "is_default": False}])
    write(connection, NumberSeries, [{"name": "invoice:BN:2026", "last": DOCUMENTS}])
    invoice_ids = reserve_ids(connection, Invoice, DOCUMENTS)
    payment_ids = reserve_ids(connection, Payment, DOCUMENTS)
    journal_ids = iter(reserve_ids(connection, Journal, 3 * DOCUMENTS))
    rows: dict[str, list[dict[str, Any]]] = {
        name: [] for name in ("invoices", "lines", "pays", "journals", "postings")
    }
    tax = {"code": "VAT", "rate_ppm": 100_000, "category": "S", "exemption": ""}
    for index, (invoice_id, payment_id) in enumerate(zip(invoice_ids, payment_ids, strict=True)):
        net = 100_000 + index * 10
        total = net + net // 10
        day = TODAY - timedelta(days=(DOCUMENTS - index) // 8)
        at = datetime(day.year, day.month, day.day, 2, tzinfo=UTC)
        paid = index < DOCUMENTS - STILL_OPEN
        number = f"BN-2026-{index + 1:06d}"
        rows["invoices"].append(
            one
            | {
                "id": invoice_id, "number": number, "seller_id": seller_id, "key": f"bench:{index}",
                "issued_on": day, "created_at": at,
                "due_on": day + timedelta(days=30), "net": net, "tax": net // 10, "total": total,
                "taxes": [{**tax, "base": net, "amount": net // 10}], "open_before": 0,
                "open_amount": 0 if paid else total, "settled_on": day if paid else None,
            }
        )  # fmt: skip
        rows["lines"].append(
            {name: value for name, value in line.items() if name != "id"}
            | {
                "invoice_id": invoice_id, "shipment_id": None, "drop_id": None, "order_line_id": None,
                "position": 1, "line_total": net, "net": net, "tax": net // 10,
            }
        )  # fmt: skip
        booked: list[tuple[JournalKind, str, str, list[tuple[Book, int, int | None, int | None]]]] = [
            (
                JournalKind.INVOICE,
                number,
                f"document:{number}",
                [(Book.RECEIVABLE, total, invoice_id, None), (Book.REVENUE, -net, None, None),
                 (Book.TAX, net - total, None, None)],
            )
        ]  # fmt: skip
        if paid:
            reference = f"PBENCH{index:05d}"
            rows["pays"].append(
                {
                    "id": payment_id, "reference": reference, "account_id": account, "submit_key": f"bench:{index}",
                    "provider": "bank_transfer", "method": "transfer", "is_test": False, "state": PaymentState.PAID,
                    "amount": total, "refunded": 0, "currency": "KRW", "secret": "", "instructions": {}, "failure": "",
                    "receipt_url": "", "paid_at": at, "created_at": at, "updated_at": at,
                }
            )  # fmt: skip
            booked += [
                (
                    JournalKind.PAYMENT,
                    reference,
                    f"payment:{payment_id}",
                    [(Book.BANK, total, None, payment_id), (Book.ACCOUNT_CREDIT, -total, None, payment_id)],
                ),
                (
                    JournalKind.ALLOCATION,
                    reference,
                    f"targets:{payment_id}",
                    [(Book.ACCOUNT_CREDIT, total, invoice_id, payment_id),
                     (Book.RECEIVABLE, -total, invoice_id, payment_id)],
                ),
            ]  # fmt: skip
        for kind, reference, key, entries in booked:
            journal_id = next(journal_ids)
            rows["journals"].append(
                {
                    "id": journal_id, "kind": kind, "account_id": account, "currency": "KRW", "reference": reference,
                    "key": key, "posted_on": day, "note": "", "created_at": at,
                }
            )  # fmt: skip
            rows["postings"] += [
                {
                    "journal_id": journal_id, "account_id": account, "book": book, "amount": amount, "detail": "",
                    "invoice_id": of, "payment_id": by,
                }
                for book, amount, of, by in entries
            ]  # fmt: skip
    for model, name in (
        (Invoice, "invoices"), (InvoiceLine, "lines"), (Payment, "pays"), (Journal, "journals"), (Posting, "postings"),
    ):  # fmt: skip
        write(connection, model, rows[name])
    owed = sum(row["open_amount"] for row in rows["invoices"])
    entry = {"account_id": account, "reason": CreditReason.OWED, "reference": "bench", "amount": owed}
    write(connection, CreditEntry, [entry | {"created_at": datetime(2026, 11, 22, tzinfo=UTC)}])
    used = table_of(Account)
    connection.execute(update(used).where(used.c.id == account).values(credit_used=used.c.credit_used + owed))


def give_shipments(connection: Connection) -> list[int]:
    """DEALERS accounts with one delivered order each, on no invoice yet; their ids."""
    like = row_like(connection, Account, Account.code == DEALER)
    order = row_like(connection, Order, Order.account_id == like["id"])
    line = row_like(connection, OrderLine, OrderLine.order_id == order["id"])
    drop = row_like(connection, Drop, Drop.order_line_id == line["id"])
    shipment = row_like(connection, Shipment, Shipment.order_id == order["id"])
    account_ids = reserve_ids(connection, Account, DEALERS)
    order_ids = reserve_ids(connection, Order, DEALERS)
    shipment_ids = reserve_ids(connection, Shipment, DEALERS)
    line_ids = iter(reserve_ids(connection, OrderLine, DEALERS * LINES))
    drop_ids = iter(reserve_ids(connection, Drop, DEALERS * LINES))
    left_at = datetime(2026, 10, 14, 3, tzinfo=UTC)
    rows: dict[str, list[dict[str, Any]]] = {
        name: [] for name in ("accounts", "orders", "lines", "drops", "shipments", "shipped")
    }
    for index, (account_id, order_id, shipment_id) in enumerate(
        zip(account_ids, order_ids, shipment_ids, strict=True)
    ):
        number = f"2026-9{index:05d}"
        rows["accounts"].append(
            like
            | {
                "id": account_id, "code": f"BENCH-{index}", "parent_id": None, "credit_used": 0,
                "invoice_rhythm": InvoiceRhythm.MONTH, "held_for_overdue": False,
            }
        )  # fmt: skip
        total = LINES * 100_000
        rows["orders"].append(
            order
            | {
                "id": order_id, "number": number, "account_id": account_id, "submit_key": f"bench:{index}",
                "status": "delivered", "subtotal": total, "net": total, "tax": total // 10, "total": total * 11 // 10,
                "placed_at": left_at,
            }
        )  # fmt: skip
        rows["shipments"].append(
            shipment
            | {
                "id": shipment_id, "number": f"{number}-S1", "order_id": order_id, "submit_key": f"bench:{index}",
                "shipped_at": left_at, "delivered_at": left_at,
            }
        )  # fmt: skip
        for position in range(1, LINES + 1):
            line_id, drop_id = next(line_ids), next(drop_ids)
            rows["lines"].append(
                line
                | {
                    "id": line_id, "order_id": order_id, "position": position, "quantity": 10, "cancelled": 0,
                    "unit_price_e4": 100_000_000, "line_total": 100_000,
                }
            )  # fmt: skip
            rows["drops"].append(
                drop
                | {
                    "id": drop_id, "order_line_id": line_id, "quantity": 10, "reserved": 0, "backordered": 0,
                    "shipped": 10, "cancelled": 0, "delivered": 10,
                }
            )  # fmt: skip
            rows["shipped"].append({"shipment_id": shipment_id, "drop_id": drop_id, "quantity": 10})
    for model, name in (
        (Account, "accounts"), (Order, "orders"), (OrderLine, "lines"), (Drop, "drops"), (Shipment, "shipments"),
        (ShipmentLine, "shipped"),
    ):  # fmt: skip
        write(connection, model, rows[name])
    return account_ids


def row_like(connection: Connection, model: type[Base], condition: Any) -> dict[str, Any]:
    """One row of the table that fits."""
    return dict(connection.execute(select(table_of(model)).where(condition).limit(1)).one()._mapping)


def write(connection: Connection, model: type[Base], rows: list[dict[str, Any]]) -> None:
    """Insert rows that all have the same columns."""
    names = tuple(rows[0])
    insert_rows(connection, model, names, [tuple(row[name] for name in names) for row in rows])


if __name__ == "__main__":
    raise SystemExit(main())
