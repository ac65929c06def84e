"""The checkout."""

from __future__ import annotations

from decimal import Decimal

from playwright.sync_api import Locator, expect

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
    def deliveries(self) -> Locator:
        """What is brought to one place on one day, each."""
        return self.page.locator("li.delivery")

    @property
    def freight(self) -> Decimal:
        """What bringing it costs, without tax."""
        charges = self.deliveries.evaluate_all("all => all.map(one => one.dataset.freight)")
        return sum(map(Decimal, charges), Decimal(0))

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

    @property
    def pay_button(self) -> Locator:
        """The same button for those who pay in advance."""
        return self.page.get_by_role("button", name=self.visitor.word("Order and pay"))

    @property
    def again_button(self) -> Locator:
        """The button of the question whether nearly the same shall be ordered again."""
        return self.page.get_by_role("button", name=self.visitor.word("Order it all the same"))

    @property
    def notice(self) -> Locator:
        """What the portal says about the order as a whole."""
        return self.page.locator("#checkout-notice")

    def place_order(self) -> None:
        """Order.

        Tests order the same goods over and over, and are asked whether they mean it. That answer is no tap of the
        journey; the question itself has a test of its own.
        """
        self.visitor.tap(self.order_button)
        placed = self.page.get_by_test_id("order-placed")
        expect(placed.or_(self.again_button)).to_be_visible()
        if self.again_button.is_visible():
            self.again_button.click()
