"""Lists of banks as their programs write them: four languages, their encodings, separators, headings and amounts."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import xlwt
from openpyxl import Workbook

Seen = tuple[str, int, str, str]
"""Day, minor units, payer, text."""


@dataclass(frozen=True)
class Sample:
    """A file, and what is to be read in it."""

    name: str
    currency: str
    content: bytes
    transfers: Sequence[Seen]
    left_out: int = 0
    refused: Sequence[tuple[int, str]] = ()


def text(*lines: str, encoding: str = "utf-8", end: str = "\r\n") -> bytes:
    return end.join(lines).encode(encoding)


def workbook(*rows: Sequence[Any]) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(list(row))
    stored = io.BytesIO()
    book.save(stored)
    return stored.getvalue()


def old_workbook(*rows: Sequence[Any]) -> bytes:
    book = xlwt.Workbook()
    sheet = book.add_sheet("거래내역")
    day = xlwt.easyxf(num_format_str="YYYY-MM-DD")
    for place, row in enumerate(rows):
        for column, value in enumerate(row):
            if isinstance(value, date):
                sheet.write(place, column, value, day)
            else:
                sheet.write(place, column, value)
    stored = io.BytesIO()
    book.save(stored)
    return stored.getvalue()


HANBIT = ("2026-11-20", 1_234_567, "한빛커피유통", "P7K2M9QXA")

SAMPLES = [
    Sample(
        "kb-cp949.csv",
        "KRW",
        text(
            "계좌번호,123-45-67890",
            "조회기간,2026.11.01 ~ 2026.11.23",
            "",
            "거래일시,적요,보낸분/받는분,송금메모,출금액,입금액,잔액,거래점,구분",
            '2026.11.20 14:03:11,FB이체,한빛커피유통,P7K2M9QXA,0,"1,234,567","9,234,567",강남,정상',
            '2026.11.20 09:00:00,전자금융,전기요금,,"80,000",0,"8,000,000",본점,정상',
            '합계,,,,"80,000","1,234,567",,,',
            encoding="cp949",
        ),
        [("2026-11-20", 1_234_567, "한빛커피유통", "FB이체 P7K2M9QXA")],
        left_out=2,
    ),
    Sample(
        "shinhan-utf8-bom.csv",
        "KRW",
        text(
            "거래일자,거래시간,적요,출금(원),입금(원),내용,잔액(원),거래점",
            "2026-11-20,14:03:11,타행이체,,1234567,한빛커피유통,9234567,신한",
            "2026-11-19,10:00:00,카드대금,50000,,카드,8000000,신한",
            encoding="utf-8-sig",
        ),
        [("2026-11-20", 1_234_567, "", "타행이체 한빛커피유통")],
        left_out=1,
    ),
    Sample(
        "woori-semicolon.csv",
        "KRW",
        text(
            "거래일;기재내용;찾으신금액;맡기신금액;거래후 잔액;취급점",
            "20261120;(주)한빛;0;1,000,000원;2,000,000원;우리",
        ),
        [("2026-11-20", 1_000_000, "(주)한빛", "")],
    ),
    Sample(
        "hana-tabs-utf16.txt",
        "KRW",
        text(
            "거래일시\t적요\t의뢰인/수취인\t입금\t출금\t거래후잔액",
            "2026-11-20 14:03\t당행\t한빛\t1,000\t\t2,000",
            encoding="utf-16",
        ),
        [("2026-11-20", 1_000, "한빛", "당행")],
    ),
    Sample(
        "ibk-direction.csv",
        "KRW",
        text(
            "거래일자,입출금구분,거래금액,입금자명,비고",
            '2026/11/20,입금,"₩55,000",한빛,11월분',
            '2026/11/20,출금,"₩5,000",임차료,',
        ),
        [("2026-11-20", 55_000, "한빛", "11월분")],
        left_out=1,
    ),
    Sample(
        "nh-old-excel.xls",
        "KRW",
        old_workbook(
            ["농협 거래내역조회"],
            ["거래일자", "출금금액", "입금금액", "거래후잔액", "거래내용", "거래기록사항"],
            [date(2026, 11, 20), 0, 1234567, 9234567, "이체", "한빛커피유통"],
        ),
        [("2026-11-20", 1_234_567, "", "이체 한빛커피유통")],
    ),
    Sample(
        "toss-bank.xlsx",
        "KRW",
        workbook(
            ["거래 일시", "적요", "거래 유형", "거래 기관", "계좌번호", "거래 금액", "거래 후 잔액", "메모"],
            [
                datetime.fromisoformat("2026-11-20T14:03"),
                "한빛커피",
                "입금",
                "토스",
                "100-1",
                1234567,
                9234567,
                "P7K2M9QXA",
            ],
            [
                datetime.fromisoformat("2026-11-20T15:03"),
                "월세",
                "출금",
                "토스",
                "100-2",
                -500000,
                8734567,
                "",
            ],
        ),
        [("2026-11-20", 1_234_567, "", "한빛커피 P7K2M9QXA")],
        left_out=1,
    ),
    Sample(
        "headless-with-balance.csv",
        "KRW",
        text(
            "2026-11-18,출금,임차료,500000,,500000",
            "2026-11-19,이체,한빛,,100000,600000",
            "2026-11-20,이체,대성,,250000,850000",
        ),
        [("2026-11-19", 100_000, "한빛", "이체"), ("2026-11-20", 250_000, "대성", "이체")],
        left_out=1,
    ),
    Sample(
        "headless-newest-first.csv",
        "KRW",
        text(
            "2026-11-20,대성,250000,850000",
            "2026-11-19,한빛,100000,600000",
            "2026-11-18,임차료,-500000,500000",
        ),
        [("2026-11-20", 250_000, "대성", ""), ("2026-11-19", 100_000, "한빛", "")],
        left_out=1,
    ),
    Sample(
        "page-called-spreadsheet.xls",
        "KRW",
        (
            "<html><head><meta charset=utf-8></head><body><table><tr><th>거래일</th><th>입금액</th><th>출금액</th>"
            "<th>입금자</th></tr><tr><td>2026.11.20</td><td>1,000</td><td>0</td><td>한빛</td></tr></table></body></html>"
        ).encode(),
        [("2026-11-20", 1_000, "한빛", "")],
    ),
    Sample(
        "mufg-shift-jis.csv",
        "JPY",
        text(
            "日付,摘要,摘要内容,お支払金額,お預り金額,差引残高,メモ",
            '2026/11/20,振込,カ）ミドリコーヒー,,"123,456","999,999",HB-2026-000042',
            '2026/11/21,口座振替,デンキ,"8,000",,"991,999",',
            encoding="cp932",
        ),
        [("2026-11-20", 123_456, "カ)ミドリコーヒー", "振込 HB-2026-000042")],
        left_out=1,
    ),
    Sample(
        "zengin-era.csv",
        "JPY",
        text(
            "取引日,入払区分,取引金額,振込依頼人名",
            "R8.11.20,1,123456,ミドリコーヒー(カ",
            "令和8年11月21日,2,500,テスウリヨウ",
            encoding="cp932",
        ),
        [("2026-11-20", 123_456, "ミドリコーヒー(カ", "")],
        left_out=1,
    ),
    Sample(
        "rakuten-signed.csv",
        "JPY",
        text(
            "取引日,入出金(円),残高(円),入出金先内容",
            "20261120,123456,500000,ミドリコーヒー",
            "20261121,-800,499200,手数料",
        ),
        [("2026-11-20", 123_456, "ミドリコーヒー", "")],
        left_out=1,
    ),
    Sample(
        "chase.csv",
        "USD",
        text(
            "Details,Posting Date,Description,Amount,Type,Balance,Check or Slip #",
            'CREDIT,11/20/2026,"ACH CREDIT BLUE RIVER COFFEE INC HB-2026-000042",1234.50,ACH_CREDIT,9999.00,',
            "DEBIT,11/21/2026,RENT,-800.00,ACH_DEBIT,9199.00,",
        ),
        [("2026-11-20", 123_450, "", "CREDIT ACH CREDIT BLUE RIVER COFFEE INC HB-2026-000042")],
        left_out=1,
    ),
    Sample(
        "us-debit-credit.csv",
        "USD",
        text(
            "Date,Name,Debit,Credit,Running Balance",
            '"Nov 20, 2026",Blue River Coffee,,"$1,234.50","$9,000.00"',
            '"Nov 21, 2026",Rent,"($800.00)",,"$8,200.00"',
        ),
        [("2026-11-20", 123_450, "Blue River Coffee", "")],
        left_out=1,
    ),
    Sample(
        "wells-headless.csv",
        "USD",
        text('"11/20/2026","1234.50","*","","BLUE RIVER COFFEE"', '"11/21/2026","-12.00","*","","FEE"'),
        [("2026-11-20", 123_450, "BLUE RIVER COFFEE", "")],
        left_out=1,
    ),
    Sample(
        "us.xlsx",
        "USD",
        workbook(
            ["Date", "Payer", "Memo", "Amount"],
            [date(2026, 11, 20), "Blue River", "inv 42", 1234.5],
            [date(2026, 11, 20), "Blue River", "inv 43", 0.1 + 0.2],
        ),
        [("2026-11-20", 123_450, "Blue River", "inv 42"), ("2026-11-20", 30, "Blue River", "inv 43")],
    ),
    Sample(
        "desjardins-latin1.csv",
        "CAD",
        text(
            "Date;Libellé;Retrait;Dépôt;Solde",
            "2026-11-20;Virement reçu Café Montréal;;1 234,56;9 000,00",
            "2026-11-21;Frais mensuels;12,50;;8 987,50",
            encoding="cp1252",
        ),
        [("2026-11-20", 123_456, "", "Virement reçu Café Montréal")],
        left_out=1,
    ),
    Sample(
        "canada-day-first.csv",
        "CAD",
        text("Date,Nom,Montant", '20/11/2026,Café Montréal,"1 234,56 $"', '03/11/2026,Café Laval,"-1,00 $"'),
        [("2026-11-20", 123_456, "Café Montréal", "")],
        left_out=1,
    ),
    Sample(
        "sparkasse.csv",
        "EUR",
        text(
            "Buchungstag;Verwendungszweck;Beguenstigter/Zahlungspflichtiger;Betrag;Währung",
            "20.11.26;HB-2026-000042;Kaffeehaus GmbH;1.234,56;EUR",
            "20.11.26;Miete;Vermieter;-900,00;EUR",
            "20.11.26;Test;Somebody;10,00;USD",
            encoding="cp1252",
        ),
        [("2026-11-20", 123_456, "Kaffeehaus GmbH", "HB-2026-000042")],
        left_out=1,
        refused=[(4, "currency")],
    ),
    Sample(
        "france.csv",
        "EUR",
        text(
            "Date opération;Libellé;Débit;Crédit",
            "20/11/2026;VIR CAFE DE PARIS;;1 234,56",
            "21 nov. 2026;VIR BAR;;5,00",
        ),
        [("2026-11-20", 123_456, "", "VIR CAFE DE PARIS"), ("2026-11-21", 500, "", "VIR BAR")],
    ),
    Sample(
        "uk-month-and-day-apart.csv",
        "GBP",
        text("Date,Payer,Paid in,Paid out", "03/11/2026,A,1.00,", "04/11/2026,B,2.00,", "05/11/2026,C,3.00,"),
        [("2026-11-03", 100, "A", ""), ("2026-11-04", 200, "B", ""), ("2026-11-05", 300, "C", "")],
    ),
    Sample(
        "faults.csv",
        "KRW",
        text(
            "거래일자,입금자명,입금액,출금액",
            "2026-11-20,한빛,일금백원,",
            "2026-13-40,한빛,1000,",
            "2027-11-20,한빛,1000,",
            "2026-11-20,한빛,1000.5,",
            "2026-11-20,한빛,0,0",
            "※ 본 내역은 참고용입니다",
            "2026-11-20,한빛,1000,",
        ),
        [("2026-11-20", 1_000, "한빛", "")],
        left_out=2,
        refused=[(2, "amount"), (3, "date"), (4, "future"), (5, "amount")],
    ),
]
