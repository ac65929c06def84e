from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.accounts import billing
from portal.accounts.billing import Billing
from portal.accounts.models import (
    Account,
    BillingProfile,
    CreditOverride,
    InvoiceRhythm,
    PaymentTerms,
    StaffRole,
)
from portal.adapters.mail_templates import MailRenderer
from portal.core.errors import Conflict, NotFound, Refused
from portal.jobs.context import JobContext
from tests import factories as make
from tests.conftest import NOW

TODAY = date(2026, 11, 23)


@pytest.fixture
def account(session: Session) -> Account:
    return make.make_account(session, credit_limit=1_000)


@pytest.fixture
def actor(session: Session) -> int:
    return make.make_user(session, staff_role=StaffRole.FINANCE).id


def limit(session: Session, account: Account) -> int | None:
    return session.scalars(select(Account.credit_limit).where(Account.id == account.id)).one()


def change(
    session: Session,
    account: Account,
    actor: int,
    new: int | None,
    *,
    until: date | None = None,
    reason: str = "why",
) -> None:
    billing.change_limit(
        session,
        account.id,
        new,
        shown=limit(session, account),
        reason=reason,
        actor_id=actor,
        now=NOW,
        until=until,
    )


def night(session: Session, now: datetime) -> None:
    billing.end_overrides(JobContext(session, now, MailRenderer(), "http://localhost", "Portal", "secret"))


def test_a_lasting_limit_stays_and_says_why(session: Session, account: Account, actor: int):
    change(session, account, actor, 5_000, reason="Good payer")

    night(session, NOW + timedelta(days=400))

    assert limit(session, account) == 5_000
    row = session.scalars(select(CreditOverride)).one()
    assert (row.limit_before, row.limit_meanwhile, row.reason, row.granted_by_id) == (
        5_000,
        5_000,
        "Good payer",
        actor,
    )


def test_a_limit_for_a_while_returns_after_its_last_day(session: Session, account: Account, actor: int):
    change(session, account, actor, 9_000, until=TODAY + timedelta(days=2))
    assert limit(session, account) == 9_000

    night(session, NOW + timedelta(days=2))
    assert limit(session, account) == 9_000
    night(session, NOW + timedelta(days=3))
    assert limit(session, account) == 1_000
    night(session, NOW + timedelta(days=4))
    assert limit(session, account) == 1_000


def test_one_while_after_another_returns_to_the_lasting_limit(session: Session, account: Account, actor: int):
    change(session, account, actor, 9_000, until=TODAY)
    change(session, account, actor, 7_000, until=TODAY)

    night(session, NOW + timedelta(days=1))

    assert limit(session, account) == 1_000


def test_a_lasting_limit_ends_what_was_granted_for_a_while(session: Session, account: Account, actor: int):
    change(session, account, actor, 9_000, until=TODAY)
    change(session, account, actor, 9_000)

    night(session, NOW + timedelta(days=1))

    assert limit(session, account) == 9_000


def test_credit_can_be_taken_away_and_given(session: Session, account: Account, actor: int):
    change(session, account, actor, None)
    assert limit(session, account) is None
    with pytest.raises(Refused) as refused:
        change(session, account, actor, 5_000, until=TODAY)
    assert refused.value.code == "no_credit"
    change(session, account, actor, 5_000)

    night(session, NOW + timedelta(days=1))

    assert limit(session, account) == 5_000


@pytest.mark.parametrize(
    ("new", "shown", "reason", "until", "code"),
    [
        (5_000, 999, "why", None, "changed_meanwhile"),
        (5_000, 1_000, "", None, "reason_needed"),
        (-1, 1_000, "why", None, "negative_amount"),
        (5_000, 1_000, "why", TODAY - timedelta(days=1), "in_the_past"),
        (None, 1_000, "why", TODAY, "no_credit"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(
    session: Session,
    account: Account,
    actor: int,
    new: int | None,
    shown: int,
    reason: str,
    until: date | None,
    code: str,
):
    with pytest.raises(Refused) as refused:
        billing.change_limit(
            session, account.id, new, shown=shown, reason=reason, actor_id=actor, now=NOW, until=until
        )

    assert refused.value.code == code
    assert limit(session, account) == 1_000
    assert session.scalars(select(func.count()).select_from(CreditOverride)).one() == 0


def test_terms_and_rhythm_change_unless_somebody_was_faster(session: Session, account: Account, actor: int):
    old, terms = account.payment_terms_id, make.make_terms(session)
    new, old_code = terms.id, session.get_one(PaymentTerms, old).code

    billing.change_terms(
        session, account.id, new, InvoiceRhythm.MONTH, shown=(old, "shipment"), actor_id=actor, now=NOW
    )

    row = session.execute(
        select(Account.payment_terms_id, Account.invoice_rhythm).where(Account.id == account.id)
    ).one()
    assert tuple(row) == (new, "month")
    (change,) = billing.changes_of(session, account.id)
    assert change.fields == (("terms", old_code, terms.code), ("rhythm", "shipment", "month"))
    with pytest.raises(Conflict):
        billing.change_terms(
            session, account.id, old, InvoiceRhythm.ORDER, shown=(old, "shipment"), actor_id=actor, now=NOW
        )
    with pytest.raises(NotFound):
        billing.change_terms(
            session, account.id, 0, InvoiceRhythm.ORDER, shown=(new, "month"), actor_id=actor, now=NOW
        )
    with pytest.raises(NotFound):
        billing.change_terms(
            session, 0, new, InvoiceRhythm.ORDER, shown=(new, "month"), actor_id=actor, now=NOW
        )
    assert len(billing.changes_of(session, account.id)) == 1


def test_whom_invoices_name_is_kept_and_what_was_learned_stays(
    session: Session, account: Account, actor: int
):
    assert billing.billing_of(session, account.id) == Billing()
    make.added(session, BillingProfile(account_id=account.id, payer_names=["김사장"]))
    named = Billing("한빛", {"city": "서울"}, "김", "도매", "원두", {"VAT": "1"}, "a@example.com", True)

    billing.save_billing(session, account.id, named, actor_id=actor, now=NOW)

    assert billing.billing_of(session, account.id) == named
    assert session.scalars(select(BillingProfile.payer_names)).one() == ["김사장"]
    (change,) = billing.changes_of(session, account.id)
    assert (change.what, change.at) == ("billing", NOW)
    assert change.fields[0] == ("name", "", "한빛")
    billing.save_billing(session, account.id, named, actor_id=actor, now=NOW)
    assert len(billing.changes_of(session, account.id)) == 1, "nothing is another"


def test_a_limit_that_changed_is_noted_with_its_reason(session: Session, account: Account, actor: int):
    change(session, account, actor, 9_000, until=TODAY, reason="Trade fair")

    (noted,) = billing.changes_of(session, account.id)

    assert (noted.what, noted.reason) == ("credit_limit", "Trade fair")
    assert noted.fields == (("limit", 1_000, 9_000), ("until", "", "2026-11-23"))
