from __future__ import annotations

from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from portal.accounts.models import AccountRole
from portal.catalog.models import LinkKind, ProductLink, Unit
from portal.core.database import Database
from portal.orders.models import BulkEntry, LaterLine, Nickname, StockWatch
from tests.browser import Page
from tests.conftest import Statements
from tests.dealer import Person, cart_of, part
from tests.factories import make_assortment
from tests.storefront import Shop


def lines_of(page: Page) -> list[tuple[str, str, str]]:
    """(status, SKU, quantity) of each line of the open page, in the order of the entry."""
    found = [
        element for element in page.all("li") if element.attributes.get("id", "").startswith("entry-line-")
    ]
    found.sort(key=lambda element: int(element.attributes["id"].removeprefix("entry-line-")))
    return [
        (
            each.attributes["data-status"],
            each.attributes.get("data-sku", ""),
            each.attributes["data-quantity"],
        )
        for each in found
    ]


def counts_of(page: Page) -> tuple[int, int, int, int]:
    shown = page.all(id="entry-counts")[0].attributes
    counts = tuple(int(shown[f"data-{name}"]) for name in ("input", "added", "changed", "refused"))
    assert counts[0] == sum(counts[1:])
    return counts  # type: ignore[return-value]


def paste(person: Person, text: str) -> Page:
    person.open("/quick-order")
    return person.browser.submit("/quick-order", lines=text)


def tap(person: Person, place: int, deed: str, **values: str) -> Page:
    """Press a button of a line's form, which must be there."""
    form = next(
        form
        for form in person.browser.page.forms
        if ("line", str(place)) in form.values and any(value == deed for _, value in form.buttons)
    )
    return person.browser.send(form, button=("deed", deed), **values)


def test_pasted_lines_are_shown_with_what_becomes_of_each_and_nothing_is_in_the_cart_yet(
    shop: Shop, app: Flask, database: Database
):
    beans = shop.sell("BEANS-1", "케냐", won=10_000)
    shop.sell("CUP-10", "종이컵", won=50, minimum=100, step=50, stock=1_000)
    shop.commit()
    person = Person(app, shop.buyer)

    page = paste(person, "BEANS-1 3\nCUP-10 120\nNOPE-77 4")

    assert person.browser.status == 200
    assert lines_of(page) == [("added", "BEANS-1", "3"), ("changed", "CUP-10", "150"), ("refused", "", "0")]
    assert counts_of(page) == (3, 1, 1, 1)
    assert page.all(id="entry-bar")[0].attributes["data-total"] == "37500"
    assert "Sold in steps of 50: 120 became 150." in page.text
    assert "We do not know this code." in page.text
    assert cart_of(database, person.user_id) == {}
    assert beans.id


def test_the_commit_fills_the_cart_and_its_retry_changes_nothing(shop: Shop, app: Flask, database: Database):
    beans = shop.sell("BEANS-1", won=10_000)
    shop.commit()
    person = Person(app, shop.buyer)
    paste(person, "BEANS-1 3\nNOPE-77 4")
    key = dict(person.browser.form("/quick-order/commit").values)["submit_key"]

    page = person.browser.submit("/quick-order/commit")
    again = [person.post("/quick-order/commit", submit_key=key) for _ in range(5)]

    assert person.browser.address == f"/quick-order/{key}"
    assert lines_of(page) == [("added", "BEANS-1", "3"), ("refused", "", "0")]
    assert counts_of(page) == (2, 1, 0, 1)
    assert {(each.status_code, each.location) for each in again} == {(303, f"/quick-order/{key}")}
    assert cart_of(database, person.user_id) == {beans.id: 3}


def test_what_is_in_the_cart_counts_for_minimum_step_and_stock(shop: Shop, app: Flask, database: Database):
    cups = shop.sell("CUP-10", minimum=100, step=50, stock=260)
    shop.commit()
    person = Person(app, shop.buyer)
    person.add("CUP-10", 100)

    page = paste(person, "CUP-10 50")
    assert lines_of(page) == [("added", "CUP-10", "50")]
    person.browser.submit("/quick-order/commit")
    page = paste(person, "CUP-10 500")
    assert lines_of(page) == [("changed", "CUP-10", "100")]
    person.browser.submit("/quick-order/commit")

    assert cart_of(database, person.user_id) == {cups.id: 250}


def test_a_preview_has_an_address_that_loads_again_with_what_was_mended(shop: Shop, app: Flask):
    shop.sell("BEANS-1")
    shop.commit()
    person = Person(app, shop.buyer)
    paste(person, "BEANS-1 3\nNOPE-77 4")
    key = dict(person.browser.form("/quick-order/commit").values)["submit_key"]

    tap(person, 1, "leave_out")
    page = person.open(f"/quick-order/{key}")

    assert lines_of(page) == [("added", "BEANS-1", "3"), ("refused", "", "0")]
    assert "Left out." in page.text


def test_a_gone_variant_is_replaced_by_a_tap_on_its_substitute(shop: Shop, app: Flask, database: Database):
    gone = shop.sell("OLD-1", "Old beans", active=False)
    new = shop.sell("NEW-1", "New beans")
    shop.session.add(
        ProductLink(product_id=gone.product_id, other_id=new.product_id, kind=LinkKind.SUBSTITUTE)
    )
    shop.commit()
    person = Person(app, shop.buyer)

    page = paste(person, "OLD-1 2")
    assert lines_of(page) == [("refused", "OLD-1", "0")]
    page = tap(person, 0, f"substitute:{new.id}:2")

    assert lines_of(page) == [("changed", "NEW-1", "2")]
    assert "Taken instead of Old beans en." in page.text
    person.browser.submit("/quick-order/commit")
    assert cart_of(database, person.user_id) == {new.id: 2}


def kept_for_later(database: Database) -> dict[int, int]:
    with database.reading() as session:
        return {row.variant_id: row.quantity for row in session.scalars(select(LaterLine))}


def test_what_is_kept_for_later_adds_up_and_nothing_of_it_is_cut(shop: Shop, app: Flask, database: Database):
    beans = shop.sell("BEANS-1", stock=0, lead_days=3)
    shop.commit()
    person = Person(app, shop.buyer)
    for _ in range(2):
        paste(person, "BEANS-1 600000")
        key = dict(person.browser.form("/quick-order/commit").values)["submit_key"]
        person.open(f"/quick-order/{key}?line=0")
        tap(person, 0, "later")
        page = person.browser.submit("/quick-order/commit")
    # A million is the most of a line: the second commit says so, keeps its lines and changes nothing.
    assert person.browser.status == 422
    assert "More of one product would be kept for later than a line can hold." in page.text
    assert kept_for_later(database) == {beans.id: 600_000}

    paste(person, "BEANS-1 400000")
    key = dict(person.browser.form("/quick-order/commit").values)["submit_key"]
    person.open(f"/quick-order/{key}?line=0")
    tap(person, 0, "later")
    person.browser.submit("/quick-order/commit")
    assert kept_for_later(database) == {beans.id: 1_000_000}
    assert lines_of(person.open(f"/quick-order/{key}")) == [("refused", "BEANS-1", "0")]


def test_who_asks_to_be_told_waits_and_the_line_needs_nothing_more(
    shop: Shop, app: Flask, database: Database
):
    beans = shop.sell("BEANS-1", stock=0)
    shop.commit()
    person = Person(app, shop.buyer)
    paste(person, "BEANS-1 2")

    page = tap(person, 0, "watch")

    assert "We will write to you when it is back." in page.text
    with database.reading() as session:
        assert session.execute(select(StockWatch.user_id, StockWatch.variant_id)).all() == [
            (person.user_id, beans.id)
        ]
    person.open(f"{person.browser.address}?line=0")
    tap(person, 0, "unwatch")
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(StockWatch)) == 0


def test_a_chosen_product_is_remembered_and_understood_next_time(shop: Shop, app: Flask, database: Database):
    small = shop.sell("CUP-10", "종이컵 10온스")
    shop.sell("CUP-13", "종이컵 13온스")
    shop.commit()
    person = Person(app, shop.buyer)

    page = paste(person, "종이컵 3개")
    assert [status for status, *_ in lines_of(page)] == ["refused"]
    page = tap(person, 0, f"choose:{small.id}")
    assert lines_of(page) == [("added", "CUP-10", "3")]
    assert "Remembered" in page.text

    assert lines_of(paste(person, "종이컵 5개")) == [("added", "CUP-10", "5")]
    page = person.open("/quick-order")
    assert "“종이컵”" in page.text
    with database.reading() as session:
        nickname_id = session.scalars(select(Nickname.id)).one()
    person.browser.submit(f"/quick-order/nicknames/{nickname_id}/delete")
    assert [status for status, *_ in lines_of(paste(person, "종이컵 5개"))] == ["refused"]


def test_a_line_typed_anew_keeps_its_original_text(shop: Shop, app: Flask):
    shop.sell("BEANS-1")
    shop.commit()
    person = Person(app, shop.buyer)
    paste(person, "NOPE-77 4")

    page = tap(person, 0, "text", text="BEANS-1 6")

    assert lines_of(page) == [("changed", "BEANS-1", "6")]
    assert "NOPE-77 4" in page.text
    assert counts_of(page) == (1, 0, 1, 0)


def test_the_last_order_comes_in_with_what_the_message_adds_and_takes_out(shop: Shop, app: Flask):
    kenya, milk = shop.sell("KENYA", "케냐"), shop.sell("MILK", "우유")
    cups = shop.sell("CUPS", "종이컵")
    shop.order("2026-000007", kenya, milk, quantity=4)
    shop.commit()
    person = Person(app, shop.buyer)

    page = paste(person, "지난번이랑 같이 종이컵 10개요")

    assert lines_of(page) == [("added", "KENYA", "4"), ("added", "MILK", "4"), ("added", "CUPS", "10")]
    assert "2026-000007" in page.text
    assert cups.id


def test_a_file_is_read_like_a_paste(shop: Shop, app: Flask):
    shop.sell("BEANS-1")
    shop.commit()
    person = Person(app, shop.buyer)
    person.open("/quick-order")

    response = person.post(
        "/quick-order", file=(BytesIO("상품코드,수량\nBEANS-1,7\nNOPE-9,1".encode("cp949")), "주문.csv")
    )

    assert response.status_code == 200
    assert lines_of(part(response)) == [("added", "BEANS-1", "7"), ("refused", "", "0")]
    assert "상품코드" in response.text


def test_a_file_that_is_too_large_is_refused_in_words_and_the_text_stays(dealer: Person, database: Database):
    dealer.open("/quick-order")
    file = FileStorage(BytesIO(b"1" * 5_000_001), "big.csv", content_type="text/csv")
    # Encoded here, because the client would leave a temporary file open.
    boundary, body = encode_multipart({"lines": "BEANS-1 3", "file": file, "csrf_token": dealer.token})
    kind = f"multipart/form-data; boundary={boundary}"

    response = dealer.browser.client.post("/quick-order", data=body, content_type=kind)

    assert response.status_code == 413
    assert "The file is larger than 5 MB" in response.text
    assert "BEANS-1 3" in response.text
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(BulkEntry)) == 0


def test_rows_are_lines_and_more_of_them_keep_what_was_typed(shop: Shop, app: Flask):
    shop.sell("BEANS-1")
    shop.commit()
    person = Person(app, shop.buyer)
    person.open("/quick-order")

    response = person.post("/quick-order", code=["BEANS-1", ""], quantity=["4", ""], more="1")
    page = part(response)
    # Ten, and the one scripts copy.
    assert len(page.all("input", name="code")) == 11
    assert page.all("input", name="code")[0].attributes["value"] == "BEANS-1"

    response = person.post("/quick-order", code=["beans-1", "", "NOPE"], quantity=["4", "", "2"])
    assert lines_of(part(response)) == [("added", "BEANS-1", "4"), ("refused", "", "0")]


def test_nothing_at_all_is_asked_for(dealer: Person):
    dealer.open("/quick-order")

    page = dealer.browser.submit("/quick-order")

    assert dealer.browser.status == 422
    assert "Type, paste or choose a file first." in page.text


def test_htmx_changes_the_line_the_counts_and_the_bar(shop: Shop, app: Flask):
    shop.sell("BEANS-1")
    shop.commit()
    person = Person(app, shop.buyer)
    paste(person, "BEANS-1 3\nBEANS-1 4")
    key = dict(person.browser.form("/quick-order/commit").values)["submit_key"]

    answer = person.htmx(f"/quick-order/{key}", line="0", deed="quantity", quantity="10")

    assert answer.status_code == 200
    page = part(answer)
    assert lines_of(page) == [("changed", "BEANS-1", "10"), ("refused", "BEANS-1", "0")]
    assert counts_of(page) == (2, 0, 1, 1)
    assert page.all(id="entry-bar")[0].attributes["data-hx-swap-oob"] == "true"


def test_enter_in_a_lines_field_means_that_field(shop: Shop, app: Flask):
    shop.sell("BEANS-1", stock=6)
    shop.commit()
    person = Person(app, shop.buyer)
    page = paste(person, "BEANS-1 7\nNOPE-77 4")

    fields = [name for form in page.forms for name, _ in form.values if name in {"quantity", "text"}]
    first = {form.buttons[0][1] for form in page.forms if {"quantity", "text"} & dict(form.values).keys()}
    # What browsers press for Enter is a form's first button.
    assert sorted(fields) == sorted(first) == ["quantity", "text"]
    assert any(("deed", "watch") in form.buttons for form in page.forms)


@pytest.mark.parametrize("quantity", ["abc", "", "-3", "1.5"])
def test_a_wrong_quantity_is_said_at_its_line_and_nothing_changes(shop: Shop, app: Flask, quantity: str):
    shop.sell("BEANS-1")
    shop.commit()
    person = Person(app, shop.buyer)
    paste(person, "BEANS-1 3")
    key = dict(person.browser.form("/quick-order/commit").values)["submit_key"]

    plain = person.post(f"/quick-order/{key}", line="0", deed="quantity", quantity=quantity)
    answer = person.htmx(f"/quick-order/{key}", line="0", deed="quantity", quantity=quantity)

    assert plain.status_code == answer.status_code == 422
    assert "Type a whole number, such as 12." in answer.text
    assert lines_of(person.open(f"/quick-order/{key}")) == [("added", "BEANS-1", "3")]


def test_what_changed_since_it_was_seen_is_shown_again(shop: Shop, app: Flask, database: Database):
    beans = shop.sell("BEANS-1", stock=10)
    shop.commit()
    person = Person(app, shop.buyer)
    paste(person, "BEANS-1 8")
    person.htmx("/cart/lines", sku="BEANS-1", quantity="5")

    page = person.browser.submit("/quick-order/commit")

    assert person.browser.status == 409
    assert "Stock or prices have changed since you looked." in page.text
    assert lines_of(page) == [("changed", "BEANS-1", "5")]
    assert cart_of(database, person.user_id) == {beans.id: 5}


def test_nothing_to_add_is_said(shop: Shop, app: Flask):
    person_shop = shop
    person_shop.commit()
    person = Person(app, shop.buyer)
    paste(person, "NOPE-77 4")
    key = dict(person.browser.form("/quick-order/commit").values)["submit_key"]

    response = person.post("/quick-order/commit", submit_key=key)

    assert response.status_code == 422
    assert "Nothing here can go into the cart yet." in response.text


def test_a_unit_that_may_mean_two_quantities_is_asked(shop: Shop, app: Flask):
    shop.sell("CUP-BOX", unit=Unit.BOX, pack_size=1000)
    shop.commit()
    person = Person(app, shop.buyer)

    page = paste(person, "CUP-BOX 2000개")
    assert lines_of(page) == [("refused", "CUP-BOX", "0")]
    page = tap(
        person, 0, next(value for form in page.forms for _, value in form.buttons if value.endswith(":2"))
    )

    assert lines_of(page)[0][1:] == ("CUP-BOX", "2")


def test_strangers_and_colleagues_find_no_entry_and_change_none(shop: Shop, app: Flask, database: Database):
    shop.sell("BEANS-1")
    _, rival = shop.rival()
    colleague = shop.person(AccountRole.BUYER)
    shop.commit()
    person = Person(app, shop.buyer)
    paste(person, "BEANS-1 3")
    key = dict(person.browser.form("/quick-order/commit").values)["submit_key"]

    for other in (Person(app, rival), Person(app, colleague)):
        assert other.get(f"/quick-order/{key}").status_code == 404
        assert other.post(f"/quick-order/{key}", line="0", deed="leave_out").status_code == 404
        assert other.post("/quick-order/commit", submit_key=key).status_code == 404
        assert cart_of(database, other.user_id) == {}
    assert lines_of(person.open(f"/quick-order/{key}")) == [("added", "BEANS-1", "3")]


def test_what_another_account_alone_may_buy_is_not_found(shop: Shop, app: Flask):
    hidden = shop.sell("SECRET-1", "Secret beans")
    make_assortment(shop.session, [hidden], hides=True, account=shop.account)
    shop.commit()
    person = Person(app, shop.buyer)

    page = paste(person, "SECRET-1 3")
    key = dict(person.browser.form("/quick-order/commit").values)["submit_key"]

    assert lines_of(page) == [("refused", "", "0")]
    assert "Secret" not in page.text
    assert person.post(f"/quick-order/{key}", line="0", deed=f"choose:{hidden.id}").status_code == 404
    assert "Secret" not in person.get("/quick-order/check?code=SECRET-1&quantity=1").text


def test_a_row_is_checked_while_it_is_typed(shop: Shop, app: Flask):
    shop.sell("CUP-10", "종이컵", won=50, minimum=100, step=50, stock=1_000)
    shop.commit()
    person = Person(app, shop.buyer)

    answer = person.get("/quick-order/check?code=CUP-10&quantity=120", **{"HX-Request": "true"})

    assert answer.status_code == 200
    assert part(answer).all("div", data_sku="CUP-10")[0].attributes["data-unit-price"] == "50"
    assert "Sold in steps of 50: 120 became 150." in answer.text
    assert "We found no product" in person.get("/quick-order/check?code=zzz").text
    assert person.get("/quick-order/check?code=").text.strip() == ""


def test_of_very_many_lines_the_first_are_open_and_each_of_the_others_can_be_opened(shop: Shop, app: Flask):
    shop.sell("BEANS-1")
    shop.commit()
    person = Person(app, shop.buyer)

    page = paste(person, "\n".join(f"NOPE-{number} {number + 1}" for number in range(70)) + "\nBEANS-1 1")

    assert len(lines_of(page)) == 71
    assert len([form for form in page.forms if any(name == "line" for name, _ in form.values)]) == 50
    key = dict(person.browser.form("/quick-order/commit").values)["submit_key"]
    page = person.open(f"/quick-order/{key}?line=70")
    assert [form for form in page.forms if ("line", "70") in form.values] != []
    page = tap(person, 70, "quantity", quantity="3")
    assert lines_of(page)[70] == ("changed", "BEANS-1", "3")


def test_the_number_of_statements_is_the_same_for_many_lines(
    shop: Shop, app: Flask, statements: Statements, database: Database
):
    for number in range(60):
        shop.sell(f"SKU-{number}", stock=0 if number % 7 == 0 else 50)
    shop.commit()
    person = Person(app, shop.buyer)
    counted = []
    for lines in (10, 60):
        person.open("/quick-order")
        form = dict(person.browser.form("/quick-order").values)
        text = "\n".join(f"SKU-{number} {number + 1}" for number in range(lines))
        statements.texts.clear()
        response = person.post("/quick-order", lines=text, submit_key=form["submit_key"])
        preview = len(statements)
        assert response.status_code == 200
        statements.texts.clear()
        assert person.post("/quick-order/commit", submit_key=form["submit_key"]).status_code == 303
        counted.append((preview, len(statements)))

    assert counted[0] == counted[1]
    assert counted[0][0] <= 30
    assert counted[0][1] <= 25
