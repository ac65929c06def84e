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
from e2e.pages.invoices import BankPage, InvoicePage, InvoicesPage, PaymentPage, PayPage
from e2e.pages.product_list import HomePage

PAY_OLDEST = 3
"""From home: the oldest open invoice paid."""

DOWNLOAD = 3
"""From home: the paper of an invoice."""

DEVICES = pytest.mark.parametrize(
    "language, screen", [("ko", "phone"), ("en", "desktop")], ids=["phone-ko", "desktop-en"]
)


@DEVICES
def test_the_oldest_invoice_is_paid_in_three_taps(visit: Visit, language: str, screen: str) -> None:
    dealer = visit(BUYERS[language], language=language, device=screen)
    HomePage(dealer).open()
    pay = dealer.page.locator("a[data-invoice]").first
    number = pay.get_attribute("data-invoice") or ""

    dealer.tap(pay)
    PayPage(dealer).pay()
    payment = PaymentPage(dealer)
    payment.use_test_card()

    payment.expect_state("paid")
    assert dealer.taps <= PAY_OLDEST
    dealer.page.goto(f"/invoices/{number}")
    expect(InvoicePage(dealer).invoice).to_have_attribute("data-status", "paid")


@DEVICES
def test_a_paper_is_downloaded_in_three_taps_and_says_its_total(
    visit: Visit, language: str, screen: str, tmp_path: Path
) -> None:
    dealer = visit(BUYERS[language], language=language, device=screen)
    InvoicesPage(dealer).open()
    row = InvoicesPage(dealer).rows.last
    number = row.get_attribute("data-invoice") or ""
    total = Decimal(row.get_attribute("data-total") or "")
    # The list is one tap from home, which the next lines do not count.
    dealer.taps += 1
    dealer.tap(row.get_by_role("link").first)

    paper = InvoicePage(dealer).download(tmp_path)

    assert dealer.taps <= DOWNLOAD
    assert paper.name == f"{number}.pdf"
    text = subprocess.run(
        ["pdftotext", "-layout", str(paper), "-"], capture_output=True, check=True
    ).stdout.decode()
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
    pay.set_amount(numbers[2], str(part))
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


def test_a_transfer_read_in_from_the_banks_file_pays_the_dealers_invoice(
    visit: Visit, own_word: str, tmp_path: Path
) -> None:
    dealer = visit(BUYERS["ko"])
    listed = InvoicesPage(dealer)
    listed.open()
    row = listed.rows.nth(4)
    number, left = row.get_attribute("data-invoice") or "", row.get_attribute("data-open") or ""
    file = tmp_path / f"{own_word}.csv"
    file.write_text(
        f"거래일자,입금액,출금액,보낸분,적요\n{datetime.now(UTC):%Y-%m-%d},{left},,{own_word},{number}\n",
        encoding="cp949",
    )

    finance = visit(FINANCE, device="desktop", language="ko")
    BankPage(finance).open()
    BankPage(finance).read_in(file)
    expect(finance.page.locator('[data-count-of="matched"]')).to_have_attribute("data-count", "1")

    dealer.page.goto(f"/invoices/{number}")
    expect(InvoicePage(dealer).invoice).to_have_attribute("data-status", "paid")
