"""Invoices on phone and desktop: seen, downloaded, paid."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import expect

from e2e.conftest import Visit
from e2e.goods import BUYERS, FINANCE
from e2e.pages.invoices import BankPage, InvoicePage, InvoicesPage, PaymentPage, PayPage, StatementPage
from e2e.pages.product_list import HomePage

PAY_OLDEST = 3
"""From home: the oldest open invoice paid."""

DOWNLOAD = 3
"""From home: the paper of an invoice."""

DEVICES = pytest.mark.parametrize(
    "language, screen",
    [("ko", "phone"), ("en", "iphone"), ("en", "desktop")],
    ids=["phone-ko", "iphone-en", "desktop-en"],
)


def words_of(paper: Path) -> str:
    """The text of a PDF as a reader copies it."""
    read = subprocess.run(["pdftotext", "-layout", str(paper), "-"], capture_output=True, check=True)
    return read.stdout.decode()


@pytest.mark.parametrize(
    "language, screen, scripts",
    [
        ("ko", "phone", True),
        ("ko", "desktop", True),
        ("en", "phone", False),
        ("en", "iphone", True),
        ("en", "desktop", False),
    ],
)
def test_the_oldest_invoice_is_paid_in_three_taps(
    visit: Visit, language: str, screen: str, scripts: bool
) -> None:
    dealer = visit(BUYERS[language], language=language, device=screen, scripts=scripts)
    home = HomePage(dealer)
    home.open()
    number = home.pay_oldest.get_attribute("data-invoice") or ""

    dealer.tap(home.pay_oldest)
    PayPage(dealer).pay()
    payment = PaymentPage(dealer)
    payment.use_test_card()

    payment.expect_state("paid")
    assert dealer.taps <= PAY_OLDEST
    dealer.open(f"/invoices/{number}")
    expect(InvoicePage(dealer).invoice).to_have_attribute("data-status", "paid")


@DEVICES
def test_a_paper_is_downloaded_in_three_taps_and_says_its_total(
    visit: Visit, language: str, screen: str, tmp_path: Path
) -> None:
    dealer = visit(BUYERS[language], language=language, device=screen)
    home, listed = HomePage(dealer), InvoicesPage(dealer)
    home.open()

    dealer.tap(home.due)
    number = listed.rows.last.get_attribute("data-invoice") or ""
    total = Decimal(listed.rows.last.get_attribute("data-total") or "")
    listed.open_row(number)
    paper = InvoicePage(dealer).download(tmp_path)

    assert dealer.taps <= DOWNLOAD
    assert paper.name == f"{number}.pdf"
    text = words_of(paper)
    assert number in text
    assert f"{total:,}" in text


@DEVICES
def test_three_are_paid_at_once_one_of_them_in_part(visit: Visit, language: str, screen: str) -> None:
    dealer = visit(BUYERS[language], language=language, device=screen)
    listed = InvoicesPage(dealer)
    listed.open()
    numbers = [listed.rows.nth(index).get_attribute("data-invoice") or "" for index in (1, 2, 3)]
    opens = [listed.open_amount(number) for number in numbers]
    for number in numbers:
        listed.choose(number)
    listed.pay_chosen()

    pay = PayPage(dealer)
    expect(pay.rows).to_have_count(3)
    part = Decimal(100)
    pay.set_amount(numbers[2], "ten")
    expect(pay.total).to_have_text("–")
    pay.set_amount(numbers[2], str(part))
    expect(pay.total).not_to_have_text("–")
    pay.choose_way("test_card")
    pay.pay()
    payment = PaymentPage(dealer)
    payment.use_test_card()

    payment.expect_state("paid")
    listed.open()
    expect(listed.row(numbers[0])).to_have_count(0)
    expect(listed.row(numbers[1])).to_have_count(0)
    assert listed.open_amount(numbers[2]) == opens[2] - part


@DEVICES
def test_a_declined_card_loses_nothing_and_another_try_pays(visit: Visit, language: str, screen: str) -> None:
    dealer = visit(BUYERS[language], language=language, device=screen)
    listed = InvoicesPage(dealer)
    listed.open()
    number = listed.rows.last.get_attribute("data-invoice") or ""
    dealer.page.goto(f"/payments/new?invoice={number}")
    pay, payment = PayPage(dealer), PaymentPage(dealer)
    pay.choose_way("test_card")
    pay.pay()

    payment.use_test_card("declined")
    expect(dealer.page.locator("#payment-problem")).to_be_visible()
    listed.open()
    expect(listed.row(number)).to_be_visible()
    dealer.page.goto(f"/payments/new?invoice={number}")
    pay.choose_way("test_card")
    pay.pay()
    payment.use_test_card("asks")
    dealer.tap(dealer.page.get_by_role("button", name=dealer.word("Confirm the payment"), exact=True))

    payment.expect_state("paid")
    dealer.page.goto(f"/invoices/{number}")
    expect(InvoicePage(dealer).invoice).to_have_attribute("data-status", "paid")


@pytest.mark.parametrize(
    "language, screen, currency, headings",
    [
        ("ko", "phone", "KRW", "거래일자,입금액,보낸분,적요"),
        ("en", "desktop", "USD", "Date,Credit,Payer,Description"),
    ],
)
def test_a_transfer_read_in_from_the_banks_file_pays_what_the_dealer_announced(
    visit: Visit, language: str, screen: str, currency: str, headings: str, own_word: str, tmp_path: Path
) -> None:
    dealer = visit(BUYERS[language], language=language, device=screen)
    listed = InvoicesPage(dealer)
    listed.open()
    number = listed.rows.last.get_attribute("data-invoice") or ""
    unpaid = listed.open_amount(number)
    dealer.open(f"/payments/new?invoice={number}")
    pay, payment = PayPage(dealer), PaymentPage(dealer)
    pay.choose_way("bank_transfer")
    pay.pay()
    payment.expect_state("waiting_deposit")
    # What credit of an earlier return pays of it is not transferred.
    left = Decimal(payment.payment.get_attribute("data-amount") or "0")
    assert 0 < left <= unpaid
    expect(dealer.page.locator("#copy-amount")).to_have_text(f"{left}")
    file = tmp_path / f"{own_word}.csv"
    file.write_text(
        f"{headings}\n{datetime.now(UTC):%Y-%m-%d},{left},{own_word},{payment.reference}\n",
        encoding="cp949" if language == "ko" else "utf-8",
    )

    finance = BankPage(visit(FINANCE, device="desktop", language="ko"))
    finance.open()
    finance.read_in(file, currency)
    finance.expect_count("matched", 1)

    dealer.page.reload()
    payment.expect_state("paid")
    dealer.open(f"/invoices/{number}")
    expect(InvoicePage(dealer).invoice).to_have_attribute("data-status", "paid")


@DEVICES
def test_the_statement_adds_up_and_its_paper_says_the_same(
    visit: Visit, language: str, screen: str, tmp_path: Path
) -> None:
    dealer = visit(BUYERS[language], language=language, device=screen)
    InvoicesPage(dealer).open()
    dealer.tap(InvoicesPage(dealer).statement_link)
    statement = StatementPage(dealer)
    expect(statement.heading).to_have_text(dealer.word("Statement"))
    assert not statement.is_wider_than_window()
    closing = statement.balance("closing")
    assert closing > 0
    balances = statement.rows.evaluate_all("rows => rows.map(row => row.dataset.balance)")
    assert Decimal(balances[-1]) == closing

    paper = statement.download("PDF", tmp_path)
    table = statement.download("CSV", tmp_path)

    assert f"{closing:,}" in words_of(paper)
    assert table.read_text(encoding="utf-8-sig").count("\n") > len(balances)
