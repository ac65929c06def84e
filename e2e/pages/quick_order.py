"""Quick order: many lines at once, and what becomes of them."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from e2e.pages.screen import Screen


class QuickOrderPage(Screen):
    path = "/quick-order"

    def paste(self, text: str) -> None:
        """Write into the field and send it; the preview is shown then."""
        self.page.get_by_role("textbox", name=self.visitor.word("Paste or write")).fill(text)
        self.visitor.tap(
            self.page.get_by_role("button", name=self.visitor.word("Check the lines"), exact=True).last
        )
        expect(self.counts).to_be_visible()

    def forget_names(self) -> None:
        """Take back all that was learned of this account's words."""
        while True:
            self.open()
            forget = self.page.locator("#nicknames button")
            if not forget.count():
                return
            forget.first.click()

    def wait_for_nothing(self, sku: str) -> None:
        """Take back the wish to be told when this is back, if an earlier visit left one."""
        self.open()
        self.paste(f"{sku} 6")
        key = self.page.locator("#entry-bar [name=submit_key]").get_attribute("value")
        self.visitor.open(f"/quick-order/{key}?line=0")
        unwatch = self.line(1).get_by_role("button", name=self.visitor.word("Do not write to me"))
        if unwatch.count():
            unwatch.click()
            expect(unwatch).to_have_count(0)

    @property
    def counts(self) -> Locator:
        return self.page.locator("#entry-counts")

    def expect_counts(self, added: int, changed: int, refused: int) -> None:
        for name, number in (
            ("added", added),
            ("changed", changed),
            ("refused", refused),
            ("input", added + changed + refused),
        ):
            expect(self.counts).to_have_attribute(f"data-{name}", str(number))

    def line(self, place: int) -> Locator:
        """A line by its place in what was sent, from 1."""
        return self.page.locator(f"#entry-line-{place - 1}")

    def mend(self, place: int, button: str) -> None:
        """Tap the button of a line that holds these words."""
        self.visitor.tap(self.line(place).get_by_role("button", name=button).first)

    def commit(self, lines: int) -> None:
        """Put everything into the cart."""
        words = self.visitor.words("Put %(num)s line in the cart", "Put %(num)s lines in the cart", lines)
        self.visitor.tap(self.page.get_by_role("button", name=words))
        expect(self.heading).to_have_text(self.visitor.word("In your cart"))
