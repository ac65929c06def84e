"""Makes the files in this folder: what dealers send in, in every encoding, format, layout and state of damage.

Run from the root: ``python -m tests.data.entry.make``. Beside each file stands what must be read from it, worked out
here from what was written, never by reading the file. Made from a fixed seed; the files are kept with the project.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from random import Random
from typing import Any, Final

import openpyxl
import xlwt
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P

FOLDER: Final = Path(__file__).parent
_SAVED: Final = re.compile(rb"(?<=W3CDTF\">)[0-9TZ:-]+(?=</dcterms)")
"""When a file says it was made and saved."""

PRODUCTS: Final = FOLDER.parents[2] / "portal" / "demo" / "data" / "products.json"
EXTRA_CODES: Final = ("00123", "0042", "3-1", "SEP-7", "012345678905", "B 77", "1E5", "00501")
"""Codes besides the demo's, of the kinds that spreadsheets spoil."""

Lines = list[dict[str, Any]]
Left = list[list[Any]]


@dataclass(frozen=True)
class Good:
    """An article as a dealer's file writes it."""

    sku: str
    barcode: str
    name: str
    quantity: int


# fmt: off
HEADERS: Final = {
    "ko": ("품번", "품명", "수량", "단위", "바코드", "비고", "지점", "납기일", "단가", "금액", "No"),
    "en": ("SKU", "Description", "Qty", "UOM", "Barcode", "Remarks", "Store", "Delivery date", "Unit price",
           "Amount", "No."),
    "ja": ("商品コード", "商品名", "数量", "単位", "JANコード", "備考", "納品先", "納期", "単価", "金額", "No"),
    "fr": ("Référence", "Désignation", "Quantité", "Unité", "Code-barres", "Remarques", "Magasin", "Date de livraison",
           "Prix unitaire", "Montant", "N°"),
}
UNITS: Final = {"ko": ("박스", "box"), "en": ("cases", "case"), "ja": ("箱", "box"), "fr": ("caisses", "case")}
PLACES: Final = {"ko": ("강남점", "부산점"), "en": ("Pike St store", "Union shop"), "ja": ("新宿店", "大阪店"),
                 "fr": ("Magasin Plateau", "Boutique Vieux-Port")}
NOTES: Final = {"ko": "문 앞에 놔주세요", "en": "Leave at the door", "ja": "裏口へお願いします",
                "fr": "Livrer à l’arrière"}
TITLES: Final = {"ko": "발주서", "en": "Purchase order", "ja": "注文書", "fr": "Bon de commande"}
TOTALS: Final = {"ko": "합계", "en": "Total", "ja": "合計", "fr": "Total"}
# fmt: on


class Maker:
    """Collects the files and what is expected of each."""

    def __init__(self) -> None:
        self._random = Random(20240501)
        self._products = json.loads(PRODUCTS.read_text())["products"]
        self.files: dict[str, tuple[bytes, dict[str, Any]]] = {}

    def goods(self, language: str, count: int = 8, *, plain: bool = False) -> list[Good]:
        """Some articles with names in a language; ``plain``: only what the older codes can write."""
        chosen = self._random.sample([one for one in self._products if one["barcode"]], count)
        return [
            Good(
                one["sku"],
                one["barcode"],
                one["names"][language].replace("’", "'") if plain else one["names"][language],
                self._random.choice([1, 2, 3, 5, 6, 10, 12, 24, 48, 100]),
            )
            for one in chosen
        ]

    def add(
        self,
        name: str,
        content: bytes,
        lines: Lines | None = None,
        left: Left | None = None,
        *,
        locale: str = "ko",
        refused: dict[str, Any] | None = None,
    ) -> None:
        """A file with its expected lines, or its expected refusal."""
        assert name not in self.files
        expected: dict[str, Any] = {"locale": locale}
        if refused is not None:
            expected["refused"] = refused
        else:
            expected |= {"lines": lines or [], "left": left or []}
        self.files[name] = (content, expected)

    def write(self) -> None:
        """Put all files in place."""
        for name, (content, expected) in sorted(self.files.items()):
            (FOLDER / name).write_bytes(content)
            text = json.dumps(expected, ensure_ascii=False, indent=1) + "\n"
            (FOLDER / f"{name}.expected.json").write_text(text)
        codes = sorted(
            {code for one in self._products for code in (one["sku"], one["mpn"], one["barcode"]) if code}
        )
        (FOLDER / "codes.json").write_text(json.dumps([*EXTRA_CODES, *codes], ensure_ascii=False) + "\n")


def line(row: int, codes: Sequence[str] | str, quantity: int | None, **more: Any) -> dict[str, Any]:
    """A line as expected."""
    return {
        "row": row,
        "codes": [codes] if isinstance(codes, str) else list(codes),
        "quantity": quantity,
    } | more


def separated(rows: Sequence[Any], separator: str = ",", ending: str = "\r\n") -> str:
    """Rows as text, quoted where it must be."""

    def cell(value: Any) -> str:
        text = str(value)
        if any(sign in text for sign in (separator, '"', "\n")):
            return '"' + text.replace('"', '""') + '"'
        return text

    return "".join(separator.join(cell(value) for value in row) + ending for row in rows)


def xlsx(
    rows: Sequence[Any], shape: Callable[[Any, Any], None] | None = None, title: str = "Sheet1"
) -> bytes:
    """Rows as an Excel file; ``shape`` may work on the book and its sheet before it is saved."""
    book = openpyxl.Workbook()
    book.properties.created = book.properties.modified = datetime(2024, 5, 1)  # noqa: DTZ001 - files hold naive times
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    if shape:
        shape(book, sheet)
    out = io.BytesIO()
    book.save(out)
    return repacked(out.getvalue())


def repacked(
    content: bytes, change: Callable[[str, bytes], bytes] | None = None, more: dict[str, bytes] | None = None
) -> bytes:
    """The same packed file with one time for every part, so that it comes out the same each time."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for member in source.infolist():
            part = _SAVED.sub(b"2024-05-01T00:00:00Z", source.read(member))
            about = zipfile.ZipInfo(member.filename, (2024, 5, 1, 0, 0, 0))
            about.compress_type = (
                zipfile.ZIP_STORED if member.filename == "mimetype" else zipfile.ZIP_DEFLATED
            )
            target.writestr(about, change(member.filename, part) if change else part)
        for name, part in (more or {}).items():
            about = zipfile.ZipInfo(name, (2024, 5, 1, 0, 0, 0))
            about.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(about, part)
    return out.getvalue()


def xls(rows: Sequence[Any], title: str = "Sheet1") -> bytes:
    """Rows as a file of old Excel."""
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet(title)
    day = xlwt.easyxf(num_format_str="YYYY-MM-DD")
    for number, row in enumerate(rows):
        for place, value in enumerate(row):
            if isinstance(value, date):
                sheet.write(number, place, value, day)
            elif value is not None:
                sheet.write(number, place, value)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def ods(rows: Sequence[Any], title: str = "Sheet1") -> bytes:
    """Rows as an OpenDocument file."""
    book = OpenDocumentSpreadsheet()
    table = Table(name=title)
    for row in rows:
        its = TableRow()
        for value in row:
            if isinstance(value, bool) or value is None:
                cell = TableCell()
            elif isinstance(value, (int, float)):
                cell = TableCell(valuetype="float", value=str(value))
                cell.addElement(P(text=str(value)))
            elif isinstance(value, date):
                cell = TableCell(valuetype="date", datevalue=value.isoformat())
                cell.addElement(P(text=value.isoformat()))
            else:
                cell = TableCell(valuetype="string")
                cell.addElement(P(text=str(value)))
            its.addElement(cell)
        table.addElement(its)
    book.spreadsheet.addElement(table)
    out = io.BytesIO()
    book.write(out)
    return repacked(out.getvalue())


def plain_rows(goods: Sequence[Good], language: str) -> list[list[Any]]:
    """Header and SKU, name, quantity."""
    title = HEADERS[language]
    return [[title[0], title[1], title[2]], *([one.sku, one.name, one.quantity] for one in goods)]


def plain_lines(goods: Sequence[Good], first: int = 2) -> Lines:
    """What is expected of ``plain_rows``."""
    return [line(row, one.sku, one.quantity, name=one.name) for row, one in enumerate(goods, first)]


HEADER_LEFT: Final[Left] = [[1, "header"]]


def add_encodings(maker: Maker) -> None:
    """Every encoding, with the separators that go with it."""
    everywhere = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le")
    native = {"ko": ("cp949", "euc-kr"), "ja": ("cp932", "shift_jis"), "fr": ("cp1252", "latin-1"), "en": ()}
    separators = {
        "utf-8": ",",
        "utf-8-sig": ",",
        "utf-16": "\t",
        "cp1252": ";",
        "latin-1": ";",
        "shift_jis": "\t",
    }
    for language, own in native.items():
        for encoding in (*everywhere, *own):
            goods = maker.goods(language, plain=encoding in own)
            separator = separators.get(encoding, ",")
            text = separated(plain_rows(goods, language), separator)
            kind = "tsv" if separator == "\t" else "csv"
            maker.add(
                f"{language}_{encoding}.{kind}",
                text.encode(encoding),
                plain_lines(goods),
                HEADER_LEFT,
                locale=language,
            )
    for other, language, encoding in (("en", "ko", "cp949"), ("ko", "ja", "cp932"), ("ja", "fr", "cp1252")):
        # Nothing but the bytes says what they are: the reader's language is another one.
        goods = maker.goods(language, 12, plain=True)
        text = separated(plain_rows(goods, language))
        maker.add(
            f"{language}_{encoding}_read_in_{other}.csv",
            text.encode(encoding),
            plain_lines(goods),
            HEADER_LEFT,
            locale=other,
        )


def add_formats(maker: Maker) -> None:
    """The same table in every format, under right and wrong names."""
    for language in HEADERS:
        for kind, build in (("xlsx", xlsx), ("xls", xls), ("ods", ods)):
            goods = maker.goods(language)
            lines = [one | {"sheet": "Sheet1"} for one in plain_lines(goods)]
            maker.add(
                f"{language}_plain.{kind}",
                build(plain_rows(goods, language)),
                lines,
                HEADER_LEFT,
                locale=language,
            )
    for separator, name in ((";", "semicolon"), ("|", "pipe"), ("\t", "tab")):
        goods = maker.goods("ko")
        text = separated(plain_rows(goods, "ko"), separator, "\n")
        maker.add(f"separated_by_{name}.txt", text.encode(), plain_lines(goods), HEADER_LEFT)
    goods = maker.goods("ko")
    text = "\n".join(f"{one.sku:<16}   {one.quantity}" for one in goods)
    maker.add(
        "separated_by_spaces.txt",
        text.encode(),
        [line(row, one.sku, one.quantity) for row, one in enumerate(goods, 1)],
    )
    goods = maker.goods("ko")
    cells = "".join(
        f"<tr>{''.join(f'<td>{value}</td>' for value in row)}</tr>" for row in plain_rows(goods, "ko")
    )
    page = f"<html><head><meta charset='euc-kr'></head><body><table border=1>{cells}</table></body></html>"
    maker.add("web_page_called_spreadsheet.xls", page.encode("cp949"), plain_lines(goods), HEADER_LEFT)
    goods = maker.goods("en")
    lines = [one | {"sheet": "Sheet1"} for one in plain_lines(goods)]
    maker.add("spreadsheet_called_text.csv", xlsx(plain_rows(goods, "en")), lines, HEADER_LEFT, locale="en")
    goods = maker.goods("en")
    maker.add(
        "text_called_spreadsheet.xlsx",
        separated(plain_rows(goods, "en")).encode(),
        plain_lines(goods),
        HEADER_LEFT,
        locale="en",
    )
    goods = maker.goods("fr")
    text = "sep=;\n" + separated(plain_rows(goods, "fr"), ";")
    maker.add(
        "separator_declared.csv",
        text.encode("utf-8-sig"),
        plain_lines(goods, 3),
        [[2, "header"]],
        locale="fr",
    )


def add_layouts(maker: Maker) -> None:
    """Columns in any order, with and without names, among other things."""
    for language, title in HEADERS.items():
        goods = maker.goods(language)
        rows = [[title[2], title[0]], *([one.quantity, one.sku] for one in goods)]
        maker.add(
            f"{language}_quantity_first.csv",
            separated(rows).encode(),
            [line(row, one.sku, one.quantity) for row, one in enumerate(goods, 2)],
            HEADER_LEFT,
            locale=language,
        )

        goods = maker.goods(language)
        said, unit = UNITS[language]
        rows = [
            [TITLES[language]],
            ["", "2024-05-01"],
            [],
            [title[10], title[4], title[1], title[2], title[3], title[8], title[9], title[5]],
            *(
                [
                    number,
                    one.barcode,
                    one.name,
                    one.quantity,
                    said,
                    1200,
                    1200 * one.quantity,
                    NOTES[language] if number == 2 else "",
                ]
                for number, one in enumerate(goods, 1)
            ),
            ["", TOTALS[language], "", sum(one.quantity for one in goods)],
        ]
        maker.add(
            f"{language}_order_form.xlsx",
            xlsx(rows, title="발주"),
            [
                line(
                    row,
                    one.barcode,
                    one.quantity,
                    unit=unit,
                    name=one.name,
                    note=NOTES[language] if row == 6 else "",
                    sheet="발주",
                )
                for row, one in enumerate(goods, 5)
            ],
            [[1, "before_table"], [2, "before_table"], [4, "header"], [13, "total"]],
            locale=language,
        )

        goods = maker.goods(language, 6)
        rows = [
            [title[0], *PLACES[language]],
            *([one.sku, one.quantity, "" if row % 2 else 7] for row, one in enumerate(goods, 2)),
        ]
        lines = []
        for row, one in enumerate(goods, 2):
            lines.append(line(row, one.sku, one.quantity, place=PLACES[language][0]))
            if row % 2 == 0:
                lines.append(line(row, one.sku, 7, place=PLACES[language][1]))
        maker.add(
            f"{language}_grid_of_places.ods",
            ods(rows),
            [one | {"sheet": "Sheet1"} for one in lines],
            HEADER_LEFT,
            locale=language,
        )

        goods = maker.goods(language, 6)
        rows = [
            [title[6], title[7], title[0], title[2]],
            *(
                [PLACES[language][row % 2], "2024-05-07", one.sku, one.quantity]
                for row, one in enumerate(goods)
            ),
        ]
        maker.add(
            f"{language}_places_and_dates.csv",
            separated(rows).encode(),
            [
                line(row + 2, one.sku, one.quantity, place=PLACES[language][row % 2], date="2024-05-07")
                for row, one in enumerate(goods)
            ],
            HEADER_LEFT,
            locale=language,
        )

        goods = maker.goods(language, 6)
        rows = [[title[1], title[2]], *([one.name, one.quantity] for one in goods)]
        maker.add(
            f"{language}_names_only.xlsx",
            xlsx(rows),
            [line(row, [], one.quantity, name=one.name, sheet="Sheet1") for row, one in enumerate(goods, 2)],
            HEADER_LEFT,
            locale=language,
        )

    goods = maker.goods("ko")
    maker.add(
        "no_header.csv",
        separated([[one.sku, one.quantity] for one in goods]).encode(),
        [line(row, one.sku, one.quantity) for row, one in enumerate(goods, 1)],
    )
    goods = maker.goods("ko")
    maker.add(
        "no_header_numbered.xls",
        xls([[row, one.name, one.barcode, one.quantity] for row, one in enumerate(goods, 1)]),
        [
            line(row, one.barcode, one.quantity, name=one.name, sheet="Sheet1")
            for row, one in enumerate(goods, 1)
        ],
    )
    goods = maker.goods("ko")
    rows = [[one.sku, one.quantity, 12500, 12500 * one.quantity] for one in goods]
    maker.add(
        "no_header_with_amounts.csv",
        separated(rows).encode(),
        [line(row, one.sku, one.quantity) for row, one in enumerate(goods, 1)],
    )
    goods = maker.goods("ko")
    rows = [[one.sku, one.quantity, row * 7 + 3] for row, one in enumerate(goods)]
    maker.add(
        "no_header_two_counts.csv",
        separated(rows).encode(),
        [line(row, one.sku, None, doubt="two_numbers") for row, one in enumerate(goods, 1)],
    )
    goods = maker.goods("ko", 10)
    rows = [
        ["상품코드", "상품명", "단가", "재고", "주문수량"],
        *(
            [one.sku, one.name, 1000, 55, one.quantity if row % 3 == 0 else ""]
            for row, one in enumerate(goods)
        ),
    ]
    maker.add(
        "price_list_filled_in.xlsx",
        xlsx(rows),
        [
            line(row + 2, one.sku, one.quantity, name=one.name, sheet="Sheet1")
            for row, one in enumerate(goods)
            if row % 3 == 0
        ],
        [[1, "header"], *([row + 2, "not_wanted"] for row in range(10) if row % 3)],
    )


def add_quantities(maker: Maker) -> None:
    """Counts as people write them."""
    cases: dict[str, list[tuple[str, int | None, str | None, str | None]]] = {
        "ko": [
            ("3개", 3, "each", None),
            ("３", 3, None, None),
            ("두 박스", 2, "box", None),
            ("2묶음", 2, "pack", None),
            ("열두 병", 12, "bottle", None),
            ("1,000", 1000, None, None),
            ("1.000", None, None, "separator"),
            ("1/2", None, None, "fraction"),
            ("한 다스", 12, "each", None),
            ("x3", 3, None, None),
            ("5.0", 5, None, None),
            ("1~2", None, None, "range"),
            ("없음", None, None, "not_a_number"),
            ("-4", None, None, "not_positive"),
            ("99999999", None, None, "too_large"),
            ("2.5", None, None, "fraction"),
        ],
        "en": [
            ("3 box", 3, "box", None),
            ("two boxes", 2, "box", None),
            ("1,200 pcs", 1200, "each", None),
            ("a dozen", 12, "each", None),
            ("half a case", None, "case", "fraction"),
            ("about 10", 10, None, "about"),
            ("12 ea", 12, "each", None),
            ("qty 4", 4, None, None),
        ],
        "ja": [
            ("三箱", 3, "box", None),
            ("3ケース", 3, "case", None),
            ("１２本", 12, "each", None),
            ("二つ", 2, "each", None),
            ("1ダース", 12, "each", None),
        ],
        "fr": [
            ("une douzaine", 12, "each", None),
            ("1 200", 1200, None, None),
            ("1.200", 1200, None, None),
            ("deux caisses", 2, "case", None),
            ("3 sacs", 3, "bag", None),
        ],
    }
    for language, said in cases.items():
        goods = maker.goods(language, len(said))
        title = HEADERS[language]
        rows = [[title[0], title[2]], *([one.sku, text] for one, (text, *_) in zip(goods, said, strict=True))]
        lines = [
            line(
                row,
                one.sku,
                number,
                **({"unit": unit} if unit else {}),
                **({"doubt": doubt} if doubt else {}),
            )
            for row, (one, (_, number, unit, doubt)) in enumerate(zip(goods, said, strict=True), 2)
        ]
        maker.add(
            f"{language}_quantities.csv",
            separated(rows).encode("utf-8-sig"),
            lines,
            HEADER_LEFT,
            locale=language,
        )
    goods = maker.goods("ko", 4)
    boxes: list[Any] = [["품번", "수량(박스)"], *([one.sku, one.quantity] for one in goods)]
    maker.add(
        "unit_in_header.csv",
        separated(boxes).encode("cp949"),
        [line(row, one.sku, one.quantity, unit="box") for row, one in enumerate(goods, 2)],
        HEADER_LEFT,
    )


def add_damage(maker: Maker) -> None:
    """What spreadsheets do to codes and counts, and what is around the table."""
    barcode = "8010325946046"
    rows: list[list[Any]] = [
        ["바코드", "수량"],
        [8010325946046, 3.0],
        [12345678905, 4],
        [123, 5],
        [501, 2.0],
        [date(2024, 3, 1), 6],
        [date(2024, 9, 7), 7],
    ]
    lines = [
        line(2, barcode, 3),
        line(3, "012345678905", 4, mended=True),
        line(4, "00123", 5, mended=True),
        line(5, "00501", 2, mended=True),
        line(6, "3-1", 6, mended=True),
        line(7, "SEP-7", 7, mended=True),
    ]
    for kind, build in (("xlsx", xlsx), ("xls", xls), ("ods", ods)):
        maker.add(
            f"codes_taken_for_numbers_and_days.{kind}",
            build(rows),
            [one | {"sheet": "Sheet1"} for one in lines],
            HEADER_LEFT,
        )
    text = "\r\n".join(
        (
            "바코드,수량",
            "8.01033E+12,3",
            "8.010325946046E+12,4",
            "1E5,2",
            "03월 01일,5",
            '="00123",6',
            "'0042,7",
            "B 77,1",
            "8010325946046.0,8",
            "123,9",
            "",
        )
    )
    maker.add(
        "codes_spoiled_as_text.csv",
        text.encode("cp949"),
        [
            line(2, [], 3, problem="digits_lost"),
            line(3, barcode, 4, mended=True),
            line(4, "1E5", 2),
            line(5, "3-1", 5, mended=True),
            line(6, "00123", 6, mended=True),
            line(7, "0042", 7, mended=True),
            line(8, "B 77", 1),
            line(9, barcode, 8, mended=True),
            line(10, "00123", 9, mended=True),
        ],
        HEADER_LEFT,
    )
    text = "품번,수량\n"
    text += (
        "ＭＢ－ＥＳＰ－０３,５\n\u00a0HG-LID-02\u00a0, 3 \nmb-esp-02,2\nHG-LID-02 ,1\u200b\nNOPE-1,4\n,9\n"
    )
    maker.add(
        "full_width_and_spaces.csv",
        text.encode(),
        [
            line(2, "MB-ESP-03", 5),
            line(3, "HG-LID-02", 3),
            line(4, "MB-ESP-02", 2),
            line(5, "HG-LID-02", 1),
            line(6, [], 4, problem="unknown_code"),
            line(7, [], 9, problem="no_code"),
        ],
        HEADER_LEFT,
    )
    text = 'SKU,Note,Qty\nMB-ESP-03,"two\nlines, and a ""quote""",5\nHG-LID-02,plain,2\n'
    maker.add(
        "quoted_line_ends.csv",
        text.encode(),
        [line(2, "MB-ESP-03", 5, note='two lines, and a "quote"'), line(4, "HG-LID-02", 2, note="plain")],
        HEADER_LEFT,
        locale="en",
    )
    goods = maker.goods("en", 30)
    rows = [
        ["SKU", "Qty", "Note"],
        *([one.sku, one.quantity, '4" disc' if row == 3 else ""] for row, one in enumerate(goods)),
    ]
    text = "".join(",".join(map(str, row)) + "\n" for row in rows).replace('4" disc', '"4 disc')
    maker.add(
        "quote_left_open.csv",
        text.encode(),
        [line(row, one.sku, one.quantity) for row, one in enumerate(goods, 2)],
        HEADER_LEFT,
        locale="en",
    )

    def merge(_: Any, sheet: Any) -> None:
        sheet.merge_cells("A2:A3")

    rows = [["SKU", "Store", "Qty"], ["MB-ESP-03", "North", 5], [None, "South", 6], ["HG-LID-02", "North", 1]]
    maker.add(
        "merged_cells.xlsx",
        xlsx(rows, merge),
        [
            line(2, "MB-ESP-03", 5, place="North", sheet="Sheet1"),
            line(3, "MB-ESP-03", 6, place="South", sheet="Sheet1"),
            line(4, "HG-LID-02", 1, place="North", sheet="Sheet1"),
        ],
        HEADER_LEFT,
        locale="en",
    )

    def hide(book: Any, sheet: Any) -> None:
        sheet.column_dimensions["B"].hidden = True
        secret = book.create_sheet("old")
        secret.append(["SKU", "Qty"])
        secret.append(["MB-ESP-01", 99])
        secret.sheet_state = "hidden"
        empty = book.create_sheet("empty")
        empty["A1"] = None

    rows = [["SKU", "Unit price", "Qty"], ["MB-ESP-03", 18500, 5], ["HG-LID-02", 9000, 2]]
    maker.add(
        "hidden_column_and_sheet.xlsx",
        xlsx(rows, hide),
        [line(2, "MB-ESP-03", 5, sheet="Sheet1"), line(3, "HG-LID-02", 2, sheet="Sheet1")],
        HEADER_LEFT,
        locale="en",
    )

    def formulas(name: str, part: bytes) -> bytes:
        if name != "xl/worksheets/sheet1.xml":
            return part
        return part.replace(b'<c r="B2" t="n"><v>5</v></c>', b'<c r="B2"><f>2+3</f><v>5</v></c>').replace(
            b'<c r="B3" t="n"><v>2</v></c>', b'<c r="B3"><f>B2-3</f><v>2</v></c>'
        )

    rows = [["SKU", "Qty"], ["MB-ESP-03", 5], ["HG-LID-02", 2]]
    maker.add(
        "formulas.xlsx",
        repacked(xlsx(rows), formulas),
        [line(2, "MB-ESP-03", 5, sheet="Sheet1"), line(3, "HG-LID-02", 2, sheet="Sheet1")],
        HEADER_LEFT,
        locale="en",
    )

    def second(book: Any, _: Any) -> None:
        more = book.create_sheet("May")
        for row in (["Qty", "SKU"], [4, "HG-LID-01"]):
            more.append(row)

    maker.add(
        "two_sheets.xlsx",
        xlsx(rows, second),
        [
            line(2, "MB-ESP-03", 5, sheet="Sheet1"),
            line(3, "HG-LID-02", 2, sheet="Sheet1"),
            line(2, "HG-LID-01", 4, sheet="May"),
        ],
        [[1, "header"], [1, "header"]],
        locale="en",
    )
    text = "MB-ESP-03 10\nHG-LID-02 x3, HG-PCP-02 x4\n\n바닐라 시럽 1L 3병\n"
    maker.add(
        "lines_of_text.txt",
        text.encode("utf-16"),
        [
            line(1, "MB-ESP-03", 10),
            line(2, "HG-LID-02", 3),
            line(2, "HG-PCP-02", 4),
            line(4, [], 3, unit="bottle", name="바닐라 시럽 1l"),
        ],
    )
    goods = maker.goods("ko", 3)
    text = separated(plain_rows(goods, "ko"), ",", "\r")
    maker.add("old_mac_line_ends.csv", text.encode(), plain_lines(goods), HEADER_LEFT)
    goods = maker.goods("ko", 3)
    rows = plain_rows(goods, "ko")
    maker.add(
        "header_repeated.csv",
        separated([*rows[:2], rows[0], *rows[2:]]).encode(),
        [line(row, one.sku, one.quantity, name=one.name) for row, one in zip((2, 4, 5), goods, strict=True)],
        [[1, "header"], [3, "header"]],
    )


def add_refused(maker: Maker) -> None:
    """What is not read, and why."""
    rows: list[list[Any]] = [["SKU", "Qty"], ["MB-ESP-03", 5]]
    good = xlsx(rows)
    maker.add("empty.csv", b"", refused={"code": "empty"})
    maker.add("only_spaces.csv", b"\r\n  \r\n\t\r\n", refused={"code": "empty"})
    maker.add("empty.xlsx", xlsx([]), refused={"code": "empty"})
    maker.add("binary.bin", bytes(Random(1).randbytes(4000)), refused={"code": "not_text"})
    maker.add("picture.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(200)), refused={"code": "unknown_format"})
    maker.add("paper.pdf", b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", refused={"code": "unknown_format"})
    maker.add("cut_short.xlsx", good[: len(good) // 2], refused={"code": "damaged"})
    maker.add(
        "damaged_part.xlsx",
        repacked(good, lambda name, part: part[: len(part) // 2] if "sheet1" in name else part),
        refused={"code": "damaged"},
    )
    old = xls(rows)
    maker.add("cut_short.xls", old[:600], refused={"code": "unknown_format"})
    maker.add("macros.xlsm", repacked(good, more={"xl/vbaProject.bin": b"macro"}), refused={"code": "macros"})
    maker.add(
        "other_package.zip",
        repacked(good, more=None).replace(b"xl/workbook.xml", b"xl/workbook.abc"),
        refused={"code": "unknown_format"},
    )
    sealed = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(200)
    )
    maker.add("password.xlsx", sealed, refused={"code": "password"})
    maker.add(
        "bomb.xlsx",
        repacked(good, more={"xl/worksheets/sheet9.xml": b" " * 80_000_000}),
        refused={"code": "too_large"},
    )

    def far(name: str, part: bytes) -> bytes:
        return part.replace(b'r="B2"', b'r="XFD1048576"') if "sheet1" in name else part

    maker.add("cell_far_out.xlsx", repacked(good, far), refused={"code": "too_many_columns"})

    def repeated(name: str, part: bytes) -> bytes:
        return (
            part.replace(b"<table:table-row>", b'<table:table-row table:number-rows-repeated="1000000">', 1)
            if name == "content.xml"
            else part
        )

    maker.add("rows_repeated.ods", repacked(ods(rows), repeated), refused={"code": "too_many_rows"})
    maker.add(
        "too_many_rows.csv", b"SKU,Qty\n" + b"A,1\n" * 5_200, refused={"code": "too_many_rows", "row": 5001}
    )
    maker.add(
        "too_many_columns.csv",
        ("a," * 300 + "\n").encode() * 3,
        refused={"code": "too_many_columns", "row": 1},
    )


def main() -> None:
    """Make all files."""
    maker = Maker()
    for add in (add_encodings, add_formats, add_layouts, add_quantities, add_damage, add_refused):
        add(maker)
    maker.write()


if __name__ == "__main__":
    main()
