"""Ordering again, and lists."""

from __future__ import annotations

from decimal import Decimal

from playwright.sync_api import Locator, expect

from e2e.pages.screen import Screen


class ReorderPage(Screen):
    @property
    def form(self) -> Locator:
        return self.page.locator("#reorder-form")

    def facts(self, sku: str) -> Locator:
        """Price then and now, stock, day of a line."""
        return self.page.locator(f'.again__facts[data-sku="{sku}"]')

    @property
    def picked(self) -> Locator:
        return self.form.locator("input[name=pick]:checked")

    @property
    def total(self) -> Decimal:
        return Decimal(self.page.locator("#reorder-around [data-total]").get_attribute("data-total") or "")

    @property
    def order_button(self) -> Locator:
        """The button this device shows: at the foot of a phone, beside the lines of a desktop."""
        name = self.visitor.word("Place order")
        return self.page.get_by_role("button", name=name).filter(visible=True)

    @property
    def cart_button(self) -> Locator:
        return self.page.get_by_role("button", name=self.visitor.word("Put in the cart")).filter(visible=True)


class ListPage(Screen):
    def make(self, name: str, text: str) -> None:
        """Make a list of pasted lines."""
        self.visitor.open("/lists/new")
        self.page.get_by_label(self.visitor.word("List name"), exact=True).fill(name)
        self.page.get_by_label(self.visitor.word("Paste lines")).fill(text)
        self.visitor.tap(self.page.get_by_role("button", name=self.visitor.word("Make the list")))
        expect(self.heading).to_have_text(name)

    @property
    def skus(self) -> list[str]:
        """What is on it, from the top down."""
        found: list[str] = self.page.locator("#list-lines .again__facts").evaluate_all(
            "lines => lines.map(line => line.dataset.sku)"
        )
        return found

    def line(self, sku: str) -> Locator:
        return self.page.locator("#list-lines > li").filter(has=self.page.locator(f'[data-sku="{sku}"]'))

    def button(self, sku: str, kind: str) -> Locator:
        """The button of a line that moves it or takes it off: ``up``, ``down`` or ``remove``."""
        which = '[name="remove"]' if kind == "remove" else f'[name="move"][value$=":{kind}"]'
        return self.line(sku).locator(f"button{which}")
