"""Returns as the dealer sees them: the form, the two taps at the door, and one return."""

from __future__ import annotations

from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Locator, Response, expect

from e2e.pages.screen import Screen


def asked_for(answer: Response, name: str) -> list[str]:
    """The values of a field in the question that was answered; none if it had no such field."""
    return parse_qs(urlsplit(answer.url).query).get(name, [])


class ReturnForm(Screen):
    """What comes back of an order."""

    def line(self, sku: str) -> Locator:
        return self.page.locator(f'.return-line[data-sku="{sku}"]')

    @property
    def lines(self) -> Locator:
        return self.page.locator(".return-line")

    def choose(self, sku: str, units: int, reason: str) -> None:
        """Choose units of a line and what is wrong with them."""
        line = self.line(sku)
        self.visitor.tap(line.get_by_role("checkbox"))
        quantity = line.get_by_role("spinbutton")
        quantity.fill(str(units))
        quantity.blur()
        why = line.get_by_label(self.visitor.word("What is wrong"))
        if not self.visitor.scripts:
            why.select_option(label=self.visitor.word(reason))
            return
        # What is sent before the credit of the last quantity is shown is asked about once more.
        name = quantity.get_attribute("name") or ""
        with self.page.expect_response(lambda answer: asked_for(answer, name) == [str(units)]):
            why.select_option(label=self.visitor.word(reason))
        expect(self.page.locator(".htmx-request, .htmx-swapping, .htmx-settling")).to_have_count(0)

    @property
    def credit(self) -> Locator:
        """What is expected back for what is chosen; has ``data-total`` once it is known."""
        return self.page.locator("#return-credit[data-total]")

    def send(self) -> None:
        self.visitor.tap(self.page.get_by_role("button", name=self.visitor.word("Send"), exact=True))


class ReturnPage(Screen):
    """One return, the dealer's page and the desk's alike."""

    @property
    def found(self) -> Locator:
        return self.page.locator("[data-return][data-status]")

    @property
    def sent(self) -> Locator:
        """Said once, after it was sent."""
        return self.page.get_by_test_id("return-sent")

    @property
    def number(self) -> str:
        return self.found.get_attribute("data-return") or ""

    @property
    def credit(self) -> Decimal:
        """Expected, or once it is decided granted, with tax."""
        return Decimal(self.found.locator("[data-total]").get_attribute("data-total") or "")

    def line(self, sku: str) -> Locator:
        return self.found.locator(f'[data-sku="{sku}"]')
