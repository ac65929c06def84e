from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, AccountStatus, BillingProfile, CreditOverride, StaffRole
from portal.core.database import Database
from portal.invoices.models import Invoice, InvoiceKind, TaxReport, TaxReportState
from portal.jobs.models import Job
from portal.ledger.models import BooksProof, Journal, JournalKind
from portal.payments.bank_files import read_bank_file
from portal.payments.bank_lines import import_file
from portal.payments.models import (
    Payment,
    PaymentEvent,
    PaymentEventKind,
    PaymentState,
    Reconciliation,
    Refund,
    RefundState,
)
from tests.browser import Form, Page, typed
from tests.dealer import Person
from tests.factories import added, make_account, make_terms, make_user
from tests.invoicing import make_invoice, make_payment, make_seller
from tests.ordering import NOW, TODAY
from tests.storefront import Shop


@pytest.fixture
def invoice(shop: Shop, session: Session) -> str:
    """An invoice of 11,000 won of the shop's dealer, overdue for 10 days."""
    make_seller(session)
    shop.account.name = "Hanbit Coffee"
    shop.account.code = "HANBIT"
    made = make_invoice(session, shop.account, issued_on=TODAY - timedelta(days=40), days=30)
    shop.commit()
    return made.number


def staff(shop: Shop, app: Flask, role: StaffRole = StaffRole.FINANCE, **changes: Any) -> Person:
    user = make_user(shop.session, staff_role=role, locale="en", name=f"Staff {role}", **changes)
    shop.commit()
    return Person(app, user)


@pytest.fixture
def finance(invoice: str, shop: Shop, app: Flask) -> Person:
    """Somebody of finance, with the account's money open."""
    person = staff(shop, app)
    person.open("/desk/accounts/HANBIT/money")
    return person


def form_of(person: Person, address: str) -> Form:
    return person.browser.form(address)


def opened(database: Database, number: str) -> int:
    with database.reading() as session:
        return session.scalars(select(Invoice.open_amount).where(Invoice.number == number)).one()


def books(database: Database) -> tuple[Any, ...]:
    """What a deed about money would change."""
    with database.reading() as session:
        return (
            *(
                session.scalars(select(func.count()).select_from(table)).one()
                for table in (Journal, Payment, Refund, Invoice, CreditOverride, BillingProfile)
            ),
            *session.execute(
                select(
                    Account.credit_limit,
                    Account.credit_used,
                    Account.payment_terms_id,
                    Account.invoice_rhythm,
                ).where(Account.code == "HANBIT")
            ).one(),
            *session.scalars(select(Invoice.open_amount).order_by(Invoice.id)).all(),
        )


def numbers(page: Page) -> list[str]:
    return [each.attributes["data-invoice"] for each in page.all("tr") if "data-invoice" in each.attributes]


# --- How the money stands ---------------------------------------------------------------------------------------


def test_the_overview_says_what_is_owed_by_age_and_whether_the_books_add_up(
    finance: Person, shop: Shop, session: Session
):
    dollars = make_account(session, currency="USD", name="Blue River")
    make_invoice(session, dollars, net=10_000, tax=0, issued_on=TODAY, days=30)
    make_invoice(session, shop.account, issued_on=TODAY - timedelta(days=200), days=30)
    added(session, BooksProof(proved_on=TODAY, journals=7, findings=0, created_at=NOW))
    shop.commit()

    page = finance.open("/desk/money")

    ages = {
        row.attributes["data-currency"]: row.attributes["data-total"]
        for row in page.all("tr")
        if "data-total" in row.attributes and "data-currency" in row.attributes
    }
    assert ages == {"KRW": "22000", "USD": "100.00"}
    assert [row.attributes["data-account"] for row in page.all("tr") if "data-account" in row.attributes] == [
        "HANBIT"
    ]
    assert "7 entries were proved; all adds up." in page.text
    assert page.all("section", id="proof")[0].attributes["data-findings"] == "0"


def test_the_overview_names_what_waits_and_what_went_wrong(finance: Person, shop: Shop, session: Session):
    session.add_all(
        [
            BooksProof(proved_on=TODAY, journals=7, findings=1, report="journal 3 sums to 5", created_at=NOW),
            Reconciliation(
                provider="stripe",
                day=TODAY,
                checked=3,
                findings=[{"reference": "P7K2M9QXA", "provider_ref": "pi_1", "problem": "missing_here"}],
                created_at=NOW,
            ),
            Job(
                name="invoice_shipment",
                arguments={"shipment_id": 5},
                run_after=NOW,
                attempts=8,
                last_error="Traceback\nRefused: no_seller",
                created_at=NOW,
            ),
        ]
    )
    reviewed = make_payment(session, shop.account, 5_000)
    reviewed.state = PaymentState.REVIEW
    found = read_bank_file(f"거래일자,입금자명,입금액\n{TODAY},누구,500".encode(), "KRW", TODAY)
    import_file(session, found, file_name="a", sha256="a", currency="KRW", actor_id=finance.user_id, now=NOW)
    shop.commit()

    page = finance.open("/desk/money")

    counts = {
        each.attributes["data-status"]: each.attributes["data-count"] for each in page.having("data-count")
    }
    assert counts == {"transfers": "1", "review": "1", "refunds": "0", "overdue": "1"}
    for words in ("1 thing does not add up.", "journal 3 sums to 5", "missing_here",
                      "No company is set up to issue invoices.",
                  "Needs a person", reviewed.reference, "not connected"):  # fmt: skip
        assert words in page.text, words


def test_an_empty_overview_is_calm(shop: Shop, app: Flask):
    page = staff(shop, app).open("/desk/money")

    assert "Nothing is owed." in page.text
    assert "They have not been proved yet." in page.text


# --- One account ------------------------------------------------------------------------------------------------


def test_an_account_shows_what_it_owes_has_and_did(finance: Person, invoice: str):
    page = finance.open("/desk/accounts/HANBIT/money")

    assert numbers(page) == [invoice]
    assert [each.attributes["data-journal"] for each in page.having("data-journal")] == ["invoice"]
    assert page.having("data-limit")[0].attributes["data-limit"] == "10000000"
    assert finance.get("/desk/accounts/NOBODY/money").status_code == 404


def test_a_payment_by_hand_settles_the_oldest_once(finance: Person, invoice: str, database: Database):
    form = form_of(finance, "/desk/accounts/HANBIT/receipts")
    sent: dict[str, Any] = {
        "amount": "15,000원",
        "booked_on": TODAY.isoformat(),
        "method": "cash",
        "text": "Counter",
    }

    finance.browser.send(form, **sent)
    assert finance.browser.status == 200
    after = books(database)
    finance.browser.send(form, **sent)

    assert opened(database, invoice) == 0
    assert books(database) == after
    with database.reading() as session:
        payment = session.scalars(select(Payment)).one()
    assert (payment.amount, payment.method, payment.state) == (15_000, "cash", "paid")
    assert (
        finance.open("/desk/accounts/HANBIT/money").having("data-unused")[0].attributes["data-unused"]
        == "4000"
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": "0"}, {"amount": "-5"}, {"amount": "much"}, {"booked_on": "yesterday"}, {"method": "gold"},
        {"booked_on": (TODAY + timedelta(days=2)).isoformat()}, {"submit_key": ""},
    ],
)  # fmt: skip
def test_a_payment_by_hand_that_cannot_be_changes_nothing(
    finance: Person, database: Database, wrong: dict[str, str]
):
    before = books(database)
    right = {"amount": "15000", "booked_on": TODAY.isoformat(), "method": "cash", "submit_key": "k"}

    assert finance.post("/desk/accounts/HANBIT/receipts", **(right | wrong)).status_code == 422
    assert books(database) == before


def test_credit_settles_an_invoice_and_is_taken_back(
    finance: Person, shop: Shop, session: Session, invoice: str, database: Database
):
    make_payment(session, shop.account, 6_000)
    shop.commit()
    finance.open("/desk/accounts/HANBIT/money")
    form = form_of(finance, "/desk/accounts/HANBIT/allocations")
    assert dict(form.values)["amount"] == "6000"
    finance.browser.send(form, amount="5000")
    assert opened(database, invoice) == 6_000
    finance.browser.send(form, amount="5000")
    assert opened(database, invoice) == 6_000

    (back,) = [each for each in finance.browser.page.forms if each.action.endswith("/reversal")]
    finance.browser.send(back, reason="")
    assert (finance.browser.status, opened(database, invoice)) == (422, 6_000)
    finance.browser.send(back, reason="Wrong invoice")
    assert opened(database, invoice) == 11_000
    after = books(database)
    assert finance.post(back.action, reason="again").status_code == 409
    assert books(database) == after


@pytest.mark.parametrize("amount", ["11001", "6001"])
def test_more_than_is_open_or_left_is_refused(
    finance: Person, shop: Shop, session: Session, invoice: str, database: Database, amount: str
):
    payment = make_payment(session, shop.account, 6_000 if amount == "6001" else 20_000)
    shop.commit()
    before = books(database)

    response = finance.post(
        "/desk/accounts/HANBIT/allocations",
        source=f"p{payment.id}",
        invoice=invoice,
        amount=amount,
        submit_key="k",
    )

    assert response.status_code == 409
    assert "No more than" in response.text
    assert books(database) == before


def test_anothers_money_and_journals_are_not_this_accounts(
    finance: Person, shop: Shop, session: Session, invoice: str, database: Database
):
    other = make_account(session, name="Other")
    theirs, money = make_invoice(session, other), make_payment(session, other, 5_000)
    journal_id = session.scalars(select(func.max(Journal.id))).one()
    shop.commit()
    before = books(database)

    for fields in (
        {"source": f"p{money.id}", "invoice": invoice},
        {"source": f"p{money.id}", "invoice": theirs.number},
        {"source": "x", "invoice": invoice},
    ):
        response = finance.post("/desk/accounts/HANBIT/allocations", **fields, amount="100", submit_key="k")
        assert response.status_code in {409, 422}, fields
    reversal = f"/desk/accounts/HANBIT/journals/{journal_id}/reversal"
    assert finance.post(reversal, reason="x").status_code == 404
    assert books(database) == before


def test_an_invoice_is_not_taken_back_as_a_settlement_is(finance: Person, database: Database):
    before = books(database)
    with database.reading() as session:
        journal_id = session.scalars(select(Journal.id).where(Journal.kind == JournalKind.INVOICE)).one()

    address = f"/desk/accounts/HANBIT/journals/{journal_id}/reversal"

    assert finance.post(address, reason="x").status_code == 404
    assert books(database) == before


def test_the_limit_changes_with_a_reason_for_a_while_too(finance: Person, database: Database):
    until = TODAY + timedelta(days=7)
    finance.browser.submit(
        "/desk/accounts/HANBIT/limit", limit="20,000,000", until=until.isoformat(), reason="Christmas"
    )

    assert finance.browser.status == 200
    with database.reading() as session:
        row = session.scalars(select(CreditOverride)).one()
        assert (
            session.scalars(select(Account.credit_limit).where(Account.code == "HANBIT")).one() == 20_000_000
        )
    assert (row.limit_before, row.limit_meanwhile, row.until, row.reason) == (
        10_000_000, 20_000_000, until, "Christmas",
    )  # fmt: skip
    assert "Christmas" in finance.browser.page.text


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"limit": "5", "shown": "10000000", "reason": ""}, 422),
        ({"limit": "much", "shown": "10000000", "reason": "x"}, 422),
        ({"limit": "5", "shown": "10000000", "reason": "x", "until": "soon"}, 422),
        ({"limit": "5", "shown": "10000000", "reason": "x", "until": "2020-01-01"}, 422),
        ({"limit": "5", "shown": "77", "reason": "x"}, 409),
    ],
)
def test_a_limit_that_cannot_be_changes_nothing(
    finance: Person, database: Database, fields: dict[str, str], status: int
):
    before = books(database)

    assert finance.post("/desk/accounts/HANBIT/limit", **fields).status_code == status
    assert books(database) == before


def test_terms_rhythm_and_whom_invoices_name(
    finance: Person, shop: Shop, session: Session, database: Database
):
    terms_id = make_terms(session, code="eom30").id
    shop.commit()
    finance.open("/desk/accounts/HANBIT/money")
    stale = form_of(finance, "/desk/accounts/HANBIT/terms")
    finance.browser.send(stale, terms=str(terms_id), rhythm="month")
    with database.reading() as session:
        row = session.execute(
            select(Account.payment_terms_id, Account.invoice_rhythm).where(Account.code == "HANBIT")
        ).one()
    assert tuple(row) == (terms_id, "month")
    before = books(database)
    finance.browser.send(stale, rhythm="order")
    assert (finance.browser.status, books(database)) == (409, before)

    finance.open("/desk/accounts/HANBIT/money")
    form = form_of(finance, "/desk/accounts/HANBIT/billing")
    finance.browser.send(
        form, **typed("address-city", "서울"), **typed("tax-VAT", "DE1"), name="한빛", email="broken"
    )
    assert (finance.browser.status, books(database)) == (422, before)
    finance.browser.send(
        form, **typed("address-city", "서울"), **typed("tax-VAT", "DE1"), name="한빛", email="a@b.kr"
    )
    with database.reading() as session:
        profile = session.scalars(select(BillingProfile)).one()
    assert (profile.name, profile.address, profile.tax_numbers, profile.email) == (
        "한빛", {"city": "서울"}, {"VAT": "DE1"}, "a@b.kr",
    )  # fmt: skip


# --- Documents --------------------------------------------------------------------------------------------------


def test_invoices_are_found_by_number_account_and_amount(
    finance: Person, shop: Shop, session: Session, invoice: str
):
    dollars = make_account(session, currency="USD", name="Blue River")
    other = make_invoice(session, dollars, net=12_345, tax=0).number
    shop.commit()

    for query, found in [
        ("", [other, invoice]),
        (f"q={invoice[-4:]}", [invoice]),
        ("q=hanbit", [invoice]),
        ("q=11,000", [invoice]),
        ("q=123.45", [other]),
        ("q=blue+123.45", [other]),
        ("q=hanbit+123.45", []),
        ("status=overdue", [invoice]),
        ("status=paid", []),
        ("status=credit", []),
        ("status=nonsense&page=x", [other, invoice]),
    ]:
        assert numbers(finance.open(f"/desk/invoices?{query}")) == found, query


def test_units_of_a_line_are_credited_once(finance: Person, invoice: str, database: Database):
    finance.open(f"/desk/invoices/{invoice}")
    form = form_of(finance, f"/desk/invoices/{invoice}/credit-notes")
    (field,) = [name for name, _ in form.values if name.startswith("units-")]

    finance.browser.send(form, **typed(field, "1"), kind="return")
    assert finance.browser.status == 200
    after = books(database)
    finance.browser.send(form, **typed(field, "1"), kind="return")

    assert books(database) == after
    with database.reading() as session:
        note = session.scalars(select(Invoice).where(Invoice.kind == InvoiceKind.CREDIT_NOTE)).one()
    assert (note.total, note.reason) == (11_000, "return")
    assert opened(database, invoice) == 0


def test_an_amount_is_credited(finance: Person, invoice: str, database: Database):
    finance.open(f"/desk/invoices/{invoice}")

    finance.browser.submit(
        f"/desk/invoices/{invoice}/credit-notes", amount="1,100", kind="goodwill", reason="Sorry"
    )

    assert finance.browser.status == 200
    assert opened(database, invoice) == 9_900


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"kind": "nonsense", "amount": "100"}, 422),
        ({"kind": "price", "amount": "much"}, 422),
        ({"kind": "price", "amount": "11001"}, 422),
        ({"kind": "price"}, 422),
        ({"kind": "price", "units-1": "x"}, 422),
        ({"kind": "price", "units-1": "1", "amount": "5"}, 422),
        ({"kind": "price", "amount": "100", "submit_key": ""}, 422),
    ],
)
def test_a_credit_note_that_cannot_be_changes_nothing(
    finance: Person, invoice: str, database: Database, fields: dict[str, str], status: int
):
    before = books(database)

    response = finance.post(f"/desk/invoices/{invoice}/credit-notes", **({"submit_key": "k"} | fields))

    assert response.status_code == status
    assert books(database) == before


def test_what_is_written_off_releases_an_account_held_for_it(
    finance: Person, shop: Shop, session: Session, invoice: str, database: Database
):
    shop.account.payment_terms_id = make_terms(session, hold_after_days=5).id
    shop.account.status, shop.account.held_for_overdue = AccountStatus.ON_HOLD, True
    shop.commit()
    finance.open(f"/desk/invoices/{invoice}")
    form = form_of(finance, f"/desk/invoices/{invoice}/write-offs")
    before = books(database)
    finance.browser.send(form, reason="")
    assert (finance.browser.status, books(database)) == (422, before)

    finance.browser.send(form, reason="Bankrupt")
    after = books(database)
    finance.browser.send(form, reason="Bankrupt")

    assert opened(database, invoice) == 0
    assert books(database)[0] == after[0]
    with database.reading() as session:
        account = session.scalars(select(Account).where(Account.code == "HANBIT")).one()
    assert (account.status, account.held_for_overdue) == (AccountStatus.ACTIVE, False)


def test_more_than_is_open_is_not_written_off(finance: Person, invoice: str, database: Database):
    before = books(database)

    for amount, status in (("11001", 409), ("0", 422), ("x", 422)):
        response = finance.post(
            f"/desk/invoices/{invoice}/write-offs", amount=amount, reason="x", submit_key="k"
        )
        assert response.status_code == status, amount
    assert books(database) == before


def test_an_approval_number_is_noted_by_hand(
    finance: Person, session: Session, shop: Shop, invoice: str, database: Database
):
    invoice_id = session.scalars(select(Invoice.id)).one()
    session.add(
        TaxReport(
            invoice_id=invoice_id,
            channel="kr_nts",
            state=TaxReportState.NOT_CONNECTED,
            message="",
            updated_at=NOW,
        )
    )
    shop.commit()
    address = f"/desk/invoices/{invoice}/approval"
    assert finance.post(address, approval_number="123").status_code == 422
    assert finance.post(address, approval_number="20261123-12345678-90123456").status_code == 303

    with database.reading() as reading:
        report = reading.scalars(select(TaxReport)).one()
    assert (report.approval_number, report.state) == ("202611231234567890123456", "accepted")


def test_the_tax_reports_of_a_month_are_listed_and_exported(
    finance: Person, session: Session, shop: Shop, invoice: str
):
    session.add(
        TaxReport(
            invoice_id=session.scalars(select(Invoice.id)).one(),
            channel="kr_nts",
            state=TaxReportState.NOT_CONNECTED,
            message="",
            updated_at=NOW,
        )
    )
    shop.commit()
    month = f"{TODAY - timedelta(days=40):%Y-%m}"

    page = finance.open(f"/desk/tax-reports?month={month}")

    assert "The portal sends nothing to the National Tax Service." in page.text
    assert [row.attributes["data-report"] for row in page.all("tr") if "data-report" in row.attributes] == [
        invoice
    ]
    [row] = [row for row in page.all("tr") if "data-report" in row.attributes]
    assert row.attributes["data-lacks"] == "buyer_number buyer_representative"
    assert "Lacks: registration number of the buyer, representative of the buyer" in row.text
    assert [
        each.attributes["data-left-out"] for each in page.all("div") if "data-left-out" in each.attributes
    ] == ["1"]
    for form in ("csv", "xlsx", "hometax", "hometax-exempt"):
        response = finance.get(f"/desk/tax-reports/{form}?month={month}")
        assert response.status_code == 200
        assert "attachment" in response.headers["Content-Disposition"]
    assert finance.get("/desk/tax-reports/nothing").status_code == 404


def test_the_paper_is_shown_before_it_is_filed(finance: Person, invoice: str):
    response = finance.get(f"/desk/invoices/{invoice}.pdf")

    assert response.status_code == 200
    assert response.mimetype == "application/pdf"
    assert response.data.startswith(b"%PDF")


# --- Payments ---------------------------------------------------------------------------------------------------


def test_a_transfer_is_refunded_by_hand(finance: Person, shop: Shop, session: Session, database: Database):
    reference = make_payment(session, shop.account, 6_000).reference
    shop.commit()
    page = finance.open(f"/desk/payments/{reference}")
    assert page.having("data-payment")[0].attributes["data-status"] == "paid"
    form = form_of(finance, f"/desk/payments/{reference}/refunds")
    finance.browser.send(form, amount="2000", reason="Paid twice")
    finance.browser.send(form, amount="2000", reason="Paid twice")
    with database.reading() as reading:
        refund = reading.scalars(select(Refund)).one()
    assert (refund.amount, refund.state, refund.reason) == (2_000, RefundState.ASKED, "Paid twice")
    assert "Paid twice" in finance.open("/desk/money").text

    finance.open(f"/desk/payments/{reference}")
    finance.browser.submit(f"/desk/payments/{reference}/refunds/{refund.id}")

    with database.reading() as reading:
        assert reading.scalars(select(Refund.state)).one() is RefundState.DONE
        assert reading.scalars(select(Payment.refunded)).one() == 2_000


def test_a_refund_is_given_up(finance: Person, shop: Shop, session: Session, database: Database):
    reference = make_payment(session, shop.account, 6_000).reference
    shop.commit()
    finance.open(f"/desk/payments/{reference}")
    finance.browser.submit(f"/desk/payments/{reference}/refunds", reason="Paid twice")
    (form,) = [each for each in finance.browser.page.forms if "/refunds/" in each.action]

    finance.browser.send(form, button=("given_up", "1"))

    with database.reading() as reading:
        assert reading.scalars(select(Refund.state)).one() is RefundState.FAILED
        assert reading.scalars(select(Payment.refunded)).one() == 0


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"amount": "6001", "reason": "x"}, 409),
        ({"amount": "0", "reason": "x"}, 422),
        ({"amount": "5", "reason": ""}, 422),
        ({"amount": "5", "reason": "x", "submit_key": ""}, 422),
    ],
)
def test_a_refund_that_cannot_be_changes_nothing(
    finance: Person, shop: Shop, session: Session, database: Database, fields: dict[str, str], status: int
):
    reference = make_payment(session, shop.account, 6_000).reference
    shop.commit()
    before = books(database)

    response = finance.post(f"/desk/payments/{reference}/refunds", **({"submit_key": "k"} | fields))

    assert response.status_code == status
    assert finance.post(f"/desk/payments/{reference}/refunds/9").status_code == 404
    assert books(database) == before


@pytest.mark.parametrize(("button", "state"), [("accept", "paid"), ("refuse", "cancelled")])
def test_a_person_decides_about_a_payment_that_is_not_what_was_asked_for(
    finance: Person, shop: Shop, session: Session, database: Database, button: str, state: str
):
    payment = added(
        session,
        Payment(
            reference="PTESTREV2", account_id=shop.account.id, submit_key="rev", provider="test_card", is_test=True,
            state=PaymentState.REVIEW, amount=6_000, currency="KRW", created_at=NOW, updated_at=NOW,
        ),
    )  # fmt: skip
    facts = {
        "why": "amount_differs",
        "state": "paid",
        "amount": 5_000,
        "currency": "KRW",
        "reference": "PTESTREV2",
    }
    added(session, PaymentEvent(payment_id=payment.id, kind=PaymentEventKind.REVIEW, facts=facts, at=NOW))
    shop.commit()
    address = "/desk/payments/PTESTREV2"
    assert "₩5,000" in finance.open(address).text
    finance.browser.submit(f"{address}/decision", button=(button, "1"))
    assert finance.browser.status == 422
    finance.browser.submit(f"{address}/decision", button=(button, "1"), reason="As agreed")

    assert finance.browser.status == 200
    after = books(database)
    with database.reading() as reading:
        row = reading.execute(select(Payment.state, Payment.amount).where(Payment.id == payment.id)).one()
    assert (row.state.value, row.amount) == (state, 5_000 if state == "paid" else 6_000)
    assert finance.post(f"{address}/decision", reason="again", **{button: "1"}).status_code == 409
    assert books(database) == after


# --- Who may ----------------------------------------------------------------------------------------------------


def test_a_rep_sees_the_money_of_own_accounts_alone(
    finance: Person, shop: Shop, session: Session, app: Flask, invoice: str
):
    mine = make_account(session, name="Mine", code="MINE")
    own = make_invoice(session, mine).number
    theirs_payment, own_payment = make_payment(session, shop.account, 100), make_payment(session, mine, 200)
    shop.commit()
    rep = staff(shop, app, StaffRole.REP)
    mine.sales_rep_id = rep.user_id
    shop.commit()

    assert numbers(rep.open("/desk/invoices")) == [own]
    overview = rep.open("/desk/money")
    assert not overview.all("section", id="proof")
    assert "Hanbit" not in overview.text
    for address, status in [
        ("/desk/accounts/MINE/money", 200),
        ("/desk/accounts/HANBIT/money", 404),
        (f"/desk/invoices/{own}", 200),
        (f"/desk/invoices/{invoice}", 404),
        (f"/desk/invoices/{invoice}.pdf", 404),
        (f"/desk/payments/{own_payment.reference}", 200),
        (f"/desk/payments/{theirs_payment.reference}", 404),
        ("/desk/tax-reports", 404),
        ("/desk/tax-reports/csv", 404),
    ]:
        assert rep.get(address).status_code == status, address
    page = rep.open("/desk/accounts/MINE/money")
    assert [form.action for form in page.forms if "/desk/accounts" in form.action] == []


@pytest.mark.parametrize("role", [StaffRole.REP, StaffRole.DESK])
def test_who_may_only_see_changes_nothing(
    finance: Person,
    shop: Shop,
    session: Session,
    app: Flask,
    invoice: str,
    database: Database,
    role: StaffRole,
):
    reference = make_payment(session, shop.account, 6_000).reference
    person = staff(shop, app, role)
    shop.account.sales_rep_id = person.user_id
    shop.commit()
    person.open("/desk/money")
    before = books(database)

    for address in (
        "/desk/accounts/HANBIT/receipts",
        "/desk/accounts/HANBIT/allocations",
        "/desk/accounts/HANBIT/journals/1/reversal",
        "/desk/accounts/HANBIT/limit",
        "/desk/accounts/HANBIT/terms",
        "/desk/accounts/HANBIT/billing",
        f"/desk/invoices/{invoice}/credit-notes",
        f"/desk/invoices/{invoice}/write-offs",
        f"/desk/invoices/{invoice}/approval",
        f"/desk/payments/{reference}/refunds",
        f"/desk/payments/{reference}/refunds/1",
        f"/desk/payments/{reference}/decision",
    ):
        response = person.post(
            address, amount="1", reason="x", kind="price", submit_key="k", method="cash",
            booked_on=date(2026, 11, 1).isoformat(), limit="1", shown="10000000",
        )  # fmt: skip
        assert response.status_code == 403, address
    assert books(database) == before


def test_work_that_was_refused_says_why_in_words(finance: Person, session: Session) -> None:
    for code in ("no_vat_number {'account': 'HANBIT'}", "no_seller"):
        added(
            session,
            Job(
                name="invoice_shipment",
                arguments={"shipment_id": 1},
                run_after=NOW,
                created_at=NOW,
                attempts=8,
                last_error=f"Traceback\nportal.core.errors.Refused: {code}\n",
            ),
        )
    session.commit()

    said = [each.text for each in finance.open("/desk/money").having("data-job")]

    assert "has no VAT number. Enter it among the account's invoice details" in said[0]
    assert "No company is set up to issue invoices." in said[1]
    assert [word for word in said if "Refused" in word] == []
