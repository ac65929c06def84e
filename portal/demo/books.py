"""The demo's money: invoices, payments and what they mean in the books, written in bulk in the order of time.

Whatever the verbs of ``invoices.books`` would have written, had the dealers done all of it on the portal, stands here:
journals that sum to 0, what is open of each invoice, credit that is used, reminders that went out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, bindparam, update
from sqlalchemy.orm import Session

from portal.accounts.models import Account, CreditEntry, CreditReason
from portal.core.money import allocate
from portal.demo.companies import REMINDER_DAYS
from portal.demo.dealers import DEALERS, Dealer
from portal.demo.history import SELLER_TIMEZONE, PricedOrder
from portal.demo.invoicing import INVOICE_COLUMNS, LINE_COLUMNS, Invoicing, Issued, invoicing_of, row_of
from portal.demo.ledger import OrderKeys, is_prepaid
from portal.demo.masters import Keys, morning_of
from portal.demo.paying import Paid, payments_of
from portal.demo.transfers import write_payments, write_unknown
from portal.importers.bulk import insert_rows, reserve_ids, table_of
from portal.invoices.models import Invoice, InvoiceKind, InvoiceLine, Reminder, TaxReport, TaxReportState
from portal.invoices.numbers import series_of
from portal.invoices.reminders import level_of
from portal.invoices.writing import KOREAN_OFFICE, is_reported
from portal.ledger.actions import Entry
from portal.ledger.models import Book, Journal, JournalKind, Posting
from portal.orders.models import NumberSeries, OrderStatus
from portal.payments.models import Payment
from portal.payments.rules import place_of_money


@dataclass(slots=True)
class _Account:
    """How an account stands while time goes on; minor units."""

    owed: int = 0
    used: int = 0
    peak: int = 0
    reserved: dict[str, int] = field(default_factory=dict)
    """By order number, for those that ever took any credit."""
    unused: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    """By order number, payments in advance and what is left of them."""


@dataclass(slots=True)
class _Rows:
    """What is to be written, in the order of time."""

    journals: list[tuple[Any, ...]] = field(default_factory=list)
    postings: list[list[Entry]] = field(default_factory=list)
    """Journal by journal."""
    entries: list[tuple[Any, ...]] = field(default_factory=list)


def write_money(
    session: Session,
    orders: Sequence[PricedOrder],
    order_keys: dict[str, OrderKeys],
    keys: Keys,
    today: date,
) -> int:
    """Write the invoices of all that has left, what was paid of them, and the credit the accounts use; how many."""
    connection = session.connection()
    invoicing = invoicing_of(session, orders, order_keys, keys, morning_of(today))
    payments = payments_of(orders, invoicing.issued, today)
    for each, key in zip(
        invoicing.issued, reserve_ids(connection, Invoice, len(invoicing.issued)), strict=True
    ):
        each.id, each.open_amount = key, each.total
    payment_ids = dict(zip(payments, reserve_ids(connection, Payment, len(payments)), strict=True))
    teller = _Teller(keys, payment_ids)
    teller.tell(orders, invoicing.issued, payments)
    _write_invoices(connection, invoicing, keys)
    write_payments(connection, payment_ids, teller.settled, order_keys, keys)
    write_unknown(connection, invoicing.issued, keys, today)
    _write_books(connection, teller.rows)
    _write_credit(connection, teller, keys)
    _write_reminders(connection, invoicing.issued, today)
    return len(invoicing.issued)


class _Teller:
    """Tells what happened, event by event, and notes what it means."""

    def __init__(self, keys: Keys, payment_ids: dict[Paid, int]) -> None:
        self.rows = _Rows()
        self.accounts: dict[str, _Account] = {dealer.code: _Account() for dealer in DEALERS}
        self.settled: dict[int, list[tuple[datetime, int, int]]] = {}
        """By payment: when it settled which invoice, and how much of it."""
        self._keys = keys
        self._payment_ids = payment_ids

    def tell(self, orders: Sequence[PricedOrder], issued: Sequence[Issued], payments: Sequence[Paid]) -> None:
        events: list[tuple[datetime, int, str, Any]] = []
        for order in orders:
            events.append((order.plan.placed_at, 0, order.number, order))
            if order.plan.status is OrderStatus.CANCELLED:
                events.append((order.track.finished_at, 1, order.number, order))
        events.extend((each.at, 2, each.number, each) for each in issued)
        events.extend((paid.at, 3, paid.reference, paid) for paid in payments)
        tellers = (self._placed, self._cancelled, self._issued, self._paid)
        for at, kind, _, what in sorted(events, key=lambda event: event[:3]):
            tellers[kind](what, at)

    def _placed(self, order: PricedOrder, at: datetime) -> None:
        if not is_prepaid(order):
            self._reserve(order, order.document.total, CreditReason.ORDER_PLACED, at)

    def _cancelled(self, order: PricedOrder, at: datetime) -> None:
        self._reserve(order, -order.document.total, CreditReason.ORDER_CANCELLED, at)

    def _reserve(self, order: PricedOrder, amount: int, reason: CreditReason, at: datetime) -> None:
        account = self.accounts[order.plan.dealer.code]
        account.reserved[order.number] = account.reserved.get(order.number, 0) + amount
        self._entry(order.plan.dealer.code, amount, reason, order.number, at)

    def _issued(self, each: Issued, at: datetime) -> None:
        account = self.accounts[each.account]
        each.open_before = account.owed
        if each.total:
            self._journal(
                each.account,
                JournalKind.INVOICE,
                each.number,
                f"document:{each.number}",
                each.issued_on,
                at,
                [
                    Entry(Book.RECEIVABLE, each.total, invoice_id=each.id),
                    Entry(Book.REVENUE, -each.bill.net),
                    *(Entry(Book.TAX, -tax.amount, detail=tax.code) for tax in each.bill.taxes),
                ],
            )
        given_up = {
            order.number: account.reserved[order.number]
            if order.number in each.completes
            else min(account.reserved[order.number], each.parts[order.number])
            for order in each.orders
        }
        covered = sum(given_up.values())
        beyond = max(each.total - covered, 0)
        account.owed += each.total
        self._entry(each.account, each.total - beyond, CreditReason.OWED, each.number, at)
        self._entry(each.account, beyond, CreditReason.ROUNDED, each.number, at)
        for number, amount in sorted(given_up.items()):
            account.reserved[number] -= amount
            self._entry(each.account, -amount, CreditReason.INVOICED, number, at)
        self._note_peak(each.account)
        self._use_prepaid(each, at)

    def _use_prepaid(self, each: Issued, at: datetime) -> None:
        account = self.accounts[each.account]
        uses: list[tuple[int, Issued, int]] = []
        for order in each.orders:
            for index, (payment_id, left) in enumerate(account.unused.get(order.number, ())):
                part = min(left, each.open_amount - sum(amount for _, _, amount in uses))
                if part > 0:
                    uses.append((payment_id, each, part))
                    account.unused[order.number][index] = (payment_id, left - part)
        self._settle(each.account, uses, f"prepaid:{each.number}", each.number, each.issued_on, at)

    def _paid(self, paid: Paid, at: datetime) -> None:
        code, payment_id = paid.dealer.code, self._payment_ids[paid]
        account = self.accounts[code]
        provider = "test_card" if paid.by_card else "bank_transfer"
        book, detail = place_of_money(provider, is_test=paid.by_card)
        entries = [
            Entry(book, paid.amount, detail=detail, payment_id=payment_id),
            Entry(Book.ACCOUNT_CREDIT, -paid.amount, payment_id=payment_id),
        ]
        self._journal(
            code, JournalKind.PAYMENT, paid.reference, f"payment:{payment_id}", paid.day, at, entries
        )
        account.owed -= paid.amount
        self._entry(code, -paid.amount, CreditReason.PAID, paid.reference, at)
        if paid.order is not None:
            account.unused.setdefault(paid.order.number, []).append((payment_id, paid.amount))
            self._reserve(paid.order, paid.amount, CreditReason.ORDER_PLACED, at)
        uses = [(payment_id, part.invoice, part.amount) for part in paid.parts]
        self._settle(code, uses, f"targets:{payment_id}", paid.reference, paid.day, at)
        for part in paid.parts:
            if part.discount:
                self._grant(paid, payment_id, part.invoice, part.discount, at)

    def _settle(
        self,
        code: str,
        uses: list[tuple[int, Issued, int]],
        key: str,
        reference: str,
        day: date,
        at: datetime,
    ) -> None:
        entries = []
        for payment_id, each, amount in uses:
            entries += [
                Entry(Book.ACCOUNT_CREDIT, amount, invoice_id=each.id, payment_id=payment_id),
                Entry(Book.RECEIVABLE, -amount, invoice_id=each.id, payment_id=payment_id),
            ]
            _lower(each, amount, day)
            self.settled.setdefault(payment_id, []).append((at, each.id, amount))
        if entries:
            self._journal(code, JournalKind.ALLOCATION, reference, key, day, at, entries)

    def _grant(self, paid: Paid, payment_id: int, each: Issued, amount: int, at: datetime) -> None:
        taxes = each.bill.taxes
        parts = allocate(amount, [each.bill.net, *(tax.amount for tax in taxes)])
        entries = [
            Entry(Book.RECEIVABLE, -amount, invoice_id=each.id),
            Entry(Book.DISCOUNT, parts[0], invoice_id=each.id),
            *(
                Entry(Book.TAX, part, detail=tax.code, invoice_id=each.id)
                for tax, part in zip(taxes, parts[1:], strict=True)
            ),
        ]
        key = f"discount:payment:{payment_id}:{each.id}"
        self._journal(paid.dealer.code, JournalKind.DISCOUNT, each.number, key, paid.day, at, entries)
        _lower(each, amount, paid.day)
        self.accounts[paid.dealer.code].owed -= amount
        self._entry(paid.dealer.code, -amount, CreditReason.PAID, each.number, at)

    def _journal(
        self,
        code: str,
        kind: JournalKind,
        reference: str,
        key: str,
        day: date,
        at: datetime,
        entries: Sequence[Entry],
    ) -> None:
        currency = _dealer(code).currency
        self.rows.journals.append((kind, self._keys.accounts[code], currency, reference, key, day, at))
        self.rows.postings.append([entry for entry in entries if entry.amount])

    def _entry(self, code: str, amount: int, reason: CreditReason, reference: str, at: datetime) -> None:
        if not amount:
            return
        self.rows.entries.append((self._keys.accounts[code], reason, reference, amount, at))
        self.accounts[code].used += amount
        if reason is CreditReason.ORDER_PLACED:
            self._note_peak(code)

    def _note_peak(self, code: str) -> None:
        account = self.accounts[code]
        account.peak = max(account.peak, account.used)


def _lower(each: Issued, amount: int, day: date) -> None:
    each.open_amount -= amount
    each.settled_on = None if each.open_amount else day


def _dealer(code: str) -> Dealer:
    return _DEALERS[code]


_DEALERS: Final = {dealer.code: dealer for dealer in DEALERS}


def _write_invoices(connection: Connection, invoicing: Invoicing, keys: Keys) -> None:
    insert_rows(connection, Invoice, INVOICE_COLUMNS, [row_of(each, keys) for each in invoicing.issued])
    insert_rows(
        connection,
        InvoiceLine,
        ("invoice_id", "position", *LINE_COLUMNS),
        [
            (each.id, position, *(line[name] for name in LINE_COLUMNS))
            for each in invoicing.issued
            for position, line in enumerate(each.lines, start=1)
        ],
    )
    insert_rows(
        connection,
        TaxReport,
        ("invoice_id", "channel", "state", "approval_number", "message", "updated_at"),
        [
            (each.id, KOREAN_OFFICE, TaxReportState.NOT_CONNECTED, "", "", each.at)
            for each in invoicing.issued
            if is_reported(each.parties)
        ],
    )
    insert_rows(
        connection,
        NumberSeries,
        ("name", "last"),
        [(series_of(InvoiceKind.INVOICE, code, year), last) for (code, year), last in invoicing.last.items()],
    )


def _write_books(connection: Connection, rows: _Rows) -> None:
    journal_ids = reserve_ids(connection, Journal, len(rows.journals))
    insert_rows(
        connection,
        Journal,
        (
            "id", "kind", "account_id", "currency", "reference", "key", "posted_on", "created_at", "note",
        ),
        [(key, *journal, "") for key, journal in zip(journal_ids, rows.journals, strict=True)],
    )  # fmt: skip
    insert_rows(
        connection,
        Posting,
        (
            "journal_id", "account_id", "book", "amount", "detail", "invoice_id", "payment_id", "credit_note_id",
        ),
        [
            (
                key, journal[1], entry.book, entry.amount, entry.detail, entry.invoice_id, entry.payment_id,
                entry.credit_note_id,
            )
            for key, journal, entries in zip(journal_ids, rows.journals, rows.postings, strict=True)
            for entry in entries
        ],
    )  # fmt: skip
    insert_rows(
        connection, CreditEntry, ("account_id", "reason", "reference", "amount", "created_at"), rows.entries
    )


def _write_credit(connection: Connection, teller: _Teller, keys: Keys) -> None:
    account = table_of(Account)
    connection.execute(
        update(account)
        .where(account.c.id == bindparam("of_account"))
        .values(credit_used=bindparam("used"), credit_limit=bindparam("most")),
        [
            {
                "of_account": keys.accounts[dealer.code],
                "used": teller.accounts[dealer.code].used,
                "most": _limit(dealer, teller.accounts[dealer.code].peak),
            }
            for dealer in DEALERS
        ],
    )


def _limit(dealer: Dealer, peak: int) -> int | None:
    """The dealer's limit, or if it ever owed more than nine tenths of that, a rounder and higher one."""
    if dealer.credit_limit is None:
        return None
    limit = dealer.credit_limit
    while peak * 10 > limit * 9:
        limit += dealer.credit_limit // 4
    return limit


def _write_reminders(connection: Connection, issued: Sequence[Issued], today: date) -> None:
    """Reminders of what is open went out on their days, so that nobody gets all of them at once today."""
    rows = []
    for each in issued:
        days = (today - each.due_on).days - 1
        for level in range(1, level_of(tuple(REMINDER_DAYS), days) + 1) if each.open_amount else ():
            day = each.due_on + timedelta(days=REMINDER_DAYS[level - 1])
            at = datetime.combine(day, time(8, 30), ZoneInfo(SELLER_TIMEZONE))
            rows.append((each.id, level, each.open_amount, at))
    insert_rows(connection, Reminder, ("invoice_id", "level", "open_amount", "sent_at"), rows)
