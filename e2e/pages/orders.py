"""The list of orders and the page of one order, as the dealer sees them."""

from __future__ import annotations

from decimal import Decimal

from playwright.sync_api import Locator, expect

from e2e.pages.screen import Screen


class OrdersPage(Screen):
    path = "/orders"

    def row(self, number: str) -> Locator:
        return self.page.locator(f'li[data-order="{number}"]')

    def link(self, number: str) -> Locator:
        """The way from the list to an order's page."""
        return self.row(number).locator(f'a[href="/orders/{number}"]')

    @property
    def rows(self) -> Locator:
        return self.page.locator("li[data-order]")

    def chip(self, english: str) -> Locator:
        """A state by which the list is filtered."""
        chips = self.page.get_by_role("navigation", name=self.visitor.word("Filter by state"))
        return chips.get_by_role("link", name=self.visitor.word(english), exact=True)

    def find(self, text: str) -> None:
        """Search among the orders."""
        field = self.page.get_by_role("searchbox", name=self.visitor.word("Search orders"))
        field.fill(text)
        field.press("Enter")


class OrderPage(Screen):
    def open_number(self, number: str) -> None:
        self.visitor.open(f"/orders/{number}")

    @property
    def order(self) -> Locator:
        return self.page.locator("#order[data-order]")

    @property
    def thanks(self) -> Locator:
        return self.page.get_by_test_id("order-placed")

    def placed_number(self) -> str:
        """The number of the order that was placed a moment ago."""
        expect(self.thanks).to_be_visible()
        return self.order.get_attribute("data-order") or ""

    def line(self, sku: str) -> Locator:
        return self.order.locator(f'li[data-sku="{sku}"]')

    @property
    def total(self) -> Decimal:
        return Decimal(self.order.locator("[data-total]").get_attribute("data-total") or "")

    @property
    def shipment(self) -> Locator:
        """What has left, with carrier and tracking number."""
        return self.order.locator("[data-shipment]")

    @property
    def deliveries(self) -> Locator:
        """What goes to one place on one day, each."""
        return self.order.locator("li.delivery")

    @property
    def under_way(self) -> Locator:
        """How much of it has left, said while some has and some has not."""
        return self.order.get_by_test_id("under-way")

    @property
    def prepaid(self) -> Locator:
        """What of it is paid in advance, and what has been."""
        return self.order.locator("[data-prepay]")

    @property
    def calendar_link(self) -> Locator:
        name = self.visitor.word("Put the deliveries in your calendar")
        return self.order.get_by_role("link", name=name)

    @property
    def problems(self) -> Locator:
        """What is tapped to report that something was wrong with a line."""
        words = self.visitor.word("Report a problem")
        if not self.visitor.scripts:
            return self.order.get_by_role("link", name=words)
        return self.order.locator("summary").filter(has_text=words)

    @property
    def claim(self) -> Locator:
        """The short form of the line that was tapped."""
        return self.page.locator("details.claim[open], section.claim")

    def returned(self, number: str) -> Locator:
        """A return of this order."""
        return self.order.locator(f'[data-return="{number}"]')

    @property
    def timeline(self) -> Locator:
        return self.order.get_by_role("region", name=self.visitor.word("Where it is"))

    def reached(self, english: str) -> Locator:
        """The time at which a station of the way was reached."""
        stations = self.timeline.locator(".timeline").get_by_role("listitem")
        # The whole word: in Korean "shipped" is also the beginning of "being picked".
        label = self.page.get_by_text(self.visitor.word(english), exact=True)
        return stations.filter(has=label).locator(".timeline__time")
