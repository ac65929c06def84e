from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from portal.accounts.models import (
    Account,
    AccountRole,
    AccountStatus,
    ClosedDay,
    Location,
    Membership,
    StaffRole,
    TaxRounding,
    TermsKind,
    User,
)
from portal.accounts.people_queries import (
    Contact,
    Member,
    contact_of,
    credentials_by_email,
    credentials_by_id,
    document_locale,
    members_of,
)
from portal.accounts.queries import buyer_of, closed_days, viewer_of
from portal.core.errors import NotFound
from tests.factories import (
    make_account,
    make_location,
    make_segment,
    make_tax_profile,
    make_terms,
    make_user,
    make_warehouse,
    password_hash,
)


class World(NamedTuple):
    account: Account
    other: Account
    gangnam: Location
    busan: Location
    user: User


@pytest.fixture
def world(session: Session) -> World:
    """Two accounts of one person; the first with two places in use and one that is not."""
    warehouse = make_warehouse(session)
    account = make_account(session, name="가나 상사", credit_used=250_000)
    other = make_account(session, name="나라 상사")
    busan = make_location(session, account, warehouse, name="부산", position=2)
    gangnam = make_location(session, account, warehouse, name="강남", position=1, delivery_weekdays=0b0010101)
    make_location(session, account, warehouse, name="닫은 곳", position=0, active=False)
    make_location(session, other, warehouse, name="대전")
    user = make_user(session, account, role=AccountRole.OWNER, name="김하나")
    session.add(Membership(user_id=user.id, account_id=other.id, role=AccountRole.VIEWER))
    session.flush()
    return World(account, other, gangnam, busan, user)


@pytest.fixture
def executed(session: Session) -> Iterator[list[str]]:
    texts: list[str] = []

    def note(_connection, _cursor, statement, *_rest) -> None:
        texts.append(statement)

    connection = session.connection()
    event.listen(connection, "before_cursor_execute", note)
    yield texts
    event.remove(connection, "before_cursor_execute", note)


def test_a_viewer_is_the_person_the_account_and_its_places(session, world):
    viewer = viewer_of(session, world.user.id, 0, None)
    assert viewer is not None
    assert (viewer.user.id, viewer.user.name, viewer.user.email) == (
        world.user.id,
        "김하나",
        world.user.email,
    )
    assert not viewer.is_staff
    assert viewer.account is not None
    assert (viewer.account.id, viewer.account.name, viewer.account.role) == (
        world.account.id,
        "가나 상사",
        AccountRole.OWNER,
    )
    assert (viewer.account.terms_kind, viewer.account.net_days) == (TermsKind.NET, 30)
    assert (viewer.account.credit_limit, viewer.account.credit_used, viewer.account.credit_left) == (
        10_000_000,
        250_000,
        9_750_000,
    )
    assert viewer.buyer == buyer_of(session, world.account.id)
    assert viewer.accounts == ((world.account.id, "가나 상사"), (world.other.id, "나라 상사"))
    assert [place.name for place in viewer.locations] == ["강남", "부산"]
    assert viewer.location == viewer.locations[0]
    assert viewer.cart_count == 0


def test_the_chosen_account_is_the_one_looked_through(session, world):
    viewer = viewer_of(session, world.user.id, 0, world.other.id)
    assert viewer is not None
    assert viewer.account is not None
    assert viewer.account.id == world.other.id
    assert viewer.account.role is AccountRole.VIEWER
    assert [place.name for place in viewer.locations] == ["대전"]
    assert viewer.accounts == ((world.account.id, "가나 상사"), (world.other.id, "나라 상사"))


def test_an_account_one_is_no_member_of_cannot_be_chosen(session, world):
    stranger = make_account(session, name="가가 상사")
    viewer = viewer_of(session, world.user.id, 0, stranger.id)
    assert viewer is not None
    assert viewer.account is not None
    assert viewer.account.id == world.account.id
    assert stranger.id not in dict(viewer.accounts)


def test_an_account_still_open_comes_before_a_closed_one(session, world):
    world.account.status = AccountStatus.CLOSED
    session.flush()
    viewer = viewer_of(session, world.user.id, 0, None)
    assert viewer is not None
    assert viewer.account is not None
    assert viewer.account.id == world.other.id


def test_a_viewer_takes_two_statements_however_many_places(session, world, executed):
    warehouse = make_warehouse(session)
    for _ in range(30):
        make_location(session, world.account, warehouse)
    executed.clear()
    viewer = viewer_of(session, world.user.id, 0, None)
    assert viewer is not None
    assert len(viewer.locations) == 32
    assert len(executed) == 2


def test_a_session_of_an_earlier_epoch_does_not_hold(session, world):
    world.user.session_epoch = 3
    session.flush()
    assert viewer_of(session, world.user.id, 2, None) is None
    assert viewer_of(session, world.user.id, 4, None) is None
    assert viewer_of(session, world.user.id, 3, None) is not None


def test_a_barred_or_unknown_person_is_no_viewer(session, world):
    world.user.active = False
    session.flush()
    assert viewer_of(session, world.user.id, 0, None) is None
    assert viewer_of(session, world.user.id + 1000, 0, None) is None


def test_the_sellers_people_have_no_account_even_as_members(session, world, executed):
    rep = make_user(session, world.account, staff_role=StaffRole.REP)
    executed.clear()
    viewer = viewer_of(session, rep.id, 0, world.account.id)
    assert viewer is not None
    assert viewer.is_staff
    assert (viewer.account, viewer.buyer, viewer.accounts, viewer.location, viewer.locations) == (
        None,
        None,
        (),
        None,
        (),
    )
    assert len(executed) == 1


def test_a_person_of_no_account_and_an_account_of_no_place(session):
    lonely = viewer_of(session, make_user(session).id, 0, None)
    assert lonely is not None
    assert (lonely.account, lonely.is_staff) == (None, False)
    placeless = viewer_of(session, make_user(session, make_account(session)).id, 0, None)
    assert placeless is not None
    assert (placeless.location, placeless.locations) == (None, ())
    assert len(placeless.accounts) == 1


def test_no_credit_is_not_credit_of_zero(session):
    viewer = viewer_of(session, make_user(session, make_account(session, credit_limit=None)).id, 0, None)
    assert viewer is not None
    assert viewer.account is not None
    assert viewer.account.credit_left is None


def test_a_buyer_is_what_prices_depend_on(session):
    segment = make_segment(session)
    profile = make_tax_profile(session, rounding=TaxRounding.DOCUMENT_DOWN, shows_tax_included=True)
    account = make_account(
        session, segment_id=segment.id, tax_profile_id=profile.id, currency="JPY", country="JP", locale="ja",
        timezone="Asia/Tokyo",
    )  # fmt: skip
    buyer = buyer_of(session, account.id)
    assert (buyer.account_id, buyer.segment_id, buyer.tax_profile_id) == (account.id, segment.id, profile.id)
    assert (buyer.currency, buyer.locale, buyer.country, buyer.timezone) == ("JPY", "ja", "JP", "Asia/Tokyo")
    assert (buyer.tax_rounding, buyer.shows_tax_included) == (TaxRounding.DOCUMENT_DOWN, True)
    with pytest.raises(NotFound):
        buyer_of(session, account.id + 1)


def test_members_are_the_active_people_by_name(session, world):
    colleague = make_user(session, world.account, role=AccountRole.FINANCE, name="가장 먼저")
    make_user(session, world.account, name="그만둔 사람", active=False)
    make_user(session, world.other, name="다른 회사")
    assert members_of(session, world.account.id) == [
        Member(colleague.id, "가장 먼저", colleague.email, AccountRole.FINANCE),
        Member(world.user.id, "김하나", world.user.email, AccountRole.OWNER),
    ]


def test_a_contact_is_one_of_the_sellers_people(session, world):
    rep = make_user(session, staff_role=StaffRole.REP, name="이대표")
    assert contact_of(session, rep.id) == Contact("이대표", rep.email)
    assert contact_of(session, world.user.id) is None
    assert contact_of(session, None) is None
    rep.active = False
    session.flush()
    assert contact_of(session, rep.id) is None


def test_credentials_are_found_by_mail_address_or_id(session, world):
    found = credentials_by_email(session, world.user.email)
    assert found is not None
    assert (found.user_id, found.password_hash, found.session_epoch) == (world.user.id, password_hash(), 0)
    assert credentials_by_id(session, world.user.id) == found
    assert credentials_by_email(session, "nobody@example.com") is None
    world.user.active = False
    session.flush()
    assert credentials_by_email(session, world.user.email) is None
    assert credentials_by_id(session, world.user.id) is None


def test_mail_to_a_person_is_in_the_language_of_their_first_account(session):
    account = make_account(session, name="A", locale="fr-CA")
    user = make_user(session, account)
    session.add(
        Membership(user_id=user.id, account_id=make_account(session, name="B").id, role=AccountRole.BUYER)
    )
    session.flush()
    assert document_locale(session, user.id) == "fr-CA"
    assert document_locale(session, make_user(session).id) is None


def test_closed_days_are_those_between_both_days_included(session):
    session.add_all(ClosedDay(day=date(2026, 12, day)) for day in (1, 2, 3, 4))
    session.flush()
    assert closed_days(session, date(2026, 12, 2), date(2026, 12, 3)) == {
        date(2026, 12, 2),
        date(2026, 12, 3),
    }
    assert closed_days(session, date(2027, 1, 1), date(2027, 2, 1)) == frozenset()


def test_prepaid_terms_come_along(session):
    terms = make_terms(session, kind=TermsKind.PREPAID, net_days=0)
    viewer = viewer_of(
        session, make_user(session, make_account(session, payment_terms_id=terms.id)).id, 0, None
    )
    assert viewer is not None
    assert viewer.account is not None
    assert (viewer.account.terms_kind, viewer.account.terms_code) == (TermsKind.PREPAID, terms.code)
