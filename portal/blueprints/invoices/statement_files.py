"""A statement as a file for spreadsheets."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from portal.blueprints.invoice_words import journal_word
from portal.blueprints.typed import spreadsheet_cell
from portal.core.money import minor_digits, plain_minor
from portal.i18n import gettext as _
from portal.invoices.statements import StatementView

WIDTHS: Final = (13, 22, 24, 13, 16, 16, 18, 30)
"""Of the columns, in letters."""

Cell = date | int | str | None
"""What a cell holds; a whole number is an amount in minor units."""


def csv_file(statement: StatementView) -> bytes:
    """UTF-8 with a byte order mark; ISO days, plain amounts, and no cell that runs as a formula."""
    out = StringIO()
    writer = csv.writer(out)
    for row in _rows(statement):
        writer.writerow([_plain(cell, statement.currency) for cell in row])
    return ("\N{ZERO WIDTH NO-BREAK SPACE}" + out.getvalue()).encode()


def xlsx_file(statement: StatementView) -> bytes:
    """A workbook with one sheet, whose days are days and whose amounts are numbers."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Statement"))
    sheet.freeze_panes = "A2"
    for letter, width in zip("ABCDEFGH", WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    digits = minor_digits(statement.currency)
    number_format = "#,##0" + (f".{'0' * digits}" if digits else "")
    bold = Font(bold=True)
    for index, row in enumerate(_rows(statement)):
        cells = []
        for value in row:
            cell = WriteOnlyCell(sheet, value=_typed(value, statement.currency))
            if isinstance(value, str):
                # Text stays text, whatever it begins with.
                cell.data_type = "s"
            elif isinstance(value, date):
                cell.number_format = "yyyy-mm-dd"
            elif value is not None:
                cell.number_format = number_format
            if index == 0:
                cell.font = bold
            cells.append(cell)
        sheet.append(cells)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _rows(statement: StatementView) -> Iterator[tuple[Cell, ...]]:
    currency = statement.currency
    yield (
        _("Day"), _("What"), _("Number"), _("Due"), _("Charged"), _("Credited"), _("Balance"), _("Note"),
    )  # fmt: skip
    yield statement.starts_on, _("Opening balance"), currency, None, None, None, statement.opening, ""
    words: dict[Any, str] = {}
    for line in statement.lines:
        word = words.get(line.kind) or words.setdefault(line.kind, journal_word(line.kind))
        yield (
            line.posted_on, word, line.document_number or line.reference, line.due_on,
            line.charge or None, line.credit or None, line.balance, line.note,
        )  # fmt: skip
    yield (
        statement.ends_on, _("Closing balance"), currency, None,
        statement.charged, statement.credited, statement.closing, "",
    )  # fmt: skip


def _plain(cell: Cell, currency: str) -> str:
    if cell is None:
        return ""
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, int):
        return plain_minor(cell, currency)
    return spreadsheet_cell(cell)


def _typed(cell: Cell, currency: str) -> date | Decimal | str | None:
    return Decimal(plain_minor(cell, currency)) if isinstance(cell, int) else cell
