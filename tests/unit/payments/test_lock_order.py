"""Who needs an order locks it before its account, whichever way the money comes in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, TermsKind
from portal.orders.models import Order, OrderStatus
from portal.payments import actions, bank_lines
from portal.payments.bank_files import BankFile, Transfer
from portal.payments.models import BankLine, Payment
from tests import factories as make
from tests.invoicing import make_invoice, make_seller
from tests.ordering import NOW, TODAY, Shop, open_shop
from tests.unit.payments.test_apply import open_amount

TRANSFER = actions.Way("bank_transfer", "transfer")


@pytest.fixture
def shop(session: Session) -> Shop:
    make_seller(session)
    terms = make.make_terms(session, kind=TermsKind.PREPAID, net_days=0)
    return open_shop(session, credit_limit=None, payment_terms_id=terms.id)


def order_and_payment(session: Session, shop: Shop, key: str = "k") -> tuple[Order, Payment]:
    """An order of 2,200 won that waits for its transfer."""
    bolt = shop.sell(session, won=1_000, on_hand=50)
    order = shop.order(session, {bolt: 2}, key, pay_until=NOW + timedelta(hours=1))
    asked = actions.pay_order(
        session, shop.account_id, order.number,
        way=TRANSFER, user_id=shop.user_id, submit_key=key, transfer_days=3, now=NOW,
    )  # fmt: skip
    assert asked.payment_id is not None
    return order, session.get_one(Payment, asked.payment_id)


def import_lines(session: Session, shop: Shop, *lines: tuple[int, str]) -> None:
    transfers = tuple(
        Transfer(row=row, booked_on=TODAY, amount=amount, payer="KIM", text=text, fingerprint=f"{row}:{text}")
        for row, (amount, text) in enumerate(lines, 1)
    )
    found = BankFile(rows=len(lines), transfers=transfers, left_out=0, refused=())
    bank_lines.import_file(
        session, found, file_name="a.csv", sha256=str(lines), currency="KRW", actor_id=shop.staff_id, now=NOW
    )


@contextmanager
def locks(session: Session) -> Iterator[list[str]]:
    """Tables whose rows are locked, in the order in which they are."""
    seen: list[str] = []

    def note(_connection: Any, statement: Any, *_rest: Any) -> None:
        if getattr(statement, "_for_update_arg", None) is not None:
            seen.extend(table.name for table in statement.get_final_froms())

    event.listen(session.get_bind(), "before_execute", note)
    try:
        yield seen
    finally:
        event.remove(session.get_bind(), "before_execute", note)


def test_lines_of_one_account_lock_its_order_before_it(session: Session, shop: Shop) -> None:
    order, waiting = order_and_payment(session, shop)
    owed = make_invoice(session, session.get_one(Account, shop.account_id))
    with locks(session) as seen:
        import_lines(session, shop, (11_000, owed.number), (2_200, waiting.reference))
    assert seen.index("order") < seen.index("account")
    session.refresh(order)
    assert (order.status, open_amount(session, owed)) == (OrderStatus.PLACED, 0)


def test_a_person_who_matches_a_line_locks_the_order_before_the_account(session: Session, shop: Shop) -> None:
    order, waiting = order_and_payment(session, shop)
    import_lines(session, shop, (2_200, "who knows"))
    line_id = session.scalars(select(BankLine.id)).one()
    with locks(session) as seen:
        bank_lines.match_to(
            session, line_id, shop.account_id, [],
            payment_id=waiting.id, actor_id=shop.staff_id, now=NOW,
        )  # fmt: skip
    assert seen.index("order") < seen.index("account")
    session.refresh(order)
    assert order.status is OrderStatus.PLACED
