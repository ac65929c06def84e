"""The files of Online Retail II as typed rows; what cannot be read is named by file and row."""

from __future__ import annotations

import csv
import gzip
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from portal.core.errors import PortalError
from portal.core.money import UNIT_SCALE

SOURCE_ZONE: Final = ZoneInfo("Europe/London")
"""The wholesaler's clock; the files give its local time."""

ACCOUNTS: Final = "accounts.csv.gz"
PRODUCTS: Final = "products.csv.gz"
PRICE_LEVELS: Final = "price_levels.csv.gz"
ORDER_LINES: Final = "order_lines.csv.gz"

_PRICE: Final = re.compile(r"([0-9]{1,9})(?:\.([0-9]{1,4}))?\Z")
_WHOLE: Final = re.compile(r"[0-9]{1,9}\Z")
Value = TypeVar("Value")


class ImportProblem(PortalError):
    """A row that cannot be imported. Rows before it stay imported; the import goes on from there once it is mended."""

    status = 422

    def __init__(self, file: str, row: int, reason: str) -> None:
        super().__init__(f"{file}, row {row}: {reason}")
        self.file = file
        """Name of the file within the folder."""
        self.row = row
        """Line of the file, the header being 1; 0 if the file cannot be read at all."""
        self.reason = reason


@dataclass(frozen=True, slots=True)
class SourceAccount:
    """A customer."""

    row: int
    customer: int
    country: str
    """English name, as in the source."""
    country_iso: str
    locale: str
    tier: str
    dealer: bool
    orders: int
    lines: int
    revenue_pence: int
    first_order: datetime


@dataclass(frozen=True, slots=True)
class SourceProduct:
    """An article."""

    row: int
    code: str
    description: str
    other_descriptions: tuple[str, ...]
    lines: int
    units: int
    price_e4: int
    """Most usual price of the last twelve months, GBP."""
    pack_quantity: int
    """Most usual quantity of a line above 1; 1 if there is none."""
    median_quantity: int | None
    """Half of the lines had at most this many units, rounded down; None if never told."""
    active: bool
    first_sold: datetime


@dataclass(frozen=True, slots=True)
class SourceLevel:
    """A price of an article and the quantities it was sold at."""

    row: int
    code: str
    price_e4: int
    median_quantity: int
    """Rounded down."""


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A line of an invoice."""

    row: int
    """Line of the file, as in ImportProblem; so in the other rows."""
    invoice: str
    moment: str
    """As in the file; :func:`moment_of` reads it."""
    customer: int
    code: str
    quantity: int
    price_e4: int


class _Row:
    """One row of a file, whose values are read by kind; a value that does not fit names the row."""

    __slots__ = ("_values", "file", "number")

    def __init__(self, file: str, number: int, values: Mapping[str, str]) -> None:
        self.file = file
        self.number = number
        self._values = values

    def read(self, column: str, reader: Callable[[str], Value]) -> Value:
        text = self._values[column]
        try:
            return reader(text)
        except ValueError as problem:
            raise ImportProblem(self.file, self.number, f"{column} {text!r}: {problem}") from None


def whole(text: str) -> int:
    """A whole number, not negative. Raises ValueError."""
    if not _WHOLE.match(text):
        raise ValueError("not a whole number")
    return int(text)


def positive(text: str) -> int:
    """A whole number above 0. Raises ValueError."""
    if (number := whole(text)) < 1:
        raise ValueError("must be at least 1")
    return number


def price_e4(text: str) -> int:
    """A decimal price with up to four places as e4, exactly. Raises ValueError."""
    if not (match := _PRICE.match(text)):
        raise ValueError("not a price")
    return int(match[1]) * UNIT_SCALE + int((match[2] or "").ljust(4, "0"))


def moment_of(text: str) -> datetime:
    """A date with or without time, on the wholesaler's clock, as an aware moment in UTC. Raises ValueError."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=SOURCE_ZONE).astimezone(UTC)
    except ValueError:
        raise ValueError("not a date") from None


def _named(text: str) -> str:
    if not text.strip():
        raise ValueError("is empty")
    return text.strip()


def _median(text: str) -> int:
    number, _, fraction = text.partition(".")
    if fraction.strip("0123456789"):
        raise ValueError("not a number")
    return whole(number)


def _yes(text: str) -> bool:
    if text not in {"0", "1"}:
        raise ValueError("neither 0 nor 1")
    return text == "1"


def _rows(folder: Path, file: str, columns: set[str]) -> Iterator[_Row]:
    path = folder / file
    number = 0
    try:
        with gzip.open(path, "rt", encoding="utf-8", newline="") as stream:
            reader = csv.reader(stream, strict=True)
            header = next(reader, [])
            number = 1
            if missing := columns - set(header):
                raise ImportProblem(file, 1, f"no column {', '.join(sorted(missing))}")
            for values in reader:
                number = reader.line_num
                if len(values) != len(header):
                    raise ImportProblem(file, number, f"{len(values)} values for {len(header)} columns")
                yield _Row(file, number, dict(zip(header, values, strict=True)))
    except FileNotFoundError:
        raise ImportProblem(file, 0, f"no such file in {folder}") from None
    except (OSError, EOFError, zlib.error, csv.Error, UnicodeDecodeError) as problem:
        raise ImportProblem(file, number + 1, f"cannot be read: {problem}") from problem


Keyed = TypeVar("Keyed", "SourceAccount", "SourceProduct")


def _once(file: str, rows: Iterator[Keyed], key: Callable[[Keyed], object]) -> Iterator[Keyed]:
    """The rows as they come; a key that comes twice is a problem."""
    seen: set[object] = set()
    for row in rows:
        if key(row) in seen:
            raise ImportProblem(file, row.row, f"{key(row)} appears twice")
        seen.add(key(row))
        yield row


def accounts(folder: Path) -> Iterator[SourceAccount]:
    """The customers, dealers and others, each once. Raises ImportProblem."""
    return _once(ACCOUNTS, _accounts(folder), lambda row: row.customer)


def _accounts(folder: Path) -> Iterator[SourceAccount]:
    columns = {"Customer ID", "Country", "country_iso", "locale", "tier", "dealer", "orders", "lines"}
    for row in _rows(folder, ACCOUNTS, columns | {"revenue_gbp", "first_order"}):
        yield SourceAccount(
            row=row.number,
            customer=row.read("Customer ID", positive),
            country=row.read("Country", _named),
            country_iso=row.read("country_iso", str),
            locale=row.read("locale", str),
            tier=row.read("tier", _named),
            dealer=row.read("dealer", _yes),
            orders=row.read("orders", whole),
            lines=row.read("lines", whole),
            revenue_pence=row.read("revenue_gbp", price_e4) // 100,
            first_order=row.read("first_order", moment_of),
        )


def products(folder: Path) -> Iterator[SourceProduct]:
    """The articles, each once. Raises ImportProblem."""
    return _once(PRODUCTS, _products(folder), lambda row: row.code)


def _products(folder: Path) -> Iterator[SourceProduct]:
    columns = {
        "StockCode",
        "Description",
        "other_descriptions",
        "lines",
        "units",
        "price_mode",
        "pack_qty_mode",
    }
    for row in _rows(folder, PRODUCTS, columns | {"median_line_qty", "active", "first_sold"}):
        others = row.read("other_descriptions", str).split("|")
        yield SourceProduct(
            row=row.number,
            code=row.read("StockCode", _named),
            description=row.read("Description", _named),
            other_descriptions=tuple(text.strip() for text in others if text.strip()),
            lines=row.read("lines", whole),
            units=row.read("units", whole),
            price_e4=row.read("price_mode", price_e4),
            pack_quantity=row.read("pack_qty_mode", lambda text: positive(text) if text else 1),
            median_quantity=row.read("median_line_qty", lambda text: _median(text) if text else None),
            active=row.read("active", _yes),
            first_sold=row.read("first_sold", moment_of),
        )


def price_levels(folder: Path) -> Iterator[SourceLevel]:
    """The prices of the last twelve months with their quantities. Raises ImportProblem."""
    for row in _rows(folder, PRICE_LEVELS, {"StockCode", "Price", "qty_median"}):
        yield SourceLevel(
            row=row.number,
            code=row.read("StockCode", _named),
            price_e4=row.read("Price", price_e4),
            median_quantity=row.read("qty_median", _median),
        )


def order_lines(folder: Path) -> Iterator[SourceLine]:
    """The lines in time order, those of an invoice together. Raises ImportProblem."""
    columns = {"Invoice", "InvoiceDate", "Customer ID", "StockCode", "Quantity", "Price"}
    for row in _rows(folder, ORDER_LINES, columns):
        yield SourceLine(
            row=row.number,
            invoice=row.read("Invoice", _named),
            moment=row.read("InvoiceDate", _named),
            customer=row.read("Customer ID", positive),
            code=row.read("StockCode", _named),
            quantity=row.read("Quantity", positive),
            price_e4=row.read("Price", price_e4),
        )
