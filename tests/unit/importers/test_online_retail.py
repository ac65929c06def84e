import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from portal.accounts.models import Account, Membership, User
from portal.accounts.queries import buyer_of
from portal.catalog.queries import variants_by_sku
from portal.core.tables import Base
from portal.importers.online_retail import ImportProblem, ImportReport, history, import_online_retail
from portal.jobs.models import Job
from portal.orders.models import Drop, NumberSeries, Order, OrderEvent, OrderLine, Shipment, ShipmentLine
from portal.pricing.models import Price
from portal.pricing.prices import Ask, price_each
from tests.unit.importers.samples import ACCOUNTS, ORDER_LINES, PRICE_LEVELS, shared_folder, write_sample

NOTHING = ImportReport(accounts=0, products=0, orders=0, lines=0)
ROOT = Path(__file__).resolve().parents[3]


def contents(database) -> dict[str, list[tuple]]:
    """Every row of every table."""
    with database.reading() as session:
        return {
            table.name: sorted(map(tuple, session.execute(select(table))), key=repr)
            for table in Base.metadata.sorted_tables
        }


def test_dealers_become_accounts_and_others_are_passed_over(database, tmp_path):
    report = import_online_retail(database, write_sample(tmp_path), progress=False)
    assert report == ImportReport(accounts=3, products=3, orders=5, lines=9)
    with database.reading() as session:
        rows = session.execute(
            select(
                Account.code, Account.country, Account.currency, Account.locale, Account.credit_limit
            ).order_by(Account.code)
        ).all()
        assert [tuple(row) for row in rows] == [
            ("OR-12347", "FR", "GBP", "fr-CA", 600_000),
            ("OR-13085", "GB", "GBP", "en", 200_000),
            ("OR-16320", "GB", "GBP", "en", 100_000),
        ]
        assert session.scalars(select(User.password_hash).distinct()).all() == ["!"]
        assert session.scalar(select(func.count()).select_from(Membership)) == 3
        assert session.scalar(select(func.count()).select_from(Job).where(Job.name != "index_variants")) == 0


def test_an_invoice_becomes_a_delivered_order(database, tmp_path):
    import_online_retail(database, write_sample(tmp_path), progress=False)
    with database.reading() as session:
        order = session.scalars(select(Order).where(Order.po_number == "489434")).one()
        assert (order.number, order.status, order.submit_key) == (
            "2009-000001",
            "delivered",
            "online-retail:489434",
        )
        assert order.placed_at == datetime(2009, 12, 1, 7, 45, tzinfo=UTC)
        # 12 × 6.95 + 12 × 6.75 + 48 × 2.10, and the 15 % of British VAT in 2009.
        assert (order.subtotal, order.net, order.tax, order.total) == (26_520, 26_520, 3_978, 30_498)
        assert order.taxes == [{"code": "VAT", "rate_ppm": 150_000, "base": 26_520, "amount": 3_978}]
        lines = session.scalars(select(OrderLine).where(OrderLine.order_id == order.id)).all()
        assert [(line.position, line.sku, line.quantity, line.line_total) for line in lines] == [
            (1, "85048", 12, 8_340), (2, "79323P", 12, 8_100), (3, "22041", 48, 10_080),
        ]  # fmt: skip
        assert lines[2].name == 'Record Frame 7" Single Size'
        drops = session.scalars(select(Drop).where(Drop.order_line_id == lines[0].id)).all()
        assert [(drop.quantity, drop.shipped, drop.delivered, drop.reserved) for drop in drops] == [
            (12, 12, 12, 0)
        ]
        shipment = session.scalars(select(Shipment).where(Shipment.order_id == order.id)).one()
        assert (shipment.number, shipment.delivered_at) == ("2009-000001-S1", order.placed_at)
        packed = session.scalars(select(ShipmentLine).where(ShipmentLine.shipment_id == shipment.id)).all()
        assert sorted(line.quantity for line in packed) == [12, 12, 48]
        events = session.scalars(
            select(OrderEvent).where(OrderEvent.order_id == order.id).order_by(OrderEvent.id)
        )
        assert [event.kind for event in events] == ["placed", "shipped", "delivered"]


def test_abroad_bears_no_tax_and_a_fraction_of_a_penny_is_a_step_of_rounding(database, tmp_path):
    import_online_retail(database, write_sample(tmp_path), progress=False)
    with database.reading() as session:
        order = session.scalars(select(Order).where(Order.po_number == "489500")).one()
        # 3 × 1.855 is 5.565, half a penny up.
        assert (order.net, order.tax, order.total) == (15_797, 0, 15_797)
        line = session.scalars(
            select(OrderLine).where(OrderLine.order_id == order.id, OrderLine.position == 2)
        ).one()
        assert line.line_total == 557
        assert [(step["kind"], step["amount_e4"]) for step in line.steps] == [
            ("list", 55_650),
            ("rounding", 50),
        ]


def test_numbers_are_gapless_within_the_wholesalers_year(database, tmp_path):
    import_online_retail(database, write_sample(tmp_path), progress=False)
    with database.reading() as session:
        assert session.scalars(select(Order.number).order_by(Order.placed_at)).all() == [
            "2009-000001", "2010-000001", "2010-000002", "2010-000003", "2011-000001",
        ]  # fmt: skip
        series = session.execute(
            select(NumberSeries.name, NumberSeries.last).order_by(NumberSeries.name)
        ).all()
        assert [tuple(row) for row in series] == [("order:2009", 1), ("order:2010", 3), ("order:2011", 1)]


def test_numbers_go_on_where_the_series_stands(database, tmp_path):
    with database.transaction() as session:
        session.add(NumberSeries(name="order:2010", last=41))
    import_online_retail(database, write_sample(tmp_path), progress=False)
    with database.reading() as session:
        numbers = session.scalars(
            select(Order.number).where(Order.number.startswith("2010")).order_by(Order.number)
        )
        assert numbers.all() == ["2010-000042", "2010-000043", "2010-000044"]


def test_an_imported_dealer_sees_and_is_priced_what_was_imported(database, tmp_path):
    import_online_retail(database, write_sample(tmp_path), progress=False)
    with database.reading() as session:
        account_id = session.scalars(select(Account.id).where(Account.code == "OR-13085")).one()
        buyer = buyer_of(session, account_id)
        warehouse_id = session.scalars(text("SELECT id FROM warehouse")).one()
        rows = variants_by_sku(session, buyer, ["85048", "22041"], warehouse_id, "en")
        assert [(row.sku, row.minimum, row.step, row.available) for row in rows] == [
            ("85048", 12, 12, 60), ("22041", 1, 1, 0),
        ]  # fmt: skip
        asks = [
            Ask(rows[0].id, quantity, rows[0].product_id, rows[0].category_path_ids, rows[0].tax_class)
            for quantity in (12, 36)
        ]
        lines = price_each(session, buyer, asks, datetime(2026, 1, 5, tzinfo=UTC).date())
        assert [line.unit_price_e4 for line in lines] == [69_500, 63_500]
        assert lines[0].unit_gross_e4 == 83_400


def test_a_second_run_changes_nothing(database, tmp_path):
    folder = write_sample(tmp_path)
    import_online_retail(database, folder, progress=False)
    before = contents(database)
    assert import_online_retail(database, folder, progress=False) == NOTHING
    assert contents(database) == before


def test_what_a_person_changed_meanwhile_stays(database, tmp_path):
    folder = write_sample(tmp_path)
    import_online_retail(database, folder, progress=False)
    with database.transaction() as session:
        session.execute(text("UPDATE price SET amount_e4 = 1"))
    import_online_retail(database, folder, progress=False)
    with database.reading() as session:
        assert session.scalars(select(Price.amount_e4).distinct()).all() == [1]


def test_it_goes_on_after_the_row_that_was_mended(database, tmp_path, monkeypatch):
    monkeypatch.setattr(history, "LINES_PER_BATCH", 3)
    spoilt = ORDER_LINES.replace(
        "489700,2010-12-31 23:30:00,16320,79323P", "489700,2010-12-31 23:30:00,16320,NONE"
    )
    with pytest.raises(ImportProblem) as caught:
        import_online_retail(database, write_sample(tmp_path, order_lines=spoilt), progress=False)
    assert str(caught.value) == "order_lines.csv.gz, row 9: no product NONE in products.csv.gz"
    with database.reading() as session:
        # The batches before it stay: one of three lines and one of two and one.
        assert session.scalars(select(Order.po_number).order_by(Order.id)).all() == [
            "489434",
            "489500",
            "489600",
        ]
    report = import_online_retail(database, write_sample(tmp_path), progress=False)
    assert report == ImportReport(accounts=0, products=0, orders=2, lines=3)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(OrderLine)) == 9


@pytest.mark.parametrize(
    "replaced, message",
    [
        (
            {"order_lines": ORDER_LINES + "489434,2011-02-01 10:00:00,13085,22041,1,2.1\n"},
            "order_lines.csv.gz, row 12: invoice 489434 appears again after others",
        ),
        (
            {"order_lines": ORDER_LINES.replace("07:45:00,13085,79323P", "07:45:00,12347,79323P")},
            "order_lines.csv.gz, row 3: invoice 489434 has two customers",
        ),
        (
            {"order_lines": ORDER_LINES.replace("09:00:00,13085", "09:00:00,77")},
            "order_lines.csv.gz, row 8: no customer 77 in accounts.csv.gz",
        ),
        (
            {"order_lines": ORDER_LINES.replace("2010-07-01 09:00:00", "2010-07-41")},
            "order_lines.csv.gz, row 8: InvoiceDate '2010-07-41': not a date",
        ),
        (
            {"price_levels": PRICE_LEVELS + "X1,1.0,9,9,1,1.0,2,2010-10-17,2011-04-18\n"},
            "price_levels.csv.gz, row 8: no product X1 in products.csv.gz",
        ),
        (
            {"accounts": ACCOUNTS.replace("key,1,FR", "gold,1,FR")},
            "accounts.csv.gz, row 3: tier 'gold': not a tier of dealers",
        ),
        (
            {"accounts": ACCOUNTS.replace("12347,France", "13085,France")},
            "accounts.csv.gz, row 3: 13085 appears twice",
        ),
    ],
)
def test_what_does_not_fit_together_is_named(database, tmp_path, replaced, message):
    with pytest.raises(ImportProblem) as caught:
        import_online_retail(database, write_sample(tmp_path, **replaced), progress=False)
    assert str(caught.value) == message


KILLED = """
import os, signal, sys
from pathlib import Path
from portal.core.database import Database
from portal.importers.online_retail import history, import_online_retail

calls = 0
insert = history.insert_rows

def insert_and_die(*arguments):
    global calls
    calls += 1
    if calls == int(sys.argv[3]):
        os.kill(os.getpid(), signal.SIGKILL)
    insert(*arguments)

history.insert_rows = insert_and_die
history.LINES_PER_BATCH = 3
import_online_retail(Database(sys.argv[1]), Path(sys.argv[2]), progress=False)
"""


@pytest.mark.parametrize("call", [1, 3, 8, 12])
def test_a_killed_import_is_finished_by_the_next(database, tmp_path, call):
    folder = write_sample(tmp_path)
    url = database.engine.url.render_as_string(hide_password=False)
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, url, str(folder), str(call)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    with database.reading() as session:
        whole = session.scalar(select(func.count()).select_from(Order))
        # A batch is six tables; what the killed one had written is gone.
        assert whole == (call - 1) // 6
        assert session.scalar(select(func.count()).select_from(Shipment)) == whole
    import_online_retail(database, folder, progress=False)
    with database.reading() as session:
        numbers = session.scalars(select(Order.number).order_by(Order.id)).all()
        assert numbers == ["2009-000001", "2010-000001", "2010-000002", "2010-000003", "2011-000001"]
        assert session.scalar(select(func.count()).select_from(OrderLine)) == 9
        assert session.scalar(select(func.count()).select_from(Drop)) == 9


def test_the_buyers_can_be_given_a_password(database, tmp_path):
    import_online_retail(database, write_sample(tmp_path), progress=False, password="demo-portal")
    with database.reading() as session:
        hashes = session.scalars(select(User.password_hash)).all()
        emails = session.scalars(select(User.email).order_by(User.email)).all()
    assert len(set(hashes)) == 1
    assert hashes[0].startswith("$argon2id$")
    assert emails[0] == "buyer.12347@online-retail.example"


@pytest.mark.slow
def test_the_real_files_import(database, tmp_path):
    shared = shared_folder()
    if not shared.is_dir():
        pytest.skip(f"the real Online Retail files are not in {shared} (set PORTAL_SHARED_DIR)")
    for name in ("accounts", "products", "price_levels"):
        (tmp_path / f"{name}.csv.gz").symlink_to(shared / f"{name}.csv.gz")
    copy_head(shared / "order_lines.csv.gz", tmp_path / "order_lines.csv.gz", lines=3_000)
    report = import_online_retail(database, tmp_path, progress=False)
    assert (report.accounts, report.products) == (1_900, 4_634)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Order)) == report.orders > 50
        assert session.scalar(select(func.sum(OrderLine.line_total))) == session.scalar(
            select(func.sum(Order.net))
        )
        assert session.scalar(select(func.count()).select_from(Price)) >= 4_634


def copy_head(source: Path, target: Path, *, lines: int) -> None:
    """The first lines of a compressed file, to the end of the invoice they end in."""
    import gzip

    kept: list[str] = []
    with gzip.open(source, "rt", encoding="utf-8") as stream:
        for line in stream:
            if len(kept) >= lines and line.partition(",")[0] != kept[-1].partition(",")[0]:
                break
            kept.append(line)
    target.write_bytes(gzip.compress("".join(kept).encode()))
