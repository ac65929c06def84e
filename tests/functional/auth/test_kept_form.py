"""What is typed when the session ends: kept for the person who typed it, sent when they say so, and once."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import NamedTuple

import flask
import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session

from portal.accounts.models import AccountRole, Membership, User
from portal.blueprints.kept_form import (
    MAX_AGE_SECONDS,
    MAX_CHARACTERS,
    KeptForm,
    Writer,
    form_of_request,
    packed,
    unpacked,
)
from portal.core.database import Database
from tests.browser import Browser, Page
from tests.conftest import NOW
from tests.dealer import Person, cart_of, dealer, moment, order_count, part, shop  # noqa: F401
from tests.factories import PASSWORD, make_account
from tests.storefront import Shop

ORDER = {"po_number": "PO-77", "notes": "Ring the bell\nat the back door"}


class Counter(NamedTuple):
    """A dealer before a checkout that is ready to be sent."""

    person: Person
    client: FlaskClient
    email: str
    variant_id: int


@pytest.fixture
def counter(app: Flask, shop: Shop) -> Counter:  # noqa: F811
    variant = shop.sell("BEAN-1")
    shop.commit()
    person = Person(app, shop.buyer)
    person.browser.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    person.open("/")
    person.add(variant.sku, 2)
    person.open("/checkout")
    return Counter(person, person.browser.client, shop.buyer.email, variant.id)


def send(counter: Counter, **fields: str) -> Page:
    """Send the checkout that is open, as a browser does that says which page it was on."""
    form = counter.person.browser.form("/checkout")
    typed = dict(form.values) | ORDER | fields
    answer = counter.client.post("/checkout", data=typed, headers={"Referer": "http://localhost/checkout"})
    browser = counter.person.browser
    browser.response, browser.address, browser.page = answer, "/checkout", Page(answer.text)
    return browser.page


def fields_of(page: Page, action: str) -> dict[str, str]:
    (form,) = [form for form in page.forms if form.action == action]
    return dict(form.values)


def end_session(client: FlaskClient) -> None:
    client.delete_cookie("portal")


def test_the_same_person_sends_it_after_signing_in(counter: Counter, database: Database):
    browser = counter.person.browser
    shown = dict(browser.form("/checkout").values)
    end_session(counter.client)

    page = send(counter)

    assert browser.status == 401
    assert "What you filled in is kept. Sign in, then you can send it." in page.text
    assert "no-store" in browser.response.headers["Cache-Control"]  # type: ignore[union-attr]
    page = browser.submit("/login", email=counter.email, password=PASSWORD)
    assert browser.status == 200
    assert "no-store" in browser.response.headers["Cache-Control"]  # type: ignore[union-attr]
    assert "Your order" in page.text
    assert "What you sent was not done yet." in page.text
    assert "PO-77" in page.text
    fields = fields_of(page, "/checkout")
    assert fields | {"csrf_token": ""} == shown | ORDER | {"csrf_token": ""}
    assert fields["csrf_token"] != shown["csrf_token"]
    assert page.all("a", href="/checkout")[0].text.strip() == "Back to the page without it"
    # Nothing is ordered before the person says so.
    assert order_count(database) == 0

    page = browser.submit("/checkout")

    assert browser.status == 200
    assert browser.address.startswith("/orders/")
    assert "PO-77" in page.text
    assert order_count(database) == 1
    # The same form once more gives the same order.
    again = counter.client.post("/checkout", data=fields)
    assert again.headers["Location"].partition("?")[0] == browser.address
    assert order_count(database) == 1


def test_a_wrong_password_in_between_loses_nothing(counter: Counter):
    browser = counter.person.browser
    end_session(counter.client)
    send(counter)

    page = browser.submit("/login", email=counter.email, password="wrong, quite wrong")
    assert browser.status == 422
    assert "What you filled in is kept." in page.text
    page = browser.submit("/login", email=counter.email, password=PASSWORD)

    assert fields_of(page, "/checkout")["po_number"] == "PO-77"


def test_a_sign_in_page_that_was_open_too_long_loses_nothing(counter: Counter):
    browser = counter.person.browser
    end_session(counter.client)
    send(counter)
    end_session(counter.client)

    browser.submit("/login", email=counter.email, password=PASSWORD)
    assert browser.status == 422
    page = browser.submit("/login", email=counter.email, password=PASSWORD)

    assert fields_of(page, "/checkout")["po_number"] == "PO-77"


def test_somebody_else_sees_nothing_of_it(counter: Counter, shop: Shop, database: Database):  # noqa: F811
    _account, rival = shop.rival(locale="en")
    shop.commit()
    browser = counter.person.browser
    end_session(counter.client)
    send(counter)

    page = browser.submit("/login", email=rival.email, password=PASSWORD)

    assert browser.status == 200
    assert browser.address == "/checkout"
    assert "PO-77" not in browser.response.text  # type: ignore[union-attr]
    assert [form for form in page.forms if "po_number" in dict(form.values)] == []
    assert order_count(database) == 0


def test_a_password_changed_elsewhere_loses_nothing(counter: Counter, session: Session):
    session.execute(
        update(User).where(User.email == counter.email).values(session_epoch=User.session_epoch + 1)
    )
    session.commit()

    send(counter)
    page = counter.person.browser.submit("/login", email=counter.email, password=PASSWORD)

    assert fields_of(page, "/checkout")["po_number"] == "PO-77"


def test_a_remembered_person_is_asked_at_once(app: Flask, counter: Counter, database: Database):
    browser = Browser(app.test_client())
    browser.open("/login")
    form = dict(browser.form("/login").values)
    browser.client.post("/login", data=form | {"email": counter.email, "password": PASSWORD, "remember": "y"})
    # The first form is of the session that signing in began, the second of one the cookie brought back.
    for _session in range(2):
        browser.open("/checkout")
        typed = dict(browser.form("/checkout").values) | ORDER
        end_session(browser.client)
        answer = browser.client.post("/checkout", data=typed)
        assert answer.status_code == 422
        page = Page(answer.text)
        assert "You are signed in again" in page.text
        assert order_count(database) == 0

    sent = browser.client.post("/checkout", data=fields_of(page, "/checkout"))

    assert sent.status_code == 303
    assert order_count(database) == 1


def test_a_form_of_an_earlier_person_is_not_shown_to_the_next(
    counter: Counter,
    shop: Shop,  # noqa: F811
    database: Database,
):
    _account, rival = shop.rival(locale="en")
    shop.commit()
    typed = dict(counter.person.browser.form("/checkout").values) | ORDER
    end_session(counter.client)
    other = counter.person.browser
    other.sign_in(rival.email, PASSWORD)

    answer = counter.client.post("/checkout", data=typed)

    assert answer.status_code == 422
    assert "This page was open too long" in answer.text
    assert "PO-77" not in answer.text
    assert order_count(database) == 0


def test_a_part_is_sent_again_as_a_page(counter: Counter, database: Database):
    token = counter.person.token
    end_session(counter.client)

    answer = counter.client.post(
        "/cart/lines",
        data={"sku": "X", "quantity": "1"},
        headers={"HX-Request": "true", "X-CSRFToken": token, "Referer": "http://localhost/products/X"},
    )

    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/login?next=/products/X"
    assert answer.text == ""


def test_a_part_whose_token_is_old_is_sent_again_as_a_page(counter: Counter):
    token = counter.person.token
    end_session(counter.client)
    counter.person.browser.sign_in(counter.email, PASSWORD)

    answer = counter.client.post(
        "/cart/lines",
        data={"sku": "X", "quantity": "1"},
        headers={"HX-Request": "true", "X-CSRFToken": token},
    )

    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/"


def test_a_forged_or_expired_token_gives_nothing_back(counter: Counter, database: Database):
    browser = counter.person.browser
    end_session(counter.client)
    page = send(counter)
    kept = fields_of(page, "/login")["kept"]
    for token in ("", "nonsense", kept[:-1] + ("A" if kept[-1] != "A" else "B"), f"x{kept}"):
        end_session(counter.client)
        browser.open("/login")
        data = dict(browser.form("/login").values) | {
            "email": counter.email,
            "password": PASSWORD,
            "kept": token,
        }
        answer = counter.client.post("/login", data=data)
        assert answer.status_code == 303, token
        assert answer.headers["Location"] == "/"
    end_session(counter.client)
    with time_machine.travel(NOW + timedelta(seconds=MAX_AGE_SECONDS + 1), tick=False):
        browser.open("/login")
        data = dict(browser.form("/login").values) | {
            "email": counter.email,
            "password": PASSWORD,
            "kept": kept,
        }
        answer = counter.client.post("/login", data=data)
    assert answer.status_code == 303
    assert order_count(database) == 0


@pytest.mark.parametrize("token", ["", "nonsense"])
def test_a_form_that_is_not_ours_is_not_kept(client: FlaskClient, token: str):
    answer = client.post("/checkout", data={"csrf_token": token, "po_number": "PO-77"})

    assert answer.status_code == 303
    assert answer.headers["Location"] == "/login"


def test_what_is_too_large_is_said_to_be(counter: Counter):
    browser = counter.person.browser
    end_session(counter.client)

    page = send(counter, notes="x" * MAX_CHARACTERS)

    assert browser.status == 401
    assert "What you sent is too large to be kept meanwhile" in page.text
    assert "xxxx" not in fields_of(page, "/login")["kept"]
    page = browser.submit("/login", email=counter.email, password=PASSWORD)
    assert browser.status == 200
    assert "It was too large to be kept while you signed in. Go back and send it again." in page.text
    assert [form for form in page.forms if form.action == "/checkout"] == []
    assert page.all("a", href="/checkout")[0].text.strip() == "Back to the page"


def test_a_file_is_said_not_to_be_kept(counter: Counter):
    browser = counter.person.browser
    browser.open("/quick-order")
    token = counter.person.token
    end_session(counter.client)

    answer = counter.client.post(
        "/quick-order",
        data={"csrf_token": token, "lines": "X 2", "file": (io.BytesIO(b"sku,quantity\nX,2\n"), "lines.csv")},
        headers={"Referer": "http://localhost/quick-order"},
    )

    assert answer.status_code == 401
    browser.response, browser.page = answer, Page(answer.text)
    assert "A file cannot be kept meanwhile" in browser.page.text
    page = browser.submit("/login", email=counter.email, password=PASSWORD)
    assert "A file cannot be kept while you sign in. Go back, choose it again and send it." in page.text
    assert page.all("a", href="/quick-order")[-1].text.strip() == "Back to the page"


def test_lines_of_text_arrive_as_they_were_written(counter: Counter):
    browser = counter.person.browser
    browser.open("/quick-order")
    token = counter.person.token
    text = "\r\n".join(f"SKU-{number} {number} <b>&\"' 바닐라" for number in range(1, 41))
    end_session(counter.client)

    answer = counter.client.post("/quick-order", data={"csrf_token": token, "lines": text})
    browser.response, browser.page = answer, Page(answer.text)
    page = browser.submit("/login", email=counter.email, password=PASSWORD)

    assert "40 lines" in page.text
    # A browser reads each line end of a page as one line feed, and sends it as two signs again.
    assert fields_of(page, "/quick-order")["lines"].replace("\r\n", "\n") == text.replace("\r\n", "\n")


@pytest.mark.parametrize(
    "address, fields",
    [
        ("/account/password", {"current": PASSWORD, "password": "another good one"}),
        ("/search/seen", {"q": "x"}),
    ],
)
def test_passwords_and_notes_of_pages_are_not_kept(counter: Counter, address: str, fields: dict[str, str]):
    token = counter.person.token
    end_session(counter.client)

    answer = counter.client.post(address, data={"csrf_token": token, **fields})

    assert answer.status_code == 303
    assert answer.headers["Location"].partition("?")[0] == "/login"


def test_what_is_kept_holds_for_its_own_address_alone(app: Flask, counter: Counter):
    token = counter.person.token
    with app.test_request_context("/checkout?a=1", method="POST", data={"csrf_token": token, "notes": "n"}):
        kept = form_of_request()
        assert kept is not None
        text = packed(kept)
        assert unpacked(text) == kept
        assert (kept.path, kept.endpoint, kept.fields) == (
            "/checkout?a=1",
            "checkout.place",
            (("notes", "n"),),
        )
        for path, endpoint in (
            ("/nowhere", "checkout.place"),
            ("/cart/lines", "checkout.place"),
            ("/checkout", "cart.add"),
        ):
            wrong = packed(type(kept)(kept.writer, endpoint, path, "", None, kept.fields))
            assert unpacked(wrong) is None, path
    assert flask.has_request_context() is False


def test_an_unknown_address_is_not_found_whatever_it_carries(counter: Counter):
    token = counter.person.token
    end_session(counter.client)

    answer = counter.client.post("/nowhere", data={"csrf_token": token, "notes": "n"})

    assert answer.status_code == 404
    assert 'name="kept"' not in answer.text


def test_another_sites_form_is_refused_before_anything_is_kept(counter: Counter):
    token = counter.person.token
    end_session(counter.client)

    answer = counter.client.post(
        "/checkout", data={"csrf_token": token}, headers={"Sec-Fetch-Site": "cross-site"}
    )

    assert answer.status_code == 403
    assert 'name="kept"' not in answer.text


def test_adding_to_the_cart_goes_on_after_signing_in(counter: Counter, shop: Shop, database: Database):  # noqa: F811
    other = shop.sell("BEAN-2")
    shop.commit()
    browser = counter.person.browser
    token = counter.person.token
    end_session(counter.client)

    answer = counter.client.post(
        "/cart/lines",
        data={"csrf_token": token, "sku": other.sku, "quantity": "3"},
        headers={"Referer": f"http://localhost/products/{other.sku}"},
    )
    browser.response, browser.page = answer, Page(answer.text)
    page = browser.submit("/login", email=counter.email, password=PASSWORD)
    assert page.all("a", href=f"/products/{other.sku}")[0].text.strip() == "Back to the page without it"
    assert cart_of(database, shop.buyer.id) == {counter.variant_id: 2}
    sent = counter.client.post(
        "/cart/lines", data=fields_of(page, "/cart/lines"), headers={"Referer": "http://localhost/login"}
    )

    # Signing in is no page to go back to.
    assert sent.headers["Location"] == "/cart"
    assert cart_of(database, shop.buyer.id) == {counter.variant_id: 2, other.id: 3}


@pytest.fixture
def other_account(counter: Counter, session: Session) -> int:
    """A second account of the counter's person; its page is another one's."""
    other = make_account(session, name="Zebra House", locale="en")
    session.add(Membership(user_id=counter.person.user_id, account_id=other.id, role=AccountRole.BUYER))
    session.commit()
    return other.id


def test_who_lands_in_another_account_is_asked_to_change_first(
    counter: Counter,
    other_account: int,
    shop: Shop,  # noqa: F811
    database: Database,
):
    browser = counter.person.browser
    end_session(counter.client)
    send(counter)
    # Another device, or another choice made since.
    counter.client.set_cookie("portal_account", str(other_account))

    page = browser.submit("/login", email=counter.email, password=PASSWORD)

    own = shop.account.name
    assert "You wrote it for another account." in page.text
    assert [fact.text for fact in page.all("dd")][:2] == [own, "Zebra House"]
    assert "PO-77" in page.text
    assert [form.action for form in page.forms if "po_number" in dict(form.values)] == []
    assert page.all("span", class_="switcher__account")[0].text == "Zebra House"
    page = browser.send(
        next(form for form in page.forms if "kept" in dict(form.values) and form.action == "/account/switch")
    )
    assert browser.status == 200
    assert page.all("span", class_="switcher__account")[0].text == own
    assert "another account" not in page.text
    assert order_count(database) == 0
    page = browser.submit("/checkout")
    assert browser.address.startswith("/orders/")
    assert "PO-77" in page.text
    assert order_count(database) == 1


def test_a_page_of_another_account_does_nothing_without_a_word(
    counter: Counter, other_account: int, database: Database
):
    person = counter.person
    typed = dict(person.browser.form("/checkout").values) | ORDER
    token = person.token
    person.open("/")
    assert person.post("/account/switch", account_id=other_account).status_code == 303

    answer = counter.client.post("/checkout", data=typed)
    part_ = counter.client.post(
        "/cart/lines",
        data={"sku": "BEAN-1", "quantity": 1},
        headers={"HX-Request": "true", "X-CSRFToken": token},
    )

    assert answer.status_code == 422
    assert "You wrote it for another account." in Page(answer.text).text
    # A part has no room for the question: it is sent again as a page.
    assert part_.status_code == 401
    assert order_count(database) == 0
    assert cart_of(database, person.user_id) == {counter.variant_id: 2}


def test_a_page_open_when_a_membership_ended_does_nothing_for_the_next_account(
    counter: Counter,
    other_account: int,
    shop: Shop,  # noqa: F811
    session: Session,
    database: Database,
):
    person = counter.person
    session.delete(session.get_one(Membership, (person.user_id, shop.account.id)))
    session.commit()

    page = send(counter)

    assert counter.person.browser.status == 422
    assert "It was written for an account that you do not belong to any more" in page.text
    assert shop.account.name not in page.text
    assert [
        form for form in page.forms if "kept" in dict(form.values) and form.action == "/account/switch"
    ] == []
    assert order_count(database) == 0
    # Pages of now go on as ever.
    person.open("/account")
    assert person.post("/account/switch", account_id=other_account).status_code == 303


@pytest.mark.parametrize("kept", ["nonsense", "of a stranger"])
def test_changing_the_account_shows_nothing_that_is_not_ones_own(
    counter: Counter, other_account: int, app: Flask, kept: str
):
    if kept != "nonsense":
        with app.test_request_context("/checkout", method="POST"):
            writer = Writer(10**6, other_account)
            kept = packed(KeptForm(writer, "checkout.place", "/checkout", "", None, (("notes", "secret"),)))
    counter.person.open("/account")

    answer = counter.person.post("/account/switch", account_id=other_account, kept=kept, next="/orders")

    assert (answer.status_code, answer.headers["Location"]) == (303, "/orders")


def test_another_language_loses_nothing_on_the_way(counter: Counter, database: Database):
    browser = counter.person.browser
    end_session(counter.client)
    send(counter)

    page = browser.submit("/account/language", button=("locale", "fr-CA"))
    assert browser.status == 401
    assert page.all("html")[0].attributes["lang"] == "fr-CA"
    page = browser.submit("/login", email=counter.email, password=PASSWORD)
    assert fields_of(page, "/checkout")["po_number"] == "PO-77"
    page = browser.submit("/account/language", button=("locale", "ja"))

    assert browser.status == 200
    assert page.all("html")[0].attributes["lang"] == "ja"
    assert fields_of(page, "/checkout")["po_number"] == "PO-77"
    browser.submit("/checkout")
    assert browser.address.startswith("/orders/")
    assert order_count(database) == 1


def test_a_language_form_shows_nobody_elses_form(counter: Counter, app: Flask):
    with app.test_request_context("/checkout", method="POST"):
        kept = packed(
            KeptForm(Writer(10**6, 1), "checkout.place", "/checkout", "", None, (("notes", "secret"),))
        )
    counter.person.open("/account")

    answer = counter.person.post("/account/language", locale="ja", kept=kept, next="/account")

    assert (answer.status_code, answer.headers["Location"]) == (303, "/account")
