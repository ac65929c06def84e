"""When documents are to be paid."""

from dataclasses import replace
from datetime import date

import pytest

from portal.accounts.models import TermsKind
from portal.delivery.calendar import works_on
from portal.invoices.due import Terms, discount_of, discount_until, due_on, rolled

NET30 = Terms("net30", TermsKind.NET, 30)


def korean(day):
    return works_on("KR", day, {date(2026, 12, 28)})


@pytest.mark.parametrize(
    "terms, issued_on, due",
    [
        (NET30, date(2026, 11, 23), date(2026, 12, 23)),
        # A Saturday moves over the Sunday to Monday.
        (NET30, date(2026, 11, 19), date(2026, 12, 21)),
        # Christmas is a Friday; the Monday after, the seller is closed.
        (NET30, date(2026, 11, 25), date(2026, 12, 29)),
        (replace(NET30, end_of_month=True), date(2026, 11, 2), date(2026, 12, 30)),
        (replace(NET30, end_of_month=True, net_days=0), date(2026, 2, 3), date(2026, 3, 3)),
        (replace(NET30, net_days=0), date(2026, 11, 23), date(2026, 11, 23)),
        (Terms("prepaid", TermsKind.PREPAID, 0), date(2026, 11, 22), date(2026, 11, 22)),
    ],
)
def test_a_due_day_is_counted_and_moved_to_a_business_day(terms, issued_on, due):
    assert due_on(terms, issued_on, korean) == due


def test_a_discount_runs_to_a_business_day_and_is_a_share_of_the_total():
    terms = replace(NET30, discount_ppm=20_000, discount_days=10)

    assert discount_until(terms, date(2026, 11, 19), korean) == date(2026, 11, 30)
    assert (discount_of(terms, 12_345), discount_of(terms, 25)) == (247, 1)
    assert discount_until(NET30, date(2026, 11, 19), korean) is None
    assert discount_of(NET30, 12_345) == 0


def test_what_is_paid_in_advance_has_no_discount():
    terms = Terms("prepaid", TermsKind.PREPAID, 0, discount_ppm=20_000, discount_days=10)
    assert (discount_until(terms, date(2026, 11, 19), korean), discount_of(terms, 100)) == (None, 0)


def test_a_day_stays_where_no_day_is_worked():
    assert rolled(date(2026, 11, 23), frozenset().__contains__) == date(2026, 11, 23)


def test_the_copy_a_document_keeps():
    assert NET30.to_snapshot() == {
        "code": "net30",
        "kind": "net",
        "net_days": 30,
        "end_of_month": False,
        "discount_ppm": 0,
        "discount_days": 0,
        "interest_ppm": 0,
    }
