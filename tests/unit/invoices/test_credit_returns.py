"""Returns are credited on the invoices that charged their goods."""

import pytest
from sqlalchemy import select

from portal.accounts.models import Account
from portal.core.errors import NotFound
from portal.invoices.credit_returns import credit_return_of
from portal.invoices.issue import issue_for_shipment
from portal.invoices.models import Invoice, InvoiceKind
from portal.invoices.proof import prove
from portal.jobs.models import Job
from portal.orders import returns
from portal.orders.models import OrderLine, Remedy, ReturnLine, ReturnReason, ReturnRequest
from portal.orders.queries import order_of
from portal.orders.return_queries import returnable_lines
from portal.orders.returns import Wish
from tests.invoicing import make_seller, ship, ship_and_invoice
from tests.ordering import NOW, credit_used, open_shop


@pytest.fixture
def shop(session):
    make_seller(session)
    return open_shop(session)


def credited_return(session, shop, order, quantities, key="r", remedy=Remedy.CREDIT):
    """A return of so many units of each line in turn, granted as asked and closed."""
    ids = session.scalars(
        select(OrderLine.id).where(OrderLine.order_id == order.id).order_by(OrderLine.position)
    )
    wishes = [
        Wish(line_id, units, ReturnReason.DAMAGED, remedy)
        for line_id, units in zip(ids, quantities, strict=False)
        if units
    ]
    lines = returnable_lines(session, order_of(session, shop.account_id, order.number))
    number = returns.request_return(
        session, shop.account_id, shop.user_id, order.number, wishes, pickup_date=None, notes="",
        submit_key=key, shown_credit=sum(returns.expected_credits(lines, wishes)), now=NOW,
    ).number  # fmt: skip
    found = session.scalars(select(ReturnRequest).where(ReturnRequest.number == number)).one()
    facts = {"actor_id": shop.staff_id, "now": NOW}
    asked = {line.id: line.quantity for line in _lines(session, found)}
    returns.decide(session, found.id, asked, note="", version=1, **facts)
    returns.credited(session, found.id, version=2, **facts)
    session.refresh(found)
    return found


def _lines(session, found):
    return session.scalars(select(ReturnLine).where(ReturnLine.return_id == found.id)).all()


def notes_of(session):
    return session.scalars(
        select(Invoice).where(Invoice.kind == InvoiceKind.CREDIT_NOTE).order_by(Invoice.id)
    ).all()


def test_what_was_granted_is_credited_to_the_unit_over_several_invoices(session, shop):
    bolt = shop.sell(session, won=333, on_hand=20)
    order = shop.order(session, {bolt: 7})
    for units in (3, 4):
        ship_and_invoice(session, shop, order, {bolt: units})
    found = credited_return(session, shop, order, [5])

    numbers = credit_return_of(session, found.id, now=NOW)

    assert numbers == ("HB-C2026-000001", "HB-C2026-000002")
    notes = notes_of(session)
    assert [note.net for note in notes] == [999, 666]
    assert sum(note.total for note in notes) == found.granted_credit
    assert {note.return_number for note in notes} == {found.number}
    assert credit_return_of(session, found.id, now=NOW) == ()
    assert prove(session).findings == ()


def test_returns_one_by_one_end_at_nothing_owed(session, shop):
    bolt, nut = (shop.sell(session, won=won, on_hand=20) for won in (333, 57))
    order = shop.order(session, {bolt: 3, nut: 5})
    invoice = ship_and_invoice(session, shop, order)
    for turn, quantities in enumerate([[1, 2], [1, 1], [1, 2]]):
        found = credited_return(session, shop, order, quantities, key=f"r{turn}")
        credit_return_of(session, found.id, now=NOW)

    session.refresh(invoice)
    assert invoice.open_amount == 0
    assert sum(note.total for note in notes_of(session)) == invoice.total
    assert credit_used(session, shop.account_id) == 0
    assert prove(session).findings == ()


def test_goods_on_no_invoice_yet_wait_and_issuing_asks_again(session, shop):
    bolt = shop.sell(session, won=1_000, on_hand=20)
    order = shop.order(session, {bolt: 2})
    shipment = ship(session, shop, order)
    found = credited_return(session, shop, order, [1])
    assert credit_return_of(session, found.id, now=NOW) == ()
    assert notes_of(session) == []

    issue_for_shipment(session, shipment.id, now=NOW)

    asked = session.scalars(select(Job.arguments).where(Job.name == "credit_return")).all()
    assert asked == [{"return_id": found.id}, {"return_id": found.id}]
    assert credit_return_of(session, found.id, now=NOW) == ("HB-C2026-000001",)
    assert session.get_one(Account, shop.account_id, populate_existing=True).credit_used == 1_100


def test_what_is_replaced_is_not_credited(session, shop):
    bolt = shop.sell(session, won=1_000, on_hand=20)
    order = shop.order(session, {bolt: 2})
    ship_and_invoice(session, shop, order)
    found = credited_return(session, shop, order, [1], remedy=Remedy.REPLACEMENT)

    assert credit_return_of(session, found.id, now=NOW) == ()
    assert credit_used(session, shop.account_id) == 2_200


def test_an_unknown_return_is_told(session):
    with pytest.raises(NotFound):
        credit_return_of(session, 7, now=NOW)
