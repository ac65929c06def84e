"""Every screen there is: whose it is, how one gets there, what is done before it is looked at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from playwright.sync_api import FilePayload, Page

from dev.quality import after, buying
from dev.quality.pages import ADMIN, CHANGEABLE, DESK, FINANCE, SEARCHED, Way, post

OWNER: Final = "owner.kr@demo.example"
NEW: Final = "new.us@demo.example"
REP: Final = "rep@demo.example"
PAY: Final = "/payments/new?invoice={}"
TODAY: Final = datetime.now(UTC).date().isoformat()

PASTED: Final = "DL-VAN-02 24\nHG-PCP-03\t12\nDL-CRM-01 x 6\nGM-OLV-01 3\nNO-SUCH-99 4\n"
"""Lines as they are pasted, one of them unknown."""


@dataclass(frozen=True)
class Screen:
    """One picture. ``whose`` is an address of mail; None is nobody, "dealer" the buyer of the language."""

    name: str
    way: Way
    whose: str | None = "dealer"
    act: Callable[[Page], None] | None = None
    """What is done on the page before the picture is taken."""


def empty_cart(page: Page) -> None:
    """Take everything out of the cart, and look at it."""
    post(page, "/cart/empty")
    page.reload()


def type_search(page: Page) -> None:
    """Type into the search field and wait for suggestions."""
    field = page.locator("header [type=search]").filter(visible=True).first
    field.click()
    field.press_sequentially(SEARCHED[(page.locator("html").get_attribute("lang") or "en")[:2]], delay=60)
    page.wait_for_timeout(900)


def open_first(selector: str) -> Callable[[Page], None]:
    """What taps the first thing the selector finds, where there is one, and waits for it to be shown."""

    def act(page: Page) -> None:
        found = page.locator(selector).filter(visible=True)
        if found.count():
            found.first.click()
            page.wait_for_timeout(500)

    return act


def wrong_password(page: Page) -> None:
    """Try to sign in with a wrong password."""
    page.fill("main [name=email]", "buyer.kr@demo.example")
    page.fill("main [name=password]", "not the password")
    page.press("main [name=password]", "Enter")
    page.wait_for_load_state("networkidle")


def paste(page: Page) -> None:
    """Paste lines into quick order and ask for a preview."""
    page.fill("main textarea", PASTED)
    page.locator("main textarea").locator("xpath=ancestor::form").locator("[type=submit]").last.click()
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(400)


def send_empty(selector: str) -> Callable[[Page], None]:
    """What sends a form with nothing chosen, so that it is refused."""

    def act(page: Page) -> None:
        buttons = page.locator(selector).filter(visible=True)
        if buttons.count():
            page.evaluate("document.querySelectorAll('form').forEach((form) => { form.noValidate = true; })")
            buttons.first.click()
            page.wait_for_load_state("networkidle")
            page.wait_for_timeout(400)

    return act


def read_in_bank_file(page: Page) -> None:
    """Give the desk a bank's file: a transfer of nobody known, what cannot be read, and what brings nothing."""
    rows = (
        "거래일자,입금자명,적요,입금액,출금액",
        f"{TODAY},김사장,물품대금,51000,",
        f"{TODAY},전기,,,900",
        f"{TODAY},x,,백원,",
    )
    file: FilePayload = {
        "name": "20261120-bank.csv",
        "mimeType": "text/csv",
        "buffer": "\n".join(rows).encode(),
    }
    page.set_input_files("main [name=file]", file)
    page.locator("main form[enctype] [type=submit]").click()
    page.wait_for_load_state("networkidle")


def ship_too_many(page: Page) -> None:
    """Type more units than there are on the shelf, and ship them."""
    page.locator("#ship-form .input--units").first.fill("999999")
    page.locator("#ship-form [type=submit]").click()
    page.wait_for_load_state("networkidle")


def add_words(page: Page) -> None:
    """Have words mean the same and lead to a page, and look for what is not there."""
    post(page, "/desk/search/synonyms/new", words="바닐라 시럽\nvanilla syrup\nsirop de vanille")
    post(page, "/desk/search/redirects/new", words="여름 시즌 음료", target="/categories/cafe")
    page.reload()


def open_folds(page: Page) -> None:
    """Open every form of the page that is folded away."""
    page.evaluate("document.querySelectorAll('main details').forEach((fold) => { fold.open = true; })")


def order_in(status: str) -> Way:
    """The newest order of a step."""
    return Way("/orders/{}", f"/orders?status={status}", r'data-order="([^"]+)"')


def desk_order_in(status: str) -> Way:
    """The newest order of a step, at the desk."""
    return Way("/desk/orders/{}", f"/desk/orders?status={status}", r'data-order="([^"]+)"')


def invoice_in(status: str, address: str = "/invoices/{}") -> Way:
    """The first invoice of a state."""
    return Way(address, f"/invoices?status={status}", r'data-invoice="([^"]+)"')


def desk_screen(name: str, address: str, whose: str = FINANCE, on: str = "", pattern: str = "") -> Screen:
    """A page of the seller's people."""
    return Screen(f"desk {name}", Way(address, on, pattern), whose)


SCREENS: Final = (
    Screen("sign in", Way("/login"), None),
    Screen("sign in refused", Way("/login"), None, wrong_password),
    Screen("forgot password", Way("/password/forgot"), None),
    Screen("reset link gone", Way("/password/reset/nothing"), None),
    Screen("offline", Way("/offline"), None),
    Screen("home", Way("/")),
    Screen("suggestions", Way("/"), act=type_search),
    Screen("suggestions in cart", Way("/"), act=buying.add_suggested),
    Screen("search", Way("/search?q=DL")),
    Screen("search filters", Way("/search"), act=open_first("main summary")),
    Screen("search nothing", Way("/search?q=qzxvkw")),
    Screen("category", Way("/categories/cafe")),
    Screen("product", Way("/products/DL-VAN-02")),
    Screen(
        "product why", Way("/products/DL-VAN-02"), act=open_first("main .why summary, main details summary")
    ),
    Screen("product other", Way("/products/{}", "/search?in_stock=0", r'data-sku="([^"]+)"')),
    Screen("cart empty", Way("/cart"), act=empty_cart),
    Screen("cart", Way("/cart"), act=buying.fill_cart),
    Screen("cart wrong step", Way("/cart"), act=buying.set_first("7")),
    Screen("cart too many", Way("/cart"), act=buying.set_first("99999")),
    Screen("cart code refused", Way("/cart"), act=buying.wrong_code),
    Screen("cart places", Way("/cart/places")),
    Screen("checkout", Way("/checkout")),
    Screen("checkout wrong day", Way("/checkout"), act=buying.order_for_yesterday),
    Screen("cart taken out", Way("/cart"), act=buying.take_out),
    Screen("cart over credit", Way("/cart"), act=buying.fill_dear),
    Screen("checkout over credit", Way("/checkout"), act=buying.place_order),
    Screen("cart long", Way("/cart"), act=buying.fill_long),
    Screen("checkout long", Way("/checkout")),
    Screen("quick order", Way("/quick-order")),
    Screen("quick order checked", Way("/quick-order"), act=paste),
    Screen("quick order all bad", Way("/quick-order"), act=buying.paste_bad),
    Screen("lists", Way("/lists"), act=buying.keep_list),
    Screen("list new", Way("/lists/new")),
    Screen("list", Way("/lists/{}", "/lists", r'href="/lists/(\d+)"')),
    Screen("list to order", Way("/lists/{}/reorder", "/lists", r'href="/lists/(\d+)"')),
    Screen("list to print", Way("/lists/{}/print", "/lists", r'href="/lists/(\d+)"')),
    Screen("usual", Way("/lists/usual")),
    Screen("orders", Way("/orders")),
    Screen("orders nothing", Way("/orders?q=qzxvkw")),
    Screen("order placed", order_in("placed")),
    Screen("order confirmed", order_in("confirmed")),
    Screen("order picking", order_in("picking")),
    Screen("order shipped", order_in("shipped")),
    Screen("order delivered", order_in("delivered")),
    Screen("order cancelled", order_in("cancelled")),
    Screen("order held", order_in("on_hold"), act=open_folds),
    Screen("order partly shipped", order_in("partially_shipped"), act=open_folds),
    Screen("order partly delivered", order_in("partially_delivered")),
    Screen("order change", CHANGEABLE),
    Screen("reorder", Way("/orders/{}/reorder", "/orders?status=delivered", r'data-order="([^"]+)"')),
    Screen("return new", Way("/orders/{}/returns", "/orders?status=delivered", r'data-order="([^"]+)"')),
    Screen(
        "return refused",
        Way("/orders/{}/returns", "/orders?status=delivered", r'data-order="([^"]+)"'),
        act=send_empty("main form[method=post] [type=submit]"),
    ),
    Screen("return", after.Returned("/returns/{}", "/orders?status=delivered")),
    Screen("invoices", Way("/invoices")),
    Screen("invoices nothing", Way("/invoices?q=qzxvkw")),
    Screen("invoice open", invoice_in("open")),
    Screen("invoice overdue", invoice_in("overdue")),
    Screen("invoice paid", invoice_in("paid")),
    Screen("invoice due", invoice_in("due")),
    Screen("credit note", invoice_in("credit")),
    Screen("invoices all", Way("/invoices?status=all")),
    Screen("invoice paper", invoice_in("open", "/invoices/{}/paper")),
    Screen("pay", invoice_in("open", PAY)),
    Screen("pay several", Way("/payments/new")),
    Screen("pay wrong amount", invoice_in("due", PAY), act=after.type_amount("12,3,4")),
    Screen("pay too much", invoice_in("due", PAY), act=after.type_amount("99999999")),
    Screen("payment by transfer", invoice_in("due", PAY), act=after.transfer),
    Screen("payment refused", invoice_in("overdue", PAY), act=after.card_declined),
    Screen("payment given up", invoice_in("due", PAY), act=after.give_up),
    Screen("payments", Way("/payments")),
    Screen("payment", Way("/payments/{}", "/payments", r'data-payment="([^"]+)"')),
    Screen("statement", Way("/statement")),
    Screen("statement empty", Way("/statement?from=2020-01-01&to=2020-01-31")),
    Screen("my", Way("/account")),
    Screen("my of an owner", Way("/account"), OWNER),
    Screen("change password", Way("/account/password")),
    Screen("not found", Way("/no-such-page")),
    Screen("forbidden", Way("/desk/money")),
    Screen("styleguide", Way("/styleguide")),
    Screen("new dealer home", Way("/"), NEW),
    Screen("new dealer cart", Way("/cart"), NEW, buying.fill_cart),
    Screen("new dealer checkout", Way("/checkout"), NEW),
    Screen("new dealer over limit", Way("/cart"), NEW, buying.fill_dear),
    Screen("new dealer refused", Way("/checkout"), NEW, buying.place_order),
    Screen("new dealer orders", Way("/orders"), NEW),
    Screen("new dealer invoices", Way("/invoices"), NEW),
    Screen("new dealer my", Way("/account"), NEW),
    Screen("desk queue", Way("/desk"), DESK),
    Screen("desk orders", Way("/desk/orders"), DESK),
    Screen("desk order placed", desk_order_in("placed"), DESK),
    Screen("desk order picking", desk_order_in("picking"), DESK),
    Screen("desk order shipped", desk_order_in("shipped"), DESK),
    Screen("desk order delivered", desk_order_in("delivered"), DESK),
    Screen("desk not allowed", Way("/desk/search"), DESK),
    desk_screen("orders nothing", "/desk/orders?q=qzxvkw", DESK),
    Screen("desk order confirmed", desk_order_in("confirmed"), DESK),
    Screen("desk order held", desk_order_in("on_hold"), DESK, open_folds),
    Screen("desk order cancelled", desk_order_in("cancelled"), DESK),
    Screen("desk order waiting", desk_order_in("waiting"), DESK),
    Screen("desk shipping too many", desk_order_in("picking"), DESK, ship_too_many),
    desk_screen("forbidden", "/desk/bank", DESK),
    desk_screen("queue of a rep", "/desk", REP),
    desk_screen("returns", "/desk/returns", DESK),
    desk_screen("returns nothing", "/desk/returns?status=withdrawn", DESK),
    desk_screen(
        "return asked", "/desk/returns/{}", DESK, "/desk/returns?status=requested", r'data-return="([^"]+)"'
    ),
    desk_screen("return", "/desk/returns/{}", DESK, "/desk/returns", r'data-return="([^"]+)"'),
    desk_screen("money", "/desk/money"),
    desk_screen(
        "money of an account",
        "/desk/accounts/{}/money",
        FINANCE,
        "/desk/money",
        r"/desk/accounts/([^/]+)/money",
    ),
    desk_screen("invoices", "/desk/invoices"),
    desk_screen("invoice", "/desk/invoices/{}", FINANCE, "/desk/invoices", r'data-invoice="([^"]+)"'),
    Screen("desk account forms", Way("/desk/accounts/KR-1001/money"), FINANCE, open_folds),
    desk_screen("invoices nothing", "/desk/invoices?q=qzxvkw"),
    Screen(
        "desk invoice forms",
        Way("/desk/invoices/{}", "/desk/invoices?status=overdue", r'data-invoice="([^"]+)"'),
        FINANCE,
        open_folds,
    ),
    desk_screen(
        "payment", "/desk/payments/{}", FINANCE, "/desk/accounts/KR-1001/money", r'data-payment="([^"]+)"'
    ),
    desk_screen("tax reports", "/desk/tax-reports"),
    desk_screen("bank", "/desk/bank"),
    desk_screen("bank line", "/desk/bank/{}", FINANCE, "/desk/bank", r'href="/desk/bank/(\d+)"'),
    desk_screen(
        "bank line of an account",
        "/desk/bank/{}?account=KR-1001",
        FINANCE,
        "/desk/bank",
        r'href="/desk/bank/(\d+)"',
    ),
    Screen("desk bank refused", Way("/desk/bank"), FINANCE, send_empty("main form[enctype] [type=submit]")),
    Screen("desk bank read in", Way("/desk/bank"), FINANCE, read_in_bank_file),
    Screen("desk bank read in again", Way("/desk/bank"), FINANCE, read_in_bank_file),
    desk_screen("bank matched", "/desk/bank?state=matched"),
    desk_screen(
        "bank line matched",
        "/desk/bank/{}",
        FINANCE,
        "/desk/bank?state=matched",
        r'href="/desk/bank/(\d+)"',
    ),
    desk_screen("bank nothing", "/desk/bank?q=qzxvkw"),
    desk_screen("search", "/desk/search", ADMIN),
    Screen("desk search filled", Way("/desk/search"), ADMIN, add_words),
    desk_screen("search synonyms new", "/desk/search/synonyms/new", ADMIN),
    desk_screen(
        "search synonyms", "/desk/search/synonyms/{}", ADMIN, "/desk/search", r"/desk/search/synonyms/(\d+)"
    ),
    desk_screen("search redirect new", "/desk/search/redirects/new", ADMIN),
)
"""In the order in which a person meets them. What is done for one is there for the next of the same person."""
