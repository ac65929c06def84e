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
    def notice(self) -> Locator:
        """Said on the page that stays, when a part of it could not be fetched."""
        return self.page.locator("#retry-bar")

    @property
    def sign_in_link(self) -> Locator:
        return self.notice.get_by_role("link", name=self.visitor.word("Sign in"))

    def expect_notice(self) -> None:
        """The page says that its person is signed out, and that what they typed is still there."""
        expect(self.notice).to_contain_text(
            self.visitor.word("You were signed out. What you typed stays here.")
        )
        expect(self.notice.get_by_role("button", name=self.visitor.word("Try again"))).to_be_hidden()

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
