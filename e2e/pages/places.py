"""The grid of places and days."""

from __future__ import annotations

from datetime import date

from playwright.sync_api import Locator, expect

from e2e.pages.screen import Screen


class PlacesPage(Screen):
    path = "/cart/places"

    @property
    def grid(self) -> Locator:
        return self.page.locator("#splits")

    @property
    def is_table(self) -> bool:
        return self.grid.locator(".grid-table").is_visible()

    def line(self, sku: str) -> Locator:
        return self.grid.locator(f'[data-sku="{sku}"]')

    def cells(self, sku: str) -> Locator:
        """The fields of a line, by day and then by place."""
        return self.line(sku).locator("[data-cell]")

    def assigned(self, sku: str) -> Locator:
        return self.line(sku).locator("[data-assigned]")

    @property
    def places(self) -> list[str]:
        """Names of the account's places."""
        return self.grid.locator('select[name="new_place"]').first.locator("option").all_inner_texts()

    def add(self, place: str, day: date) -> None:
        """Add a place and a day."""
        before = self.grid.locator("[data-cell]").count()
        form = self.grid.locator("form").filter(
            has=self.page.get_by_role("button", name=self.visitor.word("Add this day"))
        )
        form.locator('select[name="new_place"]').select_option(label=place)
        form.locator('input[name="new_day"]').fill(day.isoformat())
        self.visitor.tap(form.get_by_role("button", name=self.visitor.word("Add this day")))
        expect(self.grid.locator("[data-cell]")).to_have_count(before + 1)

    def keep(self) -> None:
        keep = self.grid.get_by_role("button", name=self.visitor.word("Keep"), exact=True)
        self.visitor.tap(keep.filter(visible=True).last)

    def go_to_checkout(self) -> None:
        self.visitor.tap(self.grid.get_by_role("link", name=self.visitor.word("Go to checkout")))
