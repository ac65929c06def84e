"""Twenty lines pasted, three of them wrong: each is mended in one tap, and all go into the cart at once."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from e2e.conftest import Visit
from e2e.goods import BUYERS, SYRUP
from e2e.pages.cart import CartPage
from e2e.pages.quick_order import QuickOrderPage

GOOD = (
    "MB-ESP-01", "MB-ESP-02", "MB-ESP-03", "MB-DCF-01", "MB-DCF-02", "HR-ETH-02", "HR-KEN-01", "HR-KEN-02", "SB-DRP-01",
    "SB-DRP-02", "SB-INS-01", "ML-EGT-01", "ML-CHM-02", "AS-MTC-02", "AS-HJC-01", "ML-YJA-01", "ML-YJA-02",
)  # fmt: skip
"""Sold in sixes, and in stock."""

GONE = "HR-COL-02"
"""Out of stock."""

SEVERAL = {"ko": "콜드브루 원액", "en": "Cold Brew Concentrate"}
"""A name that two products share."""


@pytest.mark.parametrize("screen", ["phone", "desktop"])
@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_twenty_lines_with_three_faults_are_mended_in_a_tap_each(
    visit: Visit, screen: str, language: str, scripts: bool
) -> None:
    dealer = visit(BUYERS[language], device=screen, language=language, scripts=scripts)
    dealer.empty_cart()
    quick = QuickOrderPage(dealer)
    quick.wait_for_nothing(GONE)
    quick.forget_names()
    lines = [f"{sku} 6" for sku in GOOD]
    text = "\n".join(
        [*lines[:5], f"{SYRUP.sku} 7", *lines[5:11], f"{GONE} 6", *lines[11:], f"{SEVERAL[language]} 6"]
    )

    quick.paste(text)
    quick.expect_counts(added=17, changed=1, refused=2)
    assert not quick.is_wider_than_window()
    expect(quick.line(6)).to_contain_text(f"{SYRUP.sku} 7")
    before = dealer.taps

    quick.mend(6, dealer.word("Take %(count)s", count=6))
    expect(quick.line(6)).to_have_attribute("data-quantity", "6")
    quick.mend(13, dealer.word("Tell me when it is back"))
    expect(quick.line(13)).to_contain_text(dealer.word("We will write to you when it is back."))
    quick.mend(20, "SB-CBR-01")
    expect(quick.line(20)).to_have_attribute("data-sku", "SB-CBR-01")

    assert dealer.taps - before == 3
    quick.expect_counts(added=18, changed=1, refused=1)
    quick.commit(19)
    quick.expect_counts(added=18, changed=1, refused=1)
    cart = CartPage(dealer)
    cart.open()
    expect(cart.line(SYRUP.sku)).to_have_attribute("data-quantity", "6")
    expect(cart.line("SB-CBR-01")).to_have_attribute("data-quantity", "6")
    expect(cart.line(GONE)).to_have_count(0)
    expect(cart.cart_count).to_have_attribute("data-count", "19")


def test_rows_lead_on_by_enter_and_say_what_they_become(visit: Visit) -> None:
    dealer = visit(BUYERS["en"], device="desktop", language="en")
    dealer.empty_cart()
    quick = QuickOrderPage(dealer)
    quick.open()
    codes = quick.page.locator("#entry-rows [name=code]")

    codes.first.fill(SYRUP.sku)
    expect(quick.page.locator(f'#entry-rows [data-sku="{SYRUP.sku}"]')).to_be_visible()
    codes.first.press("Enter")
    quick.page.keyboard.type("12")
    quick.page.keyboard.press("Enter")
    expect(codes.nth(1)).to_be_focused()
    for _ in range(4):
        quick.page.keyboard.press("Enter")
        quick.page.keyboard.press("Enter")
    expect(codes).to_have_count(6)
    # What the last rows become is still being asked: leaving meanwhile would cut the answer off.
    quick.page.wait_for_load_state("networkidle")
    dealer.tap(quick.page.get_by_role("button", name="Check the lines", exact=True).last)

    quick.expect_counts(added=1, changed=0, refused=0)


def test_a_preview_loads_again_under_its_own_address(visit: Visit) -> None:
    dealer = visit(BUYERS["en"], language="en")
    dealer.empty_cart()
    quick = QuickOrderPage(dealer)
    quick.open()
    quick.paste(f"{SYRUP.sku} 7")
    quick.mend(1, "Leave out")
    expect(quick.line(1)).to_contain_text("Left out")

    assert re.search(r"/quick-order/[\w-]+$", dealer.page.url)
    dealer.page.reload()

    quick.expect_counts(added=0, changed=0, refused=1)
