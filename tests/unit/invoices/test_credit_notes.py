"""Credit notes: never more than was charged, and all of it is exactly what was charged."""

import pytest
from sqlalchemy import select

from portal.accounts.models import Account
from portal.core.errors import Conflict, NotFound, Refused
from portal.invoices.credit_notes import full_credit, lines_for_amount, write_credit_note
from portal.invoices.crediting import CreditLine
from portal.invoices.models import CreditReasonKind, Invoice, InvoiceLine, LineKind
from portal.invoices.proof import prove
from tests.invoicing import make_payment, settle, ship_and_invoice
from tests.ordering import NOW, credit_used, open_shop


@pytest.fixture
def shop(session):
    return open_shop(session)


@pytest.fixture
def invoice(session, shop):
    """3 bolts at 333 won and 7 nuts at 155: net 2084, tax 99 + 108 = 207."""
    bolt, nut = (shop.sell(session, won=won, on_hand=100) for won in (333, 155))
    return ship_and_invoice(session, shop, shop.order(session, {bolt: 3, nut: 7}))


def line_ids(session, invoice):
    return session.scalars(
        select(InvoiceLine.id).where(InvoiceLine.invoice_id == invoice.id).order_by(InvoiceLine.position)
    ).all()


def give_back(session, shop, invoice, lines, key="k", **options):
    number = write_credit_note(
        session,
        invoice.id,
        lines,
        reason=CreditReasonKind.GOODWILL,
        note="",
        key=key,
        actor_id=shop.staff_id,
        now=NOW,
        **options,
    )
    session.refresh(invoice)
    return session.scalars(select(Invoice).where(Invoice.number == number)).one()


def test_units_are_given_back_with_their_tax_and_settle_their_invoice(session, shop, invoice):
    bolts, _ = line_ids(session, invoice)

    note = give_back(session, shop, invoice, [CreditLine(bolts, quantity=1)])

    assert (note.number, note.kind, note.credits_id) == ("HB-C2026-000001", "credit_note", invoice.id)
    assert (note.net, note.tax, note.total, note.open_amount) == (333, 33, 366, 0)
    assert invoice.open_amount == 2_291 - 366
    assert credit_used(session, shop.account_id) == 2_291 - 366
    assert prove(session).findings == ()


def test_all_of_it_is_exactly_the_invoice_however_it_was_given_back(session, shop, invoice):
    bolts, nuts = line_ids(session, invoice)
    steps = [
        [CreditLine(bolts, quantity=1)],
        [CreditLine(nuts, quantity=2), CreditLine(bolts, amount=100)],
        [CreditLine(nuts, amount=7)],
    ]
    notes = [give_back(session, shop, invoice, lines, key=f"{i}") for i, lines in enumerate(steps)]
    notes.append(give_back(session, shop, invoice, full_credit(session, invoice.id), key="rest"))

    assert sum(note.net for note in notes) == invoice.net == 2_084
    assert sum(note.tax for note in notes) == invoice.tax == 207
    assert (invoice.open_amount, invoice.settled_on) == (0, invoice.issued_on)
    assert full_credit(session, invoice.id) == []
    assert credit_used(session, shop.account_id) == 0
    assert prove(session).findings == ()


def test_a_paid_invoice_leaves_the_credit_to_the_account(session, shop, invoice):
    payment = make_payment(session, session.get_one(Account, shop.account_id), 2_291)
    settle(session, payment, invoice, 2_291)

    note = give_back(session, shop, invoice, full_credit(session, invoice.id))

    assert (note.total, note.open_amount, invoice.open_amount) == (2_291, 2_291, 0)
    assert credit_used(session, shop.account_id) == -2_291
    assert prove(session).findings == ()


def test_an_amount_is_spread_and_met_to_the_unit(session, shop, invoice):
    note = give_back(session, shop, invoice, lines_for_amount(session, invoice.id, 1_000), total=1_000)

    assert note.total == 1_000
    kinds = session.scalars(select(InvoiceLine.kind).where(InvoiceLine.invoice_id == note.id)).all()
    assert kinds == [LineKind.ADJUSTMENT, LineKind.ADJUSTMENT]
    rest = give_back(session, shop, invoice, full_credit(session, invoice.id), key="rest")
    assert rest.total == 1_291
    assert prove(session).findings == ()


def test_the_same_key_gives_back_once(session, shop, invoice):
    bolts, _ = line_ids(session, invoice)
    first = give_back(session, shop, invoice, [CreditLine(bolts, quantity=1)])
    again = give_back(session, shop, invoice, [CreditLine(bolts, quantity=1)])

    assert first.id == again.id
    assert invoice.open_amount == 2_291 - 366


def test_without_settling_the_note_waits_to_be_used(session, shop, invoice):
    note = give_back(session, shop, invoice, full_credit(session, invoice.id), settle_at_once=False)

    assert (note.open_amount, invoice.open_amount) == (2_291, 2_291)
    assert credit_used(session, shop.account_id) == 0


@pytest.mark.parametrize(
    "lines, error",
    [
        ([CreditLine(0, quantity=1)], NotFound),
        ([], Refused),
        ([CreditLine(1, quantity=0)], Refused),
        ([CreditLine(1, quantity=-1)], Refused),
        ([CreditLine(1, quantity=4)], Conflict),
        ([CreditLine(1, quantity=2), CreditLine(1, quantity=2)], Conflict),
        ([CreditLine(1, amount=1_000)], Conflict),
    ],
)
def test_what_was_not_charged_is_refused_and_nothing_changes(session, shop, invoice, lines, error):
    bolts, _ = line_ids(session, invoice)
    lines = [CreditLine(bolts if line.invoice_line_id else 0, line.quantity, line.amount) for line in lines]
    with pytest.raises(error):
        give_back(session, shop, invoice, lines)

    assert session.scalars(select(Invoice.number)).all() == [invoice.number]
    assert credit_used(session, shop.account_id) == 2_291


def test_a_credit_note_is_no_invoice(session, shop, invoice):
    note = give_back(session, shop, invoice, full_credit(session, invoice.id))
    with pytest.raises(Refused, match="not_an_invoice"):
        full_credit(session, note.id)


def test_a_line_gives_back_units_or_an_amount():
    with pytest.raises(ValueError, match="units or an amount"):
        CreditLine(1)
    with pytest.raises(ValueError, match="units or an amount"):
        CreditLine(1, quantity=1, amount=1)


@pytest.mark.parametrize("total, left", [(0, None), (2_292, 2_291)])
def test_no_lines_come_to_nothing_or_to_more(session, invoice, total, left):
    with pytest.raises(Refused) as caught:
        lines_for_amount(session, invoice.id, total)
    assert caught.value.facts.get("left") == left
