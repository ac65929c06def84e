from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from portal.accounts.models import Account, AccountStatus, StaffRole
from portal.invoices.letters import held_mail, held_seller_mail, released_mail
from portal.invoices.terms import hold_overdue, release_if_paid
from tests import factories as make
from tests.unit.invoices.owing import NOW, context, days_ago, jobs, make_dealer, owe, pay, person_of, written


@pytest.fixture
def dealer(session: Session) -> Account:
    """Terms bear 30 days; a person of the seller's looks after it."""
    rep = make.make_user(session, staff_role=StaffRole.REP, name="Yun Seo-jin", locale="en")
    return make_dealer(session, locale="en", terms={"hold_after_days": 30}, sales_rep_id=rep.id)


def stands(session: Session, account: Account) -> tuple[AccountStatus, bool]:
    session.refresh(account)
    return account.status, account.held_for_overdue


ACTIVE = (AccountStatus.ACTIVE, False)
HELD = (AccountStatus.ON_HOLD, True)


def test_thirty_days_are_borne_and_the_thirty_first_is_not(session, dealer):
    owe(session, dealer, due=days_ago(30))
    hold_overdue(context(session))
    assert stands(session, dealer) == ACTIVE

    hold_overdue(context(session, NOW + timedelta(days=1)))

    assert stands(session, dealer) == HELD
    person = person_of(session, dealer)
    told = {"account_id": dealer.id, "user_id": person.id, "day": "2026-11-24"}
    assert jobs(session, "held_mail") == [told]
    rep = {"account_id": dealer.id, "staff_id": dealer.sales_rep_id, "day": "2026-11-24"}
    assert jobs(session, "held_seller_mail") == [rep]


def test_a_second_run_changes_and_says_nothing(session, dealer):
    owe(session, dealer, due=days_ago(31))
    hold_overdue(context(session))
    hold_overdue(context(session))
    assert len(jobs(session, "held_mail")) == len(jobs(session, "held_seller_mail")) == 1


def test_without_such_a_term_nobody_is_held(session):
    dealer = make_dealer(session)
    owe(session, dealer, due=days_ago(400))
    hold_overdue(context(session))
    assert stands(session, dealer) == ACTIVE


def test_who_has_unused_money_enough_is_spared(session, dealer):
    owe(session, dealer, due=days_ago(31))
    pay(session, dealer, [], more=110_000)
    hold_overdue(context(session))
    assert stands(session, dealer) == ACTIVE


def test_paying_what_is_too_late_releases(session, dealer):
    late = owe(session, dealer, due=days_ago(31))
    owe(session, dealer, due=days_ago(5))
    hold_overdue(context(session))

    pay(session, dealer, [(late, 109_999)])
    assert release_if_paid(session, dealer.id, NOW) is False
    assert stands(session, dealer) == HELD
    assert jobs(session, "released_mail") == []

    pay(session, dealer, [(late, 1)])
    assert release_if_paid(session, dealer.id, NOW) is True
    assert stands(session, dealer) == ACTIVE
    assert [told["user_id"] for told in jobs(session, "released_mail")] == [person_of(session, dealer).id]

    assert release_if_paid(session, dealer.id, NOW) is False
    assert len(jobs(session, "released_mail")) == 1


def test_a_hold_that_a_person_decided_stays(session, dealer):
    session.execute(update(Account).where(Account.id == dealer.id).values(status=AccountStatus.ON_HOLD))
    late = owe(session, dealer, due=days_ago(31))
    hold_overdue(context(session))
    assert stands(session, dealer) == (AccountStatus.ON_HOLD, False)

    pay(session, dealer, [(late, 110_000)])

    assert release_if_paid(session, dealer.id, NOW) is False
    assert stands(session, dealer) == (AccountStatus.ON_HOLD, False)


def test_a_closed_account_stays_closed(session, dealer):
    session.execute(update(Account).where(Account.id == dealer.id).values(status=AccountStatus.CLOSED))
    owe(session, dealer, due=days_ago(31))
    hold_overdue(context(session))
    assert stands(session, dealer) == (AccountStatus.CLOSED, False)


def test_an_unknown_account_is_not_released(session):
    assert release_if_paid(session, 99, NOW) is False


def test_both_sides_read_why(session, dealer):
    invoice = owe(session, dealer, due=days_ago(31))
    person = person_of(session, dealer)

    to_dealer = written(held_mail(context(session), dealer.id, person.id, "2026-11-23"))
    to_seller = written(held_seller_mail(context(session), dealer.id, dealer.sales_rep_id, "2026-11-23"))

    assert to_dealer.subject == "Your orders are on hold until ₩110,000 is paid"
    assert f"https://portal.example:8443/payments/new?invoice={invoice.number}" in to_dealer.text
    assert to_seller.subject == f"On hold for what is overdue: {dealer.name}"
    assert f"https://portal.example:8443/desk/accounts/{dealer.code}/money" in to_seller.text
    assert f"- {invoice.number}: ₩110,000" in to_seller.text


def test_nobody_is_told_of_a_hold_for_what_is_paid_by_then(session, dealer):
    invoice = owe(session, dealer, due=days_ago(31))
    pay(session, dealer, [(invoice, 110_000)])
    person = person_of(session, dealer)
    assert held_mail(context(session), dealer.id, person.id, "2026-11-23") is None
    assert held_seller_mail(context(session), dealer.id, dealer.sales_rep_id, "2026-11-23") is None


def test_being_released_is_told(session, dealer):
    mail = written(released_mail(context(session), dealer.id, person_of(session, dealer).id, NOW.isoformat()))
    assert mail.subject == "You can order again"
    assert released_mail(context(session), dealer.id, None, NOW.isoformat()) is None
