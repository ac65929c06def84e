"""What a provider does not send back itself: a deposit's refund, which a person sends from the bank."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import StaffRole
from portal.core.database import Database
from portal.payments.models import Payment, Refund, RefundKind, RefundState
from tests.dealer import Person
from tests.factories import added, make_user
from tests.invoicing import make_payment, make_seller
from tests.ordering import NOW
from tests.storefront import Shop


@pytest.fixture
def finance(shop: Shop, app: Flask) -> Person:
    make_seller(shop.session)
    user = make_user(shop.session, staff_role=StaffRole.FINANCE, locale="en")
    shop.commit()
    return Person(app, user)


def refund_of(session: Session, shop: Shop, failure: str) -> tuple[str, int]:
    """A refund of 2,000 of a deposit of 6,000 that failed; address and id."""
    payment = make_payment(session, shop.account, 6_000, provider="toss", method="virtual_account")
    refund = added(
        session,
        Refund(
            payment_id=payment.id, kind=RefundKind.REFUND, submit_key="r", state=RefundState.FAILED, amount=2_000,
            failure=failure, created_at=NOW,
        ),
    )  # fmt: skip
    shop.commit()
    return f"/desk/payments/{payment.reference}", refund.id


def standing(database: Database) -> tuple[RefundState, str, int]:
    with database.reading() as session:
        refund = session.scalars(select(Refund)).one()
        return refund.state, refund.failure, session.scalars(select(Payment.refunded)).one()


def test_a_person_says_that_it_was_sent(
    finance: Person, shop: Shop, session: Session, database: Database
) -> None:
    address, refund_id = refund_of(session, shop, "by_hand")
    assert "The money was sent" in finance.open(address).text
    finance.browser.submit(f"{address}/refunds/{refund_id}")
    assert finance.browser.status == 200
    assert standing(database) == (RefundState.DONE, "", 2_000)
    assert "The money was sent" not in finance.open(address).text
    # Said again, it is not booked again.
    assert finance.post(f"{address}/refunds/{refund_id}").status_code == 422
    assert standing(database) == (RefundState.DONE, "", 2_000)


def test_a_person_says_that_it_will_not_be(
    finance: Person, shop: Shop, session: Session, database: Database
) -> None:
    address, refund_id = refund_of(session, shop, "by_hand")
    finance.open(address)
    assert finance.post(f"{address}/refunds/{refund_id}", given_up="1").status_code == 303
    assert standing(database) == (RefundState.FAILED, "given_up", 0)
    assert "The money was sent" not in finance.open(address).text


def test_what_the_provider_refused_is_not_said_to_be_sent(
    finance: Person, shop: Shop, session: Session, database: Database
) -> None:
    address, refund_id = refund_of(session, shop, "refused")
    assert "The money was sent" not in finance.open(address).text
    assert finance.post(f"{address}/refunds/{refund_id}").status_code == 422
    assert standing(database) == (RefundState.FAILED, "refused", 0)
