from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from flask import Flask

from portal.core.database import Database
from tests.dealer import Person, cart_of
from tests.storefront import Shop


def test_a_hundred_commits_at_once_give_one_result(shop: Shop, app: Flask, database: Database):
    beans, cups = shop.sell("BEANS-1", stock=1_000), shop.sell("CUP-10", stock=1_000)
    shop.commit()
    person = Person(app, shop.buyer)
    person.open("/quick-order")
    person.browser.submit("/quick-order", lines="BEANS-1 3\nCUP-10 4\nBEANS-1 2")
    form = dict(person.browser.form("/quick-order/commit").values)
    cookie = person.browser.client.get_cookie("portal")
    assert cookie is not None

    def commit(_: int) -> tuple[int, str | None]:
        client = app.test_client()
        client.set_cookie("portal", cookie.value)
        response = client.post("/quick-order/commit", data=form)
        return response.status_code, response.location

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(commit, range(100)))

    assert answers == {(303, f"/quick-order/{form['submit_key']}")}
    assert cart_of(database, person.user_id) == {beans.id: 5, cups.id: 4}


def test_what_was_ordered_again_is_no_entry_to_look_at(shop: Shop, app: Flask):
    shop.sell("BEANS-1", stock=10)
    shop.commit()
    person = Person(app, shop.buyer)
    person.open("/lists/new")
    made = person.post("/lists", name="Monday", text="BEANS-1 3")
    person.open(f"{made.location}/reorder")
    form = [*person.browser.form(f"{made.location}/reorder").values, ("to", "cart")]
    key = dict(form)["submit_key"]
    assert person.browser.client.post(f"{made.location}/reorder", data=dict(form)).status_code == 303

    assert person.get(f"/quick-order/{key}").status_code == 404
    assert person.post(f"/quick-order/{key}", line="0", deed="leave_out").status_code == 404
