from __future__ import annotations

import io

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.accounts.models import StaffRole
from portal.core.database import Database
from portal.invoices.models import Invoice
from portal.ledger.models import Journal
from portal.payments.models import BankImport, BankLine, Payment
from tests.browser import Page
from tests.dealer import Person
from tests.factories import make_account, make_user
from tests.invoicing import make_invoice
from tests.ordering import TODAY
from tests.storefront import Shop

HEAD = "거래일자,입금자명,적요,입금액,출금액"


@pytest.fixture
def invoices(shop: Shop, session: Session) -> list[str]:
    """Three invoices of 11,000 won of the shop's dealer, the first due first."""
    shop.account.name = "Hanbit Coffee"
    numbers = [make_invoice(session, shop.account, days=days).number for days in (10, 20, 30)]
    shop.commit()
    return numbers


def staff(shop: Shop, app: Flask, role: StaffRole = StaffRole.FINANCE) -> Person:
    user = make_user(shop.session, staff_role=role, locale="en", name=f"Staff {role}")
    shop.commit()
    return Person(app, user)


@pytest.fixture
def finance(invoices: list[str], shop: Shop, app: Flask) -> Person:
    """Somebody of finance, with the transfers open."""
    person = staff(shop, app)
    person.open("/desk/bank")
    return person


def send(person: Person, *rows: str, name: str = "bank.csv", currency: str = "KRW", head: str = HEAD) -> Page:
    person.open("/desk/bank")
    content = "\r\n".join([head, *rows]).encode("cp949")
    response = person.browser.client.post(
        "/desk/bank",
        data={"file": (io.BytesIO(content), name), "currency": currency, "csrf_token": person.token},
        content_type="multipart/form-data",
    )
    return person.browser._take(response)


def counted(page: Page) -> dict[str, int]:
    return {
        each.attributes["data-count-of"]: int(each.attributes["data-count"])
        for each in page.having("data-count-of")
    }


def line_states(database: Database) -> list[tuple[int, str]]:
    with database.reading() as session:
        rows = session.execute(select(BankLine.amount, BankLine.state).order_by(BankLine.id))
        return [(row.amount, row.state.value) for row in rows]


def books(database: Database) -> tuple[int, ...]:
    """How many rows there are of what a decision about money adds, and what is open in all."""
    with database.reading() as session:
        counts = [
            session.scalars(select(func.count()).select_from(table)).one()
            for table in (BankImport, BankLine, Payment, Journal)
        ]
        return (*counts, session.scalars(select(func.sum(Invoice.open_amount))).one())


def row(amount: int, payer: str, text: str = "") -> str:
    return f"{TODAY},{payer},{text},{amount},"


def test_a_file_is_read_in_matched_and_accounted_for_row_by_row(
    finance: Person, invoices: list[str], database: Database
):
    page = send(
        finance,
        row(11_000, "누구", invoices[1]),
        row(500, "예금이자"),
        f"{TODAY},전기요금,,,80000",
        f"{TODAY},이상한줄,,백원,",
    )

    assert finance.browser.status == 200
    assert counted(page) == {"rows": 4, "matched": 1, "unmatched": 1, "known": 0, "left-out": 1, "refused": 1}
    (refused,) = page.having("data-reason")
    assert (refused.attributes["data-row"], refused.attributes["data-reason"]) == ("5", "amount")
    assert line_states(database) == [(11_000, "matched"), (500, "unmatched")]
    again = send(finance, row(11_000, "누구", invoices[1]), row(500, "예금이자"), row(7, "새것"))
    assert counted(again) == {
        "rows": 3,
        "matched": 0,
        "unmatched": 1,
        "known": 2,
        "left-out": 0,
        "refused": 0,
    }


@pytest.mark.parametrize(
    ("head", "rows", "words"),
    [("이름,금액", ["a,1"], "tell days from amounts"), ("", [""], "is empty")],
)
def test_a_file_that_cannot_be_read_says_why_and_changes_nothing(
    finance: Person, database: Database, head: str, rows: list[str], words: str
):
    before = books(database)

    page = send(finance, *rows, head=head)

    assert finance.browser.status == 422
    assert words in page.text
    assert books(database) == before


def test_without_file_or_currency_nothing_is_read(finance: Person, database: Database):
    before = books(database)

    assert finance.post("/desk/bank", currency="KRW").status_code == 422
    send(finance, row(1, "x"), currency="XXX")

    assert finance.browser.status == 422
    assert books(database) == before


def test_a_line_that_waits_shows_likely_accounts_and_is_matched_with_one_tap(
    finance: Person, shop: Shop, invoices: list[str], database: Database
):
    send(finance, row(11_000, "Hanbit Coffee"))
    page = finance.open("/desk/bank")
    assert "Name and amount fit" in page.text
    (line,) = [each for each in page.having("data-line") if each.tag == "li"]
    assert line.attributes["data-total"] == "11000"

    finance.browser.submit(f"/desk/bank/{line.attributes['data-line']}/match")

    assert finance.browser.status == 200
    assert line_states(database) == [(11_000, "matched")]
    with database.reading() as session:
        opened = dict(session.execute(select(Invoice.number, Invoice.open_amount)).all())
        (payment,) = session.scalars(select(Payment)).all()
    assert opened == {invoices[0]: 0, invoices[1]: 11_000, invoices[2]: 11_000}
    assert (payment.account_id, payment.amount, payment.state) == (shop.account.id, 11_000, "paid")
    assert payment.reference in finance.open("/desk/bank?state=matched").text


def test_the_dealer_sees_the_invoice_paid(finance: Person, shop: Shop, app: Flask, invoices: list[str]):
    send(finance, row(11_000, "누구", invoices[0]))

    page = Person(app, shop.buyer).open("/invoices?status=paid")

    assert [each.attributes["data-invoice"] for each in page.having("data-invoice")] == [invoices[0]]


def test_a_person_chooses_account_and_invoices(
    finance: Person, shop: Shop, invoices: list[str], database: Database
):
    send(finance, row(15_000, "김사장"))
    found = finance.open("/desk/bank/1?account=hanbit")
    assert "Hanbit Coffee" in found.text
    page = finance.open(f"/desk/bank/1?account={shop.account.code}")
    form = next(each for each in page.forms if each.action == "/desk/bank/1/match")
    form.values.append(("invoice", invoices[2]))

    finance.browser.send(form)

    with database.reading() as session:
        opened = dict(session.execute(select(Invoice.number, Invoice.open_amount)).all())
    assert opened == {invoices[0]: 11_000, invoices[1]: 11_000, invoices[2]: 0}
    assert line_states(database) == [(15_000, "matched")]


def test_the_same_decision_twice_is_one_payment(finance: Person, shop: Shop, database: Database):
    send(finance, row(15_000, "김사장"))
    assert finance.post("/desk/bank/1/match", account=shop.account.code).status_code == 303
    before = books(database)

    assert finance.post("/desk/bank/1/match", account=shop.account.code).status_code == 409
    assert finance.post("/desk/bank/1/ignore", reason="x").status_code == 409
    assert books(database) == before


@pytest.mark.parametrize(
    ("fields", "status"),
    [({}, 422), ({"account": "nobody"}, 404), ({"account": "ours", "invoice": "HB-2026-999999"}, 409)],
)
def test_a_choice_that_is_none_changes_nothing(
    finance: Person, shop: Shop, database: Database, fields: dict[str, str], status: int
):
    send(finance, row(15_000, "김사장"))
    before = books(database)
    if fields.get("account") == "ours":
        fields = {**fields, "account": shop.account.code}

    assert finance.post("/desk/bank/1/match", **fields).status_code == status
    assert books(database) == before


def test_another_currency_is_refused(finance: Person, shop: Shop, database: Database):
    account = make_account(shop.session, currency="USD")
    shop.commit()
    send(finance, row(15_000, "김사장"))
    before = books(database)

    assert finance.post("/desk/bank/1/match", account=account.code).status_code == 422
    assert books(database) == before


def test_a_wrong_match_is_taken_back_with_its_reason(
    finance: Person, invoices: list[str], database: Database
):
    send(finance, row(11_000, "누구", invoices[0]))
    finance.open("/desk/bank/1")
    finance.browser.submit("/desk/bank/1/undo", reason="")
    assert finance.browser.status == 422
    assert line_states(database) == [(11_000, "matched")]

    finance.browser.submit("/desk/bank/1/undo", reason="Somebody else's")

    assert line_states(database) == [(11_000, "unmatched")]
    assert books(database)[-1] == 33_000


def test_what_is_no_dealers_is_put_aside_and_brought_back(finance: Person, database: Database):
    send(finance, row(500, "예금이자"))
    finance.open("/desk/bank/1")
    finance.browser.submit("/desk/bank/1/ignore", reason="")
    assert finance.browser.status == 422
    finance.browser.submit("/desk/bank/1/ignore", reason="Interest")
    assert line_states(database) == [(500, "ignored")]
    assert "Interest" in finance.open("/desk/bank?state=ignored").text

    finance.open("/desk/bank/1")
    finance.browser.submit("/desk/bank/1/undo")

    assert line_states(database) == [(500, "unmatched")]


def test_what_waits_is_tried_again(finance: Person, shop: Shop, database: Database):
    send(finance, row(77_000, "Hanbit Coffee"))
    make_invoice(shop.session, shop.account, net=70_000, tax=7_000)
    shop.commit()
    finance.open("/desk/bank")

    finance.browser.submit("/desk/bank/again")

    assert line_states(database) == [(77_000, "matched")]
    assert finance.post("/desk/bank/again", currency="XXX").status_code == 404


def test_the_list_is_searched(finance: Person):
    send(finance, row(1, "가나다"), row(2, "라마바"))

    page = finance.open("/desk/bank?q=라마&page=x&state=nonsense")

    assert [each.attributes["data-total"] for each in page.all("li") if "data-line" in each.attributes] == [
        "2"
    ]


@pytest.mark.parametrize("role", [StaffRole.REP, StaffRole.DESK])
def test_who_may_not_manage_money_neither_sees_nor_changes_transfers(
    finance: Person, shop: Shop, app: Flask, database: Database, role: StaffRole
):
    send(finance, row(500, "예금이자"))
    person, before = staff(shop, app, role), books(database)
    person.open("/desk/money")

    assert person.get("/desk/bank").status_code == 403
    assert person.get("/desk/bank/1").status_code == 403
    for deed in ("match", "ignore", "undo"):
        assert person.post(f"/desk/bank/1/{deed}", account=shop.account.code, reason="x").status_code == 403
    assert person.post("/desk/bank", currency="KRW").status_code == 403
    assert person.post("/desk/bank/again", currency="KRW").status_code == 403
    assert books(database) == before
    assert line_states(database) == [(500, "unmatched")]


def test_a_line_there_is_not_is_not_found(finance: Person):
    for address in ("/desk/bank/99", "/desk/bank/99?account=x"):
        assert finance.get(address).status_code == 404
    for deed in ("match", "ignore", "undo"):
        assert finance.post(f"/desk/bank/99/{deed}", account="x", reason="x").status_code == 404
