"""What every page object has: the visitor, and what is on every page of the portal."""

from __future__ import annotations

from playwright.sync_api import Locator, Page

from e2e.visitor import Visitor


class Screen:
    """A page of the portal as a visitor sees it. Its methods do what a person does there."""

    path = "/"

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor

    @property
    def page(self) -> Page:
        return self.visitor.page

    def open(self) -> None:
        self.visitor.open(self.path)

    @property
    def heading(self) -> Locator:
        return self.page.get_by_role("heading", level=1)

    @property
    def cart_count(self) -> Locator:
        """How many lines the cart has, in the header."""
        return self.page.get_by_test_id("cart-count")

    @property
    def cart_link(self) -> Locator:
        """The way to the cart, in the head of every page."""
        return self.page.get_by_role("banner").get_by_role("link", name=self.visitor.word("Cart"))

    @property
    def search_field(self) -> Locator:
        return self.page.get_by_role("searchbox", name=self.visitor.word("Search products"))

    def tab(self, english: str) -> Locator:
        """A tab of the main navigation."""
        main = self.page.get_by_role("navigation", name=self.visitor.word("Main"))
        return main.get_by_role("link", name=self.visitor.word(english))

    def search(self, text: str) -> None:
        """Type into the search field of the header and send it with the keyboard."""
        self.search_field.fill(text)
        self.search_field.press("Enter")

    def is_wider_than_window(self) -> bool:
        """Whether the page scrolls sideways."""
        found: bool = self.page.evaluate("document.scrollingElement.scrollWidth > innerWidth")
        return found
