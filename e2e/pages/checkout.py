"""The checkout."""

from __future__ import annotations

from decimal import Decimal

from playwright.sync_api import Locator

from e2e.pages.screen import Screen
from e2e.visitor import amount


class CheckoutPage(Screen):
    path = "/checkout"

    def line(self, sku: str) -> Locator:
        return self.page.locator(f'#checkout-lines [data-sku="{sku}"]')

    @property
    def total(self) -> Decimal:
        return Decimal(self.page.locator("#checkout-summary [data-total]").get_attribute("data-total") or "")

    @property
    def credit_left(self) -> Decimal:
        """What may be ordered on account before this order."""
        return amount(self.page.locator("#checkout-summary .credit__head strong").inner_text())

    @property
    def credit_after(self) -> Decimal:
        """What may be ordered on account after it."""
        return amount(self.page.locator("#checkout-summary .credit__foot strong").inner_text())

    @property
    def po_number(self) -> Locator:
        return self.page.get_by_role("textbox", name=self.visitor.word("Your order number (PO)"))

    @property
    def order_button(self) -> Locator:
        return self.page.get_by_role("button", name=self.visitor.word("Place order"))

    def place_order(self) -> None:
        self.visitor.tap(self.order_button)
