"""The seller's desk."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from e2e.pages.screen import Screen


class DeskPage(Screen):
    path = "/desk"

    @property
    def new_orders(self) -> Locator:
        """The link to the orders that wait to be confirmed, with their number."""
        return self.page.locator('a[data-status="placed"]')

    def find(self, number: str) -> None:
        """Look an order up by its number and open it."""
        self.visitor.tap(self.page.get_by_role("link", name=self.visitor.word("Orders"), exact=True))
        field = self.page.get_by_role("searchbox", name=self.visitor.word("Search orders"))
        field.fill(number)
        field.press("Enter")
        self.visitor.tap(self.page.get_by_role("link", name=number))
        expect(self.order).to_have_attribute("data-order", number)

    @property
    def order(self) -> Locator:
        return self.page.locator("#order[data-order]")

    def _move(self, english: str, status: str) -> None:
        self.visitor.tap(self.order.get_by_role("button", name=self.visitor.word(english), exact=True))
        expect(self.order).to_have_attribute("data-status", status)

    def confirm(self) -> None:
        self._move("Confirm the order", "confirmed")

    def start_picking(self) -> None:
        self._move("Start picking", "picking")

    def ship(self, carrier: str, tracking_number: str) -> None:
        """Ship all that is on the shelf for the order."""
        self.page.get_by_role("combobox", name=self.visitor.word("Carrier")).fill(carrier)
        self.page.get_by_role("textbox", name=self.visitor.word("Tracking number")).fill(tracking_number)
        self._move("Ship", "shipped")

    def deliver(self) -> None:
        self._move("It has arrived", "delivered")
