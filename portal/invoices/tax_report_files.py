"""Korean tax invoices of a month as files: the form that Hometax takes for issuing many at once, and a list of all.

The form (엑셀 업로드 양식, for what is taxed or rated at zero, and a narrower one for what is exempt) has its heads in
row 6 and its data from row 7, at most a hundred of them, with four items each. Its columns and their order are those
that public programs filling the form agree on; the office's own workbook was not at hand. It holds only what can be
issued as it stands. The list has everything, corrections too, with what each lacks.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from io import BytesIO, StringIO
from typing import Any, Final
from zipfile import ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from sqlalchemy.orm import Session

from portal.core.money import plain_e4
from portal.invoices.tax_invoice import (
    CorrectionReason,
    TaxInvoice,
    TaxItem,
    TaxKind,
    TaxParty,
    items_within,
    merged,
)
from portal.invoices.tax_reports import reports_of_month

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV: Final = "text/csv; charset=utf-8"
ZIP: Final = "application/zip"

MOST_ROWS: Final = 100
"""Tax invoices that Hometax takes in one file."""

FORM_ITEMS: Final = 4
"""Items of a row of the form."""

HEAD_ROW: Final = 6

_FORMULA_SIGNS: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a text begins with that a spreadsheet would run."""

KIND_NAMES: Final = {
    TaxKind.TAXED: "세금계산서",
    TaxKind.ZERO_RATED: "영세율 세금계산서",
    TaxKind.EXEMPT: "계산서",
}

REASON_NAMES: Final = {
    CorrectionReason.AMOUNT_CHANGED: "공급가액 변동",
    CorrectionReason.RETURNED: "환입",
    CorrectionReason.CONTRACT_ENDED: "계약의 해제",
}

STATE_NAMES: Final = {
    "not_connected": "전송 안 함(연결되지 않음)",
    "waiting": "전송 대기",
    "sent": "전송됨",
    "accepted": "승인",
    "rejected": "반려",
}

LACK_NAMES: Final = {
    "currency": "원화 아님",
    "supplier_number": "공급자 등록번호",
    "supplier_name": "공급자 상호",
    "supplier_representative": "공급자 성명",
    "buyer_number": "공급받는자 등록번호",
    "buyer_name": "공급받는자 상호",
    "buyer_representative": "공급받는자 성명",
    "original_approval_number": "당초 승인번호",
}

LIST_HEADS: Final = (
    "문서번호", "구분", "작성일자", "발급기한", "공급자 등록번호", "공급자 상호", "공급받는자 등록번호",
    "공급받는자 상호", "공급받는자 성명", "공급가액", "세액", "합계금액", "영수/청구", "품목", "수정사유",
    "당초 문서번호", "당초 작성일자", "당초 승인번호", "전송 상태", "승인번호", "부족한 항목", "비고",
)  # fmt: skip

Cell = str | int | Decimal | date | None


class ReportForm(StrEnum):
    """A file that can be had."""

    HOMETAX = "hometax"
    """What is taxed or rated at zero, to be issued on Hometax."""
    HOMETAX_EXEMPT = "hometax-exempt"
    """What is exempt, likewise."""
    LIST_CSV = "csv"
    LIST_XLSX = "xlsx"


@dataclass(frozen=True, slots=True)
class ExportFile:
    """A file to be handed out."""

    name: str
    media_type: str
    content: bytes
    rows: int
    """Tax invoices in it."""
    left_out: int
    """Tax invoices the form cannot hold: they lack something, correct something or are issued already; 0 for lists."""


def export_file(
    session: Session,
    month: date,
    form: ReportForm,
    *,
    merge: bool = False,
    seller_id: int | None = None,
) -> ExportFile:
    """The tax invoices of the month of the day ``month`` as a file; two statements.

    More of them than a form holds are several forms in a zip. ``merge``: one for each account (월합계).
    """
    reports = reports_of_month(session, month, seller_id=seller_id)
    if merge:
        reports = merged(reports)
    stem = f"{month:%Y-%m}"
    if form is ReportForm.LIST_CSV:
        content = _csv([LIST_HEADS, *(_listed(report) for report in reports)])
        return ExportFile(f"tax-invoices-{stem}.csv", CSV, content, len(reports), 0)
    if form is ReportForm.LIST_XLSX:
        content = _xlsx([LIST_HEADS, *(_listed(report) for report in reports)], heads_at=1)
        return ExportFile(f"tax-invoices-{stem}.xlsx", XLSX, content, len(reports), 0)
    exempt = form is ReportForm.HOMETAX_EXEMPT
    wanted = [report for report in reports if (report.kind is TaxKind.EXEMPT) == exempt]
    ready = [each for each in wanted if each.fits_form]
    stem = f"{form.value}-{stem}"
    left_out = len(wanted) - len(ready)
    if len(ready) <= MOST_ROWS:
        return ExportFile(f"{stem}.xlsx", XLSX, _form(ready, exempt=exempt), len(ready), left_out)
    parts = [
        (f"{stem}-{number}.xlsx", _form(ready[start : start + MOST_ROWS], exempt=exempt))
        for number, start in enumerate(range(0, len(ready), MOST_ROWS), start=1)
    ]
    return ExportFile(f"{stem}.zip", ZIP, _zip(parts), len(ready), left_out)


def form_heads(*, exempt: bool) -> tuple[str, ...]:
    """The heads of the form's columns in their order: 59, and 54 of the form for what is exempt."""
    items = [
        f"{head}{number}{more}"
        for number in range(1, FORM_ITEMS + 1)
        for head, more in (
            ("일자", "\n(2자리, 작성년월 제외)"), ("품목", ""), ("규격", ""), ("수량", ""), ("단가", ""),
            ("공급가액", ""), *(() if exempt else (("세액", ""),)), ("품목비고", ""),
        )
    ]  # fmt: skip
    kinds = "05:일반" if exempt else "01:일반, 02:영세율"
    return (
        f"전자(세금)계산서 종류\n({kinds})", "작성일자",
        '공급자 등록번호\n("-" 없이 입력)', "공급자\n 종사업장번호", "공급자 상호", "공급자 성명", "공급자 사업장주소",
        "공급자 업태", "공급자 종목", "공급자 이메일",
        '공급받는자 등록번호\n("-" 없이 입력)', "공급받는자 \n종사업장번호", "공급받는자 상호", "공급받는자 성명",
        "공급받는자 사업장주소", "공급받는자 업태", "공급받는자 종목", "공급받는자 이메일1", "공급받는자 이메일2",
        "공급가액\n합계", *(() if exempt else ("세액\n합계",)), "비고",
        *items,
        "현금", "수표", "어음", "외상미수금", "영수(01),\n청구(02)",
    )  # fmt: skip


def _form(reports: Sequence[TaxInvoice], *, exempt: bool) -> bytes:
    title = "전자계산서" if exempt else "전자세금계산서-일반(영세율)"
    above: list[Sequence[Cell]] = [(f"엑셀 업로드 양식({title})",), *[()] * (HEAD_ROW - 2)]
    rows = [_filled(report, exempt=exempt) for report in reports]
    return _xlsx([*above, form_heads(exempt=exempt), *rows], heads_at=HEAD_ROW)


def _filled(report: TaxInvoice, *, exempt: bool) -> tuple[Cell, ...]:
    """A row of the form."""
    items = items_within(report.items, FORM_ITEMS)
    columns = 7 if exempt else 8
    filled = [cell for item in items for cell in _item_cells(item, exempt=exempt)]
    return (
        report.kind.value, f"{report.written_on:%Y%m%d}",
        *_party_cells(report.supplier), *_party_cells(report.buyer), "",
        report.net, *(() if exempt else (report.tax,)), report.note,
        *filled, *[""] * (columns * (FORM_ITEMS - len(items))),
        "", "", "", "", "01" if report.is_paid else "02",
    )  # fmt: skip


def _party_cells(party: TaxParty) -> tuple[Cell, ...]:
    return (
        party.number, "", party.name, party.representative, party.address, party.business_type,
        party.business_item, party.email,
    )  # fmt: skip


def _item_cells(item: TaxItem, *, exempt: bool) -> tuple[Cell, ...]:
    price = None if item.unit_price_e4 is None else Decimal(plain_e4(item.unit_price_e4, "KRW"))
    return (
        f"{item.supplied_on:%d}", item.name, item.specification, item.quantity, price, item.net,
        *(() if exempt else (item.tax,)), "",
    )  # fmt: skip


def _listed(report: TaxInvoice) -> tuple[Cell, ...]:
    correction = report.correction
    (item,) = items_within(report.items, 1)
    kind = KIND_NAMES[report.kind]
    return (
        ", ".join(report.numbers),
        f"수정{kind}" if correction else kind,
        report.written_on,
        report.issue_by,
        report.supplier.number,
        report.supplier.name,
        report.buyer.number,
        report.buyer.name,
        report.buyer.representative,
        report.net,
        report.tax,
        report.total,
        "영수" if report.is_paid else "청구",
        item.name,
        REASON_NAMES[correction.reason] if correction else "",
        correction.number if correction else "",
        correction.written_on if correction else None,
        correction.approval_number if correction else "",
        STATE_NAMES[report.state],
        report.approval_number,
        ", ".join(LACK_NAMES[word] for word in report.lacks),
        report.note,
    )


def _csv(rows: Sequence[Sequence[Cell]]) -> bytes:
    """UTF-8 with a byte order mark, and no cell that runs as a formula."""
    out = StringIO()
    writer = csv.writer(out)
    for row in rows:
        writer.writerow([_plain(cell) for cell in row])
    return ("\N{ZERO WIDTH NO-BREAK SPACE}" + out.getvalue()).encode()


def _plain(cell: Cell) -> str:
    if isinstance(cell, str):
        return f"'{cell}" if cell.startswith(_FORMULA_SIGNS) else cell
    return "" if cell is None else str(cell)


def _xlsx(rows: Sequence[Sequence[Cell]], *, heads_at: int) -> bytes:
    """A workbook of one sheet; texts stay texts whatever they begin with, days are days and amounts numbers."""
    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet("엑셀업로드양식" if heads_at > 1 else "세금계산서")
    sheet.freeze_panes = f"A{heads_at + 1}"
    bold = Font(bold=True)
    for number, row in enumerate(rows, start=1):
        cells = []
        for value in row:
            cell = WriteOnlyCell(sheet, value=value)
            if isinstance(value, str):
                cell.data_type = "s"
            elif isinstance(value, date):
                cell.number_format = "yyyy-mm-dd"
            if number == heads_at:
                cell.font = bold
            cells.append(cell)
        sheet.append(cells)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _zip(files: Sequence[tuple[str, bytes]]) -> bytes:
    out = BytesIO()
    with ZipFile(out, "w") as archive:
        for name, content in files:
            # Without a day of its own, which would be the clock's.
            archive.writestr(ZipInfo(name), content)
    return out.getvalue()
