"""Pages that list products: home and search results."""

from __future__ import annotations

from decimal import Decimal

from playwright.sync_api import Locator, expect

from e2e.pages.screen import Screen


class ProductList(Screen):
    def card(self, sku: str) -> Locator:
        return self.page.locator(f'article[data-sku="{sku}"]')

    def price(self, sku: str) -> Decimal:
        """The price for one unit that the card states."""
        return Decimal(self.card(sku).get_attribute("data-unit-price") or "")

    def open_product(self, sku: str, name: str) -> None:
        self.visitor.tap(self.card(sku).get_by_role("link", name=name))

    def quantity(self, sku: str) -> Locator:
        return self.card(sku).get_by_role("spinbutton")

    def add_button(self, sku: str) -> Locator:
        return self.card(sku).get_by_role("button", name=self.visitor.word("Add to cart: %(name)s", name=""))

    def add(self, sku: str) -> None:
        self.visitor.tap(self.add_button(sku))

    def note(self, sku: str) -> Locator:
        """What stands below the card's button: what is in the cart, or why it is not."""
        return self.card(sku).locator(".add__note")


class SearchPage(ProductList):
    path = "/search"

    def suggestion(self, sku: str) -> Locator:
        return self.page.locator(f'#suggestions [data-sku="{sku}"]')

    def suggest(self, text: str, sku: str) -> Locator:
        """Type as a person does and wait for the suggestion."""
        self.search_field.press_sequentially(text)
        found = self.suggestion(sku)
        expect(found).to_be_visible()
        return found


class HomePage(ProductList):
    path = "/"

    @property
    def orders_under_way(self) -> Locator:
        section = self.page.get_by_role("region", name=self.visitor.word("Orders under way"))
        return section.locator("[data-order]")

    @property
    def due(self) -> Locator:
        """The way to the invoices that are to be paid next."""
        return self.page.get_by_test_id("home-due").locator("a.home-due")

    @property
    def pay_oldest(self) -> Locator:
        """The button that pays the oldest open invoice."""
        return self.page.get_by_test_id("home-due").locator("a[data-invoice]")

    @property
    def usual(self) -> Locator:
        """What is usually bought here."""
        section = self.page.get_by_role("region", name=self.visitor.word("What you usually buy"))
        return section.locator("article[data-sku]")

    @property
    def checkout_link(self) -> Locator:
        """The way past the cart, at the foot of the page while something is in the cart."""
        return self.page.get_by_role("link", name=self.visitor.word("Go to checkout"))
