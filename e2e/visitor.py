"""A person before a screen: a browser page on a device, in a language, with what they do counted and faults noted."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal

from playwright.sync_api import ConsoleMessage, Locator, Page, Response

from e2e.words import word, words

DEMO_PASSWORD = "demo-portal"

DEVICES = {"phone": "Galaxy S24", "iphone": "iPhone 15", "desktop": "Desktop Chrome"}
"""Our words for devices and the names the browser driver knows them by."""

HARMLESS = re.compile(
    # The browser notes every answer from 400 on, and htmx does too. What a page asked for itself is judged by its
    # status, in ``_answered``.
    r"Failed to load resource: the server responded with a status of 4|Response Status Error Code 4"
)


@dataclass
class Visitor:
    """One browser page. Everything a page object needs is reached through it."""

    page: Page
    language: str
    device: str
    scripts: bool
    taps: int = 0
    """Taps and clicks so far; typing does not count."""
    faults: list[str] = field(default_factory=list)
    """Errors in the console, violations of the content security policy, failed answers."""
    expects_failures: bool = False
    """Set while a test breaks the connection or the server on purpose: nothing is noted meanwhile."""

    def __post_init__(self) -> None:
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.faults.append(f"script failed: {error}"))
        self.page.on("response", self._answered)

    @property
    def is_phone(self) -> bool:
        return self.device in {"phone", "iphone"}

    def word(self, english: str, **values: object) -> str:
        """A text of the portal in this person's language."""
        return word(self.language, english, **values)

    def words(self, singular: str, plural: str, number: int, **values: object) -> str:
        """A text that depends on a number, in this person's language."""
        return words(self.language, singular, plural, number, **values)

    def tap(self, target: Locator) -> None:
        """Touch on a phone, click on a desktop; counted."""
        self.taps += 1
        if self.is_phone:
            target.tap()
        else:
            target.click()

    def open(self, address: str) -> None:
        self.page.goto(address)

    def empty_cart(self) -> None:
        """Take out whatever is in the cart, so that a journey begins at nothing."""
        html = self.page.request.get("/cart").text()
        token = re.search(r'name="csrf-token" content="([^"]+)"', html)
        assert token is not None
        emptied = self.page.request.post("/cart/empty", form={"csrf_token": token[1]})
        assert emptied.ok, f"the cart stays: {emptied.status}"

    def _said(self, message: ConsoleMessage) -> None:
        if self.expects_failures:
            return
        if message.type != "error" or HARMLESS.search(message.text):
            return
        if message.text.startswith("htmx:sendAbort"):
            # A newer question took the place of this one (hx-sync), as it should. htmx notes that in two lines.
            if self.faults and ": htmx:afterRequest" in self.faults[-1]:
                self.faults.pop()
            return
        self.faults.append(f"console on {self.page.url}: {message.text}")

    def _answered(self, response: Response) -> None:
        if self.expects_failures:
            return
        asked_for = response.request.resource_type
        is_page_or_part = asked_for in {"document", "xhr", "fetch"}
        if response.status >= 500 or (response.status >= 400 and not is_page_or_part):
            self.faults.append(f"{response.status} for {response.url}")


def amount(text: str) -> Decimal:
    """The number in a price as people read it, ``₩1,234`` or ``US$12.50``. Raises AssertionError if there is none."""
    found = re.search(r"-?\D?\d[\d,]*(?:\.\d+)?", text.replace("\u2212", "-"))
    assert found is not None, f"no amount in {text!r}"
    return Decimal(re.sub(r"[^\d.-]", "", found[0]))
