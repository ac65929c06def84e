"""Many at once, each in its own transaction: what left is charged once, numbers have no gap, money is used once."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from portal.accounts.models import Account, CreditEntry, CreditReason
from portal.core.database import Database
from portal.core.errors import Conflict, Refused
from portal.invoices import books
from portal.invoices.credit_notes import full_credit, write_credit_note
from portal.invoices.issue import issue_for_shipment
from portal.invoices.models import CreditReasonKind, Invoice, InvoiceKind
from portal.invoices.proof import prove
from portal.ledger.models import Book, JournalKind
from portal.orders.models import Order, Shipment
from portal.payments.models import Payment
from tests.integrity.test_races import all_at_once
from tests.invoicing import make_payment, make_seller, ship
from tests.ordering import NOW, Shop, open_shop

pytestmark = pytest.mark.slow

THREADS = 8


def test_one_shipment_is_invoiced_once_by_whoever_comes_first(database: Database) -> None:
    with database.transaction() as session:
        make_seller(session)
        shop = open_shop(session)
        bolt = shop.sell(session, won=1_000, on_hand=10)
        shipment_id = ship(session, shop, shop.order(session, {bolt: 3})).id

    answers = all_at_once(database, [partial(issue_for_shipment, shipment_id=shipment_id, now=NOW)] * THREADS)

    assert sorted(answers, key=str) == ["HB-2026-000001", *[None] * (THREADS - 1)]
    with database.reading() as session:
        assert session.scalars(select(Invoice.number)).all() == ["HB-2026-000001"]
        assert prove(session).findings == ()


def test_numbers_have_no_gap_whoever_issues_and_whoever_fails(database: Database) -> None:
    with database.transaction() as session:
        make_seller(session)
        shop = open_shop(session)
        shops = [shop, *(shop.dealer(session) for _ in range(3))]
        bolt = shop.sell(session, won=1_000, on_hand=1_000)
        shipments = [
            ship(session, each, each.order(session, {bolt: 1}, f"{number}")).id
            for each in shops
            for number in range(6)
        ]
    random.Random(7).shuffle(shipments)

    def issue(session: Session, mine: int, fails: bool) -> None:
        issue_for_shipment(session, mine, now=NOW)
        if fails:
            raise Refused("a_fault")

    deeds: list[Callable[[Session], None]] = [
        partial(issue, mine=each, fails=number % 4 == 0) for number, each in enumerate(shipments)
    ]
    all_at_once(database, deeds)
    all_at_once(database, [partial(issue, mine=each, fails=False) for each in shipments])

    with database.reading() as session:
        numbers = sorted(session.scalars(select(Invoice.number)))
        assert numbers == [f"HB-2026-{place:06d}" for place in range(1, 25)]
        assert prove(session).findings == ()


def test_money_is_used_once_by_those_who_settle_at_once(database: Database) -> None:
    with database.transaction() as session:
        make_seller(session)
        shop = open_shop(session)
        bolt = shop.sell(session, won=1_000, on_hand=100)
        invoice_ids = []
        for number in range(THREADS):
            shipment = ship(session, shop, shop.order(session, {bolt: 1}, f"{number}"))
            made = issue_for_shipment(session, shipment.id, now=NOW)
            invoice_ids.append(session.scalars(select(Invoice.id).where(Invoice.number == made)).one())
        payment_id = make_payment(session, session.get_one(Account, shop.account_id), 3_300).id

    def settle(session: Session, invoice_id: int) -> bool:
        opened = books.open_books(session, shop.account_id)
        use = books.Use(books.Source(payment_id=payment_id), invoice_id, 1_100)
        return books.allocate(session, opened, [use], key=f"{invoice_id}", reference="", now=NOW)

    answers = all_at_once(database, [partial(settle, invoice_id=each) for each in invoice_ids])

    assert sum(answer is True for answer in answers) == 3
    assert {answer.code for answer in answers if isinstance(answer, Refused)} == {"more_than_unused"}
    with database.reading() as session:
        assert prove(session).findings == ()


def went_back(session: Session, payment_id: int, amount: int) -> None:
    """Let the payment say so as well, as the room of payments does."""
    session.execute(
        update(Payment).where(Payment.id == payment_id).values(refunded=Payment.refunded + amount)
    )


def test_eight_who_do_everything_at_once_leave_books_that_add_up(database: Database) -> None:
    limit = 40_000
    with database.transaction() as session:
        make_seller(session)
        shop = open_shop(session, credit_limit=limit)
        shops = [shop, shop.dealer(session, credit_limit=limit)]
        goods = [shop.sell(session, won=won, on_hand=100_000) for won in (335, 1_667)]

    def anything(session: Session, seed: int) -> None:
        chance = random.Random(seed)
        own = chance.choice(shops)
        deed = chance.choice([order_and_ship, order_and_ship, issue, issue, credit, pay, use, give_back])
        try:
            with session.begin_nested():
                deed(session, own, chance, seed)
        except Conflict:
            return

    def order_and_ship(session: Session, own: Shop, chance: random.Random, seed: int) -> None:
        person = own.colleague(session)
        person.put(session, {chance.choice(goods): chance.randint(1, 4)})
        placed = person.place(session, f"{seed}")
        ship(session, person, session.scalars(select(Order).where(Order.number == placed.number)).one())

    def issue(session: Session, _own: Shop, chance: random.Random, _seed: int) -> None:
        shipments = session.scalars(select(Shipment.id)).all()
        if shipments:
            issue_for_shipment(session, chance.choice(shipments), now=NOW)

    def credit(session: Session, own: Shop, chance: random.Random, seed: int) -> None:
        found = one_invoice(session, own, chance)
        # The lines are chosen before the books are open, as on a page: another may have been faster.
        lines = full_credit(session, found) if found else []
        if found and lines:
            write_credit_note(
                session, found, [chance.choice(lines)], reason=CreditReasonKind.CLAIM, note="",
                key=f"{seed}", actor_id=None, now=NOW, settle_at_once=chance.random() < 0.5,
            )  # fmt: skip

    def pay(session: Session, own: Shop, chance: random.Random, _seed: int) -> None:
        make_payment(session, session.get_one(Account, own.account_id), chance.randint(1, 9_000))

    def use(session: Session, own: Shop, chance: random.Random, seed: int) -> None:
        payments = session.scalars(select(Payment.id).where(Payment.account_id == own.account_id)).all()
        invoice_id = one_invoice(session, own, chance)
        if payments and invoice_id:
            source = books.Source(payment_id=chance.choice(payments))
            opened = books.open_books(session, own.account_id)
            wanted = [books.Use(source, invoice_id, chance.randint(1, 2_000))]
            books.allocate(session, opened, wanted, key=f"use:{seed}", reference="", now=NOW)

    def give_back(session: Session, own: Shop, chance: random.Random, seed: int) -> None:
        payments = session.scalars(select(Payment.id).where(Payment.account_id == own.account_id)).all()
        if payments:
            opened = books.open_books(session, own.account_id)
            payment_id, amount = chance.choice(payments), chance.randint(1, 3_000)
            books.give_back(
                session, opened, payment_id, amount, book=Book.BANK, detail="",
                kind=JournalKind.REFUND, key=f"back:{seed}", reference="", now=NOW,
            )  # fmt: skip
            went_back(session, payment_id, amount)

    for turn in range(12):
        answers = all_at_once(
            database, [partial(anything, seed=turn * THREADS + number) for number in range(THREADS)]
        )
        assert [answer for answer in answers if answer is not None] == []

    with database.reading() as session:
        assert prove(session).findings == ()
        assert (session.scalar(select(func.count()).select_from(Invoice)) or 0) > 5
        for account in session.scalars(select(Account)):
            beyond = session.scalar(
                select(func.coalesce(func.sum(CreditEntry.amount), 0)).where(
                    CreditEntry.account_id == account.id, CreditEntry.reason == CreditReason.ROUNDED
                )
            )
            # What went back to the payer is owed again, whatever the limit.
            returned = session.scalar(
                select(func.coalesce(func.sum(CreditEntry.amount), 0)).where(
                    CreditEntry.account_id == account.id, CreditEntry.reason == CreditReason.REOPENED
                )
            )
            assert account.credit_used <= limit + (beyond or 0) + (returned or 0)


def one_invoice(session: Session, shop: Shop, chance: random.Random) -> int | None:
    found = session.scalars(
        select(Invoice.id).where(
            Invoice.account_id == shop.account_id, Invoice.kind != InvoiceKind.CREDIT_NOTE
        )
    ).all()
    return chance.choice(found) if found else None
