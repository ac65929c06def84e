"""Whatever is ordered, shipped, invoiced, credited, paid and taken back, in whatever order: the books add up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from itertools import count
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, CreditEntry, CreditReason, InvoiceRhythm, TaxRounding
from portal.core.database import Database
from portal.core.errors import Conflict, Refused
from portal.invoices import books
from portal.invoices.credit_notes import full_credit, write_credit_note
from portal.invoices.crediting import CreditLine
from portal.invoices.issue import issue_for_order, issue_for_shipment
from portal.invoices.models import CreditReasonKind, Invoice, InvoiceKind, InvoiceLine
from portal.invoices.month import issue_month
from portal.invoices.proof import prove
from portal.ledger.models import Book, Journal, JournalKind, Posting
from portal.orders import actions
from portal.orders.cart import empty_cart
from portal.orders.models import Drop, Order, OrderLine, Shipment
from portal.payments.models import Payment, PaymentState
from tests import factories as make
from tests.invoicing import make_payment, make_seller
from tests.ordering import NOW, TODAY, open_shop

GOODS = 3
LIMIT = 60_000
LATER = NOW + timedelta(days=20)
"""In the month after."""

dealers = st.integers(0, 2)
pick = st.integers(0, 10_000)
amounts = st.integers(1, 30_000)
_keys = count(1)


class InvoiceBooks(RuleBasedStateMachine):
    """Three dealers: by shipment with tax line by line, by order with tax half up, by month with two taxes."""

    database: Database

    def __init__(self) -> None:
        super().__init__()
        self.session: Session = self.database.writing()

    def teardown(self) -> None:
        self.session.close()

    @initialize()
    def open(self) -> None:
        session = self.session
        make_seller(session)
        shop = open_shop(session, credit_limit=LIMIT)
        self.goods = [
            shop.sell(session, won=won, on_hand=10_000, allow_backorder=True) for won in (335, 1_667, 77)
        ]
        self.shops = [shop]
        for rhythm in (InvoiceRhythm.ORDER, InvoiceRhythm.MONTH):
            profile = make.make_tax_profile(session, rounding=TaxRounding.DOCUMENT_HALF_UP)
            if rhythm is InvoiceRhythm.MONTH:
                make.add_tax_rate(session, profile, code="QST", rate_ppm=99_750, position=1)
            dealer = shop.dealer(session, credit_limit=LIMIT, invoice_rhythm=rhythm)
            account = session.get_one(Account, dealer.account_id)
            account.tax_profile_id = profile.id
            session.flush()
            object.__setattr__(dealer, "buyer", make.make_buyer(session, account))
            self.shops.append(dealer)

    @rule(dealer=dealers, units=st.lists(st.integers(0, 9), min_size=GOODS, max_size=GOODS))
    def order(self, dealer: int, units: list[int]) -> None:
        shop = self.shops[dealer]
        wanted = {variant: count for variant, count in zip(self.goods, units, strict=True) if count}
        if not wanted:
            return
        shop.put(self.session, wanted)
        placed = self.attempt(lambda: shop.place(self.session, f"{next(_keys)}"))
        if placed is None:
            empty_cart(self.session, shop.user_id, shop.account_id, NOW)
            return
        order = self.session.scalars(select(Order).where(Order.number == placed.number)).one()
        for step, deed in enumerate((actions.confirm, actions.start_picking), 1):
            deed(self.session, order.id, version=step, actor_id=None, now=NOW)

    @rule(which=pick, units=st.lists(st.integers(0, 5), min_size=GOODS, max_size=GOODS))
    def ship(self, which: int, units: list[int]) -> None:
        order = self.one(Order, which)
        if order is None:
            return
        drops = self.session.scalars(
            select(Drop).join(OrderLine).where(OrderLine.order_id == order.id).order_by(Drop.id)
        )
        leaving = dict(zip([drop.id for drop in drops], units, strict=False))
        self.attempt(
            lambda: actions.ship(
                self.session, order.id, leaving, carrier="", tracking_number="", submit_key=f"{next(_keys)}",
                version=order.version, actor_id=None, now=NOW,
            )
        )  # fmt: skip

    @rule(which=pick, units=st.lists(st.integers(0, 3), min_size=GOODS, max_size=GOODS))
    def take_units_back(self, which: int, units: list[int]) -> None:
        order = self.one(Order, which)
        if order is None:
            return
        lines = self.session.scalars(select(OrderLine.id).where(OrderLine.order_id == order.id))
        self.attempt(
            lambda: actions.cancel_units(
                self.session, order.id, dict(zip(lines, units, strict=False)), reason="", version=order.version,
                actor_id=None, now=NOW,
            )
        )  # fmt: skip
        issue_for_order(self.session, order.id, now=NOW)

    @rule(which=pick)
    def invoice_a_shipment(self, which: int) -> None:
        shipment = self.one(Shipment, which)
        if shipment is not None:
            issue_for_shipment(self.session, shipment.id, now=NOW)
            issue_for_order(self.session, shipment.order_id, now=NOW)
            assert issue_for_shipment(self.session, shipment.id, now=NOW) is None

    @rule(dealer=dealers)
    def invoice_the_month(self, dealer: int) -> None:
        account_id = self.shops[dealer].account_id
        issue_month(self.session, account_id, TODAY.replace(day=1), LATER)
        assert issue_month(self.session, account_id, TODAY.replace(day=1), LATER) is None

    @rule(which=pick, line=pick, units=st.integers(0, 4), amount=st.none() | amounts, at_once=st.booleans())
    def credit(self, which: int, line: int, units: int, amount: int | None, at_once: bool) -> None:
        invoice = self.claim(which)
        if invoice is None:
            return
        lines = self.session.scalars(
            select(InvoiceLine.id).where(InvoiceLine.invoice_id == invoice.id).order_by(InvoiceLine.id)
        ).all()
        wanted = (
            CreditLine(lines[line % len(lines)], quantity=units)
            if amount is None
            else CreditLine(lines[line % len(lines)], amount=amount)
        )
        self.attempt(lambda: self.write_note(invoice, [wanted], at_once=at_once))

    @rule(which=pick)
    def credit_all(self, which: int) -> None:
        invoice = self.claim(which)
        if invoice is None:
            return
        rest = full_credit(self.session, invoice.id)
        if rest:
            self.write_note(invoice, rest)
        notes = select(Invoice).where(Invoice.credits_id == invoice.id)
        given = self.session.scalars(notes).all()
        assert (sum(note.net for note in given), sum(note.tax for note in given)) == (
            invoice.net,
            invoice.tax,
        )

    @rule(dealer=dealers, amount=amounts)
    def pay(self, dealer: int, amount: int) -> None:
        make_payment(self.session, self.session.get_one(Account, self.shops[dealer].account_id), amount)

    @rule(which=pick, invoice=pick, amount=amounts)
    def settle_from_a_payment(self, which: int, invoice: int, amount: int) -> None:
        payment = self.one(Payment, which)
        if payment is not None:
            self.settle(books.Source(payment_id=payment.id), payment.account_id, invoice, amount)

    @rule(which=pick, invoice=pick, amount=amounts)
    def settle_from_a_note(self, which: int, invoice: int, amount: int) -> None:
        note = self.one(Invoice, which, Invoice.kind == InvoiceKind.CREDIT_NOTE)
        if note is not None:
            self.settle(books.Source(credit_note_id=note.id), note.account_id, invoice, amount)

    def settle(self, source: books.Source, account_id: int, which: int, amount: int) -> None:
        invoice = self.one(
            Invoice, which, Invoice.kind != InvoiceKind.CREDIT_NOTE, Invoice.account_id == account_id
        )
        if invoice is not None:
            opened = books.open_books(self.session, account_id)
            self.attempt(
                lambda: books.allocate(
                    self.session, opened, [books.Use(source, invoice.id, amount)], key=f"a{next(_keys)}",
                    reference="", now=NOW,
                )
            )  # fmt: skip

    @rule(which=pick, amount=amounts, frees=st.booleans())
    def give_money_back(self, which: int, amount: int, frees: bool) -> None:
        payment = self.one(Payment, which)
        if payment is None:
            return
        opened = books.open_books(self.session, payment.account_id)
        if frees:
            books.free_payment(
                self.session, opened, payment.id, min(amount, payment.amount), key=f"f{next(_keys)}", now=NOW
            )
        given = self.attempt(
            lambda: books.give_back(
                self.session, opened, payment.id, amount, book=Book.BANK, detail="", kind=JournalKind.REFUND,
                key=f"g{next(_keys)}", reference="", now=NOW,
            )
        )  # fmt: skip
        if given:
            # The room of payments notes it on the payment as well.
            payment.refunded += amount
            self.session.flush()

    @rule(which=pick, amount=amounts, discount=st.booleans())
    def give_up(self, which: int, amount: int, discount: bool) -> None:
        invoice = self.claim(which)
        if invoice is None:
            return
        opened = books.open_books(self.session, invoice.account_id)
        facts: dict[str, Any] = {"key": f"w{next(_keys)}", "now": NOW}
        deed: Callable[..., Any] = books.grant_discount
        if not discount:
            deed, facts = books.write_off, {**facts, "note": "", "actor_id": self.shops[0].staff_id}
        self.attempt(partial(deed, self.session, opened, invoice.id, amount, **facts))

    @rule(which=pick)
    def take_back(self, which: int) -> None:
        journal = self.one(
            Journal, which, Journal.kind.not_in([JournalKind.INVOICE, JournalKind.CREDIT_NOTE])
        )
        if journal is not None:
            opened = books.open_books(self.session, journal.account_id)

            def reverse() -> bool:
                books.take_back(self.session, opened, journal.id, note="", actor_id=None, now=NOW)
                return True

            taken = self.attempt(reverse)
            if taken:
                self.note_taken_back(journal)

    def note_taken_back(self, journal: Journal) -> None:
        """What the room of payments notes on the payment when its money, or money given back, was none."""
        moved = self.session.execute(
            select(Posting.payment_id, Posting.amount).where(
                Posting.journal_id == journal.id, Posting.book == Book.BANK
            )
        ).one_or_none()
        if moved is None or journal.kind not in (JournalKind.PAYMENT, JournalKind.REFUND):
            return
        payment = self.session.get_one(Payment, moved.payment_id)
        if journal.kind is JournalKind.PAYMENT:
            payment.state = PaymentState.CANCELLED
        else:
            payment.refunded += moved.amount
        self.session.flush()

    @invariant()
    def all_of_it_adds_up(self) -> None:
        if not hasattr(self, "shops"):
            return
        assert prove(self.session).findings == ()
        beyond = (
            select(func.coalesce(func.sum(CreditEntry.amount), 0))
            .where(
                CreditEntry.account_id == Account.id,
                CreditEntry.reason.in_([CreditReason.ROUNDED, CreditReason.REOPENED]),
            )
            .scalar_subquery()
        )
        for used, more in self.session.execute(select(Account.credit_used, beyond)):
            assert used <= LIMIT + more

    def write_note(self, invoice: Invoice, lines: list[CreditLine], *, at_once: bool = True) -> str:
        return write_credit_note(
            self.session, invoice.id, lines, reason=CreditReasonKind.GOODWILL, note="",
            key=f"n{next(_keys)}", actor_id=None, now=NOW, settle_at_once=at_once,
        )  # fmt: skip

    def claim(self, which: int) -> Invoice | None:
        return self.one(Invoice, which, Invoice.kind != InvoiceKind.CREDIT_NOTE)

    def one(self, model: Any, which: int, *conditions: Any) -> Any:
        found = self.session.scalars(
            select(model).where(*conditions).order_by(model.id).execution_options(populate_existing=True)
        ).all()
        return found[which % len(found)] if found else None

    def attempt(self, deed: Callable[[], Any]) -> Any:
        """What the deed gives; None if it is refused: then all it did is undone, as for a refused request."""
        savepoint = self.session.begin_nested()
        try:
            given = deed()
        except (Conflict, Refused):
            savepoint.rollback()
            return None
        savepoint.commit()
        return given


def test_the_books_of_invoices_always_add_up(database: Database) -> None:
    InvoiceBooks.database = database

    run_state_machine_as_test(
        InvoiceBooks,
        settings=settings(
            max_examples=15,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
