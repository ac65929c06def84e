from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, AccountStatus, BillingProfile, StaffRole
from portal.adapters.payments.provider import Start
from portal.core.errors import Conflict, NotFound, Refused
from portal.invoices.models import Invoice
from portal.ledger.models import Journal
from portal.ledger.queries import balance_of
from portal.payments import bank_lines
from portal.payments.actions import Way as PayWay
from portal.payments.actions import note_start, pay_invoices
from portal.payments.bank_files import BankFile, read_bank_file
from portal.payments.bank_lines import Imported
from portal.payments.matching import Because, facts_for, suggestions_for
from portal.payments.models import BankLine, BankLineState, Payment, PaymentState
from tests import factories as make
from tests.invoicing import make_invoice
from tests.ordering import NOW, TODAY


@pytest.fixture
def account(session: Session) -> Account:
    return make.make_account(session, name="주식회사 한빛커피유통")


@pytest.fixture
def actor(session: Session) -> int:
    return make.make_user(session, staff_role=StaffRole.FINANCE).id


def bank(*rows: tuple[int, str, str]) -> BankFile:
    """A file of transfers of today: amount, payer, text."""
    lines = [
        "거래일자,입금자명,적요,입금액",
        *(f"{TODAY},{payer},{text},{amount}" for amount, payer, text in rows),
    ]
    return read_bank_file("\r\n".join(lines).encode(), "KRW", TODAY)


def take_in(session: Session, actor: int, found: BankFile, name: str = "bank.csv") -> Imported:
    return bank_lines.import_file(
        session, found, file_name=name, sha256=name, currency="KRW", actor_id=actor, now=NOW
    )


def lines(session: Session) -> list[tuple[int, str, str]]:
    rows = session.execute(select(BankLine.amount, BankLine.state, BankLine.matched_by).order_by(BankLine.id))
    return [(row.amount, row.state.value, row.matched_by) for row in rows]


def open_of(session: Session, *invoices: Invoice) -> list[int]:
    ids = [each.id for each in invoices]
    found = dict(session.execute(select(Invoice.id, Invoice.open_amount).where(Invoice.id.in_(ids))).all())
    return [found[each] for each in ids]


def announced(session: Session, account: Account, invoice: Invoice, amount: int) -> Payment:
    """A payment by transfer that waits for its money."""
    user = make.make_user(session, account)
    asked = pay_invoices(
        session, account.id, {invoice.number: amount},
        way=PayWay("bank_transfer", "transfer"), credit_first=False, user_id=user.id, submit_key="k", now=NOW,
    )  # fmt: skip
    assert asked.payment_id is not None
    note_start(session, asked.payment_id, Start(instructions={"reference": asked.reference}), NOW)
    session.expire_all()
    return session.get_one(Payment, asked.payment_id)


def count(session: Session, *tables: type) -> list[int]:
    return [session.scalars(select(func.count()).select_from(table)).one() for table in tables]


def test_a_reference_in_the_text_settles_the_payment_that_waits(
    session: Session, account: Account, actor: int
):
    invoice = make_invoice(session, account)
    payment = announced(session, account, invoice, 11_000)

    done = take_in(session, actor, bank((11_000, "누군가", f"입금 {payment.reference.lower()}")))

    session.expire_all()
    assert (done.rows, done.matched, done.unmatched, done.known, done.left_out) == (1, 1, 0, 0, 0)
    assert lines(session) == [(11_000, "matched", "reference")]
    assert session.get_one(Payment, payment.id).state is PaymentState.PAID
    assert open_of(session, invoice) == [0]
    assert count(session, Payment) == [1]


def test_a_reference_of_a_paid_payment_waits_for_a_person(session: Session, account: Account, actor: int):
    payment = announced(session, account, make_invoice(session, account), 11_000)
    take_in(session, actor, bank((11_000, "한빛", payment.reference)))

    take_in(session, actor, bank((11_000, "또", payment.reference)), "later.csv")

    assert lines(session) == [(11_000, "matched", "reference"), (11_000, "unmatched", "")]


@pytest.mark.parametrize("written", ["{}", "송장 {} 대금", "{}번"])
def test_numbers_of_invoices_in_the_text_name_what_is_paid(
    session: Session, account: Account, actor: int, written: str
):
    first, second, third = (make_invoice(session, account) for _ in range(3))
    named = written.format(f"{third.number} {second.number}")

    take_in(session, actor, bank((15_000, "아무개", named)))

    session.expire_all()
    # The first due of the two first; the oldest of all is not meant.
    assert open_of(session, first, second, third) == [11_000, 0, 7_000]
    assert lines(session) == [(15_000, "matched", "reference")]


@pytest.mark.parametrize("written", ["hb2026 {}", "HB 2026-{}", "HB-2026-00{}", "（HB-2026-{}）"])
def test_a_number_is_read_as_people_shorten_it(session: Session, account: Account, actor: int, written: str):
    invoice = make_invoice(session, account)
    assert invoice.number == "HB-2026-000001"

    take_in(session, actor, bank((11_000, "아무개", written.format(1))))

    assert lines(session) == [(11_000, "matched", "reference")]


@pytest.mark.parametrize("written", ["HB-2026-0000012", "XHB-2026-000001", "HB-2025-000001", "2026-000001"])
def test_what_only_looks_like_a_number_names_nothing(
    session: Session, account: Account, actor: int, written: str
):
    make_invoice(session, account)

    take_in(session, actor, bank((11_000, "아무개", written)))

    assert lines(session) == [(11_000, "unmatched", "")]


def test_numbers_of_two_accounts_wait_for_a_person(session: Session, account: Account, actor: int):
    mine, theirs = make_invoice(session, account), make_invoice(session, make.make_account(session))

    take_in(session, actor, bank((22_000, "한빛", f"{mine.number} {theirs.number}")))

    assert lines(session) == [(22_000, "unmatched", "")]
    assert open_of(session, mine, theirs) == [11_000, 11_000]


def test_amount_and_payer_together_are_enough_when_one_answer_fits(
    session: Session, account: Account, actor: int
):
    old, new = make_invoice(session, account, days=10), make_invoice(session, account, net=20_000, tax=2_000)

    take_in(session, actor, bank((22_000, "(주)한빛커피유통", ""), (11_000, "한빛커피", "")))

    assert lines(session) == [
        (22_000, "matched", "amount_and_payer"),
        (11_000, "matched", "amount_and_payer"),
    ]
    assert open_of(session, old, new) == [0, 0]


def test_the_oldest_invoices_together_fit_too(session: Session, account: Account, actor: int):
    invoices = [make_invoice(session, account, days=days) for days in (10, 20, 30)]

    take_in(session, actor, bank((22_000, "한빛커피유통", "")))

    assert open_of(session, *invoices) == [0, 0, 11_000]


def test_what_may_be_two_things_waits_for_a_person(session: Session, account: Account, actor: int):
    make_invoice(session, account)
    make_invoice(session, account)

    take_in(
        session,
        actor,
        bank((11_000, "한빛커피유통", ""), (5_000, "한빛커피유통", ""), (11_000, "모르는곳", "")),
    )

    assert lines(session) == [(11_000, "unmatched", ""), (5_000, "unmatched", ""), (11_000, "unmatched", "")]
    assert balance_of(session, account.id).receivable == 22_000


def test_two_accounts_of_one_name_wait_for_a_person(session: Session, account: Account, actor: int):
    make_invoice(session, account)
    make_invoice(session, make.make_account(session, name="한빛커피유통(주)"))

    take_in(session, actor, bank((11_000, "한빛커피유통", "")))

    assert lines(session) == [(11_000, "unmatched", "")]


def test_one_invoice_is_not_paid_by_two_lines_of_a_file(session: Session, account: Account, actor: int):
    make_invoice(session, account)

    take_in(session, actor, bank((11_000, "한빛커피유통", "a"), (11_000, "한빛커피유통", "b")))

    assert [state for _, state, _ in lines(session)] == ["matched", "unmatched"]


def test_files_that_overlap_and_the_same_file_bring_a_transfer_in_once(
    session: Session, account: Account, actor: int
):
    make_invoice(session, account)
    first = bank((11_000, "한빛커피유통", ""), (500, "이자", ""))
    take_in(session, actor, first)
    before = count(session, BankLine, Payment, Journal)

    again = take_in(session, actor, first)
    overlapping = take_in(session, actor, bank((500, "이자", ""), (500, "이자", "")), "next.csv")

    assert (again.known, again.matched, again.unmatched) == (2, 0, 0)
    assert (overlapping.known, overlapping.unmatched) == (1, 1)
    assert count(session, BankLine, Payment, Journal) == [before[0] + 1, *before[1:]]


def test_a_person_says_whose_it_is_and_the_name_is_known_the_next_time(
    session: Session, account: Account, actor: int
):
    invoice = make_invoice(session, account)
    take_in(session, actor, bank((15_000, "김사장", "")))
    (line_id,) = session.scalars(select(BankLine.id)).all()

    received = bank_lines.match_to(
        session, line_id, account.id, [invoice.number], payment_id=None, actor_id=actor, now=NOW
    )

    session.expire_all()
    assert lines(session) == [(15_000, "matched", "person")]
    assert received.settled == 11_000
    assert balance_of(session, account.id).credit == 4_000
    assert session.get_one(BillingProfile, account.id).payer_names == ["김사장"]
    make_invoice(session, account, net=30_000, tax=3_000)
    take_in(session, actor, bank((33_000, "김사장", "")), "next.csv")
    assert lines(session)[1] == (33_000, "matched", "amount_and_payer")


def test_a_line_is_decided_once(session: Session, account: Account, actor: int):
    take_in(session, actor, bank((15_000, "김사장", "")))
    (line_id,) = session.scalars(select(BankLine.id)).all()
    bank_lines.match_to(session, line_id, account.id, [], payment_id=None, actor_id=actor, now=NOW)
    before = count(session, Payment, Journal)

    for deed in (
        lambda: bank_lines.match_to(
            session, line_id, account.id, [], payment_id=None, actor_id=actor, now=NOW
        ),
        lambda: bank_lines.ignore(session, line_id, reason="x", actor_id=actor, now=NOW),
    ):
        with pytest.raises(Conflict) as refused:
            deed()
        assert refused.value.code == "already_decided"
    assert count(session, Payment, Journal) == before


def test_a_line_of_another_currency_is_not_the_accounts(session: Session, actor: int):
    american = make.make_account(session, currency="USD")
    take_in(session, actor, bank((15_000, "김사장", "")))
    (line_id,) = session.scalars(select(BankLine.id)).all()

    with pytest.raises(Refused) as refused:
        bank_lines.match_to(session, line_id, american.id, [], payment_id=None, actor_id=actor, now=NOW)

    assert refused.value.code == "other_currency"
    assert count(session, Payment) == [0]


def test_a_wrong_match_is_taken_back_and_can_be_made_anew(session: Session, account: Account, actor: int):
    invoice = make_invoice(session, account)
    other = make.make_account(session, name="대성상사")
    take_in(session, actor, bank((11_000, "김사장", "")))
    (line_id,) = session.scalars(select(BankLine.id)).all()
    bank_lines.match_to(
        session, line_id, account.id, [invoice.number], payment_id=None, actor_id=actor, now=NOW
    )

    bank_lines.undo(session, line_id, note="대성의 입금", actor_id=actor, now=NOW + timedelta(minutes=1))

    session.expire_all()
    assert lines(session) == [(11_000, "unmatched", "")]
    assert open_of(session, invoice) == [11_000]
    assert balance_of(session, account.id).owed == 11_000
    assert session.get_one(BillingProfile, account.id).payer_names == []
    for payer, minute in ((account, 2), (other, 4)):
        at = NOW + timedelta(minutes=minute)
        bank_lines.match_to(session, line_id, payer.id, [], payment_id=None, actor_id=actor, now=at)
        assert balance_of(session, payer.id).credit == 11_000
        bank_lines.undo(session, line_id, note="", actor_id=actor, now=at + timedelta(minutes=1))
        assert balance_of(session, payer.id).credit == 0
    assert count(session, Payment) == [3]


def test_what_is_no_dealers_is_put_aside_with_its_reason_and_brought_back(session: Session, actor: int):
    take_in(session, actor, bank((300, "예금이자", "")))
    (line_id,) = session.scalars(select(BankLine.id)).all()

    bank_lines.ignore(session, line_id, reason="은행 이자", actor_id=actor, now=NOW)
    assert lines(session) == [(300, "ignored", "person")]
    assert session.scalars(select(BankLine.note)).all() == ["은행 이자"]

    bank_lines.undo(session, line_id, note="", actor_id=actor, now=NOW)
    assert lines(session) == [(300, "unmatched", "")]
    with pytest.raises(Conflict):
        bank_lines.undo(session, line_id, note="", actor_id=actor, now=NOW)
    with pytest.raises(NotFound):
        bank_lines.ignore(session, 0, reason="", actor_id=actor, now=NOW)


def test_lines_that_wait_are_tried_again_when_there_is_something_to_pay(
    session: Session, account: Account, actor: int
):
    take_in(session, actor, bank((11_000, "한빛커피유통", "")))
    assert lines(session) == [(11_000, "unmatched", "")]
    make_invoice(session, account)

    assert bank_lines.match_again(session, "KRW", actor_id=actor, now=NOW) == 1

    assert lines(session) == [(11_000, "matched", "amount_and_payer")]


def test_paying_what_was_overdue_releases_the_account(session: Session, actor: int):
    terms = make.make_terms(session, hold_after_days=5)
    held = make.make_account(
        session,
        name="보류상사",
        payment_terms_id=terms.id,
        status=AccountStatus.ON_HOLD,
        held_for_overdue=True,
    )
    make_invoice(session, held, issued_on=TODAY - timedelta(days=60), days=30)

    take_in(session, actor, bank((11_000, "보류상사", "")))

    session.expire_all()
    account = session.get_one(Account, held.id)
    assert (account.status, account.held_for_overdue) == (AccountStatus.ACTIVE, False)


def suggested(session: Session, *rows: tuple[int, str, str]) -> list[tuple[str, Because, Sequence[str]]]:
    take_in(session, make.make_user(session, staff_role=StaffRole.FINANCE).id, bank(*rows))
    page = bank_lines.lines_at_desk(session, states=[BankLineState.UNMATCHED])
    incoming = [row.incoming for row in page.rows]
    facts = facts_for(session, incoming, "KRW")
    return [
        (each.account_name, each.because, each.invoice_numbers)
        for line in incoming
        for each in suggestions_for(line, facts)
    ]


def test_likely_accounts_stand_beside_a_line_that_waits(session: Session, account: Account):
    first = make_invoice(session, account, issued_on=date(2026, 11, 1))
    make_invoice(session, account, issued_on=date(2026, 11, 2))
    other = make.make_account(session, name="대성상사")
    theirs = make_invoice(session, other)

    assert suggested(session, (11_000, "한빛커피유통", "")) == [
        ("주식회사 한빛커피유통", Because.NAME_AND_AMOUNT, (first.number,)),
        ("대성상사", Because.AMOUNT, (theirs.number,)),
    ]


def test_a_name_alone_suggests_without_saying_what_is_paid(session: Session, account: Account):
    make_invoice(session, account)

    assert suggested(session, (77, "한빛커피유통", "")) == [("주식회사 한빛커피유통", Because.NAME, ())]
