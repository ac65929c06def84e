"""A cart with many lines: found by what is typed, changed line by line, its sums following; nothing lost."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Route, expect

from e2e.conftest import Visit
from e2e.goods import BUYERS, OWNER, SAUCE, STRAWS, SYRUP
from e2e.pages.cart import CartPage
from e2e.visitor import Visitor

MANY = 12
"""Lines from which on the cart has its tools, and some more."""


def filled(dealer: Visitor, goods: int = 3) -> CartPage:
    """The cart, open, with syrup, sauce and straws in it, and what else makes ``goods`` lines."""
    dealer.empty_cart()
    html = dealer.page.request.get("/search?in_stock=1").text()
    token = re.search(r'name="csrf-token" content="([^"]+)"', html)
    assert token is not None
    others = re.findall(r'<[^>]+data-sku="([^"]+)"', html)
    wanted = [(each.sku, each.step) for each in (SYRUP, SAUCE, STRAWS)]
    wanted += [(sku, 120) for sku in dict.fromkeys(others) if sku not in {SYRUP.sku, SAUCE.sku, STRAWS.sku}]
    for sku, quantity in wanted[:goods]:
        fields = {"csrf_token": token[1], "sku": sku, "quantity": str(quantity), "set": "1"}
        dealer.page.request.post("/cart/lines", form=fields)
    cart = CartPage(dealer)
    cart.open()
    return cart


@pytest.mark.parametrize("language, screen", [("ko", "phone"), ("en", "desktop")])
def test_sums_follow_a_change_of_one_line(visit: Visit, language: str, screen: str) -> None:
    dealer = visit(BUYERS[language], language=language, device=screen)
    cart = filled(dealer)
    before, price = cart.total, cart.line_total(SYRUP.sku)

    cart.step_up(SYRUP.sku, SYRUP.step)

    expect(cart.summary).not_to_have_attribute("data-total", f"{before}")
    assert cart.line_total(SYRUP.sku) > price
    after = cart.total
    assert after > before
    cart.open()
    assert cart.total == after


def test_sums_of_an_older_change_never_cover_those_of_a_newer_one(visit: Visit) -> None:
    dealer = visit(BUYERS["ko"])
    cart = filled(dealer)
    held: list[Route] = []

    def hold_first(route: Route) -> None:
        if held:
            route.continue_()
        else:
            held.append(route)

    dealer.page.route("**/cart/sums*", hold_first)
    with dealer.page.expect_request("**/cart/sums*"):
        cart.step_up(SYRUP.sku, SYRUP.step)
    # htmx notes in the console what it gives up.
    dealer.expects_failures = True
    with dealer.page.expect_event("requestfailed") as given_up:
        cart.step_up(SAUCE.sku, SAUCE.step)
    expect(dealer.page.locator("#cart-summary")).not_to_have_attribute("aria-busy", "true")
    dealer.expects_failures = False

    # The page no longer waits for the first answer: it can come as late as it likes.
    assert given_up.value.url == held[0].request.url
    shown = cart.total
    cart.open()
    assert cart.total == shown


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_line_is_found_by_its_initial_consonants(visit: Visit, scripts: bool) -> None:
    dealer = visit(BUYERS["ko"], scripts=scripts)
    cart = filled(dealer, MANY)
    assert cart.lines.count() == MANY
    find = dealer.page.get_by_role("searchbox", name=dealer.word("Search in the cart"))

    find.fill("ㅂㄴㄹ ㅅㄹ")
    if not scripts:
        dealer.tap(dealer.page.get_by_role("button", name=dealer.word("Show"), exact=True))

    expect(cart.line(SYRUP.sku)).to_be_visible()
    expect(cart.line(STRAWS.sku)).to_have_count(0)
    if scripts:
        expect(find).to_be_focused()
    dealer.tap(dealer.page.get_by_role("link", name=dealer.word("Show all")))
    expect(cart.line(STRAWS.sku)).to_have_count(1)


def test_a_stale_stepper_is_told_and_takes_nothing_back(visit: Visit) -> None:
    phone, desktop = visit(OWNER), visit(OWNER, device="desktop")
    on_phone = filled(phone)
    on_desktop = CartPage(desktop)
    on_desktop.open()
    on_phone.step_up(SYRUP.sku, SYRUP.step)

    desktop.tap(on_desktop.more(SYRUP.sku))

    # Both made it twelve: that is no conflict. The next wish of the stale page is one.
    expect(on_desktop.line(SYRUP.sku)).to_have_attribute("data-quantity", str(2 * SYRUP.step))
    on_phone.step_up(SYRUP.sku, SYRUP.step)
    on_desktop.type_quantity(SYRUP.sku, str(7 * SYRUP.step))
    said = desktop.word(
        "On another page this was made %(there)s in the meantime, and that was kept. You asked for %(asked)s.",
        there=3 * SYRUP.step,
        asked=7 * SYRUP.step,
    )
    expect(on_desktop.message(SYRUP.sku)).to_contain_text(said)
    expect(on_desktop.quantity(SYRUP.sku)).to_have_value(str(3 * SYRUP.step))


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_line_is_kept_for_later_and_brought_back(visit: Visit, scripts: bool) -> None:
    dealer = visit(BUYERS["ko"], scripts=scripts)
    cart = filled(dealer)
    name = dealer.word("Save for later: %(name)s", name=SYRUP.names["ko"])

    dealer.tap(cart.line(SYRUP.sku).get_by_role("button", name=name))

    later = dealer.page.get_by_role("region", name=re.compile(re.escape(dealer.word("Saved for later"))))
    expect(later).to_contain_text(SYRUP.names["ko"])
    expect(cart.line(SYRUP.sku)).to_have_count(0)
    dealer.tap(later.get_by_role("button", name=re.compile("^" + re.escape(dealer.word("To the cart")))))
    expect(cart.line(SYRUP.sku)).to_have_attribute("data-quantity", str(SYRUP.step))


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_an_emptied_cart_is_put_back(visit: Visit, scripts: bool) -> None:
    dealer = visit(BUYERS["ko"], scripts=scripts)
    cart = filled(dealer)

    dealer.tap(dealer.page.get_by_role("button", name=dealer.word("Empty the cart")))
    expect(dealer.page.get_by_text(dealer.word("Your cart is empty"))).to_be_visible()
    dealer.tap(dealer.page.get_by_role("button", name=dealer.word("Put everything back")))

    expect(cart.lines).to_have_count(3)
