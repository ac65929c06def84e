"""Korean tax invoices as files."""

from __future__ import annotations

import csv
from datetime import date, datetime
from io import BytesIO, StringIO
from typing import Any
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook
from sqlalchemy import insert
from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.invoices.models import Invoice, InvoiceKind, TaxReport, TaxReportState
from portal.invoices.tax_invoice import TaxKind
from portal.invoices.tax_report_files import (
    KIND_NAMES,
    LACK_NAMES,
    LIST_HEADS,
    MOST_ROWS,
    REASON_NAMES,
    STATE_NAMES,
    ReportForm,
    export_file,
    form_heads,
)
from portal.invoices.tax_reports import note_approval
from tests import factories as make
from tests.invoicing import make_billing_profile, make_invoice
from tests.ordering import NOW
from tests.unit.invoices.test_tax_reports import APPROVAL, BUYER, NOVEMBER, add_line, issued

EXEMPT = [{"code": "VAT", "rate_ppm": 0, "category": "E"}]


@pytest.fixture
def account(session: Session) -> Account:
    account = make.make_account(session, country="KR", currency="KRW", locale="ko")
    make_billing_profile(session, account, email="tax@dealer.example")
    return account


def rows_of(content: bytes) -> list[tuple[Any, ...]]:
    sheet = load_workbook(BytesIO(content)).worksheets[0]
    return [tuple(cell.value for cell in row) for row in sheet.iter_rows()]


def form_of(session: Session, **asked: Any) -> list[dict[str, Any]]:
    """The data of the form by its heads."""
    form = asked.pop("form", ReportForm.HOMETAX)
    rows = rows_of(export_file(session, NOVEMBER, form, **asked).content)
    heads = form_heads(exempt=form is ReportForm.HOMETAX_EXEMPT)
    assert rows[5] == heads
    return [dict(zip(heads, row, strict=True)) for row in rows[6:]]


def test_the_form_has_its_columns_in_the_order_of_hometax() -> None:
    heads = [head.replace("\n", "") for head in form_heads(exempt=False)]
    assert len(heads) == 59
    assert [heads[at] for at in (0, 1, 2, 9, 10, 17, 19, 20, 21, 22, 23, 29, 30, 46, 53, 54, 57, 58)] == [
        "전자(세금)계산서 종류(01:일반, 02:영세율)", "작성일자", '공급자 등록번호("-" 없이 입력)', "공급자 이메일",
        '공급받는자 등록번호("-" 없이 입력)', "공급받는자 이메일1", "공급가액합계", "세액합계", "비고",
        "일자1(2자리, 작성년월 제외)", "품목1", "품목비고1", "일자2(2자리, 작성년월 제외)",
        "일자4(2자리, 작성년월 제외)", "품목비고4", "현금", "외상미수금", "영수(01),청구(02)",
    ]  # fmt: skip
    exempt = form_heads(exempt=True)
    assert len(exempt) == 54
    assert [head for head in exempt if head.startswith("세액")] == []


def test_a_row_of_the_form_is_a_tax_invoice(session: Session, account: Account) -> None:
    invoice = issued(session, account, net=151_000, tax=15_100)
    add_line(session, invoice)
    (row,) = form_of(session)
    said = {head.replace("\n", ""): value for head, value in row.items() if value is not None}
    assert said == {
        "전자(세금)계산서 종류(01:일반, 02:영세율)": "01",
        "작성일자": "20261120",
        '공급자 등록번호("-" 없이 입력)': "2208100001",
        "공급자 상호": "한빛상사 주식회사",
        "공급자 성명": "김한빛",
        "공급자 사업장주소": "강남구 서울 테헤란로 1",
        "공급자 업태": "도매",
        "공급자 종목": "철물",
        "공급자 이메일": "billing@example.com",
        '공급받는자 등록번호("-" 없이 입력)': "1208147521",
        "공급받는자 상호": "강남철물 주식회사",
        "공급받는자 성명": "이강남",
        "공급받는자 사업장주소": "서울특별시 강남구 강남대로 2",
        "공급받는자 업태": "소매",
        "공급받는자 종목": "공구",
        "공급받는자 이메일1": "tax@dealer.example",
        "공급가액합계": 152_000,
        "세액합계": 15_200,
        "비고": invoice.number,
        "일자1(2자리, 작성년월 제외)": "20",
        "품목1": said["품목1"],
        "규격1": said["규격1"],
        "수량1": 1,
        "단가1": 151_000,
        "공급가액1": 151_000,
        "세액1": 15_100,
        "일자2(2자리, 작성년월 제외)": "20",
        "품목2": "더 2",
        "규격2": "MORE-2",
        "수량2": 2,
        "단가2": 500,
        "공급가액2": 1_000,
        "세액2": 100,
        "영수(01),청구(02)": "02",
    }
    assert said["품목1"].startswith("품목 ")


def test_a_fifth_item_and_more_become_one(session: Session, account: Account) -> None:
    invoice = issued(session, account)
    for _ in range(5):
        add_line(session, invoice)
    (row,) = form_of(session)
    assert (row["품목4"], row["수량4"], row["공급가액4"], row["세액4"]) == ("더 4 외 2건", None, 3_000, 300)
    assert row["공급가액\n합계"] == sum(row[f"공급가액{at}"] for at in range(1, 5)) == 15_000


def test_the_form_holds_only_what_can_be_issued(session: Session, account: Account) -> None:
    ready = issued(session, account)
    original = issued(session, account, on=date(2026, 11, 2))
    note_approval(session, original.id, APPROVAL, now=NOW)
    issued(session, account, buyer=BUYER | {"business_number": ""})
    issued(
        session,
        account,
        kind=InvoiceKind.CREDIT_NOTE,
        credits_id=original.id,
        reason="return",
        net=100,
        tax=10,
    )
    file = export_file(session, NOVEMBER, ReportForm.HOMETAX)
    assert (file.rows, file.left_out) == (1, 3)
    assert [row["비고"] for row in form_of(session)] == [ready.number]
    assert file.name == "hometax-2026-11.xlsx"


def test_what_is_exempt_has_a_form_of_its_own(session: Session, account: Account) -> None:
    invoice = issued(session, account)
    add_line(session, invoice, net=700, tax=0, taxes=EXEMPT)
    (row,) = form_of(session, form=ReportForm.HOMETAX_EXEMPT)
    assert row["전자(세금)계산서 종류\n(05:일반)"] == "05"
    assert (row["공급가액\n합계"], row["공급가액1"]) == (700, 700)
    (taxed,) = form_of(session)
    assert taxed["공급가액\n합계"] == 10_000


def test_more_than_a_hundred_are_several_forms(session: Session, account: Account) -> None:
    for _ in range(MOST_ROWS):
        issued(session, account)
    full = export_file(session, NOVEMBER, ReportForm.HOMETAX)
    assert (full.name, full.rows) == ("hometax-2026-11.xlsx", 100)
    issued(session, account)
    more = export_file(session, NOVEMBER, ReportForm.HOMETAX)
    assert (more.name, more.media_type, more.rows) == ("hometax-2026-11.zip", "application/zip", 101)
    with ZipFile(BytesIO(more.content)) as archive:
        forms = {name: rows_of(archive.read(name))[6:] for name in archive.namelist()}
    assert {name: len(rows) for name, rows in forms.items()} == {
        "hometax-2026-11-1.xlsx": 100,
        "hometax-2026-11-2.xlsx": 1,
    }
    # Each is in one of them.
    assert len({row[21] for rows in forms.values() for row in rows}) == 101


def test_merged_an_account_has_one_row(session: Session, account: Account) -> None:
    invoices = [issued(session, account, on=date(2026, 11, day)) for day in (3, 9)]
    (row,) = form_of(session, merge=True)
    assert (row["작성일자"], row["공급가액\n합계"]) == ("20261130", 20_000)
    assert [row[f"일자{at}\n(2자리, 작성년월 제외)"] for at in (1, 2)] == ["03", "09"]
    assert row["비고"] == f"{invoices[0].number} 외 1건"


def test_the_list_says_everything_in_csv_and_in_a_workbook(session: Session, account: Account) -> None:
    original = issued(session, account, on=date(2026, 11, 2))
    credit = issued(
        session,
        account,
        kind=InvoiceKind.CREDIT_NOTE,
        credits_id=original.id,
        reason="return",
        net=4_000,
        tax=400,
    )
    file = export_file(session, NOVEMBER, ReportForm.LIST_CSV)
    assert (file.name, file.rows, file.left_out) == ("tax-invoices-2026-11.csv", 2, 0)
    assert file.content.startswith(b"\xef\xbb\xbf")
    heads, first, second = csv.reader(StringIO(file.content.decode("utf-8-sig")))
    assert tuple(heads) == LIST_HEADS
    listed, correction = (dict(zip(heads, row, strict=True)) for row in (first, second))
    assert listed["문서번호"] == original.number
    assert (listed["구분"], listed["작성일자"], listed["발급기한"]) == (
        "세금계산서",
        "2026-11-02",
        "2026-12-10",
    )
    assert (listed["합계금액"], listed["전송 상태"]) == ("11000", "전송 안 함(연결되지 않음)")
    assert (correction["구분"], correction["수정사유"]) == ("수정세금계산서", "환입")
    assert (correction["공급가액"], correction["당초 문서번호"]) == ("-4000", original.number)
    assert (correction["당초 작성일자"], correction["부족한 항목"]) == ("2026-11-02", "당초 승인번호")
    assert correction["비고"] == f"{credit.number} / 당초 작성일자 2026-11-02"

    rows = rows_of(export_file(session, NOVEMBER, ReportForm.LIST_XLSX).content)
    assert rows[0] == LIST_HEADS
    assert rows[2][LIST_HEADS.index("공급가액")] == -4_000
    assert rows[1][LIST_HEADS.index("작성일자")] == datetime(2026, 11, 2)  # noqa: DTZ001 -- a day of a sheet.


def test_no_text_runs_as_a_formula(session: Session, account: Account) -> None:
    issued(session, account, buyer=BUYER | {"name": "=1+1"})
    content = export_file(session, NOVEMBER, ReportForm.LIST_CSV).content.decode("utf-8-sig")
    assert ",'=1+1," in content
    for form in (ReportForm.LIST_XLSX, ReportForm.HOMETAX):
        sheet = load_workbook(BytesIO(export_file(session, NOVEMBER, form).content)).worksheets[0]
        (cell,) = (cell for row in sheet.iter_rows() for cell in row if cell.value == "=1+1")
        assert cell.data_type == "s"


def test_a_month_without_sales_is_a_form_without_rows(session: Session) -> None:
    file = export_file(session, NOVEMBER, ReportForm.HOMETAX)
    assert (file.rows, file.left_out) == (0, 0)
    assert len(rows_of(file.content)) == 6


def test_every_word_has_a_name(session: Session, account: Account) -> None:
    assert set(STATE_NAMES) == {state.value for state in TaxReportState}
    assert set(KIND_NAMES) == set(TaxKind)
    lacking = BUYER | {"business_number": "", "name": "", "representative": ""}
    original: Invoice = make_invoice(session, account)
    credit = issued(
        session,
        account,
        kind=InvoiceKind.CREDIT_NOTE,
        credits_id=original.id,
        currency="USD",
        buyer=lacking,
        seller={"country": "KR"},
    )
    (row,) = list(csv.DictReader(
        StringIO(export_file(session, NOVEMBER, ReportForm.LIST_CSV).content.decode("utf-8-sig"))
    ))  # fmt: skip
    assert row["문서번호"] == credit.number
    assert row["부족한 항목"].split(", ") == list(LACK_NAMES.values())
    assert row["수정사유"] in REASON_NAMES.values()


def test_a_report_is_one_of_those_asked_for(session: Session, account: Account) -> None:
    invoice = make_invoice(session, account, buyer=BUYER, issued_on=date(2026, 11, 5))
    assert export_file(session, NOVEMBER, ReportForm.LIST_CSV).rows == 0
    session.execute(
        insert(TaxReport).values(
            invoice_id=invoice.id, channel="kr_nts", state=TaxReportState.WAITING, updated_at=NOW
        )
    )
    assert export_file(session, NOVEMBER, ReportForm.LIST_CSV).rows == 1
