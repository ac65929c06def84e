import gzip
from datetime import UTC, datetime

import pytest

from portal.importers.online_retail import ImportProblem, source
from tests.unit.importers.samples import ACCOUNTS, ORDER_LINES, write_sample


def test_a_price_is_read_exactly_to_four_places():
    assert [source.price_e4(text) for text in ("6.95", "2", "1.855", "0.0125", "0")] == [
        69_500, 20_000, 18_550, 125, 0,
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["", "-1", "1.23456", "1,5", "NaN", "1e3", ".5", "٣"])
def test_what_is_no_price_is_refused(text):
    with pytest.raises(ValueError, match="not a price"):
        source.price_e4(text)


def test_a_moment_stands_on_the_wholesalers_clock():
    assert source.moment_of("2010-07-01 09:00:00") == datetime(2010, 7, 1, 8, 0, tzinfo=UTC)
    assert source.moment_of("2009-12-01 07:45:00") == datetime(2009, 12, 1, 7, 45, tzinfo=UTC)
    with pytest.raises(ValueError, match="not a date"):
        source.moment_of("yesterday")


def test_rows_come_typed(tmp_path):
    folder = write_sample(tmp_path)
    french = list(source.accounts(folder))[1]
    assert (french.customer, french.tier, french.dealer, french.revenue_pence) == (
        12347,
        "key",
        True,
        2_000_000,
    )
    pink = list(source.products(folder))[1]
    assert (pink.code, pink.other_descriptions, pink.pack_quantity, pink.median_quantity) == (
        "79323P", ("CHERRY LIGHTS PINK",), 4, 2,
    )  # fmt: skip
    line = list(source.order_lines(folder))[4]
    assert (line.row, line.invoice, line.code, line.quantity, line.price_e4) == (
        6,
        "489500",
        "22041",
        3,
        18_550,
    )


@pytest.mark.parametrize(
    "wrong, row, reason",
    [
        (ORDER_LINES.replace(",48,2.1", ",0,2.1"), 4, "Quantity '0': must be at least 1"),
        (ORDER_LINES.replace(",48,2.1", ",48.5,2.1"), 4, "Quantity '48.5': not a whole number"),
        (ORDER_LINES.replace(",48,2.1", ",48,free"), 4, "Price 'free': not a price"),
        (ORDER_LINES.replace("12347,85048", "x,85048"), 5, "Customer ID 'x': not a whole number"),
        (ORDER_LINES.replace("489501,", ",", 1), 7, "Invoice '': is empty"),
        (ORDER_LINES.replace("22041,48,2.1", "22041,48"), 4, "5 values for 6 columns"),
        (ORDER_LINES.replace("Quantity", "Qty"), 1, "no column Quantity"),
        ("", 1, "no column Customer ID, Invoice, InvoiceDate, Price, Quantity, StockCode"),
    ],
)
def test_a_spoilt_line_is_named_by_file_and_row(tmp_path, wrong, row, reason):
    folder = write_sample(tmp_path, order_lines=wrong)
    with pytest.raises(ImportProblem) as caught:
        list(source.order_lines(folder))
    assert str(caught.value) == f"order_lines.csv.gz, row {row}: {reason}"
    assert (caught.value.file, caught.value.row) == ("order_lines.csv.gz", row)


def test_a_yes_is_1_and_a_no_is_0(tmp_path):
    folder = write_sample(tmp_path, accounts=ACCOUNTS.replace("key,1,", "key,yes,"))
    with pytest.raises(ImportProblem) as caught:
        list(source.accounts(folder))
    assert str(caught.value) == "accounts.csv.gz, row 3: dealer 'yes': neither 0 nor 1"


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ImportProblem) as caught:
        list(source.products(tmp_path))
    assert (caught.value.file, caught.value.row) == ("products.csv.gz", 0)


def test_a_file_cut_short_is_named_with_the_row_it_was_at(tmp_path):
    folder = write_sample(tmp_path)
    path = folder / "order_lines.csv.gz"
    many = ORDER_LINES + "".join(ORDER_LINES.splitlines(keepends=True)[1:]) * 500
    whole = gzip.compress(many.encode(), mtime=0)
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ImportProblem, match=r"order_lines\.csv\.gz, row \d+: cannot be read"):
        list(source.order_lines(folder))


def test_a_file_that_is_no_gzip_is_named(tmp_path):
    folder = write_sample(tmp_path)
    (folder / "accounts.csv.gz").write_text(ACCOUNTS)
    with pytest.raises(ImportProblem, match=r"accounts\.csv\.gz, row 1: cannot be read"):
        list(source.accounts(folder))
