"""Typing Korean: while a syllable is composed nothing is sent off, and the last text is the one shown."""

from __future__ import annotations

import random
import time
from typing import Final

import pytest
from playwright.sync_api import CDPSession, Page, expect

from e2e.conftest import Visit
from e2e.goods import BUYERS, SYRUP
from e2e.pages.product_list import HomePage, SearchPage

SEED: Final = 20261123
ROUNDS: Final = 200
LATEST_MILLISECONDS: Final = 10_000
"""How long a loaded machine may take to show what is found for the last text."""

LONGEST_STEP_SECONDS: Final = 0.07
"""Between two keys; a fast typist needs twice as long."""

WORDS: Final = ["커피", "바닐라", "시럽", "카라멜", "종이컵", "원두", "말차"]

SLOW_ANSWERS: Final = """
(() => {
  // Answers take their time, each another: the order in which they come is not the order in which they were asked for.
  let state = 7;
  const next = () => (state = (state * 1103515245 + 12345) % 2147483648) / 2147483648;
  const real = window.fetch;
  window.asked = { waiting: 0, most: 0, all: 0, submits: 0 };
  window.fetch = async (address, options) => {
    const { signal } = options;
    window.asked.all += 1;
    window.asked.waiting += 1;
    window.asked.most = Math.max(window.asked.most, window.asked.waiting);
    let open = true;
    const done = () => { if (open) window.asked.waiting -= 1; open = false; };
    signal.addEventListener("abort", done);
    try {
      await new Promise((resolve) => setTimeout(resolve, next() * 120));
      return await real(address, options);
    } finally {
      done();
    }
  };
  document.addEventListener("submit", () => (window.asked.submits += 1), true);
})();
"""


class Typist:
    """Two hands on a Korean keyboard: keys become jamo, jamo a syllable that stays open until the next begins."""

    def __init__(self, page: Page) -> None:
        self.keys: CDPSession = page.context.new_cdp_session(page)

    def compose(self, text: str) -> None:
        self.keys.send(
            "Input.imeSetComposition",
            {"text": text, "selectionStart": len(text), "selectionEnd": len(text)},
        )

    def commit(self, text: str) -> None:
        self.keys.send("Input.insertText", {"text": text})

    def press(self, key: str, code: int) -> None:
        down = {"type": "keyDown", "key": key, "code": key, "windowsVirtualKeyCode": code}
        if key == "Enter":
            down["text"] = "\r"
        self.keys.send("Input.dispatchKeyEvent", down)
        self.keys.send(
            "Input.dispatchKeyEvent",
            {"type": "keyUp", "key": key, "code": key, "windowsVirtualKeyCode": code},
        )


def stages(syllable: str) -> list[str]:
    """What stands on the screen while a syllable is typed: its first letter, then with the vowel, then whole."""
    number = ord(syllable) - 0xAC00
    first, vowel, last = number // 588, number % 588 // 28, number % 28
    initials = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
    shown = [initials[first], chr(0xAC00 + first * 588 + vowel * 28)]
    return [*shown, syllable] if last else shown


@pytest.mark.slow
def test_nothing_is_sent_too_early_and_the_last_text_is_shown(visit: Visit) -> None:
    dealer = visit(BUYERS["ko"], device="desktop")
    page = dealer.page
    page.add_init_script(SLOW_ANSWERS)
    HomePage(dealer).open()
    search = SearchPage(dealer)
    typist, chance = Typist(page), random.Random(SEED)  # noqa: S311 - timings
    suggested = page.locator("#suggested")
    wrong: list[str] = []

    for number in range(ROUNDS):
        search.search_field.fill("")
        search.search_field.focus()
        word = chance.choice(WORDS)
        for place, syllable in enumerate(word):
            for stage in stages(syllable):
                typist.compose(stage)
                time.sleep(chance.random() * LONGEST_STEP_SECONDS)
                if chance.random() < 0.1:
                    typist.press(*chance.choice([("Enter", 13), ("ArrowDown", 40), ("Escape", 27)]))
            # The last syllable is often left open, as it is on every keyboard until another key comes.
            if place < len(word) - 1 or chance.random() < 0.3:
                typist.commit(syllable)
        typed = search.search_field.input_value()
        try:
            expect(suggested).to_have_attribute("data-found-by", typed, timeout=LATEST_MILLISECONDS)
        except AssertionError:
            wrong.append(
                f"round {number}: {typed!r} is not shown but {page.locator('#suggestions').inner_html()[:80]!r}"
            )
        assert page.evaluate("location.pathname") == "/", f"round {number} left the page"
    asked = page.evaluate("window.asked")
    assert wrong == []
    assert asked["submits"] == 0
    assert asked["most"] == 1
    assert asked["waiting"] == 0


def test_enter_after_the_composition_searches_for_all_of_it(visit: Visit) -> None:
    dealer = visit(BUYERS["ko"], device="desktop")
    HomePage(dealer).open()
    search = SearchPage(dealer)
    search.search_field.focus()
    typist = Typist(dealer.page)
    typist.compose("시")
    typist.commit("시")
    typist.compose("럽")
    typist.press("Enter", 13)
    assert dealer.page.evaluate("location.pathname") == "/"
    typist.commit("럽")
    typist.press("Enter", 13)
    dealer.page.wait_for_url("**/search?q=*")
    expect(search.search_field).to_have_value("시럽")


def test_a_row_counts_what_is_in_the_cart(visit: Visit) -> None:
    dealer = visit(BUYERS["ko"])
    dealer.empty_cart()
    search = SearchPage(dealer)
    HomePage(dealer).open()
    row = search.suggest("바닐라 시", SYRUP.sku)
    dealer.tap(row.get_by_role("button"))
    expect(search.cart_count).to_have_attribute("data-count", "1")
    dealer.tap(row.get_by_role("button", name=dealer.word("More")))
    expect(row.locator(".add__note")).to_have_text(
        dealer.word("In the cart: %(count)s", count=2 * SYRUP.step)
    )
    # The list stays, and what is typed on is what the cart holds.
    expect(row.get_by_role("spinbutton")).to_have_value(str(2 * SYRUP.step))
    expect(search.search_field).to_have_value("바닐라 시")


def test_what_was_searched_for_is_offered_again(visit: Visit) -> None:
    dealer = visit(BUYERS["en"], device="desktop", language="en")
    search = SearchPage(dealer)
    with dealer.page.expect_response("**/search/seen") as noted:
        HomePage(dealer).open()
        search.search("vanilla syrup")
    assert noted.value.status == 204
    HomePage(dealer).open()
    search.search_field.click()
    recent = dealer.page.locator("#suggestions").get_by_role("link", name="vanilla syrup")
    expect(recent.first).to_be_visible()
