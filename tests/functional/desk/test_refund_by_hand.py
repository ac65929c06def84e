"""Refunds a person decides about: a deposit's, sent from the bank, and those whose provider never answered."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.accounts.models import StaffRole
from portal.adapters.payments.provider import Report, ReportState
from portal.core.database import Database
from portal.jobs.models import Job
from portal.jobs.queue import LOST, MAX_ATTEMPTS, enqueue
from portal.payments.apply import apply
from portal.payments.models import Payment, Refund, RefundKind, RefundState
from portal.payments.refunds import ask_refund
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


def stuck(session: Session, shop: Shop, attempts: int = MAX_ATTEMPTS) -> tuple[str, int]:
    """A refund of 2,000 of a card's 6,000 that its provider never answered about; address and id."""
    payment = make_payment(session, shop.account, 6_000, provider="test_card", method="card", is_test=True)
    refund_id = ask_refund(
        session, payment.id, 2_000, reason="damaged", submit_key="r", actor_id=None, now=NOW
    )
    session.execute(
        update(Job).where(Job.name == "refund_payment").values(attempts=attempts, last_error="ProviderAway")
    )
    shop.commit()
    return f"/desk/payments/{payment.reference}", refund_id


def job(database: Database) -> tuple[int, bool]:
    """(attempts, whether it is finished) of the refund's job."""
    with database.reading() as session:
        found = session.scalars(select(Job).where(Job.name == "refund_payment")).one()
        return found.attempts, found.finished_at is not None


def test_one_that_was_asked_for_in_vain_waits_for_a_person(
    finance: Person, shop: Shop, session: Session, database: Database
) -> None:
    address, refund_id = stuck(session, shop)
    (row,) = finance.open("/desk/money").having("data-refund")
    assert row.attributes["data-status"] == "asked"
    assert "Open the payment to try again" in finance.browser.page.text
    finance.open(address)
    finance.browser.submit(f"{address}/refunds/{refund_id}/stuck", button=("again", "1"))
    assert (standing(database), job(database)) == ((RefundState.ASKED, "", 0), (0, False))
    # It is under way: neither is it asked for twice, nor settled beside it.
    for values in ({"again": "1"}, {"reason": "sent"}):
        assert finance.post(f"{address}/refunds/{refund_id}/stuck", **values).status_code == 409
    assert (standing(database), job(database)) == ((RefundState.ASKED, "", 0), (0, False))
    assert "Open the payment to try again" not in finance.open("/desk/money").text


def test_one_that_was_asked_for_in_vain_was_sent_in_another_way(
    finance: Person, shop: Shop, session: Session, database: Database
) -> None:
    address, refund_id = stuck(session, shop)
    finance.open(address)
    assert finance.post(f"{address}/refunds/{refund_id}/stuck").status_code == 422
    assert standing(database) == (RefundState.ASKED, "", 0)
    deciding = [form for form in finance.open(address).forms if form.action.endswith("/stuck")]
    page = finance.browser.send(deciding[1], reason="sent from our bank")
    assert "sent from our bank" in page.text
    assert (standing(database), job(database)) == ((RefundState.DONE, "", 2_000), (MAX_ATTEMPTS, True))
    # What the provider tells of it later is known.
    with database.transaction() as own:
        payment = own.scalars(select(Payment)).one()
        ref = payment.provider_ref or ""
        told = Report(
            ReportState.PAID, 6_000, payment.currency, payment.reference, ref, refunded=2_000, is_test=True
        )
        apply(own, payment.id, told, now=NOW)
    assert standing(database) == (RefundState.DONE, "", 2_000)


def test_one_that_was_asked_for_in_vain_will_not_be_sent(
    finance: Person, shop: Shop, session: Session, database: Database
) -> None:
    address, refund_id = stuck(session, shop)
    finance.open(address)
    answer = finance.post(f"{address}/refunds/{refund_id}/stuck", given_up="1", reason="a mistake")
    assert answer.status_code == 303
    assert (standing(database), job(database)) == ((RefundState.FAILED, "given_up", 0), (MAX_ATTEMPTS, True))
    assert finance.open("/desk/money").having("data-refund") == []


def test_one_that_is_still_tried_is_left_to_the_provider(
    finance: Person, shop: Shop, session: Session, database: Database
) -> None:
    address, refund_id = stuck(session, shop, attempts=MAX_ATTEMPTS - 1)
    assert "The money was sent" not in finance.open(address).text
    assert finance.post(f"{address}/refunds/{refund_id}/stuck", reason="sent").status_code == 409
    assert finance.post(f"{address}/refunds/{refund_id + 1}/stuck", reason="sent").status_code == 404
    assert standing(database) == (RefundState.ASKED, "", 0)


def test_other_work_that_failed_for_good_is_done_again(
    finance: Person, shop: Shop, session: Session, database: Database
) -> None:
    for number, name in enumerate(("invoice_month", "order_mail"), 1):
        enqueue(session, name, {}, now=NOW, unique_key=str(number))
    session.execute(update(Job).values(attempts=MAX_ATTEMPTS, last_error=LOST))
    shop.commit()
    with database.reading() as reading:
        by_name = {row.name: row.id for row in reading.execute(select(Job.name, Job.id))}
    finance.open("/desk/money")
    finance.browser.submit(f"/desk/money/jobs/{by_name['invoice_month']}/again")
    # What is none of money's is none of finance's.
    finance.post(f"/desk/money/jobs/{by_name['order_mail']}/again")
    with database.reading() as reading:
        attempts = {row.name: row.attempts for row in reading.execute(select(Job.name, Job.attempts))}
    assert attempts == {"invoice_month": 0, "order_mail": MAX_ATTEMPTS}
