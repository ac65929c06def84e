from __future__ import annotations

import io
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from portal.core.amounts import amount_of
from portal.core.errors import Refused
from portal.core.money import plain_minor
from portal.payments.bank_files import BankFile, read_bank_file
from tests.unit.payments.bank_samples import SAMPLES, Sample, text, workbook

TODAY = date(2026, 11, 23)


def read(content: bytes, currency: str = "KRW") -> BankFile:
    return read_bank_file(content, currency, TODAY)


def seen(found: BankFile) -> list[tuple[str, int, str, str]]:
    return [(each.booked_on.isoformat(), each.amount, each.payer, each.text) for each in found.transfers]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_a_banks_file_is_read(sample: Sample):
    found = read(sample.content, sample.currency)

    assert seen(found) == list(sample.transfers)
    assert [(row.row, row.reason) for row in found.refused] == list(sample.refused)
    assert found.left_out == sample.left_out
    assert found.rows == len(found.transfers) + found.left_out + len(found.refused)


def test_there_are_samples_of_more_than_twenty_banks():
    assert len({sample.name for sample in SAMPLES}) == len(SAMPLES) > 20


def test_a_refused_row_shows_what_stands_in_it():
    (row,) = read(text("거래일자,입금자명,입금액", "2026-11-20,한빛,일금백원")).refused

    assert (row.row, row.reason, row.shown) == (2, "amount", "2026-11-20 · 한빛 · 일금백원")


def test_equal_transfers_of_a_day_are_told_apart_and_known_again_in_a_file_that_overlaps():
    head = "거래일자,입금자명,입금액"
    first = read(text(head, "2026-11-19,한빛,1000", "2026-11-19,한빛,1000"))
    later = read(text(head, "2026-11-20,대성,500", "2026-11-19,한빛,1000", "2026-11-19,한빛,1000"))

    one, two = [each.fingerprint for each in first.transfers]
    assert one != two
    assert [each.fingerprint for each in later.transfers][1:] == [one, two]


def test_a_transfer_has_one_name_whatever_the_kind_of_file():
    as_text = read(text("거래일자,입금자명,입금액", '2026.11.19,한빛 커피,"1,000원"'))
    as_book = read(workbook(["입금액", "입금자명", "거래일자"], [1000, "한빛커피", date(2026, 11, 19)]))

    assert as_text.transfers[0].fingerprint == as_book.transfers[0].fingerprint


@pytest.mark.parametrize(
    "content",
    [
        text("이름,금액", "한빛,1000"),
        text("2026-11-20,1000,2000", "2026-11-21,3000,4000"),
        text("hello", "world"),
    ],
)
def test_a_file_in_which_money_and_day_cannot_be_told_is_refused(content: bytes):
    with pytest.raises(Refused) as refused:
        read(content)
    assert (refused.value.code, refused.value.field) == ("no_columns", "file")


@pytest.mark.parametrize(("content", "code"), [(b"", "empty"), (b"%PDF-1.7 x", "unknown_format")])
def test_what_is_no_list_is_refused(content: bytes, code: str):
    with pytest.raises(Refused) as refused:
        read(content)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("written", "currency", "minor"),
    [
        ("₩1,234,567원", "KRW", 1_234_567),
        ("1 234,56 $", "CAD", 123_456),
        ("1\u202f234,56", "EUR", 123_456),
        ("1.234,56", "EUR", 123_456),
        ("1'234.50", "EUR", 123_450),
        ("(12.00)", "USD", -1_200),
        ("▲500", "JPY", -500),
        ("1234-", "KRW", -1_234),
        ("1,234", "USD", 123_400),
        ("1,23", "USD", 123),
        ("1.5", "USD", 150),
        (".50", "USD", 50),
        ("1,234.00", "KRW", 1_234),
        ("１，２３４円", "JPY", 1_234),
        ("0", "KRW", 0),
        ("1,234.50", "KRW", None),
        ("12,34,56", "USD", None),
        ("0.123", "USD", None),
        ("12 34", "KRW", None),
        ("1e5", "KRW", None),
        ("", "KRW", None),
        ("일금백원", "KRW", None),
        ("123456789012345678", "KRW", None),
    ],
)
def test_an_amount_is_read_as_people_write_it(written: str, currency: str, minor: int | None):
    assert amount_of(written, currency) == minor


@given(some.integers(-(10**14), 10**14), some.sampled_from(["KRW", "JPY", "USD", "EUR"]))
def test_what_the_portal_writes_it_reads_again(minor: int, currency: str):
    assert amount_of(plain_minor(minor, currency), currency) == minor


@given(some.data())
def test_every_row_is_accounted_for(data: some.DataObject):
    """Whatever stands in the cells: each row below the headings is taken, left out or refused."""
    cell = some.one_of(
        some.sampled_from(["", "0", "1,000", "-5", "2026-11-20", "2026-99-99", "합계", "한빛"]),
        some.text(alphabet=some.characters(exclude_characters="\r\n,\"\x00", exclude_categories=["C"]), max_size=8),
    )  # fmt: skip
    rows = data.draw(some.lists(some.lists(cell, min_size=4, max_size=4), max_size=12))
    stored = io.StringIO()
    stored.write("거래일자,입금자명,입금액,출금액\r\n")
    stored.writelines(",".join(row) + "\r\n" for row in rows)

    found = read(stored.getvalue().encode())

    assert found.rows == len(found.transfers) + found.left_out + len(found.refused)
    assert found.rows <= len(rows)
    assert all(each.amount > 0 for each in found.transfers)
    assert all(each.booked_on <= TODAY + timedelta(days=1) for each in found.transfers)
    assert len({each.fingerprint for each in found.transfers}) == len(found.transfers)
