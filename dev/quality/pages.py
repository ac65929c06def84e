"""What is visited, and as whom."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from playwright.sync_api import APIRequestContext, Page

from dev.quality.surroundings import LOCALES, NotMeasurable
from e2e.visitor import DEMO_PASSWORD

BUYER: Final = "buyer.kr@demo.example"
DESK: Final = "desk@demo.example"
FINANCE: Final = "finance@demo.example"
ADMIN: Final = "admin@demo.example"

CART: Final = ("DL-VAN-02", "HG-PCP-03", "DL-CRM-01", "GM-OLV-01")
"""SKUs of the lines in the cart, the longest name among them."""

SEARCHED: Final = {"ko": "시럽", "en": "syrup", "ja": "シロップ", "fr": "sirop"}
"""A word of the trade by the language of the page; it finds more than a page holds."""

Fields = dict[str, str | float | bool]
"""Fields of a form, as Playwright sends them."""

DEALERS: Final = {
    "ko": BUYER,
    "en": "buyer.us@demo.example",
    "ja": "buyer.jp@demo.example",
    "fr": "buyer.ca@demo.example",
}
"""Who buys in which language."""


@dataclass(frozen=True)
class Way:
    """An address, or where it is to be found: the first match of ``pattern`` on the page ``on``.

    The first group of the pattern goes into the ``{}`` of ``address``, percent-encoded.
    """

    address: str
    on: str = ""
    pattern: str = ""

    def resolve(self, request: APIRequestContext, base: str) -> str | None:
        """The address to open; None when the demo has nothing of the kind for this person."""
        if not self.on:
            return self.address
        found = re.search(self.pattern, request.get(f"{base}{self.on}").text())
        return self.address.format(quote(found[1], safe="")) if found else None


class Asked(Way):
    """The page of papers in one file, once somebody has asked for them."""

    def resolve(self, request: APIRequestContext, base: str) -> str | None:
        """Ask for the papers of the first invoice on the page ``on``; None where there is none."""
        page = request.get(f"{base}{self.on}").text()
        number = re.search(r'name="invoice" value="([^"]+)"', page)
        key = re.search(r'name="submit_key" value="([^"]+)"', page)
        if number is None or key is None:
            return None
        fields: Fields = {"csrf_token": csrf_token(page), "submit_key": key[1], "invoice": number[1]}
        answer = request.post(f"{base}{self.address}", form=fields)
        return answer.url.removeprefix(base) if answer.ok else None


@dataclass(frozen=True)
class Deed:
    """What is done on a page with a tap, and where one sees that it is done: where words change.

    All three are selectors: what is tapped, what is around it, and the words within that.
    """

    tapped: str
    around: str
    words: str
    typed: bool = False
    """Whether a word is typed into the search field first."""


ADD: Final = Deed("main .add__button", ".add", ".add__note")
"""A product goes into the cart: how much of it is there now stands below."""

SUGGESTED: Final = Deed(".suggest__first", ".suggest", ".add__note", typed=True)
"""The same, from the suggestions under the search field."""

STEP: Final = Deed("main .line__foot [data-move='1']", ".line", ".line__total")
"""One step more of a line: its own total. The whole cart's sums are asked for after it."""


@dataclass(frozen=True)
class Stop:
    """A page to be measured. ``tap`` is a selector of what is tapped there without leaving the page."""

    name: str
    way: Way
    tap: str
    as_whom: str | None = BUYER
    deed: Deed | None = None
    is_timed: bool = True
    """Whether figures of time decide: on a phone, not at the seller's desk."""
    is_on_slow_phone: bool = True
    """Whether the slow phone visits it; what lies beside the way of an order is only looked at."""
    status: int = 200
    """What the page answers with."""


def sign_in(page: Page, base: str, email: str) -> None:
    """Sign in on the page given. Raises NotMeasurable when that fails."""
    page.goto(f"{base}/login")
    page.fill("form [name=email]", email)
    page.fill("form [name=password]", DEMO_PASSWORD)
    page.press("form [name=password]", "Enter")
    page.wait_for_url(lambda address: "/login" not in address)


def post(page: Page, path: str, **fields: str) -> None:
    """Send a form to the portal as the page's own would."""
    base = re.match(r"https?://[^/]+", page.url)
    home = base[0] if base else ""
    token = csrf_token(page.content())
    page.request.post(f"{home}{path}", form={"csrf_token": token, **fields})


def choose(page: Page, language: str, theme: str, large_text: bool) -> None:
    """Choose language, theme ("light", "dark") and size of text as the forms on the page do."""
    post(page, "/account/language", locale=LOCALES[language][0] if language == "fr" else language)
    post(page, "/account/theme", theme=theme)
    post(page, "/account/text-size", size="large" if large_text else "normal")


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


def have_list(request: APIRequestContext, base: str) -> None:
    """Make a list of what is in the cart, where there is none yet. Raises NotMeasurable when it is refused."""
    page = request.get(f"{base}/lists").text()
    if re.search(r'href="/lists/\d+"', page):
        return
    fields: Fields = {"csrf_token": csrf_token(page), "name": "DL", "from": "cart"}
    if not request.post(f"{base}/lists", form=fields).ok:
        raise NotMeasurable("a list cannot be made")


A_LIST: Final = r'href="/lists/(\d+)"'
AN_ORDER: Final = r'data-order="([^"]+)"'
A_PAYMENT: Final = r'data-payment="([^"]+)"'
"""How pages name what leads on."""


def stops(language: str) -> list[Stop]:
    """The pages as the dealer of a language buys there, and those of the seller's people."""
    buyer = DEALERS[language]
    search = "header [type=search]"
    fold = f"main summary, {search}"

    def of(name: str, way: str | Way, tap: str = fold, deed: Deed | None = None) -> Stop:
        return Stop(name, Way(way) if isinstance(way, str) else way, tap, buyer, deed)

    def desk(name: str, way: str | Way, whom: str = FINANCE) -> Stop:
        found = Way(way) if isinstance(way, str) else way
        return Stop(f"desk {name}", found, "header summary, main", whom, is_timed=False)

    def beside(name: str, way: str | Way, whom: str | None = buyer, status: int = 200) -> Stop:
        found = Way(way) if isinstance(way, str) else way
        return Stop(name, found, "body", whom, is_timed=False, is_on_slow_phone=False, status=status)

    return [
        of("home", "/", search, SUGGESTED),
        of("search", f"/search?q={SEARCHED[language]}", search, ADD),
        of("category", "/categories/cafe-syrup", search, ADD),
        of("product", f"/products/{CART[0]}", 'main [data-move="1"], main summary', ADD),
        of("cart", "/cart", 'main [data-move="1"], main summary', STEP),
        of("places", "/cart/places", f"main summary, main input:not([type=hidden]), {search}"),
        of("checkout", "/checkout", "main [name=po_number], main input[type=text]"),
        of("quick order", "/quick-order", "main textarea"),
        of("lists", "/lists", search),
        of("list", Way("/lists/{}", "/lists", A_LIST), 'main [data-move="1"], ' + search),
        of("usual", "/lists/usual", 'main [data-move="1"], ' + search),
        of("orders", "/orders", "main input:not([type=hidden])"),
        of("order", order("delivered")),
        of("change", CHANGEABLE, f'main [data-move="1"], {search}'),
        of("reorder", order("delivered", "/reorder"), f'main [data-move="1"], {search}'),
        of("return", order("delivered", "/returns"), "main summary, main input:not([type=hidden])"),
        of("invoices", "/invoices", f"main input[type=checkbox], {search}"),
        of("invoice", invoice("/invoices/{}")),
        of("batch", Asked("/invoices/downloads", "/invoices?status=all")),
        of("statement", "/statement"),
        of("pay", invoice("/payments/new?invoice={}"), "main input:not([type=hidden])"),
        of("payments", "/payments"),
        of("payment", Way("/payments/{}", "/payments", A_PAYMENT)),
        of("my", "/account"),
        of("my password", "/account/password", "main input:not([type=hidden])"),
        Stop("sign in", Way("/login"), "main [name=email]", None),
        desk("queue", "/desk", DESK),
        desk("orders", "/desk/orders", DESK),
        desk("order", Way("/desk/orders/{}", "/desk/orders", AN_ORDER), DESK),
        desk("returns", "/desk/returns", DESK),
        desk("return", Way("/desk/returns/{}", "/desk/returns", r'data-return="([^"]+)"'), DESK),
        desk("money", "/desk/money"),
        desk("account", Way("/desk/accounts/{}/money", "/desk/money", r"/desk/accounts/([^/]+)/money")),
        desk("invoices", "/desk/invoices"),
        desk("invoice", Way("/desk/invoices/{}", "/desk/invoices", r'data-invoice="([^"]+)"')),
        desk("bank", "/desk/bank"),
        desk("search", "/desk/search", ADMIN),
        beside("all products", "/search"),
        beside("nothing found", "/search?q=qzxvkw"),
        beside("list new", "/lists/new"),
        beside("list to order", Way("/lists/{}/reorder", "/lists", A_LIST)),
        beside("list to print", Way("/lists/{}/print", "/lists", A_LIST)),
        beside("invoice paid", invoice("/invoices/{}", "paid")),
        beside("invoice paper", invoice("/invoices/{}/paper")),
        beside("styleguide", "/styleguide"),
        beside("not found", "/no-such-page", status=404),
        beside("forgot password", "/password/forgot", None),
        beside("link gone", "/password/reset/nothing", None, 410),
        beside("offline", "/offline", None),
        beside("desk picking", Way("/desk/orders/{}", "/desk/orders?status=picking", AN_ORDER), DESK),
        beside("desk forbidden", "/desk/bank", DESK, 403),
        beside("desk payment", Way("/desk/payments/{}", "/desk/accounts/KR-1001/money", A_PAYMENT), FINANCE),
        beside("desk bank line", Way("/desk/bank/{}", "/desk/bank", r'href="/desk/bank/(\d+)"'), FINANCE),
        beside("desk tax reports", "/desk/tax-reports", FINANCE),
        beside("desk synonyms", "/desk/search/synonyms/new", ADMIN),
        beside("desk redirect", "/desk/search/redirects/new", ADMIN),
    ]


CHANGEABLE: Final = Way(
    "/orders/{}/change", "/orders", r'data-order="([^"]+)" data-status="(?:placed|confirmed)"'
)
"""The newest order nothing of which is picked."""


def order(status: str, page: str = "") -> Way:
    """The newest order of the buyer's in a state, or another page of it."""
    return Way("/orders/{}" + page, f"/orders?status={status}", AN_ORDER)


def invoice(address: str, status: str = "open") -> Way:
    """What stands at an address that names the first invoice of a state."""
    return Way(address, f"/invoices?status={status}", r'data-invoice="([^"]+)"')


def csrf_token(html: str) -> str:
    """The token of a page. Raises NotMeasurable where there is none."""
    return first(r'name="csrf-token" content="([^"]+)"', html)


def first(pattern: str, html: str) -> str:
    """What the pattern's group finds first. Raises NotMeasurable when that is nothing."""
    found = re.search(pattern, html)
    if found is None:
        raise NotMeasurable(f"the page has nothing like {pattern}")
    return found[1]
