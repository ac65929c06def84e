from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from portal.accounts.models import AccountRole, AccountStatus, Membership, StaffRole, TermsKind
from tests.browser import Browser
from tests.factories import (
    PASSWORD,
    make_account,
    make_location,
    make_tax_profile,
    make_terms,
    make_user,
    make_warehouse,
)


@pytest.fixture
def account(session: Session):
    """A Korean dealer read in English, with two places and a sales rep."""
    rep = make_user(session, staff_role=StaffRole.REP, name="Rep Park", email="rep@seller.example")
    account = make_account(
        session,
        name="Bean House",
        code="C-1001",
        locale="en",
        business_number="2208162517",
        credit_limit=1_000_000,
        credit_used=250_000,
        order_limit=400_000,
        sales_rep_id=rep.id,
        tax_profile_id=make_tax_profile(session, name="Korea VAT").id,
    )
    warehouse = make_warehouse(session)
    make_location(
        session, account, warehouse, name="Gangnam", region="서울", city="강남구", line1="테헤란로 1", line2="2층",
        postal_code="06234", delivery_weekdays=0b0010101, position=1,
    )  # fmt: skip
    make_location(
        session, account, warehouse, name="Montréal", country="CA", region="QC", city="Montréal", line1="1 rue Un",
        postal_code="H2X 1Y4", delivery_weekdays=0, position=2,
    )  # fmt: skip
    for role in AccountRole:
        make_user(session, account, role=role, email=f"{role}@example.com", name=f"The {role}")
    session.commit()
    return account


def my(browser: Browser, role: str = "owner"):
    browser.sign_in(f"{role}@example.com", PASSWORD)
    return browser.open("/account")


def facts(page) -> dict[str, str]:
    names = [element.text for element in page.elements if element.tag == "dt"]
    values = [element.text for element in page.elements if element.tag == "dd"]
    return dict(zip(names, values, strict=True))


def test_the_facts_of_the_account(account, browser):
    page = my(browser)
    assert browser.status == 200
    assert list(facts(page).values()) == [
        "C-1001",
        "Owner",
        "220-81-62517",
        "KRW",
        "On account, due after 30 days",
        "VAT 10%",
        "₩400,000",
        "Rep Parkrep@seller.example",
    ]
    assert page.all("a", href="mailto:rep@seller.example")
    assert "Credit left ₩750,000" in page.text
    assert page.all("meter")[0].attributes["value"] == "750000"


def test_places_are_shown_as_their_country_writes_them(account, browser):
    page = my(browser)
    assert "06234 서울 강남구 테헤란로 1 2층" in page.text
    assert "1 rue Un, Montréal, QC H2X 1Y4" in page.text
    assert "Deliveries: Mon Wed Fri" in page.text
    assert page.text.count("Deliveries:") == 1


@pytest.mark.parametrize("role", list(AccountRole))
def test_only_the_owner_sees_the_people(account, browser, role):
    page = my(browser, role)
    others = [other for other in AccountRole if other is not role]
    seen = [other for other in others if f"{other}@example.com" in page.text]
    assert seen == (others if role is AccountRole.OWNER else [])


def test_people_of_other_accounts_are_never_seen(account, browser, session):
    rival = make_account(session, name="Rival House", code="C-2002")
    make_user(session, rival, name="Rival Person", email="rival@example.com")
    session.commit()
    page = my(browser)
    for text in ("Rival", "rival@example.com", "C-2002"):
        assert text not in page.text


@pytest.mark.parametrize(
    "role,seen", [("owner", True), ("finance", True), ("buyer", True), ("viewer", False)]
)
def test_credit_is_not_for_everybody(account, browser, role, seen):
    assert ("Credit left" in my(browser, role).text) is seen


def test_an_account_without_credit_shows_none(account, browser, session):
    account.credit_limit = None
    account.payment_terms_id = make_terms(session, kind=TermsKind.PREPAID, net_days=0).id
    session.commit()
    page = my(browser)
    assert "Credit left" not in page.text
    assert facts(page)["Payment"] == "Paid before the goods leave"


@pytest.mark.parametrize(
    "status,said",
    [(AccountStatus.ON_HOLD, "on hold"), (AccountStatus.CLOSED, "closed"), (AccountStatus.ACTIVE, None)],
)
def test_what_keeps_the_account_from_ordering_is_said(account, browser, session, status, said):
    account.status = status
    session.commit()
    warnings = my(browser).all(class_="message message--warning")
    assert [said in warning.text for warning in warnings] == ([True] if said else [])


def test_a_person_without_an_account_is_told_what_to_do(browser, session):
    make_user(session, email="owner@example.com", locale="en")
    session.commit()
    page = my(browser)
    assert browser.status == 200
    assert "No account yet" in page.text
    assert not page.all("dt")


def test_an_account_without_a_place_says_so(browser, session):
    make_user(session, make_account(session, locale="en"), email="owner@example.com")
    session.commit()
    assert "No place of delivery yet" in my(browser).text


@pytest.mark.parametrize("role", list(StaffRole))
def test_the_sellers_people_have_their_own_settings(browser, session, role):
    make_user(session, staff_role=role, email="owner@example.com", locale="en")
    session.commit()
    page = my(browser)
    assert browser.status == 200
    assert list(facts(page)) == ["Your role"]
    assert {form.action for form in page.forms} >= {"/account/language", "/account/text-size", "/logout"}


def test_strangers_are_asked_to_sign_in(client):
    answer = client.get("/account")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/login?next=/account")


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_wrong_methods(client, method):
    answer = getattr(client, method)("/account", headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 405


def test_statements_do_not_grow_with_people_and_places(account, browser, session, statements):
    my(browser)
    statements.texts.clear()
    browser.open("/account")
    few = len(statements)
    warehouse = make_warehouse(session)
    for _ in range(20):
        make_location(session, account, warehouse)
        make_user(session, account)
    session.commit()
    statements.texts.clear()
    browser.open("/account")
    assert len(statements) == few
    # Who looks with account and places (2), the cart's count (1), the contact (1), the people (1),
    # the taxes (1) and the choice of mails (1).
    assert few == 7


def test_long_names_are_shown_whole(account, browser, session):
    account.name = "주식회사 " + "아주긴이름의커피원두유통전문회사" * 6
    session.commit()
    assert account.name in my(browser).text


def test_a_member_of_two_accounts_sees_the_one_acted_for(account, browser, session):
    other = make_account(session, name="Zebra House", code="C-3003", locale="en")
    user = make_user(session, account, email="both@example.com")
    session.add(Membership(user_id=user.id, account_id=other.id, role=AccountRole.FINANCE))
    session.commit()
    page = my(browser, "both")
    assert facts(page)["Customer number"] == "C-1001"
    browser.submit("/account/switch", button=("account_id", str(other.id)))
    page = browser.open("/account")
    assert facts(page)["Customer number"] == "C-3003"
    assert facts(page)["Your role"] == "Finance"
