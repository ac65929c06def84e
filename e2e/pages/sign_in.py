"""The sign-in page."""

from __future__ import annotations

from urllib.parse import urlsplit

from playwright.sync_api import Locator, expect

from e2e.pages.screen import Screen
from e2e.visitor import DEMO_PASSWORD


class SignInPage(Screen):
    path = "/login"

    @property
    def email(self) -> Locator:
        return self.page.locator("form").get_by_role("textbox").and_(self.page.locator("[name=email]"))

    @property
    def password(self) -> Locator:
        return self.page.get_by_label(self.visitor.word("Password"), exact=True)

    @property
    def button(self) -> Locator:
        return self.page.get_by_role("button", name=self.visitor.word("Sign in"), exact=True)

    def fill_in(self, email: str, password: str = DEMO_PASSWORD) -> None:
        self.email.fill(email)
        self.password.fill(password)
        self.visitor.tap(self.button)

    def come_back(self, email: str) -> None:
        """Open the portal, sign in if it does not know this browser, and count from here."""
        self.visitor.open("/")
        if urlsplit(self.page.url).path == self.path:
            self.come_in(email)

    def come_in(self, email: str) -> None:
        """Sign in, and count from here."""
        self.open()
        self.fill_in(email)
        expect(self.page).not_to_have_url("**/login*")
        self.visitor.taps = 0
