"""Korean tax invoices made of our documents."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.adapters.tax_reports import NotConnected, Receipt, ReceiptState
from portal.core.errors import NotFound, Refused
from portal.invoices.models import Invoice, InvoiceKind, InvoiceLine, TaxReport, TaxReportState
from portal.invoices.tax_invoice import (
    Correction,
    CorrectionReason,
    TaxInvoice,
    TaxItem,
    TaxKind,
    items_within,
    merged,
)
from portal.invoices.tax_reports import note_approval, reports_of_invoice, reports_of_month
from tests import factories as make
from tests.invoicing import make_billing_profile, make_invoice, make_seller
from tests.ordering import NOW

NOVEMBER = date(2026, 11, 1)
APPROVAL = "202611201234567890abcdef"

BUYER = {
    "code": "KR-1",
    "name": "강남철물 주식회사",
    "country": "KR",
    "business_number": "1208147521",
    "address": {"region": "서울특별시", "city": "강남구", "line1": "강남대로 2", "postal_code": "06200"},
    "representative": "이강남",
    "business_type": "소매",
    "business_item": "공구",
    "tax_numbers": {},
    "timezone": "Asia/Seoul",
}


@pytest.fixture
def account(session: Session) -> Account:
    account = make.make_account(session, country="KR", currency="KRW", locale="ko")
    make_billing_profile(session, account, email="tax@dealer.example")
    return account


def issued(session: Session, account: Account, *, on: date = date(2026, 11, 20), **changes: Any) -> Invoice:
    """An invoice that is to be reported."""
    invoice = make_invoice(session, account, issued_on=on, **{"buyer": BUYER} | changes)
    session.execute(
        insert(TaxReport).values(
            invoice_id=invoice.id, channel="kr_nts", state=TaxReportState.NOT_CONNECTED, updated_at=NOW
        )
    )
    return invoice


def add_line(session: Session, invoice: Invoice, **changes: Any) -> None:
    position = 1 + len(
        session.scalars(select(InvoiceLine.id).where(InvoiceLine.invoice_id == invoice.id)).all()
    )
    values: dict[str, Any] = {
        "invoice_id": invoice.id,
        "position": position,
        "kind": "goods",
        "supplied_on": invoice.supplied_to,
        "sku": f"MORE-{position}",
        "name": f"더 {position}",
        "quantity": 2,
        "unit_price_e4": 5_000_000,
        "line_total": 1_000,
        "net": 1_000,
        "tax": 100,
        "tax_class": "standard",
        "taxes": [{"code": "VAT", "rate_ppm": 100_000, "category": "S"}],
    }
    session.execute(insert(InvoiceLine).values(values | changes))


def one(session: Session, invoice: Invoice) -> TaxInvoice:
    (report,) = reports_of_invoice(session, invoice.id)
    return report


def test_an_invoice_becomes_a_tax_invoice(session: Session, account: Account) -> None:
    make_seller(session)
    invoice = issued(session, account, net=150_000, tax=15_000)
    report = one(session, invoice)
    assert (report.numbers, report.kind, report.written_on) == (
        (invoice.number,), TaxKind.TAXED, date(2026, 11, 20),
    )  # fmt: skip
    assert (report.net, report.tax, report.total) == (150_000, 15_000, 165_000)
    assert report.issue_by == date(2026, 12, 10)
    assert (report.supplier.number, report.supplier.name, report.supplier.representative) == (
        "2208100001", "한빛상사 주식회사", "김한빛",
    )  # fmt: skip
    assert (report.buyer.number, report.buyer.representative, report.buyer.email) == (
        "1208147521", "이강남", "tax@dealer.example",
    )  # fmt: skip
    assert report.buyer.address == "서울특별시 강남구 강남대로 2"
    line = session.scalars(select(InvoiceLine).where(InvoiceLine.invoice_id == invoice.id)).one()
    assert report.items == (
        TaxItem(date(2026, 11, 20), line.name, line.sku, 1, 1_500_000_000, 150_000, 15_000),
    )
    assert (report.is_paid, report.correction, report.lacks) == (False, None, ())
    assert (report.state, report.approval_number) == (TaxReportState.NOT_CONNECTED, "")


def test_paid_by_the_day_of_issue_is_a_receipt(session: Session, account: Account) -> None:
    assert one(session, issued(session, account, settled_on=date(2026, 11, 20))).is_paid
    assert not one(session, issued(session, account, settled_on=date(2026, 11, 21))).is_paid


def test_several_days_of_supply_are_written_on_the_last_day_of_their_month(
    session: Session, account: Account
) -> None:
    invoice = issued(
        session,
        account,
        on=date(2026, 12, 1),
        supplied_from=date(2026, 11, 3),
        supplied_to=date(2026, 11, 27),
    )
    assert one(session, invoice).written_on == date(2026, 11, 30)
    assert [report.numbers for report in reports_of_month(session, NOVEMBER)] == [(invoice.number,)]
    assert reports_of_month(session, date(2026, 12, 15)) == []


def test_each_kind_of_tax_is_a_tax_invoice_of_its_own(session: Session, account: Account) -> None:
    invoice = issued(session, account, net=13_000, tax=1_000)
    rated_at_zero = [{"code": "VAT", "rate_ppm": 0, "category": "Z"}]
    exempt = [{"code": "VAT", "rate_ppm": 0, "category": "E"}]
    add_line(session, invoice, net=2_000, tax=0, taxes=rated_at_zero)
    add_line(session, invoice, net=700, tax=0, taxes=exempt)
    add_line(session, invoice, net=300, tax=0, taxes=[])
    assert [
        (each.kind, each.net, each.tax, len(each.items)) for each in reports_of_invoice(session, invoice.id)
    ] == [
        (TaxKind.TAXED, 13_000, 1_000, 1),
        (TaxKind.ZERO_RATED, 2_000, 0, 1),
        (TaxKind.EXEMPT, 1_000, 0, 2),
    ]


def test_tax_known_for_the_document_alone_is_shared_out_over_what_bears_it(
    session: Session, account: Account
) -> None:
    invoice = issued(session, account, net=10_000, tax=1_001)
    add_line(session, invoice, net=5, tax=None, tax_included=True)
    add_line(session, invoice, net=900, tax=None, taxes=[])
    taxed, exempt = reports_of_invoice(session, invoice.id)
    assert [(item.net, item.tax, item.unit_price_e4) for item in taxed.items] == [
        (10_000, 1_000, 100_000_000),
        (5, 1, None),
    ]
    assert [(item.net, item.tax) for item in exempt.items] == [(900, 0)]


@pytest.mark.parametrize(
    "reason, net, code",
    [
        ("return", 4_000, CorrectionReason.RETURNED),
        ("price", 4_000, CorrectionReason.AMOUNT_CHANGED),
        ("claim", 10_000, CorrectionReason.AMOUNT_CHANGED),
        ("goodwill", 4_000, CorrectionReason.AMOUNT_CHANGED),
        ("cancellation", 10_000, CorrectionReason.CONTRACT_ENDED),
        # A part of a contract that ends is a changed amount.
        ("cancellation", 4_000, CorrectionReason.AMOUNT_CHANGED),
    ],
)
def test_a_credit_note_is_a_correction_below_zero(
    session: Session, account: Account, reason: str, net: int, code: CorrectionReason
) -> None:
    original = issued(session, account, on=date(2026, 10, 20))
    credit = issued(
        session,
        account,
        net=net,
        tax=net // 10,
        kind=InvoiceKind.CREDIT_NOTE,
        credits_id=original.id,
        reason=reason,
    )
    report = one(session, credit)
    assert report.correction == Correction(code, original.number, date(2026, 10, 20), "")
    assert (report.net, report.tax, report.items[0].quantity) == (-net, -net // 10, -1)
    assert report.written_on == date(2026, 11, 20)
    assert report.note == f"{credit.number} / 당초 작성일자 2026-10-20"
    assert report.lacks == ("original_approval_number",)

    note_approval(session, original.id, APPROVAL, now=NOW)
    known = one(session, credit)
    assert known.correction is not None
    assert known.correction.approval_number == APPROVAL.upper()
    assert known.lacks == ()


def test_what_is_missing_is_named(session: Session, account: Account) -> None:
    make_seller(session, representative="")
    blank = BUYER | {"business_number": "", "representative": ""}
    assert one(session, issued(session, account, buyer=blank, currency="USD")).lacks == (
        "currency", "supplier_representative", "buyer_number", "buyer_representative",
    )  # fmt: skip


def test_exports_and_documents_without_a_report_are_left_out(session: Session, account: Account) -> None:
    make_invoice(session, account, issued_on=date(2026, 11, 20), buyer=BUYER)
    issued(session, account, buyer=BUYER | {"country": "JP"})
    reported = issued(session, account)
    assert [report.numbers for report in reports_of_month(session, NOVEMBER)] == [(reported.number,)]


def test_a_month_holds_its_days_and_no_others_of_one_seller_if_asked(
    session: Session, account: Account
) -> None:
    inside = [issued(session, account, on=date(2026, 11, day)) for day in (30, 1, 15)]
    for day in (date(2026, 10, 31), date(2026, 12, 1)):
        issued(session, account, on=day)
    assert [report.written_on.day for report in reports_of_month(session, date(2026, 11, 9))] == [1, 15, 30]
    seller_id = inside[0].seller_id
    assert len(reports_of_month(session, NOVEMBER, seller_id=seller_id)) == 3
    assert reports_of_month(session, NOVEMBER, seller_id=seller_id + 1) == []


def test_an_account_s_month_is_merged_but_not_what_stands_alone(session: Session, account: Account) -> None:
    invoices = [issued(session, account, on=date(2026, 11, day)) for day in (3, 9, 20, 25)]
    other = make.make_account(session, country="KR", currency="KRW", locale="ko")
    alone = issued(session, other, on=date(2026, 11, 10), buyer=BUYER | {"name": "다른상사"})
    note_approval(session, invoices[3].id, APPROVAL, now=NOW)
    found = merged(reports_of_month(session, NOVEMBER))
    assert [(each.written_on, each.numbers, each.net, each.note) for each in found] == [
        (date(2026, 11, 10), (alone.number,), 10_000, alone.number),
        (date(2026, 11, 25), (invoices[3].number,), 10_000, invoices[3].number),
        (
            date(2026, 11, 30),
            tuple(each.number for each in invoices[:3]),
            30_000,
            f"{invoices[0].number} 외 2건",
        ),
    ]
    assert found[2].invoice_ids == tuple(each.id for each in invoices[:3])
    assert len(found[2].items) == 3


@pytest.mark.parametrize("count, kept", [(1, 1), (99, 99), (100, 99), (500, 99)])
def test_more_items_than_fit_are_summed_up(count: int, kept: int) -> None:
    items = [TaxItem(NOVEMBER, f"품목 {at}", "", 1, 10_000, at, at // 10) for at in range(1, count + 1)]
    fitting = items_within(items)
    assert len(fitting) == kept
    assert sum(item.net for item in fitting) == count * (count + 1) // 2
    assert sum(item.tax for item in fitting) == sum(item.tax for item in items)
    if count > kept:
        assert fitting[-1].name == f"품목 99 외 {count - 99}건"
        assert (fitting[-1].quantity, fitting[-1].unit_price_e4) == (None, None)


def test_an_approval_number_is_written_down_and_taken_back(session: Session, account: Account) -> None:
    invoice = issued(session, account)
    note_approval(session, invoice.id, " 20261120-12345678-90abcdef ", now=NOW)
    report = one(session, invoice)
    assert (report.approval_number, report.state) == (APPROVAL.upper(), TaxReportState.ACCEPTED)
    note_approval(session, invoice.id, "", now=NOW)
    report = one(session, invoice)
    assert (report.approval_number, report.state) == ("", TaxReportState.NOT_CONNECTED)


@pytest.mark.parametrize("number", ["2026", "2026112012345678901234567", "X" * 24, "20261120" + "가" * 16])
def test_what_is_no_approval_number_is_refused(session: Session, account: Account, number: str) -> None:
    invoice = issued(session, account)
    with pytest.raises(Refused, match="approval_number"):
        note_approval(session, invoice.id, number, now=NOW)
    assert one(session, invoice).approval_number == ""


def test_no_approval_is_noted_of_what_is_not_reported(session: Session, account: Account) -> None:
    invoice = make_invoice(session, account)
    with pytest.raises(NotFound):
        note_approval(session, invoice.id, APPROVAL, now=NOW)


def test_a_rejection_keeps_the_office_s_words(session: Session, account: Account) -> None:
    invoice = issued(session, account)
    session.execute(
        update(TaxReport)
        .where(TaxReport.invoice_id == invoice.id)
        .values(state=TaxReportState.REJECTED, message="등록번호 오류")
    )
    report = one(session, invoice)
    assert (report.state, report.message) == (TaxReportState.REJECTED, "등록번호 오류")


def test_without_a_service_nothing_is_sent_and_that_is_said(session: Session, account: Account) -> None:
    service = NotConnected("kr_nts")
    invoice = issued(session, account)
    data = one(session, invoice).to_report()
    assert (data["net"], data["tax"], data["total"], len(data["items"])) == (10_000, 1_000, 11_000, 1)
    assert not service.is_connected
    nothing = Receipt(ReceiptState.NOT_CONNECTED)
    assert service.send(data, key=invoice.number) == nothing
    assert service.status(invoice.number) == nothing
    assert service.cancel(invoice.number, reason="착오") == nothing
    assert {state.value for state in ReceiptState} == {state.value for state in TaxReportState}
