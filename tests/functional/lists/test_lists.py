"""GET and POST /lists and what is below it."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.accounts.models import AccountRole
from portal.catalog.models import Variant
from portal.core.database import Database
from portal.orders.models import SavedList, SavedListLine
from portal.orders.rules import MAX_QUANTITY
from tests.browser import Form
from tests.conftest import Statements
from tests.dealer import Person, cart_of, order_count, part
from tests.storefront import Shop


@pytest.fixture
def goods(shop: Shop) -> dict[str, Variant]:
    return {
        "BEANS": shop.sell("BEANS", "Beans", won=12_000, barcode="8801234567890"),
        "CUPS": shop.sell("CUPS", "Cups", won=500),
        "LIDS": shop.sell("LIDS", "Lids", won=100),
    }


@pytest.fixture
def buyer(goods: dict[str, Variant], dealer: Person) -> Person:
    return dealer


def lines_of(database: Database, list_id: int) -> list[tuple[str, int]]:
    with database.reading() as session:
        rows = session.execute(
            select(Variant.sku, SavedListLine.quantity)
            .join(Variant, Variant.id == SavedListLine.variant_id)
            .where(SavedListLine.list_id == list_id)
            .order_by(SavedListLine.position, SavedListLine.id)
        )
        return [(row.sku, row.quantity) for row in rows]


def list_count(database: Database) -> int:
    with database.reading() as session:
        return session.scalars(select(func.count()).select_from(SavedList)).one()


def made(person: Person, text: str = "BEANS 3\nCUPS 10\nLIDS 20", name: str = "Monday", **fields: str) -> int:
    """Make a list of a pasted text; its id."""
    person.open("/lists/new")
    response = person.post("/lists", name=name, text=text, **fields)
    assert response.status_code == 303, response.text
    person.open(response.headers["Location"])
    return int(response.headers["Location"].rpartition("/")[2])


def fields_of(form: Form) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in form.values:
        found.setdefault(name, []).append(value)
    return found


def saved(person: Person, list_id: int, **changes: object) -> int:
    """Send the list's form as it stands with changes; the status."""
    person.open(f"/lists/{list_id}")
    fields = fields_of(person.browser.form(f"/lists/{list_id}/lines"))
    return person.browser.client.post(f"/lists/{list_id}/lines", data={**fields, **changes}).status_code


def test_more_than_a_line_may_hold_is_named_and_never_summed(buyer: Person, database: Database) -> None:
    buyer.open("/lists/new")
    text = "\n".join([f"BEANS\t{MAX_QUANTITY}"] * 3_000)

    response = buyer.post("/lists", name="Monday", text=text)

    assert response.status_code == 422
    assert list_count(database) == 0
    response = buyer.post("/lists", name="Monday", text=text, without="1")
    assert response.status_code == 303
    assert lines_of(database, int(response.headers["Location"].rpartition("/")[2])) == [
        ("BEANS", MAX_QUANTITY)
    ]


def test_a_list_of_pasted_text(buyer: Person, database: Database) -> None:
    list_id = made(buyer, "3 BEANS\n8801234567890\t2\nCUPS\n")

    assert lines_of(database, list_id) == [("BEANS", 5), ("CUPS", 1)]
    page = buyer.browser.page
    assert "Monday" in page.text
    assert "Yours alone" in page.text
    assert page.all("dl", class_="summary")[0].attributes["data-total"] == "66550"


def test_what_is_not_understood_is_named_and_nothing_is_made(buyer: Person, database: Database) -> None:
    buyer.open("/lists/new")
    response = buyer.post("/lists", name="A", text="BEANS 3\nNOSUCH-1 4\nCUPS many")

    assert response.status_code == 422
    page = part(response)
    assert "2 lines are not understood" in page.text
    assert "NOSUCH-1 4" in page.text
    assert "CUPS many" in page.text
    assert list_count(database) == 0
    again = buyer.post("/lists", name="A", text="BEANS 3\nNOSUCH-1 4\nCUPS many", without="1")
    assert again.status_code == 303
    assert lines_of(database, int(again.headers["Location"].rpartition("/")[2])) == [("BEANS", 3)]


def test_a_list_of_a_file(buyer: Person, database: Database) -> None:
    buyer.open("/lists/new")
    data = {
        "name": "파일",
        "csrf_token": buyer.token,
        "file": (BytesIO("품번,수량\r\nLIDS,7\r\nBEANS,2\r\n".encode("cp949")), "목록.csv"),
    }
    response = buyer.browser.client.post("/lists", data=data, content_type="multipart/form-data")

    assert response.status_code == 303, response.text
    assert lines_of(database, int(response.headers["Location"].rpartition("/")[2])) == [
        ("LIDS", 7),
        ("BEANS", 2),
    ]


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7 nothing", b"\0\0\0"])
def test_a_file_that_is_none_is_refused_in_words(buyer: Person, database: Database, content: bytes) -> None:
    buyer.open("/lists/new")
    data = {"name": "A", "csrf_token": buyer.token, "file": (BytesIO(content), "x.csv")}
    response = buyer.browser.client.post("/lists", data=data, content_type="multipart/form-data")

    assert response.status_code == 422
    assert "file" in part(response).text
    assert list_count(database) == 0


def test_of_the_cart_and_of_an_order(buyer: Person, database: Database) -> None:
    buyer.add("CUPS", 4)
    buyer.add("BEANS", 1)
    buyer.open("/lists/new?from=cart")
    buyer.browser.submit("/lists", name="Cart")
    of_cart = int(buyer.browser.address.rpartition("/")[2])
    buyer.open("/checkout")
    buyer.browser.submit("/checkout")
    buyer.open("/lists/new?order=2026-000001")
    buyer.browser.submit("/lists")
    of_order = int(buyer.browser.address.rpartition("/")[2])

    assert lines_of(database, of_cart) == lines_of(database, of_order) == [("CUPS", 4), ("BEANS", 1)]
    assert "Order 2026-000001" in buyer.browser.page.text


@pytest.mark.parametrize("name", ["", "   ", "x" * 81])
def test_a_name_is_needed(buyer: Person, database: Database, name: str) -> None:
    buyer.open("/lists/new")
    assert buyer.post("/lists", name=name, text="BEANS 3").status_code == 422
    assert list_count(database) == 0


def test_quantities_moves_and_removals(buyer: Person, database: Database, goods: dict[str, Variant]) -> None:
    list_id = made(buyer)
    beans, cups, lids = (goods[sku].id for sku in ("BEANS", "CUPS", "LIDS"))

    assert saved(buyer, list_id, **{f"quantity-{beans}": "8"}) == 303
    assert saved(buyer, list_id, move=f"{lids}:up") == 303
    assert lines_of(database, list_id) == [("BEANS", 8), ("LIDS", 20), ("CUPS", 10)]
    assert saved(buyer, list_id, order=f"{cups},{beans},{lids}") == 303
    assert lines_of(database, list_id) == [("CUPS", 10), ("BEANS", 8), ("LIDS", 20)]
    assert saved(buyer, list_id, move=f"{cups}:up") == 303
    assert saved(buyer, list_id, order="9999,x,") == 303
    assert lines_of(database, list_id) == [("CUPS", 10), ("BEANS", 8), ("LIDS", 20)]
    buyer.open(f"/lists/{list_id}")
    form = buyer.browser.form(f"/lists/{list_id}/lines")
    buyer.browser.send(form, button=("remove", str(beans)))
    assert lines_of(database, list_id) == [("CUPS", 10), ("LIDS", 20)]
    token = dict(buyer.browser.form(f"/lists/{list_id}/back").values)["undo"]
    buyer.browser.submit(f"/lists/{list_id}/back")
    assert lines_of(database, list_id) == [("CUPS", 10), ("BEANS", 8), ("LIDS", 20)]
    assert buyer.post(f"/lists/{list_id}/back", undo=token).status_code == 303
    assert lines_of(database, list_id) == [("CUPS", 10), ("BEANS", 8), ("LIDS", 20)]


def test_what_is_no_quantity_is_asked_about_and_all_that_was_typed_stays(
    buyer: Person, database: Database, goods: dict[str, Variant]
) -> None:
    list_id = made(buyer)
    beans, cups = goods["BEANS"].id, goods["CUPS"].id
    buyer.open(f"/lists/{list_id}")
    fields = fields_of(buyer.browser.form(f"/lists/{list_id}/lines"))
    response = buyer.browser.client.post(
        f"/lists/{list_id}/lines", data={**fields, f"quantity-{beans}": "lots", f"quantity-{cups}": "11"}
    )

    assert response.status_code == 422
    fields = fields_of(next(form for form in part(response).forms if form.action.endswith("/lines")))
    assert fields[f"quantity-{beans}"] == ["lots"]
    assert fields[f"quantity-{cups}"] == ["11"]
    assert lines_of(database, list_id) == [("BEANS", 3), ("CUPS", 10), ("LIDS", 20)]
    # The part keeps what can be kept: the fields stay as they are.
    sent = buyer.htmx(
        f"/lists/{list_id}/lines", version=1, **{f"quantity-{beans}": "x", f"quantity-{cups}": "11"}
    )
    assert sent.status_code == 200
    assert lines_of(database, list_id) == [("BEANS", 3), ("CUPS", 11), ("LIDS", 20)]


def test_two_people_change_a_list_and_nothing_is_overwritten(
    buyer: Person, shop: Shop, app: Flask, database: Database, goods: dict[str, Variant]
) -> None:
    list_id = made(buyer, shared="1")
    user = shop.person(AccountRole.BUYER)
    shop.commit()
    other = Person(app, user)
    buyer.open(f"/lists/{list_id}")
    mine = fields_of(buyer.browser.form(f"/lists/{list_id}/lines"))
    assert saved(other, list_id, **{f"quantity-{goods['CUPS'].id}": "99"}) == 303

    response = buyer.browser.client.post(
        f"/lists/{list_id}/lines", data={**mine, f"quantity-{goods['BEANS'].id}": "7"}
    )

    assert response.status_code == 409
    assert "BEANS: 7" in part(response).text
    assert lines_of(database, list_id) == [("BEANS", 3), ("CUPS", 99), ("LIDS", 20)]


def test_private_lists_are_their_owners(buyer: Person, shop: Shop, app: Flask, database: Database) -> None:
    private, shared = made(buyer), made(buyer, name="All", shared="1")
    user = shop.person(AccountRole.BUYER)
    shop.commit()
    colleague = Person(app, user)

    page = colleague.open("/lists")
    assert [row.attributes["data-list"] for row in page.having("data-list")] == [str(shared)]
    assert colleague.get(f"/lists/{private}").status_code == 404
    assert colleague.post(f"/lists/{private}/delete", version=1).status_code == 404
    assert colleague.open(f"/lists/{shared}").all("button", class_="button button--danger") == []
    assert colleague.post(f"/lists/{shared}/delete", version=1).status_code == 422
    assert colleague.post(f"/lists/{shared}", version=1, name="Mine now").status_code == 422
    assert list_count(database) == 2
    assert colleague.post(f"/lists/{shared}/copy").status_code == 303
    assert list_count(database) == 3


def test_a_list_is_made_copied_and_deleted_once_however_often_the_form_is_sent(
    buyer: Person, database: Database
) -> None:
    buyer.open("/lists/new")
    form = {**dict(buyer.browser.form("/lists").values), "name": "Monday", "text": "BEANS 3"}

    made_twice = [buyer.post("/lists", **form) for _ in range(2)]
    address = made_twice[0].location
    buyer.open(address)
    forms = {each.action: dict(each.values) for each in buyer.browser.page.forms}
    copied_twice = [buyer.post(f"{address}/copy", **forms[f"{address}/copy"]) for _ in range(2)]
    there = list_count(database)
    deleted_twice = [buyer.post(f"{address}/delete", **forms[f"{address}/delete"]) for _ in range(2)]

    assert made_twice[1].location == copied_twice[1].location == "/lists"
    assert [each.location for each in deleted_twice] == ["/lists", "/lists"]
    assert (there, list_count(database)) == (2, 1)


def test_rename_delete_and_bring_back(buyer: Person, database: Database) -> None:
    list_id = made(buyer)
    buyer.browser.submit(f"/lists/{list_id}", name="Every Monday")
    assert "Every Monday" in buyer.browser.page.text
    assert buyer.post(f"/lists/{list_id}/delete", version=1).status_code == 409
    buyer.open(f"/lists/{list_id}")
    buyer.browser.submit(f"/lists/{list_id}/delete")
    assert list_count(database) == 0
    token = dict(buyer.browser.form("/lists/restore").values)["undo"]
    buyer.browser.submit("/lists/restore")

    assert "Every Monday" in buyer.browser.page.text
    again = int(buyer.browser.address.rpartition("/")[2])
    assert lines_of(database, again) == [("BEANS", 3), ("CUPS", 10), ("LIDS", 20)]
    assert buyer.post("/lists/restore", undo=token).status_code == 303
    assert "It is back already." in buyer.open("/lists").text
    assert list_count(database) == 1


def test_all_or_chosen_go_to_the_cart_and_what_cannot_is_named(
    buyer: Person, shop: Shop, database: Database, goods: dict[str, Variant]
) -> None:
    list_id = made(buyer)
    goods["CUPS"].active = False
    shop.commit()
    buyer.open(f"/lists/{list_id}")
    fields = fields_of(buyer.browser.form(f"/lists/{list_id}/lines"))

    response = buyer.browser.client.post(f"/lists/{list_id}/reorder", data={**fields, "to": "cart"})
    assert response.status_code == 303
    assert cart_of(database, buyer.user_id) == {goods["BEANS"].id: 3, goods["LIDS"].id: 20}
    assert "Left out: CUPS" in buyer.open("/cart").text


def test_a_list_is_ordered_after_a_look(buyer: Person, database: Database) -> None:
    list_id = made(buyer)
    buyer.open(f"/lists/{list_id}")
    fields = fields_of(buyer.browser.form(f"/lists/{list_id}/lines"))
    buyer.browser._take(buyer.browser.client.post(f"/lists/{list_id}/reorder", data={**fields, "to": "look"}))
    assert order_count(database) == 0
    buyer.browser.send(buyer.browser.form(f"/lists/{list_id}/reorder"), button=("to", "order"))

    assert buyer.browser.address == "/orders/2026-000001"
    assert order_count(database) == 1


def test_adding_nothing_says_what_is_missing(buyer: Person, database: Database) -> None:
    list_id = made(buyer)

    answer = buyer.post(f"/lists/{list_id}/add", sku=" ")

    assert answer.status_code == 422
    assert "Say which product you mean: the SKU is missing." in answer.text
    assert len(lines_of(database, list_id)) == 3


def test_the_sheet_runs_no_formula(buyer: Person, shop: Shop) -> None:
    shop.sell("-1+1", "=cmd|' /C calc'!A0", won=5)
    shop.commit()
    list_id = made(buyer, "")
    assert buyer.post(f"/lists/{list_id}/add", sku="-1+1", quantity="2").status_code == 303

    response = buyer.get(f"/lists/{list_id}.csv")

    assert response.data.startswith(b"\xef\xbb\xbf")
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    _, row, _ = response.data.decode("utf-8-sig").split("\r\n")
    assert row == "'-1+1,,'=cmd|' /C calc'!A0 en,piece,2"
    assert "☐" in buyer.open(f"/lists/{list_id}/print").text


def test_what_is_usual_keeps_itself(
    buyer: Person, shop: Shop, database: Database, goods: dict[str, Variant]
) -> None:
    lids = goods["LIDS"]
    lids.minimum, lids.step = 6, 6
    for number, day, quantity in (("2026-000901", 2, 13), ("2026-000902", 9, 20), ("2026-000903", 16, 14)):
        shop.order(number, goods["BEANS"], lids, quantity=quantity, at=datetime(2026, 11, day, tzinfo=UTC))
    shop.order("2025-000001", goods["CUPS"], at=datetime(2025, 1, 2, tzinfo=UTC))
    shop.commit()

    page = buyer.open("/lists/usual")

    assert [row.attributes["data-usual"] for row in page.having("data-usual")] == ["BEANS", "LIDS"]
    fields = dict(buyer.browser.form("/lists/usual/reorder").values)
    assert fields[f"quantity-{goods['BEANS'].id}"] == "14"
    assert fields[f"quantity-{lids.id}"] == "12"
    assert "about every 7 days" in page.text
    buyer.browser.send(buyer.browser.form("/lists/usual/reorder"), button=("to", "cart"))
    assert cart_of(database, buyer.user_id) == {goods["BEANS"].id: 14, lids.id: 12}


def test_empty_pages_say_the_next_step(buyer: Person) -> None:
    assert "No lists yet" in buyer.open("/lists").text
    assert "Nothing is usual yet" in buyer.open("/lists/usual").text
    list_id = made(buyer, "")
    assert "Nothing on this list yet" in buyer.open(f"/lists/{list_id}").text
    buyer.browser.submit(f"/lists/{list_id}/add", sku="CUPS")
    assert "Cups" in buyer.browser.page.text


def test_the_statements_are_as_many_for_many_lines(buyer: Person, shop: Shop, statements: Statements) -> None:
    skus = [shop.sell(f"V{place:03}").sku for place in range(60)]
    shop.commit()
    few, many = made(buyer, "BEANS 1"), made(buyer, "\n".join(f"{sku} 2" for sku in skus))

    def count(list_id: int) -> int:
        statements.texts.clear()
        assert buyer.get(f"/lists/{list_id}").status_code == 200
        return len(statements)

    assert count(few) == count(many) <= 17
