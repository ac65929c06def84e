"""What is done after an order before a page is looked at: paying in each way, and returns to be found."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import quote

from playwright.sync_api import APIRequestContext, Page

from dev.quality.pages import Way


class Returned(Way):
    """The page of a return: of the first order on the page ``on`` of which something came back."""

    def resolve(self, request: APIRequestContext, base: str) -> str | None:
        """The address to open; None when nothing came back of any order there."""
        orders = re.findall(r'data-order="([^"]+)"', request.get(f"{base}{self.on}").text())
        for order in orders:
            page = request.get(f"{base}/orders/{quote(order, safe='')}").text()
            if found := re.search(r'data-return="([^"]+)"', page):
                return self.address.format(quote(found[1], safe=""))
        return None


def _send(page: Page, selector: str) -> None:
    button = page.locator(selector).filter(visible=True)
    if button.count():
        button.first.click()
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(400)


def type_amount(amount: str) -> Callable[[Page], None]:
    """What types an amount for the first invoice, and pays."""

    def act(page: Page) -> None:
        page.locator("main [name=amount]").first.fill(amount)
        _send(page, ".action-bar [type=submit]")

    return act


def transfer(page: Page) -> None:
    """Say that the money comes by bank transfer: what is shown is where to."""
    page.locator("main [name=way]").last.check()
    _send(page, ".action-bar [type=submit]")


def card_declined(page: Page) -> None:
    """Pay by the test card, which is declined."""
    page.locator("main [name=way]").first.check()
    _send(page, ".action-bar [type=submit]")
    page.locator("#test-card [value=declined]").check()
    _send(page, "#test-card [type=submit]")


def give_up(page: Page) -> None:
    """Ask for a transfer, and cancel it."""
    transfer(page)
    _send(page, 'main form[action$="/cancellation"] [type=submit]')
