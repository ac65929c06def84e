"""What a provider lists of a day is compared with the books; differences are kept for a person, and asked about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.adapters.mail_templates import MailRenderer
from portal.adapters.payments.provider import Attempt, ProviderAway, Report, ReportState
from portal.adapters.press import Press
from portal.jobs.context import JobContext, Services
from portal.jobs.models import Job
from portal.payments import actions
from portal.payments.apply import apply
from portal.payments.models import Payment, PaymentState, Reconciliation, RefundKind
from portal.payments.reconcile import RECONCILE, Ours, compare
from portal.payments.refunds import returned_elsewhere
from tests.invoicing import make_invoice
from tests.ordering import NOW, Shop, open_shop

PAID_ON = NOW.date()
NEXT_DAY = NOW + timedelta(days=1)


class Lister:
    """A provider that lists what it is told to."""

    def __init__(self, code: str, *listed: Report, known: Sequence[Report] = (), away: bool = False) -> None:
        self.code = code
        self.listed, self.known, self.away = list(listed), known, away
        self.days: list[date] = []

    def list_day(self, day: date) -> list[Report]:
        self.days.append(day)
        if self.away:
            raise ProviderAway(self.code)
        return list(self.listed)

    def fetch(self, attempt: Attempt) -> Report:
        for report in self.known:
            if report.provider_ref == attempt.provider_ref:
                return report
        return Report(
            ReportState.FAILED,
            0,
            attempt.currency,
            "",
            attempt.provider_ref or "",
            failure="unknown_to_provider",
        )


@pytest.fixture
def shop(session: Session) -> Shop:
    return open_shop(session)


def payment(session: Session, shop: Shop, *, paid: bool = True, way: str = "toss") -> Payment:
    invoice = make_invoice(session, session.get_one(Account, shop.account_id))
    asked = actions.pay_invoices(
        session,
        shop.account_id,
        {invoice.number: 11_000},
        way=actions.Way(way, "card"),
        credit_first=False,
        user_id=shop.user_id,
        submit_key=invoice.number,
        now=NOW,
    )
    assert asked.payment_id is not None
    made = session.get_one(Payment, asked.payment_id, populate_existing=True)
    if paid:
        apply(session, made.id, said(made), now=NOW)
    return session.get_one(Payment, asked.payment_id, populate_existing=True)


def said(of: Payment, state: ReportState = ReportState.PAID, **changes: Any) -> Report:
    return replace(Report(state, of.amount, of.currency, of.reference, f"key-{of.reference}"), **changes)


def run(session: Session, *providers: Lister, **arguments: Any) -> None:
    context = JobContext(session, NEXT_DAY, MailRenderer(), "http://localhost", "Portal", "secret")
    wanted = RECONCILE.read(context, **arguments)
    services = Services(Press(), {provider.code: provider for provider in providers})  # type: ignore[misc]
    RECONCILE.write(context, wanted, RECONCILE.work(services, wanted))


def kept(session: Session) -> dict[str, tuple[date, int, list[dict[str, Any]]]]:
    rows = session.execute(
        select(Reconciliation.provider, Reconciliation.day, Reconciliation.checked, Reconciliation.findings)
    )
    return {row.provider: (row.day, row.checked, row.findings) for row in rows}


def fetches(session: Session) -> list[dict[str, Any]]:
    return list(session.scalars(select(Job.arguments).where(Job.name == "fetch_payment")))


def test_what_agrees_is_counted_and_nothing_else(session: Session, shop: Shop) -> None:
    made = payment(session, shop)
    toss = Lister("toss", said(made))

    run(session, toss)

    assert toss.days == [PAID_ON]
    assert kept(session) == {"toss": (PAID_ON, 1, [])}
    assert fetches(session) == []


def test_paid_there_and_open_here_is_found_and_asked_about(session: Session, shop: Shop) -> None:
    made = payment(session, shop, paid=False)

    run(session, Lister("toss", said(made)))

    assert kept(session)["toss"][2] == [
        {
            "problem": "state",
            "reference": made.reference,
            "provider_ref": f"key-{made.reference}",
            "ours": "created",
            "theirs": "paid",
            "currency": "KRW",
        }
    ]
    assert fetches(session) == [{"payment_id": made.id}]


def test_paid_there_and_unknown_here(session: Session, shop: Shop) -> None:
    stranger = Report(ReportState.PAID, 5_000, "KRW", "PELSEWHERE", "key-elsewhere")

    run(session, Lister("toss", stranger))

    (finding,) = kept(session)["toss"][2]
    assert (finding["problem"], finding["ours"], finding["theirs"]) == ("missing_here", "", 5_000)
    assert fetches(session) == []


def test_paid_here_and_unknown_there(session: Session, shop: Shop) -> None:
    made = payment(session, shop)

    run(session, Lister("toss"))

    (finding,) = kept(session)["toss"][2]
    assert (finding["problem"], finding["reference"], finding["ours"]) == (
        "missing_there",
        made.reference,
        11_000,
    )


def test_paid_here_a_moment_after_their_midnight_is_no_difference(session: Session, shop: Shop) -> None:
    made = payment(session, shop)

    run(session, Lister("toss", known=[said(made)]))

    assert kept(session)["toss"][1:] == (1, [])


def test_a_deposit_that_was_taken_back_is_found(session: Session, shop: Shop) -> None:
    made = payment(session, shop)

    run(session, Lister("toss", said(made, ReportState.WAITING_DEPOSIT)))

    (finding,) = kept(session)["toss"][2]
    assert (finding["problem"], finding["ours"], finding["theirs"]) == ("state", "paid", "waiting_deposit")
    assert session.get_one(Payment, made.id, populate_existing=True).state is PaymentState.PAID


def test_what_nobody_paid_is_not_compared(session: Session, shop: Shop) -> None:
    made = payment(session, shop, paid=False)

    run(session, Lister("toss", said(made, ReportState.ACTION_REQUIRED)))

    assert kept(session)["toss"][1:] == (0, [])


@pytest.mark.parametrize(
    ("changes", "problem", "ours", "theirs"),
    [
        ({"amount": 10_000}, "amount", 11_000, 10_000),
        ({"currency": "USD"}, "amount", 11_000, 11_000),
        ({"refunded": 4_000}, "refunded", 0, 4_000),
        ({"disputed": 11_000}, "refunded", 0, 11_000),
        ({"refunded": 4_000, "disputed": 7_000}, "refunded", 0, 11_000),
    ],
)
def test_differences(changes: dict[str, Any], problem: str, ours: int, theirs: int) -> None:
    mine = Ours(1, "P7K2M9QXA", PaymentState.PAID, 11_000, 0, "KRW")
    report = replace(Report(ReportState.PAID, 11_000, "KRW", "P7K2M9QXA", "key"), **changes)

    finding = compare(mine, report)

    assert finding is not None
    assert (finding["problem"], finding["ours"], finding["theirs"]) == (problem, ours, theirs)


def test_a_refund_of_an_older_payment_is_compared_on_its_day(session: Session, shop: Shop) -> None:
    made = payment(session, shop)
    later = NOW + timedelta(days=9)
    returned_elsewhere(session, made.id, 4_000, RefundKind.REFUND, 4_000, later)
    toss = Lister("toss", known=[said(made)])

    run(session, toss, day=later.date().isoformat())

    day, checked, (finding,) = kept(session)["toss"]
    assert (day, checked) == (later.date(), 1)
    assert (finding["problem"], finding["ours"], finding["theirs"]) == ("refunded", 4_000, 0)


@pytest.mark.parametrize(("days", "checked"), [(120, 1), (121, 0)])
def test_what_a_bank_gave_back_is_heard_of_without_a_notice(
    session: Session, shop: Shop, days: int, checked: int
) -> None:
    made = payment(session, shop)
    apply(session, made.id, said(made, disputed=11_000), now=NOW)
    won = said(made, won=11_000)
    later = PAID_ON + timedelta(days=days)

    run(session, Lister("toss", known=[won]), day=later.isoformat())

    assert kept(session)["toss"][1] == checked
    asked = session.scalars(select(Job.arguments).where(Job.name == "fetch_payment")).all()
    assert asked == [{"payment_id": made.id}] * checked


def test_who_does_not_answer_is_asked_again_alone(session: Session, shop: Shop) -> None:
    made = payment(session, shop)

    run(session, Lister("toss", said(made)), Lister("stripe", away=True))

    assert kept(session) == {"toss": (PAID_ON, 1, [])}
    again = session.scalars(select(Job.arguments).where(Job.name == "reconcile")).all()
    assert again == [{"day": PAID_ON.isoformat(), "provider": "stripe"}]

    with pytest.raises(ProviderAway):
        run(session, Lister("toss"), Lister("stripe", away=True), **again[0])

    run(session, Lister("toss"), Lister("stripe"), **again[0])
    assert kept(session)["stripe"] == (PAID_ON, 0, [])
    assert kept(session)["toss"] == (PAID_ON, 1, [])


def test_compared_again_the_later_answer_counts(session: Session, shop: Shop) -> None:
    made = payment(session, shop, paid=False)
    run(session, Lister("toss", said(made)))
    apply(session, made.id, said(made), now=NOW)

    run(session, Lister("toss", said(made)), day=PAID_ON.isoformat())

    assert kept(session) == {"toss": (PAID_ON, 1, [])}


def test_what_has_no_list_is_not_compared(session: Session, shop: Shop) -> None:
    payment(session, shop, way="bank_transfer")

    run(session, Lister("bank_transfer"), Lister("test_card"))

    assert kept(session) == {}
