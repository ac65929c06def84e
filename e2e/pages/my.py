"""My: the account's facts and papers, and the person's own settings."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Locator

from e2e.pages.screen import Screen


class MyPage(Screen):
    path = "/account"

    @property
    def sign_out_button(self) -> Locator:
        return self.page.get_by_role("button", name=self.visitor.word("Sign out"), exact=True)

    def download(self, link: str, folder: Path) -> Path:
        """Download what the link with these words leads to; where it was put."""
        with self.page.expect_download() as started:
            self.visitor.tap(self.page.get_by_role("main").get_by_role("link", name=link))
        target = folder / started.value.suggested_filename
        started.value.save_as(target)
        return target

    def download_statement(self, folder: Path) -> Path:
        """The statement of the last months, on paper."""
        return self.download(f"{self.visitor.word('Statement')} PDF", folder)

    def download_prices(self, folder: Path) -> Path:
        """The account's own prices, as a table."""
        return self.download(self.visitor.word("Price list"), folder)
