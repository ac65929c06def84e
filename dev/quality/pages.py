"""What is visited, and as whom."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from playwright.sync_api import APIRequestContext, Page

from dev.quality.surroundings import NotMeasurable
from e2e.visitor import DEMO_PASSWORD

BUYER: Final = "buyer.kr@demo.example"
DESK: Final = "desk@demo.example"

CART: Final = ("DL-VAN-02", "HG-PCP-03", "DL-CRM-01", "GM-OLV-01")
"""SKUs of the lines in the cart, the longest name among them."""

SEARCHED: Final = {"ko": "시럽", "en": "syrup", "ja": "シロップ", "fr": "sirop"}
"""A word of the trade by the language of the page; it finds more than a page holds."""


@dataclass(frozen=True)
class Stop:
    """A page to be measured. ``tap`` is a selector of what is tapped there without leaving the page."""

    name: str
    address: str
    tap: str
    as_whom: str | None = BUYER
    gated: bool = True
    """Whether its figures decide; the others are shown beside."""


def sign_in(page: Page, base: str, email: str) -> None:
    """Sign in on the page given. Raises NotMeasurable when that fails."""
    page.goto(f"{base}/login")
    page.fill("form [name=email]", email)
    page.fill("form [name=password]", DEMO_PASSWORD)
    page.press("form [name=password]", "Enter")
    page.wait_for_url(lambda address: "/login" not in address)


def fill_cart(request: APIRequestContext, base: str) -> None:
    """Put the lines of CART into the cart, and nothing else. Raises NotMeasurable when the portal refuses."""
    token = csrf_token(request.get(f"{base}/cart").text())
    if not request.post(f"{base}/cart/empty", form={"csrf_token": token}).ok:
        raise NotMeasurable("the cart cannot be emptied")
    for sku in CART:
        answer = request.post(f"{base}/cart/lines", form={"csrf_token": token, "sku": sku, "quantity": "24"})
        # A buyer who may not buy one of them goes on without it.
        if answer.status >= 500:
            raise NotMeasurable(f"{sku} does not go into the cart: {answer.status}")


def stops(request: APIRequestContext, base: str, language: str, buyer: str) -> list[Stop]:
    """The pages, with an order and an invoice of this buyer's own in their addresses.

    Raises NotMeasurable when there is no delivered order or no open invoice: the demo data have both.
    """
    order = first(r'data-order="([^"]+)"', request.get(f"{base}/orders?status=delivered").text())
    invoice = first(r'data-invoice="([^"]+)"', request.get(f"{base}/invoices?status=open").text())
    search = "header [type=search]"
    return [
        Stop("home", "/", search, buyer),
        Stop("search", f"/search?q={SEARCHED[language]}", search, buyer),
        Stop("product", f"/products/{CART[0]}", 'main [data-move="1"], main summary', buyer),
        Stop("cart", "/cart", 'main [data-move="1"], main summary', buyer),
        Stop("checkout", "/checkout", "main [name=po_number], main input[type=text]", buyer),
        Stop("orders", "/orders", "main input:not([type=hidden])", buyer),
        Stop("order", f"/orders/{order}", "main summary, header [type=search]", buyer),
        Stop("invoices", "/invoices", "main input[type=checkbox], header [type=search]", buyer),
        Stop("invoice", f"/invoices/{invoice}", "main summary, header [type=search]", buyer),
        Stop("pay", f"/payments/new?invoice={invoice}", "main input:not([type=hidden])", buyer),
        Stop("my", "/account", "main summary, header [type=search]", buyer),
        Stop("quick order", "/quick-order", "main textarea", buyer),
        Stop("sign in", "/login", "main [name=email]", None),
        Stop("lists", "/lists", search, buyer),
        Stop("usual", "/lists/usual", 'main [data-move="1"], header [type=search]', buyer),
        Stop("return", f"/orders/{order}/returns", "main summary, main input:not([type=hidden])", buyer),
        Stop("desk", "/desk", "header summary, main", DESK, gated=False),
        Stop("desk orders", "/desk/orders", "main [type=search]", DESK, gated=False),
    ]


def csrf_token(html: str) -> str:
    """The token of a page. Raises NotMeasurable where there is none."""
    return first(r'name="csrf-token" content="([^"]+)"', html)


def first(pattern: str, html: str) -> str:
    """What the pattern's group finds first. Raises NotMeasurable when that is nothing."""
    found = re.search(pattern, html)
    if found is None:
        raise NotMeasurable(f"the page has nothing like {pattern}")
    return found[1]
