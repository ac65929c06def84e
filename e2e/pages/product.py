"""The page of one product."""

from __future__ import annotations

from decimal import Decimal

from playwright.sync_api import Locator

from e2e.pages.screen import Screen


class ProductPage(Screen):
    def open_sku(self, sku: str) -> None:
        self.visitor.open(f"/products/{sku}")

    @property
    def product(self) -> Locator:
        return self.page.locator(".product-page")

    @property
    def price(self) -> Decimal:
        """The price for one unit at the first quantity."""
        return Decimal(self.product.get_attribute("data-unit-price") or "")

    @property
    def shown_price(self) -> Locator:
        return self.product.locator("#product-price strong").first

    @property
    def buy(self) -> Locator:
        """Quantity and button: below the price on a desktop, at the foot of a phone."""
        return self.page.locator(".buy").filter(visible=True)

    @property
    def quantity(self) -> Locator:
        return self.buy.get_by_role("spinbutton")

    @property
    def add_button(self) -> Locator:
        return self.buy.get_by_role("button", name=self.visitor.word("Add to cart: %(name)s", name=""))

    @property
    def note(self) -> Locator:
        return self.buy.locator(".add__note")

    def add(self) -> None:
        self.visitor.tap(self.add_button)
