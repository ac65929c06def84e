"""Invoices and paying them as the dealer sees it."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from playwright.sync_api import Locator, expect

from e2e.pages.screen import Screen


class InvoicesPage(Screen):
    """The list of invoices."""

    path = "/invoices"

    @property
    def rows(self) -> Locator:
        return self.page.locator(".invoice-row[data-invoice]")

    def row(self, number: str) -> Locator:
        return self.page.locator(f'.invoice-row[data-invoice="{number}"]')

    def open_amount(self, number: str) -> Decimal:
        return Decimal(self.row(number).get_attribute("data-open") or "")

    def choose(self, number: str) -> None:
        """Select an invoice to be paid or downloaded."""
        self.visitor.tap(self.row(number).get_by_role("checkbox"))

    def open_row(self, number: str) -> None:
        self.visitor.tap(self.row(number).get_by_role("link"))

    @property
    def statement_link(self) -> Locator:
        name = self.visitor.word("Statement")
        return self.page.get_by_role("main").get_by_role("link", name=name, exact=True)

    def pay_chosen(self) -> None:
        self.visitor.tap(self.page.get_by_role("button", name=self.visitor.word("Pay selected"), exact=True))


class InvoicePage(Screen):
    """One invoice."""

    @property
    def invoice(self) -> Locator:
        return self.page.locator(".columns[data-invoice]")

    @property
    def open_amount(self) -> Locator:
        return self.page.get_by_test_id("open-amount")

    def download(self, folder: Path) -> Path:
        """Download the paper; where it was put."""
        with self.page.expect_download() as started:
            self.visitor.tap(self.page.get_by_role("link", name=self.visitor.word("PDF"), exact=True))
        target = folder / started.value.suggested_filename
        started.value.save_as(target)
        return target


class PayPage(Screen):
    """What is paid, and how."""

    @property
    def rows(self) -> Locator:
        return self.page.locator(".pay-row[data-invoice]")

    @property
    def total(self) -> Locator:
        return self.page.locator("[data-pay-total]")

    def set_amount(self, number: str, amount: str) -> None:
        row = self.page.locator(f'.pay-row[data-invoice="{number}"]')
        field = row.get_by_role("textbox")
        field.fill(amount)
        field.blur()

    def choose_way(self, value: str) -> None:
        """Choose how to pay, unless it is chosen already."""
        way = self.page.locator(f'#pay-ways input[value^="{value}"]')
        if not way.is_checked():
            self.visitor.taps += 1
            way.check(force=True)

    def pay(self) -> None:
        self.visitor.tap(self.page.get_by_role("button", name=self.visitor.word("Pay"), exact=True))


class PaymentPage(Screen):
    """One payment."""

    @property
    def payment(self) -> Locator:
        return self.page.locator("#payment[data-payment]")

    @property
    def reference(self) -> str:
        """What a transfer for it says as its purpose."""
        return self.payment.get_attribute("data-payment") or ""

    def use_test_card(self, outcome: str = "pays") -> None:
        """Have the test card pay, be declined, or ask."""
        form = self.page.locator("#test-card")
        choice = form.locator(f'input[value="{outcome}"]')
        if not choice.is_checked():
            self.visitor.taps += 1
            choice.check(force=True)
        self.visitor.tap(form.get_by_role("button").first)

    def expect_state(self, state: str) -> None:
        expect(self.payment).to_have_attribute("data-state", state)

    def pay_again(self) -> None:
        self.visitor.tap(self.page.get_by_role("link", name=self.visitor.word("Pay again"), exact=True))


class BankPage(Screen):
    """The desk's page of what the bank brought."""

    path = "/desk/bank"

    def read_in(self, file: Path, currency: str = "KRW") -> None:
        """Read in the file of a bank account in ``currency``."""
        self.page.get_by_label(self.visitor.word("Currency of the bank account")).select_option(currency)
        self.page.locator('input[type="file"]').set_input_files(file)
        self.visitor.tap(
            self.page.get_by_role("button", name=self.visitor.word("Read it in and match"), exact=True)
        )

    def expect_count(self, kind: str, number: int) -> None:
        """How many transfers of the file were taken in as ``kind``."""
        expect(self.page.locator(f'[data-count-of="{kind}"]')).to_have_attribute("data-count", str(number))


class StatementPage(Screen):
    """The statement of account."""

    path = "/statement"

    @property
    def rows(self) -> Locator:
        return self.page.locator("tr[data-posted]")

    def balance(self, edge: str) -> Decimal:
        """The balance at the ``opening`` or ``closing`` of the period."""
        return Decimal(self.page.get_by_test_id(edge).get_attribute("data-total") or "")

    def download(self, kind: str, folder: Path) -> Path:
        """Download it as ``PDF``, ``XLSX`` or ``CSV``; where it was put."""
        with self.page.expect_download() as started:
            self.visitor.tap(self.page.get_by_role("link", name=kind, exact=True))
        target = folder / started.value.suggested_filename
        started.value.save_as(target)
        return target
