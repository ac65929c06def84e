"""GET /desk/search and the seller's own words."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from portal.accounts.models import StaffRole
from portal.core.database import Database
from portal.discovery.models import SearchQuery, SearchRedirect, SynonymGroup
from tests.conftest import NOW
from tests.dealer import Person
from tests.factories import added, make_user
from tests.storefront import Shop

HOME = "/desk/search"


@pytest.fixture
def desk(shop: Shop, app: Flask) -> Person:
    return staff(shop, app, StaffRole.DESK)


def staff(shop: Shop, app: Flask, role: StaffRole) -> Person:
    user = make_user(shop.session, staff_role=role, locale="en")
    shop.commit()
    return Person(app, user)


def groups(database: Database) -> list[list[str]]:
    with database.reading() as session:
        return list(session.scalars(select(SynonymGroup.words).order_by(SynonymGroup.id)))


def leads(database: Database) -> dict[str, str]:
    with database.reading() as session:
        rows = session.execute(select(SearchRedirect.words, SearchRedirect.target))
        return {row.words: row.target for row in rows}


def sought(shop: Shop, text: str, hits: int) -> None:
    added(
        shop.session,
        SearchQuery(account_id=shop.account.id, text=text, folded=text, locale="en", hits=hits, at=NOW),
    )


def test_what_is_not_found_leads_to_a_synonym(shop: Shop, desk: Person, database: Database) -> None:
    for _ in range(3):
        sought(shop, "frappe", 0)
    sought(shop, "latte", 4)
    shop.commit()
    page = desk.open(HOME)
    rows = {row.attributes["data-words"]: row.attributes["data-times"] for row in page.having("data-words")}
    assert rows == {"frappe": "3", "latte": "1"}
    (link,) = [element for element in page.all("a") if element.text == "Add synonym: frappe"]
    page = desk.open(link.attributes["href"])
    assert dict(desk.browser.form("/desk/search/synonyms/new").values)["words"] == "frappe"
    page = desk.browser.submit("/desk/search/synonyms/new", words="frappe\nfrozen coffee, 프라페")
    assert desk.browser.address == HOME
    assert groups(database) == [["frappe", "frozen coffee", "프라페"]]
    assert "frappe · frozen coffee · 프라페" in page.text


def test_a_group_is_changed_and_removed(desk: Person, database: Database) -> None:
    desk.open("/desk/search/synonyms/new")
    desk.browser.submit("/desk/search/synonyms/new", words="cup, mug")
    (row,) = desk.browser.page.having("data-group")
    address = f"/desk/search/synonyms/{row.attributes['data-group']}"
    page = desk.open(address)
    page = desk.browser.submit(address, words="cup")
    assert desk.browser.status == 422
    assert "at least two" in page.text
    assert groups(database) == [["cup", "mug"]]
    desk.browser.submit(address, words="cup, beaker")
    assert groups(database) == [["cup", "beaker"]]
    desk.open(address)
    desk.browser.submit(f"{address}/removal")
    assert groups(database) == []
    assert desk.get(address).status_code == 404


def test_a_word_of_another_group_is_refused(desk: Person, database: Database) -> None:
    for words, status in (("cup, mug", 200), ("Mug, beaker", 409)):
        desk.open("/desk/search/synonyms/new")
        page = desk.browser.submit("/desk/search/synonyms/new", words=words)
        assert desk.browser.status == status
    assert "Mug" in page.text
    assert groups(database) == [["cup", "mug"]]


def test_a_redirect_is_kept_changed_and_removed(desk: Person, database: Database) -> None:
    new = "/desk/search/redirects/new"
    for target in ("https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", ""):
        desk.open(new)
        desk.browser.submit(new, words="Sale", target=target)
        assert desk.browser.status == 422, target
    assert leads(database) == {}
    desk.open(new)
    page = desk.browser.submit(new, words="Sale", target="/search?promo=1")
    assert leads(database) == {"sale": "/search?promo=1"}
    (row,) = page.having("data-redirect")
    address = f"/desk/search/redirects/{row.attributes['data-redirect']}"
    desk.open(address)
    desk.browser.submit(address, words="offers", target="/")
    assert leads(database) == {"offers": "/"}
    desk.open(address)
    desk.browser.submit(f"{address}/removal")
    assert leads(database) == {}


def test_a_rep_looks_and_changes_nothing(shop: Shop, app: Flask, database: Database) -> None:
    rep = staff(shop, app, StaffRole.REP)
    page = rep.open(HOME)
    assert rep.browser.status == 200
    assert [link for link in page.all("a") if "/desk/search/" in link.attributes.get("href", "")] == []
    assert rep.get("/desk/search/synonyms/new").status_code == 403
    assert rep.post("/desk/search/synonyms/new", words="cup, mug").status_code == 403
    assert groups(database) == []


def test_a_dealer_finds_no_desk(shop: Shop, app: Flask) -> None:
    shop.commit()
    assert Person(app, shop.buyer).get(HOME).status_code == 404
