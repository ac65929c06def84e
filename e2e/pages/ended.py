"""The two pages between a form whose session has ended and its result."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from e2e.pages.screen import Screen
from e2e.pages.sign_in import SignInPage


class EndedSession(Screen):
    """Signing in with a form in hand, and the question whether it shall be sent."""

    @property
    def kept_note(self) -> Locator:
        """Said above the sign-in form."""
        kept = self.visitor.word("What you filled in is kept. Sign in, then you can send it.")
        return self.page.get_by_text(kept)

    @property
    def question(self) -> Locator:
        """The form that would be sent, with what was written in it."""
        return self.page.get_by_test_id("again")

    @property
    def send_button(self) -> Locator:
        return self.question.get_by_role("button", name=self.visitor.word("Send it now"))

    @property
    def back_link(self) -> Locator:
        return self.question.get_by_role("link", name=self.visitor.word("Back to the page without it"))

    def end(self) -> None:
        """The session is gone from this browser, as after its hours."""
        self.page.context.clear_cookies(name="portal")

    def sign_in(self, email: str) -> None:
        """Sign in on the page that answered the form; the question comes."""
        expect(self.kept_note).to_be_visible()
        SignInPage(self.visitor).fill_in(email)
        expect(self.heading).to_have_text(self.visitor.word("You are signed in again"))
