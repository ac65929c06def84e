"""GET /statement, .pdf, .csv and .xlsx."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime
from io import BytesIO, StringIO

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.invoices.books import open_books, write_off
from portal.invoices.models import Invoice
from tests.dealer import Person
from tests.factories import make_user
from tests.invoicing import make_invoice, make_payment
from tests.storefront import Shop

AUTUMN = "from=2026-10-01&to=2026-11-30"
LATER = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


def books(session: Session, account: Account) -> Invoice:
    """An invoice of October, a payment on 20 November, and a write-off whose note a spreadsheet would run."""
    invoice = make_invoice(session, account, issued_on=date(2026, 10, 5))
    make_payment(session, account, 12_500, now=LATER)
    staff = make_user(session)
    write_off(
        session, open_books(session, account.id), invoice.id, 1_000,
        key="w", note='=HYPERLINK("x")', actor_id=staff.id, now=LATER,
    )  # fmt: skip
    return invoice


@pytest.fixture
def invoice(shop: Shop, dealer: Person) -> Invoice:
    made = books(shop.session, shop.account)
    shop.commit()
    return made


def test_the_page_has_every_event_and_the_balances(dealer: Person, invoice: Invoice) -> None:
    page = dealer.open("/statement?from=2026-11-01&to=2026-11-30")
    shown = {
        each.attributes["data-testid"]: each.attributes.get("data-total")
        for each in page.having("data-testid")
    }
    assert (shown["opening"], shown["closing"]) == ("11000", "-2500")
    assert [row.attributes["data-balance"] for row in page.having("data-posted")] == ["-1500", "-2500"]
    page = dealer.open(f"/statement?{AUTUMN}")
    assert [row.attributes["data-posted"] for row in page.having("data-posted")] == [
        "2026-10-05",
        "2026-11-20",
        "2026-11-20",
    ]
    links = {link.attributes.get("href") for link in page.all("a")}
    assert {f"/invoices/{invoice.number}", f"/statement.csv?{AUTUMN}", f"/statement.xlsx?{AUTUMN}"} <= links
    assert f"/statement.pdf?{AUTUMN}" in links


def test_without_a_period_it_is_this_month_and_the_two_before(dealer: Person, invoice: Invoice) -> None:
    page = dealer.open("/statement")
    assert "Sep 1, 2026 to Nov 23, 2026" in page.text
    # What cannot be meant is the same as nothing, and ends are put in order.
    assert "Sep 1, 2026 to Nov 23, 2026" in dealer.open("/statement?from=x&to=2026-99-99&page=-1").text
    assert "Oct 1, 2026 to Nov 30, 2026" in dealer.open("/statement?from=2026-11-30&to=2026-10-01").text


def test_as_text_for_spreadsheets(dealer: Person, invoice: Invoice, shop: Shop) -> None:
    response = dealer.get(f"/statement.csv?{AUTUMN}")
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    code = shop.account.code
    assert (
        response.headers["Content-Disposition"]
        == f"attachment; filename=statement-{code}-2026-10-01-2026-11-30.csv"
    )
    assert response.headers["Cache-Control"] == "private, no-store"
    assert response.data.startswith(b"\xef\xbb\xbf")
    table = list(csv.reader(StringIO(response.data.decode("utf-8-sig"))))
    assert table[0] == ["Day", "What", "Number", "Due", "Charged", "Credited", "Balance", "Note"]
    assert table[1] == ["2026-10-01", "Opening balance", "KRW", "", "", "", "0", ""]
    assert table[2] == ["2026-10-05", "Invoice", invoice.number, "2026-11-04", "11000", "", "11000", ""]
    assert table[3][4:7] == ["", "12500", "-1500"]
    assert table[4] == [
        "2026-11-20", "Written off", invoice.number, "", "", "1000", "-2500", "'=HYPERLINK(\"x\")",
    ]  # fmt: skip
    assert table[5] == ["2026-11-30", "Closing balance", "KRW", "", "11000", "13500", "-2500", ""]
    assert len(table) == 6


def test_as_a_workbook_with_real_days_and_numbers(dealer: Person, invoice: Invoice) -> None:
    response = dealer.get(f"/statement.xlsx?{AUTUMN}")
    assert response.headers["Content-Type"].startswith("application/vnd.openxmlformats-officedocument")
    sheet = load_workbook(BytesIO(response.data)).active
    rows = list(sheet.iter_rows(values_only=True))
    due, issued = datetime(2026, 11, 4), datetime(2026, 10, 5)  # noqa: DTZ001  # A workbook knows no zones.
    assert rows[2][:7] == (issued, "Invoice", invoice.number, due, 11_000, None, 11_000)
    assert rows[5][4:7] == (11_000, 13_500, -2_500)
    note = sheet.cell(row=5, column=8)
    assert (note.value, note.data_type) == ('=HYPERLINK("x")', "s")
    assert sheet.cell(row=3, column=5).number_format == "#,##0"


def test_on_paper(dealer: Person, invoice: Invoice) -> None:
    response = dealer.get(f"/statement.pdf?{AUTUMN}")
    assert response.data.startswith(b"%PDF-")
    assert response.headers["Content-Type"] == "application/pdf"


def test_another_account_has_its_own(shop: Shop, app: Flask, dealer: Person, invoice: Invoice) -> None:
    _account, rival = shop.rival()
    shop.commit()
    stranger = Person(app, rival)
    assert stranger.open(f"/statement?{AUTUMN}").having("data-posted") == []
    assert invoice.number not in stranger.get(f"/statement.csv?{AUTUMN}").text
