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

    def ship(
        self, carrier: str, tracking_number: str, units: dict[str, int] | None = None, status: str = "shipped"
    ) -> None:
        """Ship all that is on the shelf for the order, or ``units`` by SKU."""
        for sku, number in (units or {}).items():
            row = self.page.locator(f'#ship-form tr[data-sku="{sku}"]')
            row.get_by_role("textbox").fill(str(number) if number else "")
        self.page.get_by_role("combobox", name=self.visitor.word("Carrier")).fill(carrier)
        self.page.get_by_role("textbox", name=self.visitor.word("Tracking number")).fill(tracking_number)
        self._move("Ship", status)

    def note_step(self, english: str, place: str) -> None:
        """Note where the last shipment is."""
        shipment = self.order.locator("[data-shipment]").first
        self.visitor.tap(shipment.locator("summary").filter(has_text=self.visitor.word("Note a step")))
        what = shipment.get_by_role("combobox", name=self.visitor.word("What happened"))
        what.select_option(label=self.visitor.word(english))
        shipment.get_by_role("textbox", name=self.visitor.word("Where")).fill(place)
        self.visitor.tap(shipment.get_by_role("button", name=self.visitor.word("Note it")))

    def deliver(self) -> None:
        self._move("It has arrived", "delivered")
