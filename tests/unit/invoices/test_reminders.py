from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.accounts.models import Account, AccountRole, BillingProfile, User
from portal.invoices.letters import reminder_mail
from portal.invoices.models import InvoiceKind, Reminder
from portal.invoices.recipients import recipients_of
from portal.invoices.reminders import level_of, remind
from tests import factories as make
from tests.factories import added
from tests.unit.invoices.owing import NOW, context, days_ago, jobs, make_dealer, owe, pay, person_of, written

TERMS = {"reminder_days": [3, 10, 20]}


@pytest.fixture
def dealer(session: Session) -> Account:
    return make_dealer(session, locale="en", terms=TERMS)


def reminders(session: Session) -> list[tuple[int, int, int]]:
    return [
        (row.invoice_id, row.level, row.open_amount)
        for row in session.scalars(select(Reminder).order_by(Reminder.invoice_id, Reminder.level))
    ]


@pytest.mark.parametrize("days, level", [(0, 0), (2, 0), (3, 1), (9, 1), (10, 2), (19, 2), (20, 3), (400, 3)])
def test_levels_are_reached_day_by_day(days, level):
    assert level_of((3, 10, 20), days) == level


def test_without_days_nobody_is_reminded(session):
    dealer = make_dealer(session)
    owe(session, dealer, due=days_ago(90))

    remind(context(session))

    assert reminders(session) == []
    assert jobs(session, "reminder_mail") == []


def test_each_level_is_sent_once_and_one_mail_gathers_a_day(session, dealer):
    first = owe(session, dealer, due=days_ago(10))
    second = owe(session, dealer, due=days_ago(4), amount=55_000)
    owe(session, dealer, due=days_ago(2))

    remind(context(session))
    remind(context(session))

    assert reminders(session) == [(first.id, 2, 110_000), (second.id, 1, 55_000)]
    person = person_of(session, dealer)
    wanted = {"account_id": dealer.id, "user_id": person.id, "level": 2, "day": "2026-11-23"}
    assert jobs(session, "reminder_mail") == [wanted]

    remind(context(session, NOW + timedelta(days=6)))

    assert reminders(session)[1:] == [
        (second.id, 1, 55_000),
        (second.id, 2, 55_000),
        (second.id + 1, 1, 110_000),
    ]
    assert [asked["level"] for asked in jobs(session, "reminder_mail")] == [2, 2]


def test_due_today_is_not_overdue_by_the_clock_of_the_account(session):
    # 10:00 on the 23rd in Seoul is still the evening of the 22nd in New York.
    terms = {"reminder_days": [1]}
    seoul = make_dealer(session, terms=terms)
    new_york = make_dealer(session, terms=terms, timezone="America/New_York")
    late = owe(session, seoul, due=days_ago(1))
    owe(session, new_york, due=days_ago(1))

    remind(context(session))

    assert reminders(session) == [(late.id, 1, 110_000)]


def test_nobody_is_dunned_for_what_unused_money_covers(session, dealer):
    invoice = owe(session, dealer, due=days_ago(10))
    pay(session, dealer, [], more=109_999)
    remind(context(session))
    assert reminders(session) == [(invoice.id, 2, 110_000)]

    other = make_dealer(session, terms=TERMS)
    owe(session, other, due=days_ago(10))
    pay(session, other, [], more=110_000)
    remind(context(session))

    assert len(reminders(session)) == 1
    assert [asked["account_id"] for asked in jobs(session, "reminder_mail")] == [dealer.id]


def test_what_is_paid_or_a_credit_note_is_not_reminded_of(session, dealer):
    invoice = owe(session, dealer, due=days_ago(10))
    pay(session, dealer, [(invoice, 110_000)])
    owe(session, dealer, due=days_ago(10), kind=InvoiceKind.CREDIT_NOTE, credits=invoice)

    remind(context(session))

    assert reminders(session) == []


def test_a_reminder_names_all_that_is_overdue_and_links_to_paying_it(session, dealer):
    first = owe(session, dealer, due=days_ago(10))
    second = owe(session, dealer, due=days_ago(1), amount=55_000)
    pay(session, dealer, [(first, 10_000)])
    person = person_of(session, dealer)

    mail = written(reminder_mail(context(session), dealer.id, person.id, 2, "2026-11-23"))

    assert (mail.to, mail.message_id) == (
        person.email,
        f"reminder-{dealer.id}-2026-11-23-{person.id}@portal.example",
    )
    assert mail.subject == "Please pay what is overdue: ₩155,000"
    assert f"- {first.number}: ₩100,000\n  due Nov 13, 2026, 10 days ago" in mail.text
    assert f"- {second.number}: ₩55,000\n  due Nov 22, 2026, 1 day ago" in mail.text
    assert (
        f"https://portal.example:8443/payments/new?invoice={first.number}&invoice={second.number}"
        in mail.text
    )
    assert f"invoice={first.number}&amp;invoice={second.number}" in mail.html


def test_the_words_become_firmer(session, dealer):
    owe(session, dealer, due=days_ago(30))
    person = person_of(session, dealer)
    subjects = [
        written(reminder_mail(context(session), dealer.id, person.id, level, "2026-11-23")).subject
        for level in (1, 2, 3, 4)
    ]
    assert subjects == [
        "A reminder: 1 invoice is due",
        "Please pay what is overdue: ₩110,000",
        "Last reminder: ₩110,000 is overdue",
        "Last reminder: ₩110,000 is overdue",
    ]


def test_unused_money_is_offered(session, dealer):
    owe(session, dealer, due=days_ago(30))
    pay(session, dealer, [], more=20_000)
    mail = written(reminder_mail(context(session), dealer.id, person_of(session, dealer).id, 1, "2026-11-23"))
    assert "We still hold ₩20,000 of yours that is not used." in mail.text


@pytest.mark.parametrize("locale", ["ko", "en", "ja", "fr-CA"])
def test_a_reminder_can_be_written_in_every_language(session, dealer, locale):
    session.execute(update(Account).values(locale=locale))
    invoice = owe(session, dealer, due=days_ago(30))
    mail = written(reminder_mail(context(session), dealer.id, person_of(session, dealer).id, 3, "2026-11-23"))
    assert invoice.number in mail.text
    assert invoice.number in mail.html


def test_what_was_paid_meanwhile_is_not_written_about(session, dealer):
    invoice = owe(session, dealer, due=days_ago(30))
    person = person_of(session, dealer)
    pay(session, dealer, [(invoice, 110_000)])
    assert reminder_mail(context(session), dealer.id, person.id, 1, "2026-11-23") is None


def test_who_left_is_not_written_to(session, dealer):
    owe(session, dealer, due=days_ago(30))
    person = person_of(session, dealer)
    session.execute(update(User).where(User.id == person.id).values(active=False))
    assert reminder_mail(context(session), dealer.id, person.id, 1, "2026-11-23") is None


def test_owners_and_accountants_are_written_to(session, dealer):
    make.make_user(session, dealer, role=AccountRole.BUYER)
    finance = make.make_user(session, dealer, role=AccountRole.FINANCE)
    make.make_user(session, dealer, role=AccountRole.VIEWER)
    found = recipients_of(session, dealer.id)
    assert [each.user_id for each in found] == [person_of(session, dealer).id, finance.id]


def test_without_owner_or_accountant_who_may_see_invoices_is_written_to(session):
    dealer = make_dealer(session, role=AccountRole.BUYER)
    make.make_user(session, dealer, role=AccountRole.VIEWER)
    assert [each.name for each in recipients_of(session, dealer.id)] == ["Kim Min-ji"]


def test_an_account_may_name_one_address_for_its_invoices(session, dealer):
    added(session, BillingProfile(account_id=dealer.id, email="billing@example.com"))
    (found,) = recipients_of(session, dealer.id)
    assert (found.name, found.email, found.user_id) == (dealer.name, "billing@example.com", None)
    assert recipients_of(session, dealer.id + 1) == ()
