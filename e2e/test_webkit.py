"""The second engine: what is done most, in WebKit at the width of an iPhone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from e2e import webkit
from e2e.goods import BUYERS, STRAWS
from e2e.visitor import DEMO_PASSWORD
from e2e.words import word

WAIT_SECONDS = 30.0
"""How long an answer may take on a loaded machine."""

SCREENS = (
    "/", "/search?q=시럽", f"/products/{STRAWS.sku}", "/cart", "/quick-order", "/lists", "/orders", "/invoices",
    "/account",
)  # fmt: skip


class Phone:
    """Someone with an iPhone: pages by address, controls by selector."""

    def __init__(self, driver: Any, base_url: str, pictures: Path) -> None:
        self.driver, self.base_url, self.pictures = driver, base_url, pictures

    def open(self, path: str) -> None:
        self.driver.get(self.base_url + path)
        # Nothing may have to be pushed sideways.
        assert self.driver.execute_script("return document.documentElement.scrollWidth") <= webkit.WIDTH, path

    def find(self, selector: str) -> Any:
        """The first element that is shown, waited for."""
        return self.wait(lambda: next((each for each in self.all(selector) if each.is_displayed()), None))

    def all(self, selector: str) -> list[Any]:
        return list(self.driver.find_elements("css selector", selector))

    def tap(self, selector: str) -> None:
        element = self.find(selector)
        self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
        element.click()

    def press(self, words: str, times: int = 1) -> None:
        """Hit the button with these words so quickly that nothing is looked at in between."""
        self.driver.execute_script(
            "const given = arguments; const named = (each) => each.textContent.trim().startsWith(given[0]);"
            "const button = [...document.querySelectorAll('main button')].find((each) => named(each));"
            "for (let time = 0; time < given[1]; time += 1) button.click();",
            words,
            times,
        )

    def wait(self, found: Callable[[], Any]) -> Any:
        from selenium.common.exceptions import StaleElementReferenceException
        from selenium.webdriver.support.wait import WebDriverWait

        waiting = WebDriverWait(
            self.driver, WAIT_SECONDS, ignored_exceptions=[StaleElementReferenceException]
        )
        return waiting.until(lambda _driver: found())

    def arrive(self, pattern: str) -> None:
        """Wait until the address of the page matches."""
        self.wait(lambda: re.search(pattern, self.driver.current_url.removeprefix(self.base_url)))

    def sign_in(self, email: str) -> None:
        self.open("/login")
        self.find("[name=email]").send_keys(email)
        self.find("[name=password]").send_keys(DEMO_PASSWORD)
        self.tap("main form button[type=submit]")
        self.arrive(r"^/(\?.*)?$")

    def picture(self, name: str) -> None:
        self.driver.save_screenshot(str(self.pictures / f"webkit-{name}.png"))


@pytest.fixture
def phone(base_url: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Phone]:
    """A phone that nobody has signed in with. Of a test that fails, the last picture stays."""
    if lacking := webkit.missing():
        pytest.skip(f"WebKit is not driven without {lacking}: docs/testing.md says how to install it")
    with webkit.webkit() as driver:
        made = Phone(driver, base_url.rstrip("/"), tmp_path)
        yield made
        made.picture(request.node.name)


def orders_with(phone: Phone, po_number: str) -> int:
    phone.open(f"/orders?q={po_number}")
    phone.find("h1")
    return len(phone.all("li[data-order]"))


def test_what_is_found_is_ordered_once_by_a_double_tap(phone: Phone, own_word: str) -> None:
    phone.sign_in(BUYERS["ko"])
    phone.open("/cart")
    if phone.all(".cart-empty button"):
        phone.tap(".cart-empty button")
        phone.wait(lambda: not phone.all("#cart-list"))
    phone.open(f"/search?q={STRAWS.sku}")
    phone.tap(f'[data-sku="{STRAWS.sku}"] form[action="/cart/lines"] button[type=submit]')
    phone.wait(lambda: phone.all('[data-testid="cart-count"][data-count="1"]'))
    phone.open("/cart")
    assert phone.find(f'#cart-list [data-sku="{STRAWS.sku}"]').get_attribute("data-quantity") == str(
        STRAWS.step
    )

    phone.open("/checkout")
    phone.find("[name=po_number]").send_keys(own_word)
    phone.press(word("ko", "Place order"), times=2)
    phone.wait(lambda: phone.all('[data-testid="order-placed"]') or phone.all("#checkout-notice"))
    if phone.all("#checkout-notice"):
        # The portal asks whether an order like that of a moment ago is meant.
        phone.tap("#checkout-notice button")
    phone.find('[data-testid="order-placed"]')

    assert orders_with(phone, own_word) == 1


def test_an_invoice_is_paid_by_the_test_card(phone: Phone) -> None:
    phone.sign_in(BUYERS["en"])
    phone.open("/invoices")
    number = phone.find(".invoice-row[data-invoice]").get_attribute("data-invoice")
    phone.open(f"/payments/new?invoice={number}")
    phone.driver.execute_script("document.querySelector('#pay-ways input[value^=test_card]').click()")
    phone.press(word("en", "Pay"))
    phone.arrive(r"^/payments/(?!new)")
    phone.driver.execute_script("document.querySelector('#test-card input[value=pays]').click()")
    phone.tap("#test-card button")
    phone.wait(lambda: phone.all('#payment[data-state="paid"]'))

    phone.open(f"/invoices/{number}")
    assert phone.find(".columns[data-invoice]").get_attribute("data-status") == "paid"


def test_going_back_after_signing_out_shows_no_prices(phone: Phone) -> None:
    phone.sign_in(BUYERS["ko"])
    phone.open("/search?q=시럽")
    assert phone.all("[data-unit-price]")
    phone.open("/account")
    phone.tap('form[action="/logout"] button')
    phone.arrive(r"^/login")

    for _step in range(2):
        phone.driver.back()
        phone.find("body")
        phone.wait(lambda: phone.driver.execute_script("return document.readyState") == "complete")
        assert phone.all("[data-unit-price]") == []


def test_no_screen_is_wider_than_the_phone(phone: Phone) -> None:
    phone.sign_in(BUYERS["ko"])
    for path in SCREENS:
        phone.open(path)
        assert phone.find("h1").text, path
