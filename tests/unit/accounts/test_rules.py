from __future__ import annotations

import pytest

from portal.accounts.models import AccountRole, StaffRole
from portal.accounts.rules import (
    Deed,
    StaffDeed,
    business_number_of,
    business_number_text,
    email_of,
    may,
    password_problem,
    staff_may,
)
from portal.core.errors import Refused


@pytest.mark.parametrize(
    "country,typed,kept",
    [
        ("KR", "220-81-62517", "2208162517"),
        ("KR", " 124-81-00998 ", "1248100998"),
        ("KR", "２２０－８１－６２５１７", "2208162517"),
        ("JP", "T7000012050002", "T7000012050002"),
        ("JP", "7000012050002", "T7000012050002"),
        ("JP", "t7-0000-1205-0002", "T7000012050002"),
        ("CA", "123456782", "123456782"),
        ("CA", "12345 6782 rt 0001", "123456782RT0001"),
        ("US", "04-2103594", "042103594"),
        ("DE", "136 695 976", "DE136695976"),
        ("DE", "DE136695976", "DE136695976"),
        ("FR", "FR 40 303 265 045", "FR40303265045"),
        ("GR", "094259216", "EL094259216"),
        ("ES", "ESJ99216582", "ESJ99216582"),
        ("SG", "  201912345K ", "201912345K"),
    ],
)
def test_a_business_number_is_kept_in_its_countrys_plain_form(country, typed, kept):
    assert business_number_of(country, typed) == kept


@pytest.mark.parametrize(
    "country,typed",
    [
        ("KR", "220-81-62518"),
        ("KR", "220-81-6251"),
        ("KR", "220-81-6251A"),
        ("JP", "T7000012050003"),
        ("JP", "T700001205000"),
        ("CA", "123456783"),
        ("CA", "123456782RT"),
        ("US", "00-0000000"),
        ("US", "abc"),
        ("DE", "DE136695970"),
        ("DE", "FR40303265045"),
        ("SG", "   "),
        ("KR", ""),
    ],
)
def test_what_cannot_be_a_business_number_is_refused_at_its_field(country, typed):
    with pytest.raises(Refused) as refused:
        business_number_of(country, typed)
    assert refused.value.code == "business_number"
    assert refused.value.field == "business_number"
    assert refused.value.facts == {"country": country}


@pytest.mark.parametrize(
    "country,number,written",
    [
        ("KR", "2208162517", "220-81-62517"),
        ("US", "042103594", "04-2103594"),
        ("CA", "123456782RT0001", "123456782 RT0001"),
        ("CA", "123456782", "123456782"),
        ("JP", "T7000012050002", "T7000012050002"),
    ],
)
def test_a_business_number_is_shown_as_its_country_writes_it(country, number, written):
    assert business_number_text(country, number) == written


def test_who_may_do_what_at_an_account():
    assert {role: {deed for deed in Deed if may(role, deed)} for role in AccountRole} == {
        AccountRole.OWNER: set(Deed),
        AccountRole.BUYER: {
            Deed.BROWSE,
            Deed.ORDER,
            Deed.SEE_ORDERS,
            Deed.SEE_CREDIT,
            Deed.SEE_INVOICES,
            Deed.PAY,
        },
        AccountRole.APPROVER: {Deed.BROWSE, Deed.ORDER, Deed.SEE_ORDERS, Deed.SEE_CREDIT, Deed.SEE_INVOICES},
        AccountRole.FINANCE: {Deed.BROWSE, Deed.SEE_ORDERS, Deed.SEE_CREDIT, Deed.SEE_INVOICES, Deed.PAY},
        AccountRole.VIEWER: {Deed.BROWSE, Deed.SEE_ORDERS},
    }


def test_who_of_the_seller_may_do_what():
    assert {role: {deed for deed in StaffDeed if staff_may(role, deed)} for role in StaffRole} == {
        StaffRole.REP: {StaffDeed.SEE_ORDERS, StaffDeed.SEE_SEARCHES, StaffDeed.SEE_MONEY},
        StaffRole.DESK: set(StaffDeed) - {StaffDeed.MANAGE_MONEY},
        StaffRole.FINANCE: {
            StaffDeed.SEE_ORDERS,
            StaffDeed.SEE_SEARCHES,
            StaffDeed.SEE_MONEY,
            StaffDeed.MANAGE_MONEY,
        },
        StaffRole.MANAGER: set(StaffDeed),
        StaffRole.ADMIN: set(StaffDeed),
    }


@pytest.mark.parametrize(
    "typed",
    ["Buyer@Example.COM", "  buyer@example.com\n", "ｂｕｙｅｒ@example.com", "buyer\x00@example.com\u200b"],
)
def test_a_mail_address_has_one_form(typed):
    assert email_of(typed) == "buyer@example.com"


@pytest.mark.parametrize(
    "password,problem",
    [
        ("short", "too_short"),
        ("123456789", "too_short"),
        ("x" * 257, "too_long"),
        ("buyer@example.com", "is_email"),
        ("BUYER@example.com ", "is_email"),
        ("Qwertyuiop", "common"),
        ("password123", "common"),
        ("ｐａｓｓｗｏｒｄ１２３", "common"),
        ("aaaaaaaaaaaa", "common"),
        ("0000000000", "common"),
        ("정확한 말 배터리 스테이플", None),
        ("tenletters", None),
        ("x" * 255 + "y", None),
    ],
)
def test_passwords_need_length_and_must_not_be_the_first_guess(password, problem):
    assert password_problem(password, "buyer@example.com") == problem


def test_the_name_before_the_at_sign_is_no_password_either():
    assert password_problem("longestname", "longestname@example.com") == "is_email"
