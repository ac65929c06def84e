"""What is done in cart, checkout and quick order before a picture is taken of a state that takes some doing."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from playwright.sync_api import Page

from dev.quality.pages import SEARCHED, post

BAD_LINES: Final = (
    "DL-VAN-02 24\nDL-VAN-02 7\nDL-CRM-01 999999\nHG-PCP-03\nNO-SUCH-99 4\nDL-STR-01 6\nKR-GRD-01 3\n"
    "vanila 12\n12 34 56\nDL-RSP-01 zwölf\n"
)
"""A line of every kind that needs a look: wrong steps, too many, no quantity, unknown, out of stock, misspelt."""

GOODS: Final = (("DL-VAN-02", "24"), ("HG-PCP-03", "50"), ("DL-CRM-01", "6"), ("GM-OLV-01", "6"))
"""SKUs and quantities that can be ordered, the longest name among them."""

DEAR: Final = ("KR-GRD-01", "120")
"""What is above every limit of the demo, and comes later."""

LISTS: Final = {
    "ko": "월요일 정기 발주",
    "en": "Monday order",
    "ja": "月曜の定期発注",
    "fr": "Commande du lundi",
}
"""What a list is called, by the language of the page."""

MANY: Final = 60
"""Lines of a cart that is long."""


def fill_cart(page: Page) -> None:
    """Put some goods into the cart and look at it."""
    for sku, quantity in GOODS:
        post(page, "/cart/lines", sku=sku, quantity=quantity)
    page.reload()


def fill_dear(page: Page) -> None:
    """Put more into the cart than the account may order, and look at the page again."""
    sku, quantity = DEAR
    post(page, "/cart/lines", sku=sku, quantity=quantity)
    page.reload()


def fill_long(page: Page) -> None:
    """Put many lines into the cart and look at it."""
    base = page.url.removesuffix("/cart")
    found: dict[str, str] = {}
    for number in range(1, 6):
        text = page.request.get(f"{base}/search?in_stock=1&page={number}").text()
        for card in re.split(r"<article ", text)[1:]:
            sku, quantity = (
                re.search(r'data-sku="([^"]+)"', card),
                re.search(r'name="quantity" value="(\d+)"', card),
            )
            if sku and quantity:
                found[sku[1]] = quantity[1]
    for line in list(found.items())[:MANY]:
        post(page, "/cart/lines", sku=line[0], quantity=line[1])
    page.reload()


def set_first(quantity: str) -> Callable[[Page], None]:
    """What types a quantity into the first line of the cart."""

    def act(page: Page) -> None:
        field = page.locator("main .line__foot [name=quantity]").first
        field.fill(quantity)
        field.press("Enter")
        page.wait_for_timeout(1200)

    return act


def wrong_code(page: Page) -> None:
    """Use a promotion code that nobody knows."""
    page.locator("#cart-code summary").click()
    page.fill("#promotion-code", "SUMMER-99")
    page.press("#promotion-code", "Enter")
    page.wait_for_load_state("networkidle")


def take_out(page: Page) -> None:
    """Take the first line out of the cart."""
    page.locator("main .line__remove .icon-button:not(.line__later)").first.click()
    page.wait_for_timeout(900)


def place_order(page: Page) -> None:
    """Press the button that orders, for an order that is refused."""
    page.locator("[type=submit][form=checkout-form], #checkout-form .button--large").filter(
        visible=True
    ).first.click()
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(400)


def order_for_yesterday(page: Page) -> None:
    """Ask for a day that is gone."""
    page.fill("#checkout-form [name=requested_date]", "2020-01-02")
    page.wait_for_timeout(900)
    place_order(page)


def add_suggested(page: Page) -> None:
    """Put the first two things under the search field into the cart."""
    field = page.locator("header [type=search]").filter(visible=True).first
    field.click()
    field.press_sequentially(SEARCHED[(page.locator("html").get_attribute("lang") or "en")[:2]], delay=60)
    page.wait_for_timeout(900)
    for _each in range(2):
        page.locator(".suggest__first").filter(visible=True).first.click()
        page.wait_for_timeout(700)


def paste_bad(page: Page) -> None:
    """Paste lines of every bad kind and ask for a preview."""
    page.fill("main textarea", BAD_LINES)
    page.locator("main textarea").locator("xpath=ancestor::form").locator("[type=submit]").last.click()
    page.wait_for_load_state("networkidle")


def keep_list(page: Page) -> None:
    """Make a list, where there is none, and look at all of them."""
    if not page.locator('main a[href^="/lists/"]:not([href$="usual"]):not([href$="new"])').count():
        name = LISTS[(page.locator("html").get_attribute("lang") or "en")[:2]]
        post(page, "/lists", name=name, text="\n".join(" ".join(each) for each in GOODS), without="1")
        page.reload()
