"""The cart."""

from __future__ import annotations

from decimal import Decimal

from playwright.sync_api import Locator, expect

from e2e.goods import SYRUP
from e2e.pages.product import ProductPage
from e2e.pages.screen import Screen
from e2e.visitor import Visitor


class CartPage(Screen):
    path = "/cart"

    @property
    def lines(self) -> Locator:
        return self.page.get_by_role("list", name=self.visitor.word("Products in the cart")).locator(
            "[data-sku]"
        )

    def line(self, sku: str) -> Locator:
        return self.page.locator(f'li.line[data-sku="{sku}"]')

    def price(self, sku: str) -> Decimal:
        return Decimal(self.line(sku).get_attribute("data-unit-price") or "")

    def line_total(self, sku: str) -> Decimal:
        return Decimal(self.line(sku).get_attribute("data-line-total") or "")

    def quantity(self, sku: str) -> Locator:
        return self.line(sku).get_by_role("spinbutton")

    def more(self, sku: str) -> Locator:
        return self.line(sku).get_by_role("button", name=self.visitor.word("More"))

    def message(self, sku: str) -> Locator:
        """What the portal says about the quantity of this line."""
        return self.line(sku).locator("[id^=trouble-]")

    def type_quantity(self, sku: str, text: str) -> None:
        """Type a quantity; the line is sent when the field is left, without scripts by its button."""
        field = self.quantity(sku)
        field.fill(text)
        if self.visitor.scripts:
            field.blur()
        else:
            self.visitor.tap(
                self.line(sku).get_by_role("button", name=self.visitor.word("Update"), exact=True)
            )

    def step_up(self, sku: str, step: int) -> None:
        """Raise the quantity by one step: with the plus button, or by typing where no scripts run."""
        now = int(self.quantity(sku).input_value())
        if self.visitor.scripts:
            self.visitor.tap(self.more(sku))
        else:
            self.type_quantity(sku, str(now + step))
        expect(self.line(sku)).to_have_attribute("data-quantity", str(now + step))

    def take_out(self, sku: str) -> None:
        """Take a line out; in its place comes the button that puts it back."""
        self.visitor.tap(
            self.line(sku).get_by_role("button", name=self.visitor.word("Take out: %(name)s", name=""))
        )

    @property
    def put_back_button(self) -> Locator:
        return self.page.get_by_role("button", name=self.visitor.word("Put it back"))

    @property
    def summary(self) -> Locator:
        """The sums of the cart. They come a moment after the line that changed."""
        return self.page.locator("#cart-summary [data-total]")

    @property
    def total(self) -> Decimal:
        """The total of the whole cart with tax."""
        return Decimal(self.summary.get_attribute("data-total") or "")

    def go_to_checkout(self) -> None:
        self.visitor.tap(self.page.get_by_role("link", name=self.visitor.word("Go to checkout")))


def cart_of_syrup(dealer: Visitor) -> CartPage:
    """The cart, open, with one step of syrup in it."""
    dealer.empty_cart()
    product = ProductPage(dealer)
    product.open_sku(SYRUP.sku)
    product.add()
    expect(product.cart_count).to_have_attribute("data-count", "1")
    cart = CartPage(dealer)
    cart.open()
    expect(cart.line(SYRUP.sku)).to_have_attribute("data-quantity", str(SYRUP.step))
    return cart
