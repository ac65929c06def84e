"""Without a network: files and a page of the phone's own, quantities kept and merged, and no price anywhere."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, Playwright, expect

from e2e.conftest import Visit, context_arguments
from e2e.goods import BUYERS, OWNER, RIVAL, SYRUP
from e2e.pages.cart import CartPage, cart_of_syrup
from e2e.pages.product import ProductPage
from e2e.pages.reorder import ListPage
from e2e.pages.sign_in import SignInPage
from e2e.visitor import Visitor

HASHED = re.compile(r"/static/[\w./-]+\.[0-9a-f]{12}\.\w+")
SIGN_IN = re.compile(r"/login(\?|$)")

KEPT_BY_WORKER = """
async () => {
  const found = {};
  for (const name of await caches.keys()) {
    const kept = await caches.open(name);
    for (const request of await kept.keys()) {
      const answer = await kept.match(request);
      found[new URL(request.url).pathname] = await answer.text();
    }
  }
  return found;
}
"""

KEPT_ON_PHONE = "() => Object.entries(localStorage).filter(([key]) => key.startsWith('portal-kept:'))"

CONTROLLED = "() => navigator.serviceWorker.controller?.state === 'activated'"

NOTE_KEPT_PAGE = (
    "addEventListener('pageshow', ({persisted}) => persisted && sessionStorage.setItem('kept', 'yes'))"
)


def with_worker(page: Page) -> None:
    """Wait until the service worker answers for this page."""
    page.wait_for_function(CONTROLLED)


def kept_changes(page: Page) -> list[dict[str, Any]]:
    """What the phone keeps of changed quantities."""
    found: list[list[str]] = page.evaluate(KEPT_ON_PHONE)
    return [change for _key, text in found for change in json.loads(text).values()]


def lose_network(dealer: Visitor) -> None:
    dealer.expects_failures = True
    dealer.page.context.set_offline(True)


def find_network(dealer: Visitor) -> None:
    dealer.page.context.set_offline(False)
    dealer.expects_failures = False


def offline_bar(dealer: Visitor) -> Locator:
    return dealer.page.locator("#offline-bar")


def merged_bar(dealer: Visitor) -> Locator:
    return dealer.page.locator("#merged-bar")


def change_without_network(dealer: Visitor, cart: CartPage) -> None:
    """Tap once for more while there is no network; the phone says that it keeps it."""
    lose_network(dealer)
    dealer.tap(cart.more(SYRUP.sku))
    kept = "No connection. Changed quantities kept on this phone: %(count)s"
    expect(offline_bar(dealer)).to_have_text(dealer.word(kept, count=1))
    expect(cart.quantity(SYRUP.sku)).to_have_value(str(2 * SYRUP.step))


def in_cart(dealer: Visitor) -> str:
    """Units of syrup the server has in the cart of who looks."""
    html = dealer.page.request.get("/cart").text()
    line = re.search(rf'data-sku="{SYRUP.sku}" data-quantity="(\d+)"', html)
    assert line is not None
    return line[1]


def test_the_worker_keeps_hashed_files_and_one_page_alone(visit: Visit) -> None:
    dealer = visit(BUYERS["ko"], service_workers="allow")
    page = dealer.page
    with_worker(page)
    for address in ("/", f"/products/{SYRUP.sku}", "/cart", "/orders", "/invoices", "/search?q=syrup"):
        dealer.open(address)

    kept: dict[str, str] = page.evaluate(KEPT_BY_WORKER)

    assert "/offline" in kept
    assert [address for address in kept if address != "/offline" and not HASHED.fullmatch(address)] == []
    assert [address for address in kept if address.endswith(".css")] != []
    assert "₩" not in kept["/offline"]
    assert "data-unit-price" not in kept["/offline"]


def test_without_a_network_a_page_says_so_and_comes_by_itself(visit: Visit) -> None:
    dealer = visit(BUYERS["ko"], service_workers="allow")
    page = dealer.page
    with_worker(page)
    lose_network(dealer)

    dealer.open("/orders")

    expect(page.get_by_role("heading", level=1)).to_have_text(dealer.word("You are offline"))
    # Its looks are there too, from the phone.
    assert page.evaluate("getComputedStyle(document.querySelector('.empty')).display") == "grid"
    assert page.evaluate("fetch('/cart').then(() => 'answered', () => 'no network')") == "no network"
    assert page.locator("[data-unit-price]").count() == 0
    find_network(dealer)
    expect(page).to_have_url(re.compile(r"/orders$"))
    expect(page.get_by_role("heading", level=1)).to_have_text(dealer.word("Orders"))


def test_a_form_sent_without_a_network_keeps_what_was_typed(visit: Visit) -> None:
    dealer = visit(BUYERS["ko"])
    dealer.open("/quick-order")
    field = dealer.page.locator("textarea[name=lines]")
    field.fill(f"{SYRUP.sku} 12")
    lose_network(dealer)

    field.evaluate("field => field.form.requestSubmit()")

    said = "You are offline: nothing was sent. What you typed stays here."
    expect(offline_bar(dealer)).to_have_text(dealer.word(said))
    expect(field).to_have_value(f"{SYRUP.sku} 12")
    find_network(dealer)
    expect(offline_bar(dealer)).to_be_hidden()


def test_a_stepper_is_kept_and_merged(visit: Visit) -> None:
    dealer = visit(BUYERS["ko"])
    cart = cart_of_syrup(dealer)
    change_without_network(dealer, cart)
    (kept,) = kept_changes(dealer.page)
    assert set(kept) == {"path", "field", "was", "wanted", "name"}
    assert (kept["wanted"], kept["name"]) == ("12", SYRUP.names["ko"])
    assert in_cart_after_return(dealer) == "12"

    saved = dealer.word(
        "Saved, as you changed it without a connection: %(lines)s", lines=f"{SYRUP.names['ko']} × 12"
    )
    expect(merged_bar(dealer)).to_contain_text(saved)
    expect(cart.line(SYRUP.sku)).to_have_attribute("data-quantity", "12")
    expect(offline_bar(dealer)).to_be_hidden()
    assert kept_changes(dealer.page) == []
    dealer.empty_cart()


def in_cart_after_return(dealer: Visitor) -> str:
    """Units of syrup the server has once the network is back and the word about it is shown."""
    find_network(dealer)
    expect(merged_bar(dealer)).to_be_visible()
    return in_cart(dealer)


def test_what_was_changed_elsewhere_stays_and_is_said(visit: Visit) -> None:
    dealer = visit(OWNER)
    cart = cart_of_syrup(dealer)
    other = visit(OWNER, device="desktop")
    there = CartPage(other)
    there.open()
    change_without_network(dealer, cart)
    there.type_quantity(SYRUP.sku, "30")
    expect(there.line(SYRUP.sku)).to_have_attribute("data-quantity", "30")

    assert in_cart_after_return(dealer) == "30"

    expect(cart.line(SYRUP.sku)).to_have_attribute("data-quantity", "30")
    said = cart.message(SYRUP.sku).locator("p").inner_text()
    expect(merged_bar(dealer)).to_contain_text(f"{SYRUP.names['ko']}: {said.strip()}")
    assert kept_changes(dealer.page) == []
    dealer.empty_cart()


def test_what_is_kept_is_one_persons_at_one_account(visit: Visit) -> None:
    dealer = visit(BUYERS["ko"])
    page = dealer.page
    cart = cart_of_syrup(dealer)
    change_without_network(dealer, cart)
    # The session is gone meanwhile, and somebody else takes the phone.
    page.context.clear_cookies()
    page.goto("about:blank")
    find_network(dealer)

    SignInPage(dealer).come_in(RIVAL)

    assert kept_changes(page) == []
    expect(merged_bar(dealer)).to_be_hidden()
    page.context.clear_cookies()
    SignInPage(dealer).come_in(BUYERS["ko"])
    assert in_cart(dealer) == str(SYRUP.step)
    dealer.empty_cart()


def test_an_ended_session_keeps_it_for_the_same_person(visit: Visit) -> None:
    dealer = visit(BUYERS["ko"])
    cart = cart_of_syrup(dealer)
    change_without_network(dealer, cart)
    dealer.page.context.clear_cookies(name="portal")
    find_network(dealer)
    said = "Sign in again: what you changed without a connection is saved then."
    expect(merged_bar(dealer)).to_contain_text(dealer.word(said))

    SignInPage(dealer).come_in(BUYERS["ko"])

    expect(merged_bar(dealer)).to_contain_text(f"{SYRUP.names['ko']} × 12")
    assert in_cart(dealer) == "12"
    dealer.empty_cart()


def test_signing_out_leaves_nothing_on_the_phone(visit: Visit) -> None:
    dealer = visit(BUYERS["ko"])
    page = dealer.page
    dealer.open("/account")
    owner = page.locator("body").get_attribute("data-who")
    change = {"path": "/lists/0/lines", "field": "quantity-0", "was": "1", "wanted": "2", "name": "-"}
    page.evaluate(
        "([key, text]) => localStorage.setItem(key, text)",
        [f"portal-kept:{owner}", json.dumps({"one": change})],
    )
    assert kept_changes(page) == [change]

    dealer.tap(page.get_by_role("button", name=dealer.word("Sign out"), exact=True))

    expect(page).to_have_url(SIGN_IN)
    assert kept_changes(page) == []


def test_a_quantity_of_a_list_is_kept_and_merged(visit: Visit, own_word: str) -> None:
    dealer = visit(BUYERS["ko"])
    lists = ListPage(dealer)
    lists.make(own_word, f"{SYRUP.sku} 60")
    field = lists.line(SYRUP.sku).get_by_role("spinbutton")
    expect(field).to_have_value("60")
    lose_network(dealer)
    field.fill("72")
    field.blur()
    expect(offline_bar(dealer)).to_contain_text(": 1")
    (kept,) = kept_changes(dealer.page)
    assert (kept["was"], kept["wanted"]) == ("60", "72")

    find_network(dealer)

    expect(merged_bar(dealer)).to_contain_text(f"{SYRUP.names['ko']} × 72")
    lists.page.reload()
    expect(lists.line(SYRUP.sku).get_by_role("spinbutton")).to_have_value("72")
    assert kept_changes(dealer.page) == []


@pytest.fixture
def keeper(phone_that_keeps_pages: Browser, playwright: Playwright, base_url: str) -> Iterator[Visitor]:
    """A dealer whose phone keeps the pages one goes back to, and has the service worker."""
    arguments = context_arguments(playwright, "phone", scripts=True, language="ko")
    context = phone_that_keeps_pages.new_context(
        base_url=base_url, **arguments | {"service_workers": "allow"}
    )
    context.add_init_script(NOTE_KEPT_PAGE)
    visitor = Visitor(context.new_page(), "ko", "phone", scripts=True)
    SignInPage(visitor).come_in(OWNER)
    with_worker(visitor.page)
    yield visitor
    assert visitor.faults == []


def test_back_after_signing_out_shows_no_prices_beside_the_worker(keeper: Visitor) -> None:
    page = keeper.page
    product = ProductPage(keeper)
    product.open_sku(SYRUP.sku)
    expect(product.shown_price).to_be_visible()
    keeper.tap(product.tab("My"))
    keeper.tap(page.get_by_role("button", name=keeper.word("Sign out"), exact=True))
    expect(page).to_have_url(SIGN_IN)

    for _step in range(2):
        page.go_back(wait_until="commit")
        expect(SignInPage(keeper).password).to_be_visible()
        expect(page.locator("[data-unit-price]")).to_have_count(0)
        expect(page.get_by_text("₩")).to_have_count(0)


def test_back_without_a_network_after_signing_out_shows_no_prices(keeper: Visitor) -> None:
    page = keeper.page
    product = ProductPage(keeper)
    product.open_sku(SYRUP.sku)
    keeper.tap(product.tab("My"))
    keeper.tap(page.get_by_role("button", name=keeper.word("Sign out"), exact=True))
    expect(page).to_have_url(SIGN_IN)
    lose_network(keeper)

    for _step in range(2):
        page.go_back(wait_until="commit")
        expect(page.get_by_role("heading", level=1)).to_have_text(keeper.word("You are offline"))
        expect(page.locator("[data-unit-price]")).to_have_count(0)
        expect(page.get_by_text("₩")).to_have_count(0)
    find_network(keeper)
