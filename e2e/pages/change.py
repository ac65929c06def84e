"""The page on which a placed order is changed."""

from __future__ import annotations

from playwright.sync_api import Locator

from e2e.pages.screen import Screen


class ChangePage(Screen):
    def open_order(self, number: str) -> None:
        self.visitor.open(f"/orders/{number}/change")

    @property
    def form(self) -> Locator:
        return self.page.locator("#change-form")

    def line(self, sku: str) -> Locator:
        return self.form.locator(f'li[data-sku="{sku}"]')

    def units(self, sku: str, row: int = 0) -> Locator:
        """The field of a line's units."""
        return self.line(sku).locator("input[data-cell]").nth(row)

    def step_up(self, sku: str) -> None:
        """One step more: a tap with scripts, typed without."""
        field = self.units(sku)
        if self.visitor.scripts:
            self.visitor.tap(self.line(sku).get_by_role("button", name=self.visitor.word("More")).first)
        else:
            field.fill(str(int(field.input_value()) + self.step_of(sku)))

    def step_of(self, sku: str) -> int:
        """The steps a line is sold in."""
        moved = self.line(sku).locator("[data-cell-move]").last
        return int(moved.get_attribute("data-cell-move") or "1")

    def look(self) -> None:
        """See what the change would do."""
        self.visitor.tap(self.form.get_by_role("button", name=self.visitor.word("Look at the change")).last)

    def send(self) -> None:
        self.visitor.tap(self.form.get_by_role("button", name=self.visitor.word("Send the change")))

    @property
    def diff(self) -> Locator:
        """What is different, old beside new."""
        return self.page.get_by_test_id("diff").first

    def add(self, sku: str) -> None:
        """Find a product by its number and put it in the order."""
        self.form.get_by_label(self.visitor.word("SKU or name"), exact=True).fill(sku)
        self.visitor.tap(self.form.get_by_role("button", name=self.visitor.word("Find"), exact=True))
        self.visitor.tap(self.form.locator(f'#change-offered li[data-sku="{sku}"]').get_by_role("button"))

    def split(self, sku: str) -> None:
        """One more row of a line, for another place or day."""
        more = self.line(sku).locator('button[value^="split:"]')
        if not more.is_visible():
            self.visitor.tap(self.line(sku).locator("summary").last)
        self.visitor.tap(more)

    def take_out(self, sku: str) -> None:
        self.visitor.tap(self.line(sku).locator('button[value^="remove:"]'))
